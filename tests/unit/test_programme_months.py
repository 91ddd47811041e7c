"""Which months of a programme may be shown beside its total."""

from __future__ import annotations

from datetime import date

from api.association.programme_months import Month, shown

P, S = 11, 3
AUTUMN = [date(2026, month, 1) for month in (9, 10, 11, 12)]


def month(purses: range, shops: range = range(0)) -> Month:
    return Month(purses=set(purses), shops={1_000 + each for each in shops})


def test_months_with_enough_behind_them_are_shown() -> None:
    some = dict.fromkeys(AUTUMN[:3], month(range(20), range(4)))
    assert shown(some, P, S) == set(AUTUMN[:3])
    assert shown({}, P, S) == set()


def test_a_month_of_grants_needs_no_shops() -> None:
    assert shown({AUTUMN[0]: month(range(20))}, P, S) == {AUTUMN[0]}


def test_a_small_month_hides_another_from_which_it_could_be_computed() -> None:
    some = {
        AUTUMN[0]: month(range(30), range(6)), AUTUMN[1]: month(range(25), range(5)), AUTUMN[2]: month(range(4), range(1)),
    }  # fmt: skip
    assert shown(some, P, S) == {AUTUMN[0]}, "October goes with November: their sum has 25 purses and 5 shops behind it"


def test_small_months_that_are_enough_together_hide_nothing_else() -> None:
    some = {
        AUTUMN[0]: month(range(30), range(6)), AUTUMN[1]: month(range(6), range(2)),
        AUTUMN[2]: month(range(6, 12), range(2, 4)),
    }  # fmt: skip
    assert shown(some, P, S) == {AUTUMN[0]}


def test_where_nothing_is_enough_nothing_is_shown() -> None:
    assert shown({each: month(range(3), range(1)) for each in AUTUMN}, P, S) == set()
