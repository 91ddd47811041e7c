"""Every sentence of the wallet exists in French, with the same names in it, and nothing is translated in vain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from tests.tidy import ROOT, below
from wallet_cli.french import FRENCH
from wallet_cli.french.helps import HELPS
from wallet_cli.french.problems import PROBLEMS
from wallet_cli.french.screens import SCREENS


def sentences(source: str) -> Iterator[str]:
    """The texts given to `_(…)` and to `help=…`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        given = [keyword.value for keyword in node.keywords if keyword.arg == "help"]
        if isinstance(node.func, ast.Name) and node.func.id == "_":
            given.append(node.args[0])
        yield from (
            each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )


def names(sentence: str) -> list[str]:
    return sorted(name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name is not None)


SAID = {each for path in below("wallet_cli") for each in sentences((ROOT / path).read_text(encoding="utf-8"))}


def test_every_sentence_has_its_french() -> None:
    assert sorted(SAID - set(FRENCH)) == []


def test_no_french_is_left_over() -> None:
    assert sorted(set(FRENCH) - SAID) == []


def test_nothing_is_translated_twice() -> None:
    assert len(HELPS) + len(SCREENS) + len(PROBLEMS) == len(FRENCH)


@pytest.mark.parametrize("english", sorted(FRENCH))
def test_the_names_in_a_sentence_are_kept(english: str) -> None:
    assert names(FRENCH[english]) == names(english)
    # commands and options are typed the same in every language
    typed = r"--[a-z]+|RICOCHET_\w+|`\w+`|ricochet-wallet \w+"
    assert sorted(re.findall(typed, FRENCH[english])) == sorted(re.findall(typed, english))


def test_the_collector_finds_what_it_should() -> None:
    source = 'x = _("a {b}", b=1)\nf(typer.Option(help="h"))\ng("not this")\n_(variable)'
    assert set(sentences(source)) == {"a {b}", "h"}


def test_only_whole_sentences_are_translated() -> None:
    """`_` with anything but a text would escape the tests above; program.py alone does it, for help pages."""
    loose = []
    for path in below("wallet_cli"):
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
            if called and isinstance(node, ast.Call) and not isinstance(node.args[0], ast.Constant):
                loose.append(path)
    assert set(loose) == {Path("wallet_cli/program.py")}
