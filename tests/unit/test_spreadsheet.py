"""No text in a table that we write is a program for who opens it."""

from __future__ import annotations

from codecs import BOM_UTF8

import pytest

from api.pages.frame.sheets import Number, Sheet, as_csv
from ledger.interchange.spreadsheet import harmless


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    assert harmless(text) == "'" + text
    assert "\n" + text not in as_csv([Sheet("", [["Name"], [text]])]).decode()


@pytest.mark.parametrize("text", ["", "Bakery", "a=b", "12,50", "L'atelier"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_number_below_zero_stays_a_number() -> None:
    assert as_csv([Sheet("", [["Net"], [Number(-5)]])]) == BOM_UTF8 + b"Net\r\n-5\r\n"


def test_numbers_are_those_of_the_language() -> None:
    sheet = Sheet("", [["Débit", "Taux"], ["a;b", Number(0.25)]])
    assert as_csv([sheet], "fr").decode("utf-8-sig") == 'Débit;Taux\r\n"a;b";0,25\r\n'
    assert as_csv([sheet], "en").decode("utf-8-sig") == "Débit,Taux\r\na;b,0.25\r\n"
