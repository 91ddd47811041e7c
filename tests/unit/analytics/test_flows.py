"""Flows between areas, sectors and forms; leaks with their three terms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.analytics.answers.value_words import text_word
from ledger.analytics.source.beside import BesideError
from ledger.analytics.source.window import Window
from ledger.analytics.spending import crossings, flows, leakage, recirculation
from ledger.analytics.spending.survey import Purchases, read_purchases
from tests.analytics_town import Move, public_bodies, s20k, town
from tests.unit.analytics.test_recirculation import KINDS, YEAR

AREAS = json.loads((Path(__file__).parent / "public_bodies_areas.json").read_text())


def test_areas_of_public_bodies() -> None:
    scene = public_bodies()
    assert flows.area_matrix(scene) == AREAS["area_matrix_pence"]
    assert flows.same_area_share(scene) == pytest.approx(AREAS["same_area_share_by_payer_area"], rel=1e-12)
    result = flows.areas(scene)
    assert result.figures["same_share"].value == pytest.approx(0.8139097514009148, rel=1e-12)
    assert sum(result.tables["matrix"].column("amount")) == 234_705_858_049  # type: ignore[arg-type]


def test_areas_of_20_000_rows() -> None:
    assert flows.areas(s20k()).figures["same_share"].value == pytest.approx(0.47565118015697916, rel=1e-12)


def test_an_unknown_area_is_shown_and_nowhere_the_same() -> None:
    moves: list[Move] = [(0, "transfer", "a", "b", 10), (1, "transfer", "b", "c", 30), (2, "transfer", "c", "d", 60)]
    scene = town(moves, {"a": {"area": "north"}, "b": {"area": "north"}})
    assert flows.area_matrix(scene) == {"north": {"north": 10, "unknown": 30}, "unknown": {"unknown": 60}}
    assert flows.same_area_share(scene) == {"north": 0.25}
    result = flows.areas(scene)
    assert (result.figures["same_share"].value, result.figures["known_share"].value) == (0.1, 0.1)
    assert result.notes == ["area_partly_unknown"]


def test_no_area_at_all() -> None:
    scene = town([(0, "transfer", "a", "b", 10)])
    assert (flows.area_matrix(scene), flows.same_area_share(scene)) == ({}, {})
    assert flows.areas(scene).figures["same_share"].why == "no_area"
    assert flows.sectors(scene).figures["same_share"].why == "no_sector"


def test_sectors() -> None:
    table = flows.sectors(town(YEAR, KINDS)).tables["matrix"]
    assert ("10.71C", "10.61A", 1, 2_672) in table.rows
    assert ("person", "10.71C", 1, 9_000) in table.rows
    assert sum(table.column("amount")) == 12_472  # type: ignore[arg-type]


def test_people_are_no_sector_and_not_unknown() -> None:
    kinds = {"ann": {"kind": "person"}, "bob": {"kind": "person"}, "mill": {"kind": "business", "sector": "10.61A"},
             "shop": {"kind": "business"}}  # fmt: skip
    moves: list[Move] = [
        (0, "transfer", "ann", "mill", 50), (1, "transfer", "ann", "bob", 30), (2, "transfer", "mill", "shop", 15),
        (3, "transfer", "mill", "ann", 5),
    ]  # fmt: skip
    result = flows.sectors(town(moves, kinds))
    assert result.tables["matrix"].rows == (
        ("10.61A", "person", 1, 5), ("10.61A", None, 1, 15), ("person", "10.61A", 1, 50), ("person", "person", 1, 30),
    )  # fmt: skip
    assert (result.figures["same_share"].value, result.figures["known_share"].value) == (0.0, 0.85)
    assert result.tables["same_share"].rows == (("10.61A", 20, 0.0),)
    assert text_word("payer_sector", "person", "fr") == "particuliers"


def test_many_codes_are_taken_by_division() -> None:
    kinds = {f"shop {at}": {"kind": "business", "sector": f"{10 + at % 2}.{at:03}"} for at in range(101)}
    moves: list[Move] = [(at, "transfer", f"shop {at}", f"shop {at + 1}", 1) for at in range(100)]
    result = flows.sectors(town(moves, kinds))
    assert result.tables["matrix"].rows == (("10", "11", 50, 50), ("11", "10", 50, 50))
    assert result.notes == ["sectors_by_division"]
    for other in (leakage.compute(town(moves, kinds)), recirculation.compute(town(moves, kinds))):
        assert other.tables["by_sector"].column("sector") == ["10", "11"]
        assert other.tables["by_sector"].column("receipts") == [50, 50]
        assert "sectors_by_division" in other.notes


def test_who_stands_behind_a_cell() -> None:
    table = flows.areas(town(YEAR, KINDS)).tables["matrix"]
    assert table.about is not None
    at = table.rows.index(("north", "north", 1, 9_000))
    payers, payees = table.about.units[at]
    assert (payers.individuals, payers.professionals, payees.individuals, payees.professionals) == (1, 0, 0, 1)
    assert payers.largest == payees.largest == 9_000


def test_forms() -> None:
    moves: list[Move] = [(0, "transfer", "a", "b", 10), (1, "transfer", "c", "b", 30)]
    result = flows.forms(town(moves, {"a": {"form": "paper"}}))
    assert result.tables["forms"].rows == (("digital", 1, 30), ("paper", 1, 10))
    assert result.figures["digital_share"].value == 0.75
    assert flows.forms(town([])).figures["digital_share"].why == "no_transfers"


DECLARED = (Purchases("10.71C", None, 1, 4_500, 900), Purchases("10.61A", "south", 1, 1_000, 500))


def test_crossings_are_told_by_month_and_community() -> None:
    day = 86_400
    moves: list[Move] = [
        (0, "transfer", "ann", "mes", 700), (5, "transfer", "bob", "mes", 50), (40 * day, "transfer", "mes", "bob", 20),
        (41 * day, "transfer", "ann", "val", 9), (41 * day, "transfer", "mes", "val", 1), (41 * day, "issue", None, "mes", 5),
        (42 * day, "transfer", "ann", "bob", 3), (50 * day, "transfer", "ann", "mes", 1_000),
    ]  # fmt: skip
    scene = town(moves, window=Window.between(0, 50 * day))
    none = crossings.compute(scene)
    assert none.figures["communities"].why == "no_conventions" and none.tables == {}
    scene.db.execute("INSERT INTO partner SELECT account, upper(label) FROM account WHERE label IN ('mes', 'val')")
    found = crossings.compute(scene)
    assert found.figures["communities"].value == 2
    assert found.tables["by_month"].rows == (("1970-01", 750, 2, 0, 0), ("1970-02", 9, 1, 20, 1))
    assert found.tables["by_community"].rows == (("MES", 750, 2, 20, 1), ("VAL", 9, 1, 0, 0))
    assert all(table.about is None for table in found.tables.values()), "not for readers of aggregates"


def test_three_leaks_apart() -> None:
    figures = leakage.compute(town(YEAR, KINDS, accounts=DECLARED)).figures
    assert figures["redeemed_share"].value == 2_000 / 11_672
    assert figures["outside_share"].value == (2_672 + 500) / 11_672
    national = 9_000 * 0.2 + 2_672 * 0.5
    assert figures["national_share"].value == pytest.approx(national / 11_672)
    assert figures["leak_share"].value == pytest.approx((2_000 + 3_172 + national) / 11_672)
    assert figures["coverage"].value == 5_500 / 11_672
    assert (figures["national_share"].flag, figures["coverage"].flag) == ("estimated", "declared")


def test_undeclared_is_not_zero() -> None:
    result = leakage.compute(town(YEAR, KINDS))
    assert result.figures["leak_share"].why == "needs_accounts"
    assert result.tables["by_sector"].column("national_share") == [None, None]
    assert result.figures["measured_share"].value == (2_000 + 3_172) / 11_672
    assert "needs_accounts" in result.notes


def test_leaks_without_areas_or_receipts() -> None:
    assert leakage.compute(town([(0, "transfer", "a", "b", 10)])).figures["outside_share"].why == "no_area"
    assert leakage.compute(town([])).figures["redeemed_share"].why == "no_receipts"
    assert leakage.compute(town([], accounts=DECLARED)).figures["leak_share"].why == "no_receipts"


def test_firms_alike_are_asked_first() -> None:
    share = leakage.declared_share
    assert share(DECLARED, ("10.71C", "north")) == 0.2
    assert share(DECLARED, ("10.61A", "south")) == 0.5
    assert share(DECLARED, ("47.29Z", None)) == 1_400 / 5_500
    assert share((), ("47.29Z", None)) is None


def test_purchases_are_read(tmp_path: Path) -> None:
    path = tmp_path / "purchases.csv"
    path.write_text("sector,area,firms,receipts,outside\n10.71C,,1,4500,900\n10.61A,south,1,1000,500\n")
    assert read_purchases(path) == DECLARED
    path.write_text("sector,area,firms,receipts,outside\n10.71C,,1,45.00,900\n")
    with pytest.raises(BesideError, match=r"purchases.csv, line 2, receipts: must be a whole number"):
        read_purchases(path)
    path.write_text("sector,area,firms,receipts,outside\n")
    with pytest.raises(BesideError, match="no receipts"):
        read_purchases(path)
