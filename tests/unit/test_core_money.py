"""Amounts: read, written, rounded and split without losing a unit (CORE-2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.money import (
    MAX_AMOUNT,
    MAX_SCALE,
    MAX_TOTAL,
    allocate,
    format_minor,
    parse,
    round_half_up,
    share,
)


def test_the_bounds() -> None:
    """Exact in every JSON client; in a signed column of 64 bits with room for one more."""
    assert (MAX_AMOUNT, MAX_TOTAL) == (9_007_199_254_740_991, 4_611_686_018_427_387_903)


@pytest.mark.parametrize(
    ("text", "scale", "minor"),
    [
        ("12.50", 2, 1250), ("12,5", 2, 1250), ("0", 2, 0), ("-0.01", 2, -1), (" 7 ", 0, 7), ("007", 0, 7),
        ("0.000000001", 9, 1), ("90071992547409.91", 2, MAX_AMOUNT), ("9007199254740991", 0, MAX_AMOUNT),
    ],
)  # fmt: skip
def test_decimals_are_read(text: str, scale: int, minor: int) -> None:
    assert parse(text, scale) == minor


@pytest.mark.parametrize(
    "text",
    ["", "1e3", "1.", ".5", "+1", "1 000", "1'000", "1.234", "--1", "٣", "½", "NaN", "Infinity", "0x1", "1,2,3",
     "1\n2", "90071992547409.92", "99999999999999999"],
)  # fmt: skip
def test_anything_else_is_not_an_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        parse(text, 2)


def test_amounts_are_written_with_all_their_digits() -> None:
    assert [format_minor(n, 2) for n in (0, 5, 1250, -5, -1250)] == ["0.00", "0.05", "12.50", "-0.05", "-12.50"]
    assert (format_minor(1250, 2, ","), format_minor(-7, 0)) == ("12,50", "-7")


@given(st.integers(-MAX_AMOUNT, MAX_AMOUNT), st.integers(0, MAX_SCALE))
def test_what_is_written_is_read_again(amount: int, scale: int) -> None:
    assert parse(format_minor(amount, scale), scale) == amount


def test_halves_are_rounded_up() -> None:
    assert [round_half_up(n, 10) for n in (0, 4, 5, 14, 15, 25)] == [0, 0, 1, 1, 2, 3]
    for numerator, denominator in ((-1, 2), (1, 0), (1, -2)):
        with pytest.raises(ValueError, match="round_half_up"):
            round_half_up(numerator, denominator)


@given(st.integers(0, 10**30), st.integers(1, 10**15))
def test_rounding_is_never_off_by_more_than_a_half(numerator: int, denominator: int) -> None:
    assert -denominator < 2 * (numerator - round_half_up(numerator, denominator) * denominator) + 1 <= denominator


def test_shares_are_basis_points() -> None:
    assert (share(1_000, 500), share(1, 5_000), share(1, 4_999), share(MAX_AMOUNT, 10_000)) == (50, 1, 0, MAX_AMOUNT)


@pytest.mark.parametrize("weights", [(1,), (1, 1), (1, 2, 3), (0, 5, 0), (7, 11, 13, 17), (1,) * 9, (999, 1)])
def test_parts_sum_to_every_total_up_to_1000(weights: tuple[int, ...]) -> None:
    for total in range(1_001):
        parts = allocate(total, weights)
        assert sum(parts) == total
        assert all(abs(part * sum(weights) - total * w) < sum(weights) for part, w in zip(parts, weights, strict=True))


@given(st.integers(0, MAX_AMOUNT), st.lists(st.integers(0, MAX_AMOUNT), min_size=1).filter(any))
def test_parts_sum_to_any_total(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


def test_ties_go_to_the_earlier_part() -> None:
    assert allocate(5, (1, 1, 1)) == [2, 2, 1]
    assert allocate(100, (1, 1, 1)) == [34, 33, 33]


@pytest.mark.parametrize(("total", "weights"), [(-1, (1,)), (1, (-1, 2)), (1, (0, 0)), (1, ())])
def test_what_cannot_be_split(total: int, weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="allocate"):
        allocate(total, weights)
