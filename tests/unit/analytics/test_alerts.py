"""What the association should look at, and what a year would have been under another rule."""

from __future__ import annotations

from fractions import Fraction

import duckdb
import pytest

from ledger.analytics.money import preview
from ledger.analytics.people import alerts
from ledger.analytics.source.scene import SCHEMA, VOLUME_VIEW, CurrencyFacts, Provenance, Scene
from ledger.analytics.source.window import DAY, Window
from ledger.core.accounts import Model
from ledger.core.policy import Policy

YEAR = Window.between(0, 365 * DAY)
ANA, BEA, SHOP, PRINTER = 0, 1, 2, 3
Move = tuple[int, str, int | None, int | None, int]


def scene(moves: list[Move], model: Model = Model.BACKED, window: Window = YEAR, floor: int | None = 0) -> Scene:
    """Moves are (day, kind, src, dst, amount); the shop opened on day 0, the printer two years before."""
    db = duckdb.connect()
    db.execute(SCHEMA)
    for no, (name, kind, opened) in enumerate(
        [("ana", "person", 0), ("bea", "person", 0), ("shop", "business", 0), ("printer", "business", -730 * DAY)]
    ):
        db.execute(
            "INSERT INTO account VALUES (?, ?, ?, 'digital', ?, NULL, NULL, NULL, ?, NULL, 0, ?, NULL)",
            [no, name, kind, no, floor, opened],
        )
    for seq, (day, kind, src, dst, amount) in enumerate(moves, 1):
        db.execute(
            "INSERT INTO movement VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)", [seq, seq, day * DAY, kind, src, dst, amount]
        )
    db.execute(VOLUME_VIEW)
    return Scene(db, window, CurrencyFacts("EUS", 2, model), Provenance("RIV", len(moves), "00"))


def test_many_small_top_ups_within_a_month() -> None:
    pieces: list[Move] = [(day, "issue", None, ANA, 4_000) for day in (1, 5, 9, 14, 28)]
    (found,) = alerts.alerts(scene([*pieces, (40, "issue", None, BEA, 14_000)]))
    assert (found.kind, found.accounts, found.entries, found.amount, found.count) == ("many_top_ups", ("ana",), (1, 2, 3, 4, 5), 20_000, 5)


@pytest.mark.parametrize("days", [(1, 5, 9, 14), (1, 20, 40, 60, 80)], ids=["four", "over three months"])
def test_top_ups_that_are_nothing_special(days: tuple[int, ...]) -> None:
    assert alerts.many_top_ups(scene([(day, "issue", None, ANA, 4_000) for day in days])) == []


def test_five_that_stay_below_the_check() -> None:
    assert alerts.many_top_ups(scene([(day, "issue", None, ANA, 3_000) for day in range(5)])) == []


def test_money_that_comes_back() -> None:
    there: list[Move] = [(1, "issue", None, ANA, 90_000), (2, "transfer", ANA, SHOP, 50_000)]
    (found,) = alerts.round_trips(scene([*there, (9, "transfer", SHOP, ANA, 48_000)]))
    assert (found.accounts, found.entries, found.amount) == (("ana", "shop"), (2, 3), 48_000)
    assert alerts.round_trips(scene([*there, (9, "transfer", SHOP, ANA, 20_000)])) == [], "a discount is no circle"
    assert alerts.round_trips(scene([*there, (60, "transfer", SHOP, ANA, 48_000)])) == [], "two months later"


def test_a_new_professional_that_redeems_at_once() -> None:
    moves: list[Move] = [
        (1, "issue", None, ANA, 90_000), (10, "transfer", ANA, SHOP, 40_000), (12, "redeem", SHOP, None, 30_000),
        (10, "transfer", ANA, PRINTER, 40_000), (12, "redeem", PRINTER, None, 40_000),
    ]  # fmt: skip
    (found,) = alerts.quick_redemptions(scene(moves))
    assert (found.accounts, found.amount) == (("shop",), 30_000)


def test_help_that_is_no_more_occasional() -> None:
    moves: list[Move] = [(day, "transfer", ANA, BEA, 60) for day in range(7)]
    (found,) = alerts.alerts(scene(moves, Model.TIME))
    assert (found.kind, found.count, found.limit) == ("repeated_help", 7, 6)
    assert alerts.repeated_help(scene(moves[:6], Model.TIME)) == []


