"""Every text of the pages is there in French, nothing else is, and both say the same things."""

from __future__ import annotations

import re

import pytest

from api.pages.frame.texts import say, say_many, set_french
from docs import texts

SURFACES = texts.surfaces()
_NAMED = re.compile(r"%\(\w+\)s|<[^>]+>")


@pytest.mark.parametrize("surface", SURFACES)
def test_every_text_has_its_french(surface: str) -> None:
    assert texts.untranslated(surface) == [], (
        f"run `python -m docs.texts`, then fill api/pages/{surface}/fr.po"
    )


@pytest.mark.parametrize("surface", SURFACES)
def test_no_french_is_left_over(surface: str) -> None:
    assert texts.stale(surface) == [], "run `python -m docs.texts`"


@pytest.mark.parametrize("surface", SURFACES)
def test_both_languages_name_the_same_values_and_marks(surface: str) -> None:
    for message in filter(lambda each: each.id, texts.catalogue(surface)):
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        french = [message.string] if isinstance(message.string, str) else list(message.string or ())
        wanted = {name for text in english for name in _NAMED.findall(text)} - {"%(num)s"}
        for text in french:
            assert set(_NAMED.findall(text)) - {"%(num)s"} == wanted, f"{message.id!r} and {text!r} differ"


def test_one_english_text_has_one_french_text() -> None:
    heard: dict[object, object] = {}
    for surface in SURFACES:
        for message in texts.catalogue(surface):
            assert heard.setdefault(message.id, message.string) == message.string, (
                f"{message.id!r} is said in two ways"
            )


def test_texts_are_found_in_python_and_in_templates() -> None:
    assert "Every other browser is signed out." in texts.said("signin")
    assert "Sign in with a passkey" in texts.said("signin")
    assert "Fill this in." in texts.said("frame")


def test_a_text_is_said_with_its_values() -> None:
    assert say("en", "since %(day)s", day="today") == "since today"
    assert say("fr", "since %(day)s", day="hier") == "depuis le hier"
    assert say("fr", "Nobody ever said this.") == "Nobody ever said this."
    assert say_many("en", "%(num)s thing", "%(num)s things", 2) == "2 things"
    assert (
        say_many("en", "%(num)s thing of %(who)s", "%(num)s things of %(who)s", 1, who="Ada")
        == "1 thing of Ada"
    )


def test_french_punctuation_does_not_begin_a_line() -> None:
    assert set_french("Prêt ? « Oui » : 5 %") == "Prêt\u202f? «\u00a0Oui\u00a0»\u00a0: 5\u00a0%"
