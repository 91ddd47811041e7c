"""Recirculation: the identity of each business, published figures, months, refunds, overdrafts, unknown kinds."""

from __future__ import annotations

from dataclasses import fields

import pytest

from ledger.analytics.scan.passing import Passing, by_owner
from ledger.analytics.source.window import DAY, Window
from ledger.analytics.spending.recirculation import compute, pairs
from tests.analytics_town import Move, public_bodies, s20k, town

KINDS = {
    "ada": {"kind": "person", "area": "north"},
    "baker": {"kind": "business", "sector": "10.71C", "area": "north"},
    "miller": {"kind": "business", "sector": "10.61A", "area": "south"},
    "town hall": {"kind": "public"},
}
YEAR: list[Move] = [
    (0, "issue", None, "ada", 10_000),
    (1, "transfer", "ada", "baker", 9_000),
    (2, "correction", "baker", "ada", 1_000),
    (40 * DAY, "transfer", "baker", "miller", 2_672),
    (41 * DAY, "redeem", "baker", None, 2_000),
    (42 * DAY, "fee", "baker", None, 100),
    (43 * DAY, "demurrage", "baker", None, 28),
    (44 * DAY, "transfer", "miller", "ada", 500),
    (45 * DAY, "transfer", "town hall", "ada", 300),
]


def test_the_identity_of_each_business() -> None:
    scene = town(YEAR, KINDS)
    for each in by_owner(scene):
        assert each.flows.residual == 0, each
    result = compute(scene)
    assert {key: result.figures[key].value for key in ("receipts", "spent", "redeemed", "kept", "residual")} == {
        "receipts": 11_672, "spent": 3_172, "redeemed": 2_000, "kept": 5_372, "residual": 0,
    }  # fmt: skip


def test_refunds_are_taken_off() -> None:
    figures = compute(town(YEAR, KINDS)).figures
    assert figures["recirculation"].value == 3_172 / (11_672 - 1_000)
    assert figures["reconversion"].value == 2_000 / (11_672 - 1_000)


def test_shops_that_spend_a_third() -> None:
    """REC Barcelona: what shops spend in the currency by what they take in, 33.4 %."""
    moves = [(0, "transfer", "ada", "baker", 1_000), (1, "transfer", "baker", "smith", 334)]
    result = compute(town(moves, {"ada": {"kind": "person"}, "baker": {"kind": "business"}}))
    assert result.figures["recirculation"].value == 0.334


def test_a_year_of_eusko() -> None:
    """2020: 1,431,791 issued, 706,558 changed back, by 16 % of businesses; 0.4935 and 84 %."""
    moves: list[Move] = [(0, "issue", None, "people", 143_179_100)]
    moves += [(1, "transfer", "people", f"shop {at}", 1_000_000) for at in range(100)]
    moves += [(2, "redeem", f"shop {at}", None, 4_415_987 if at else 4_415_995) for at in range(16)]
    kinds = {"people": {"kind": "person"}, **{f"shop {at}": {"kind": "business"} for at in range(100)}}
    figures = compute(town(moves, kinds)).figures
    assert figures["redeemed_of_issued"].value == 70_655_800 / 143_179_100 == pytest.approx(0.4935, abs=5e-5)
    assert figures["never_redeemed"].value == 0.84


def test_three_quarters_passed_on() -> None:
    """Chiemgauer 2011: about three quarters are passed on, one is changed back."""
    moves = [(0, "transfer", "ada", "baker", 400), (1, "redeem", "baker", None, 100)]
    assert compute(town(moves, KINDS)).figures["passed_on"].value == 0.75


def test_by_month_sector_and_area() -> None:
    tables = compute(town(YEAR, KINDS)).tables
    months = tables["by_month"]
    assert months.column("month") == ["1970-01", "1970-02"]
    assert months.column("receipts") == [9_000, 2_672]
    assert months.column("redeemed") == [0, 2_000]
    sectors = tables["by_sector"]
    assert sectors.column("sector") == ["10.61A", "10.71C"]
    assert sectors.column("recirculation") == [500 / 2_672, 2_672 / 8_000]
    assert tables["by_area"].column("area") == ["north", "south"]
    assert tables["businesses"].column("business") == ["baker", "miller"]
    assert sum(tables["bands"].column("businesses")) == 2  # type: ignore[arg-type]


