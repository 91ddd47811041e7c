from __future__ import annotations

from itertools import pairwise

import pytest

from ledger.analytics.comparing.disclosure import protect
from ledger.analytics.scan.scanned import Side
from ledger.analytics.scan.whole import scanned
from ledger.analytics.source.window import Window
from ledger.analytics.spending.pictures import in_and_out, paths, tenths
from ledger.analytics.spending.recirculation import compute as recirculation
from tests.analytics_town import Move, town
from tests.analytics_valley import valley


def test_in_and_out_adds_up_to_what_is_held() -> None:
    scene = valley()
    said = in_and_out(scene)
    rows = said.tables["by_month"].rows
    assert len(rows) == 12
    assert rows[0][0] == "2025-01"
    assert rows[-1][-1] == scanned(scene).scan.stock(Side.HELD)
    assert sum(int(row[1] or 0) for row in rows) == said.figures["issued"].value
    for before, after in pairwise(rows):
        ins, outs = sum(int(cell or 0) for cell in after[1:3]), sum(int(cell or 0) for cell in after[3:7])
        assert int(after[-1] or 0) == int(before[-1] or 0) + ins - outs


def test_what_was_there_before_the_window_counts() -> None:
    moves: list[Move] = [
        (5, "issue", None, "a", 100),
        (50, "redeem", "a", None, 30),
        (60, "correction", None, "a", 7),
    ]
    said = in_and_out(town(moves, {"b": {"opening": 11}}, window=Window.between(10, 100)))
    assert said.tables["by_month"].rows == (("1970-01", 0, 7, 30, 0, 0, 0, 100 + 11 + 7 - 30),)


def test_paths_hold_all_receipts_of_businesses() -> None:
    scene = valley()
    said = paths(scene)
    receipts = recirculation(scene).figures
    assert said.figures["receipts"].value == receipts["receipts"].value
    into, onward = said.tables["into"], said.tables["onward"]
    assert sum(int(cell or 0) for cell in into.column("amount")) == receipts["receipts"].value
    fates = {
        fate: sum(int(row[2] or 0) for row in onward.rows if row[1] == fate) for fate in onward.column("fate")
    }
    assert fates["paid_on"] == receipts["spent"].value
    assert fates["redeemed"] == receipts["redeemed"].value
    assert len(protect([into, onward])) == 2


def test_paths_without_businesses_say_so() -> None:
    assert paths(town([(1, "transfer", "a", "b", 5)])).figures["receipts"].why == "no_businesses"


def test_tenths_rise_to_the_whole() -> None:
    moves: list[Move] = [(at, "transfer", "payer", f"p{at:02}", at) for at in range(1, 41)]
    said = tenths(town(moves))
    rows = said.tables["tenths"].rows
    assert [row[1] for row in rows] == [4] * 10
    assert rows[0][2] == 1 + 2 + 3 + 4
    assert rows[-1][3] == 1.0
    assert said.figures["top_tenth"].value == pytest.approx((37 + 38 + 39 + 40) / 820)
    assert tenths(town(moves[:20])).figures["top_tenth"].why == "few"
