"""Amounts as people write and read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_cli import words
from wallet_cli.amounts import Unit, read_amount, write_amount, write_number
from wallet_cli.errors import Misused

RIV, PTS, HOUR = Unit("RIV", 2), Unit("PTS", 0), Unit("HOUR", 0, time=True)


@pytest.fixture(autouse=True)
def speak_english() -> Iterator[None]:
    words.use("en")
    yield
    words.use("en")


@pytest.mark.parametrize(
    ("text", "unit", "minor"),
    [
        ("12.50", RIV, 1250), ("12,50", RIV, 1250), ("12,5", RIV, 1250), ("12", RIV, 1200), ("0.01", RIV, 1),
        ("1 234,50", RIV, 123_450), ("1\u202f234,50", RIV, 123_450), (" 7 ", PTS, 7),
        ("90071992547409.91", RIV, 2**53 - 1),
        ("1h30", HOUR, 90), ("1H30", HOUR, 90), ("1 h 30 min", HOUR, 90), ("1:30", HOUR, 90), ("2h", HOUR, 120),
        ("45min", HOUR, 45), ("45 mn", HOUR, 45), ("90m", HOUR, 90), ("0h15", HOUR, 15),
    ],
)  # fmt: skip
def test_what_is_understood(text: str, unit: Unit, minor: int) -> None:
    assert read_amount(text, unit) == minor


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("12.505", RIV), ("1,234.50", RIV), ("", RIV), ("-5", RIV), ("0", RIV), ("0.00", RIV), ("1e3", RIV),
        ("١٢", RIV), ("NaN", RIV), ("1h30", RIV), ("7.5", PTS), ("90071992547409.92", RIV),
        ("2", HOUR), ("1.5", HOUR), ("1h75", HOUR), ("", HOUR), ("h", HOUR), ("1:75", HOUR), ("0h", HOUR), ("-1h", HOUR),
    ],
)  # fmt: skip
def test_what_is_refused_with_a_remedy(text: str, unit: Unit) -> None:
    with pytest.raises(Misused) as refused:
        read_amount(text, unit)
    assert any(word in refused.value.sentence for word in ("write it like", "above zero"))


@pytest.mark.parametrize(
    ("amount", "unit", "english", "french"),
    [
        (1250, RIV, "12.50 RIV", "12,50 RIV"),
        (123_456_789, RIV, "1,234,567.89 RIV", "1\u202f234\u202f567,89 RIV"),
        (-5, RIV, "-0.05 RIV", "-0,05 RIV"),
        (7, PTS, "7 PTS", "7 PTS"),
        (90, HOUR, "1 h 30 min", "1 h 30"),
        (-65, HOUR, "-1 h 05 min", "-1 h 05"),
        (120, HOUR, "2 h", "2 h"),
        (0, HOUR, "0 min", "0 min"),
        (2**53 - 1, RIV, "90,071,992,547,409.91 RIV", "90\u202f071\u202f992\u202f547\u202f409,91 RIV"),
    ],
)
def test_what_is_written(amount: int, unit: Unit, english: str, french: str) -> None:
    assert write_amount(amount, unit) == english
    words.use("fr")
    assert write_amount(amount, unit) == french


def test_a_plus_is_written_before_receipts_only_when_asked() -> None:
    assert [write_amount(n, RIV, plus=True) for n in (5, 0, -5)] == ["+0.05 RIV", "0.00 RIV", "-0.05 RIV"]


def test_numbers_for_spreadsheets_are_not_grouped() -> None:
    assert write_number(123_456_789, RIV, grouped=False) == "1234567.89"


@given(amount=st.integers(1, 2**53 - 1), scale=st.integers(0, 9), language=st.sampled_from(words.LANGUAGES))
def test_what_is_written_is_understood_again(amount: int, scale: int, language: str) -> None:
    words.use(language)
    unit = Unit("U", scale)
    written = write_number(amount, unit, grouped=language == "fr")
    assert read_amount(written, unit) == amount


@given(minutes=st.integers(1, 10**6), language=st.sampled_from(words.LANGUAGES))
def test_times_that_are_written_are_understood_again(minutes: int, language: str) -> None:
    words.use(language)
    assert read_amount(write_amount(minutes, HOUR), HOUR) == minutes