def test_the_window_has_a_beginning_and_an_end() -> None:
    scene = town(YEAR, KINDS, window=Window.between(40 * DAY, 41 * DAY))
    figures = compute(scene).figures
    assert (figures["receipts"].value, figures["spent"].value, figures["redeemed"].value) == (2_672, 2_672, 0)
    assert figures["never_redeemed"].value == 1


def test_redeemed_before_the_window_is_not_never() -> None:
    assert compute(town(YEAR, KINDS, window=Window.between(44 * DAY, 50 * DAY))).figures["never_redeemed"].value == 0.5


def test_an_owner_with_two_trades() -> None:
    kinds = {**KINDS, "cafe": {"kind": "business", "sector": "56.30Z", "owner": "baker"}}
    moves = [*YEAR, (46 * DAY, "transfer", "baker", "cafe", 50), (47 * DAY, "transfer", "cafe", "miller", 20)]
    scene = town(moves, kinds)
    assert [each.flows.residual for each in by_owner(scene)] == [0] * 5
    assert compute(scene).figures["recirculation"].n == 2


def test_a_refund_in_a_month_of_its_own_gives_no_ratio() -> None:
    figures = compute(town(YEAR[:3], KINDS, window=Window.between(2, 3))).figures
    assert figures["recirculation"].value is None
    assert figures["recirculation"].why == "no_receipts"


def test_nothing_happened() -> None:
    result = compute(town([], {}))
    assert result.figures["recirculation"].why == "no_receipts"
    assert result.figures["never_redeemed"].why == "no_businesses"
    assert pairs(town([], {})).figures["b2b_share"].why == "no_transfers"


def test_who_pays_whom() -> None:
    result = pairs(town(YEAR, KINDS))
    rows = {row[:2]: row[2:4] for row in result.tables["pairs"].rows}
    assert rows == {
        ("person", "business"): (1, 9_000),
        ("business", "business"): (1, 2_672),
        ("business", "person"): (1, 500),
        ("public", "person"): (1, 300),
    }
    assert result.figures["b2b_share"].value == 2_672 / 12_472
    assert sum(result.tables["pairs"].column("share")) == pytest.approx(1)  # type: ignore[arg-type]


def test_only_what_fills_an_overdraft_repays_it() -> None:
    kinds: dict[str, dict[str, object]] = {
        name: {"kind": "business", "floor": -1_000} for name in ("baker", "miller", "smith")
    }
    moves: list[Move] = [
        (0, "transfer", "baker", "miller", 300),
        (1, "transfer", "miller", "baker", 200),  # all of it repays
        (2, "transfer", "smith", "baker", 500),  # 100 repays, 400 is money
    ]
    figure = compute(town(moves, kinds)).figures["repaid_overdraft"]
    assert figure.value == 300 / 1_000
    later = compute(town(moves, kinds, window=Window.between(2, 3))).figures["repaid_overdraft"]
    assert later.value == 100 / 500


def test_the_opening_balance_is_repaid_too() -> None:
    kinds: dict[str, dict[str, object]] = {"baker": {"kind": "business", "opening": -50}, "ada": {"kind": "person"}}
    assert compute(town([(0, "transfer", "ada", "baker", 80)], kinds)).figures["repaid_overdraft"].value == 50 / 80


def test_without_kinds_every_account_counts() -> None:
    result = compute(s20k())
    assert "kinds_unknown" in result.notes
    assert result.figures["receipts"].value == 21_965_849
    assert result.figures["redeemed"].value == 1_263_371
    assert result.figures["kept"].value == 15_194_933
    assert result.figures["residual"].value == 0
    assert len(result.tables["businesses"].rows) == 100
    assert "largest_businesses_only" in result.notes


def test_public_bodies_extinguish_what_is_published() -> None:
    figure = compute(public_bodies()).figures["repaid_overdraft"]
    assert figure.value == 9_269_464_858 / 234_705_858_049


def test_joining_groups_adds_every_flow() -> None:
    names = [field.name for field in fields(Passing)]
    whole = Passing(**{name: 2**at for at, name in enumerate(names)})
    whole.add(Passing(**{name: 3**at for at, name in enumerate(names)}))
    expected = {name: 2**at + 3**at for at, name in enumerate(names)}
    expected["largest"] = 3 ** names.index("largest")
    assert {name: getattr(whole, name) for name in names} == expected