def test_a_balance_above_five_lines() -> None:
    moves: list[Move] = [(1, "transfer", SHOP, ANA, 5_001)]
    found, owed = alerts.alerts(scene(moves, Model.MUTUAL, floor=-1_000))
    assert (owed.kind, owed.accounts) == ("long_debt", ("shop",))
    assert (found.kind, found.accounts, found.amount, found.limit) == ("hoard", ("ana",), 5_001, 5_000)
    assert alerts.hoards(scene([(1, "transfer", SHOP, ANA, 5_000)], Model.MUTUAL, floor=-1_000)) == []
    assert alerts.hoards(scene(moves, Model.MUTUAL, floor=0)) == [], "without a line there is no multiple of it"


def test_below_zero_for_nine_months_and_for_a_year() -> None:
    """MUT-8: ten days above zero begin the count anew; the two are different findings, so that a note ends with the first."""
    moves: list[Move] = [
        (1, "transfer", SHOP, ANA, 500), (5, "transfer", PRINTER, ANA, 300), (40, "transfer", ANA, PRINTER, 300),
        (50, "transfer", PRINTER, BEA, 200), (60, "transfer", SHOP, BEA, 100), (61, "transfer", BEA, PRINTER, 50),
    ]  # fmt: skip
    town = scene(moves, Model.MUTUAL, floor=-1_000)

    def said(day: int) -> list[tuple[str, str, int, int]]:
        found = [each for each in alerts.alerts(town, 5, day * DAY) if each.kind in ("long_debt", "debt_due")]
        return [(each.kind, each.accounts[0], each.amount, each.count) for each in found]

    assert said(274) == []
    assert said(275) == [("long_debt", "shop", 600, 9)]
    assert said(324) == [("long_debt", "shop", 600, 10), ("long_debt", "printer", 150, 9)]
    assert said(366) == [("debt_due", "shop", 600, 12), ("long_debt", "printer", 150, 10)]
    first, later = (alerts.debts(town, day * DAY)[0] for day in (300, 400))
    assert (first.entries, first.since) == ((1,), DAY) and first.id != later.id


def test_the_same_finding_keeps_its_name() -> None:
    moves: list[Move] = [(day, "transfer", ANA, BEA, 60) for day in range(7)]
    first, again = (alerts.repeated_help(scene(moves, Model.TIME))[0].id for _ in range(2))
    more = alerts.repeated_help(scene([*moves, (8, "transfer", ANA, BEA, 60)], Model.TIME))[0].id
    assert first == again != more


def test_eusko_2020_under_five_and_under_three_percent() -> None:
    """MLC-8: 35,327.90 of commission against a gift of 42,953.73, cover 0.82; break-even at 60 %."""
    moves: list[Move] = [(1, "issue", None, SHOP, 143_179_100), (200, "redeem", SHOP, None, 70_655_800)]
    seen = preview.preview(
        scene(moves), Policy(commission_bp=500), Policy(commission_bp=300), old_gift_bp=300, new_gift_bp=200
    )
    assert (seen.old.commission, seen.old.association_gift) == (3_532_790, 4_295_373)
    assert seen.old.cover is not None and round(float(seen.old.cover), 2) == 0.82
    assert (seen.new.commission, seen.new.association_gift) == (2_119_674, 2_863_582)
    assert seen.reconversion is not None and round(float(seen.reconversion), 4) == 0.4935
    assert preview.break_even(500, 300) == Fraction(3, 5) and preview.break_even(0, 300) is None


def test_a_preview_of_demurrage_and_fees() -> None:
    """1,000.00 held for half of the year is 500.00 on average: 6 % of it are 30.00."""
    window = Window.between(0, 365 * DAY)
    moves: list[Move] = [(0, "issue", None, ANA, 100_000), (182, "redeem", ANA, None, 50_000), (183, "transfer", ANA, BEA, 50_000)]
    seen = preview.preview(scene(moves, window=window), Policy(), Policy(demurrage_bp_year=600, payment_fee_bp=100))
    assert seen.old == preview.Outcome(0, 0, 0, 0, 0) and seen.new.fees == 500
    assert seen.new.demurrage == 4_496, "(100,000 x 182 + 50,000 x 183) / 365 = 74,931 on average"


def test_nothing_at_all() -> None:
    empty = scene([])
    assert alerts.alerts(empty) == []
    assert preview.preview(empty, Policy(), Policy(commission_bp=500)).new.commission == 0
