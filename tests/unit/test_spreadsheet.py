"""No text in a table that we write is a program for who opens it."""

from __future__ import annotations

import pytest

from api.pages.frame.sheets import Number, Sheet, as_csv
from ledger.interchange.spreadsheet import harmless


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    assert harmless(text) == "'" + text
    assert "\n" + text not in as_csv([Sheet("", [["Name"], [text]])])


@pytest.mark.parametrize("text", ["", "Bakery", "a=b", "12,50", "L'atelier"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_number_below_zero_stays_a_number() -> None:
    assert as_csv([Sheet("", [["Net"], [Number(-5)]])]) == "Net\r\n-5\r\n"
