"""Words in two languages. English is the msgid; each surface keeps its French in `fr.po` beside its Python.

`later` marks a text that is said when it is shown. `docs/texts.py` brings the catalogues up to date.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

PAGES = Path(__file__).parents[1]
LANGUAGES = ("en", "fr")
NAMES = {"en": "English", "fr": "Français"}
"""Each language in its own words."""


def later(text: str) -> str:
    """A text to be said later: `visit.text(...)` with it says it in the visitor's language."""
    return text


def catalogues() -> list[Path]:
    """The French catalogue of every surface that has one."""
    return sorted(PAGES.glob("*/fr.po"))


@cache
def words(lang: str) -> NullTranslations:
    """The translations of a language, from every surface."""
    return NullTranslations() if lang == "en" else _merged(lang, catalogues())


def _merged(lang: str, paths: Iterable[Path]) -> NullTranslations:
    found = None
    for path in paths:
        with path.open("rb") as source:
            catalogue = read_po(source, locale=lang)
        for message in catalogue:
            given = message.string
            message.string = (
                set_french(given) if isinstance(given, str) else tuple(map(set_french, given or ()))
            )
        binary = io.BytesIO()
        write_mo(binary, catalogue)
        binary.seek(0)
        more = Translations(binary)
        found = more if found is None else found.merge(more)
    return found or NullTranslations()


def set_french(text: str) -> str:
    """Spaces that do not break before high punctuation and inside quotation marks, so that catalogues need none."""
    text = re.sub(r" (?=[;!?])", "\N{NARROW NO-BREAK SPACE}", text)
    return re.sub(r" (?=[:»€]|%(?!\())|(?<=«) ", "\N{NO-BREAK SPACE}", text)


def say(lang: str, text: str, **values: object) -> str:
    """A text in a language, with `%(name)s` filled in."""
    said = words(lang).gettext(text)
    return said % values if values else said


def say_many(lang: str, one: str, many: str, count: int, **values: object) -> str:
    """Like `say`, by number; `%(num)s` is the number."""
    return words(lang).ngettext(one, many, count) % {"num": count, **values}
