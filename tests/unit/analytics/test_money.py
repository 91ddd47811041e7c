"""Money, velocity, holding times, age, credit and demurrage: published figures, and the edges."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.analytics.answers.figures import Figure, Result
from ledger.analytics.money import age, circulation, demurrage_rate, holding, velocity
from ledger.analytics.money.circulation import residual
from ledger.analytics.scan.scanned import End, Rule, Side
from ledger.analytics.scan.whole import month_bounds, scan_scene, scanned
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR, Window
from ledger.core.accounts import Model
from tests.analytics_town import Move, public_bodies, s20k, town
from tests.tidy import ROOT

EXPECTED: dict[str, Any] = json.loads((ROOT / "tests" / "data" / "s20k" / "expected.json").read_text())


def number(figure: Figure) -> int | float:
    assert figure.value is not None, figure.why
    return figure.value


def figures(result: Result) -> dict[str, int | float | None]:
    return {key: figure.value for key, figure in result.figures.items()}


@pytest.mark.parametrize(
    ("before", "issued", "redeemed", "after", "left"),
    [
        (165_648, 1_073_642, 977_566, 261_724, 0),
        (261_724, 1_304_994, 1_239_260, 327_458, 0),
        (327_458, 1_501_145, 1_333_067, 495_536, 0),
        (118_850, 875_737, 766_430, 165_648, -62_509),
        (0, 1_431_791, 706_558, 725_233, 0),
    ],
    ids=["Chiemgauer 2008", "Chiemgauer 2009", "Chiemgauer 2010", "Chiemgauer 2007", "Eusko 2020"],
)
def test_published_years(before: int, issued: int, redeemed: int, after: int, left: int) -> None:
    assert residual(before, after, issued=issued, redeemed=redeemed) == left


def test_a_published_velocity() -> None:
    """Chiemgauer 2018: 6.2 million paid with 1.9 million in circulation, "3.25 times"."""
    year = [(0, "issue", None, "a", 190), *((at, "transfer", *pair, 62) for at, pair in _rounds(10))]
    scene = town(year, window=Window.between(0, YEAR))
    assert number(velocity.compute(scene).figures["per_year"]) == pytest.approx(3.26, abs=0.005)


def _rounds(many: int) -> list[tuple[int, tuple[str, str]]]:
    return [((at + 1) * DAY, ("a", "b") if at % 2 == 0 else ("b", "a")) for at in range(many)]


def test_the_20_000_rows() -> None:
    scene = s20k()
    money, speed = circulation.compute(scene).figures, velocity.compute(scene).figures
    assert number(money["average"]) == pytest.approx(EXPECTED["M_average"], rel=1e-12)
    assert number(money["after"]) == EXPECTED["final_positive"]
    assert number(speed["per_year"]) == pytest.approx(EXPECTED["velocity_conventional_per_year"], rel=1e-12)
    held = holding.compute(scene).figures["holding_days"]
    assert (held.low, held.high) == pytest.approx(
        tuple(EXPECTED[rule]["transfer_ended"]["mean_days"] for rule in ("lifo", "fifo")), rel=1e-12
    )
    over = {row[0]: row for row in holding.compute(scene).tables["over"].rows}
    for at, rule in ((1, "lifo"), (2, "fifo")):
        for days, share in EXPECTED[rule]["amount_share_over_days"].items():
            assert over[int(days)][at] == pytest.approx(share, rel=1e-12)
    assert number(circulation.stock_flow(scene).figures["residual"]) == 0
    months = circulation.compute(scene).tables["by_month"]
    assert months.column("month")[0] == "1970-01" and len(months.rows) == 31
    assert sum(int(str(each)) for each in months.column("volume")) == EXPECTED["transfers"]


@pytest.mark.parametrize("plain", [False, True])
def test_public_bodies_in_both_kernels(plain: bool) -> None:
    scan = scan_scene(public_bodies(), plain=plain).scan
    assert scan.integral() == scan.integral(Side.CREDIT) == 19_199_237_644_287_849_600
    assert scan.stock() == scan.stock(Side.CREDIT) == 184_579_401_034
    said = [(scan.matched(rule, side=side).pairs, scan.matched(rule, side=side).amount_seconds)
            for side in Side for rule in Rule]  # fmt: skip
    assert said == [
        (1634, 3_174_899_622_638_774_400), (1879, 230_092_836_673_593_600),
        (1450, 456_888_404_434_032_000), (1578, 137_361_757_546_483_200),
    ]  # fmt: skip
    assert scan.mixed_days() == pytest.approx(636.9609004673075, rel=1e-12)
    assert scan.mixed_days(side=Side.CREDIT) == pytest.approx(390.1405482630376, rel=1e-12)
    assert scan.spent() - scan.matched(Rule.FIFO, (End.TRANSFER,)).volume == 193_848_865_892


def test_three_rules_by_hand() -> None:
    moves: list[Move] = [
        (0, "issue", None, "a", 100), (10 * DAY, "issue", None, "a", 100), (20 * DAY, "transfer", "a", "b", 100),
        (30 * DAY, "redeem", "b", None, 40),
    ]  # fmt: skip
    result = holding.compute(town(moves))
    held = result.figures["holding_days"]
    assert (held.low, held.value, held.high, held.n) == (10.0, 15.0, 20.0, 1)
    assert number(result.figures["open"]) == 160
    assert number(result.figures["volume"]) == 100


def test_income_into_an_overdraft_repays_credit_and_is_not_held() -> None:
    moves: list[Move] = [
        (0, "transfer", "a", "b", 100), (4 * DAY, "transfer", "b", "a", 60), (10 * DAY, "transfer", "b", "a", 70),
    ]  # fmt: skip
    scene = town(moves, model=Model.MUTUAL)
    credit = figures(holding.age_of_credit(scene))
    assert credit["repaid"] == 100 and credit["open"] == 30
    assert credit["repaid_days"] == pytest.approx((60 * 4 + 40 * 10) / 100)
    money = figures(holding.compute(scene))
    assert (money["on_credit"], money["volume"], money["open"]) == (130, 100, 30)
    assert money["holding_days"] == pytest.approx((60 * 4 + 40 * 10) / 100)
    assert money["with_credit_days"] == pytest.approx((60 * 4 + 40 * 10) / 230)


def test_demurrage_takes_the_oldest_and_ends_no_holding_by_payment() -> None:
    moves: list[Move] = [
        (0, "issue", None, "a", 100), (10 * DAY, "issue", None, "a", 100), (20 * DAY, "demurrage", "a", None, 100),
        (40 * DAY, "transfer", "a", "b", 100),
    ]  # fmt: skip
    scene = town(moves, window=Window.between(0, YEAR))
    scan = scanned(scene).scan
    assert [scan.matched(rule, (End.TRANSFER,)).mean_days for rule in Rule] == [30.0, 30.0]
    assert [scan.matched(rule, (End.OTHER,)).mean_days for rule in Rule] == [20.0, 20.0]
    rate = demurrage_rate.compute(scene).figures["effective_rate"]
    integral = 100 * 10 * DAY + 200 * 10 * DAY + 100 * (YEAR - 20 * DAY)
    assert number(rate) == pytest.approx(100 * 100 * YEAR / integral)


def test_accounts_of_one_owner_are_one_unit() -> None:
    moves: list[Move] = [
        (0, "issue", None, "shop", 100), (DAY, "transfer", "shop", "till", 100), (3 * DAY, "transfer", "till", "ann", 100),
    ]  # fmt: skip
    scene = town(moves, {"till": {"owner": "shop"}, "shop": {}})
    speed = velocity.compute(scene).figures
    assert (number(speed["volume"]), speed["volume"].n) == (100, 1)
    assert number(holding.compute(scene).figures["holding_days"]) == 2.0


def test_a_movement_from_an_account_to_itself_changes_nothing() -> None:
    moves: list[Move] = [
        (0, "issue", None, "a", 9),
        (DAY, "transfer", "a", "a", 9),
        (3 * DAY, "transfer", "a", "b", 9),
    ]
    assert number(holding.compute(town(moves)).figures["holding_days"]) == 3.0


def test_ties_follow_the_order_of_the_ledger() -> None:
    moves: list[Move] = [
        (5, "transfer", "a", "b", 7),
        (5, "transfer", "b", "c", 7),
        (5, "transfer", "c", "a", 7),
    ]
    scan = scanned(town(moves)).scan
    assert scan.stock() == scan.integral() == 0
    assert scan.matched(Rule.FIFO).pairs == 2 and scan.matched(Rule.FIFO).amount_seconds == 0
    assert holding.compute(town(moves)).figures["inverse_per_year"].why == "no_time"


def test_notes_stand_apart() -> None:
    moves: list[Move] = [(0, "issue", None, "a", 100), (0, "issue", None, "notes", 50), (2 * DAY, "redeem", "notes", None, 20),
                         (4 * DAY, "transfer", "a", "b", 10)]  # fmt: skip
    scene = town(moves, {"notes": {"form": "paper"}})
    money = figures(circulation.compute(scene))
    assert (money["average"], money["after"], money["paper_after"]) == (100, 100, 30)
    assert money["paper_average"] == pytest.approx((50 * 2 + 30 * 2) / 4)
    flow = figures(circulation.stock_flow(scene))
    assert (flow["issued"], flow["redeemed"], flow["residual"]) == (100, 0, 0)


def test_money_brought_along_is_held_since_the_record_begins() -> None:
    moves: list[Move] = [(10 * DAY, "transfer", "a", "b", 60), (20 * DAY, "transfer", "b", "a", 60)]
    result = holding.compute(town(moves, {"a": {"opening": 60}, "b": {"opening": -20}}))
    assert number(result.figures["existing"]) == 80
    assert "opening_unknown" in result.notes
    flow = figures(circulation.stock_flow(town(moves, {"a": {"opening": 60}, "b": {"opening": -20}})))
    assert (flow["before"], flow["residual"], flow["credit_repaid"]) == (60, 0, 20)


def test_a_window_inside_the_record_knows_what_came_before() -> None:
    moves: list[Move] = [(0, "issue", None, "a", 50), (30 * DAY, "transfer", "a", "b", 50)]
    result = holding.compute(town(moves, window=Window.between(20 * DAY, 40 * DAY)))
    assert number(result.figures["holding_days"]) == 30.0
    scan = scanned(town(moves, window=Window.between(20 * DAY, 40 * DAY))).scan
    assert scan.carried(Rule.FIFO) == 50 * 20 * DAY and scan.residual(Rule.FIFO) == 0


def test_age_and_dormant_accounts() -> None:
    moves: list[Move] = [
        (0, "issue", None, "old", 60), (200 * DAY, "issue", None, "ann", 40), (390 * DAY, "transfer", "ann", "bob", 10),
        (400 * DAY, "transfer", "bob", "old", 10),
    ]  # fmt: skip
    result = age.compute(town(moves))
    said = figures(result)
    assert said["over_365_days"] == 0.6 and said["over_90_days"] == 0.9 and said["over_30_days"] == 0.9
    assert (said["dormant"], said["dormant_accounts_share"], said["dormant_money_share"]) == (1, 0.5, 0.7)
    assert said["age_days"] == pytest.approx((60 * 400 + 30 * 200) / 100)
    assert sum(int(str(each)) for each in result.tables["pyramid"].column("fifo")) == 100


def test_stationary_money_has_one_velocity() -> None:
    moves: list[Move] = [(0, "issue", None, "a", 100)]
    moves += [
        (at * DAY, "transfer", *pair, 100)
        for at, pair in ((at + 1, ("a", "b") if at % 2 == 0 else ("b", "a")) for at in range(364))
    ]
    said = velocity.stationarity(town(moves, window=Window.between(0, 364 * DAY + DAY))).figures
    assert number(said["fisher"]) == pytest.approx(365.25 * 364 / 365)
    assert number(said["inverse"]) == pytest.approx(365.25)


@pytest.mark.parametrize("scene", [town([]), town([(5, "issue", None, "a", 1)])], ids=["nothing", "one row"])
def test_an_empty_window_says_why(scene: Scene) -> None:
    for module in (circulation, velocity, holding, age, demurrage_rate):
        for indicator in module.INDICATORS:
            result = indicator.compute(scene)
            assert all(figure.value is not None or figure.why for figure in result.figures.values())
            assert set(result.figures) <= set(indicator.figures)
            for key, table in result.tables.items():
                assert key in indicator.tables and set(table.columns) <= set(indicator.columns)
    assert velocity.compute(scene).figures["per_year"].why == "no_money"


def test_months_cut_a_window() -> None:
    february = 1_706_745_600
    assert month_bounds(Window.between(february - 5, february)) == [february - 5, february]
    assert month_bounds(Window.between(february - 5, february + 1)) == [february - 5, february, february + 1]
    assert month_bounds(Window.between(7, 7)) == [7, 7]


def test_numbers_beyond_64_bits_stay_exact() -> None:
    most = 2**53 - 1
    moves: list[Move] = [(0, "issue", None, "a", most)] * 600 + [(2**33, "transfer", "a", "b", most)] * 600
    scan = scanned(town(moves)).scan
    assert scan.matched(Rule.LIFO).amount_seconds == 600 * most * 2**33 == scan.integral()
