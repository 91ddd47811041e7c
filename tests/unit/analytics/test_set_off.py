"""Set-off: published vectors, liquidity and its limits, proposals, stress, months, debts from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from ledger.analytics.network import set_off_lines
from ledger.analytics.network.clearing import clear, clear_with, net_debt
from ledger.analytics.network.links import links, traits
from ledger.analytics.network.liquidity import liquidity
from ledger.analytics.network.obligations import obligations
from ledger.analytics.network.set_off import circularity, invoices, proposals, set_off, stress
from ledger.analytics.source.beside import BesideError
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import Window
from ledger.core.accounts import Model
from tests.analytics_graphs import edges_of, network_of, positions
from tests.analytics_town import Move, public_bodies, s20k, town


@pytest.mark.parametrize(
    ("edges", "cleared", "total"),
    [
        ([(0, 1, 100), (1, 2, 50), (2, 0, 10)], 30, 160),
        ([(0, 1, 100), (1, 0, 50)], 100, 150),
        ([(0, 1, 5), (1, 2, 5)], 0, 10),
        # Two circles share a link: the longer one is worth more than the pair that a search would meet first.
        ([(0, 1, 5), (1, 0, 5), (1, 2, 5), (2, 0, 5)], 15, 20),
        ([], 0, 0),
    ],
)
def test_known_vectors(edges: list[tuple[int, int, int]], cleared: int, total: int) -> None:
    done = clear(network_of(edges))
    assert (done.cleared, done.total, done.remaining) == (cleared, total, total - cleared)


def test_a_chain_needs_one_balance_at_its_head() -> None:
    chain = network_of([(0, 1, 10), (1, 2, 10), (2, 3, 10)])
    head = np.array([4, 0, 0, 0])
    done = clear_with(chain, head)
    assert (done.cleared, done.net_debt, done.moved.tolist()) == (12, 6, [-4, 0, 0, 4])
    assert clear_with(chain, np.array([0, 0, 0, 9])).cleared == 0, "a creditor's balance pays nobody's debt"
    full = np.array([10, 10, 10, 1])
    assert clear_with(chain, head, full).cleared == 3 + 3 * 2, (
        "one unit reaches the end, the others stop before"
    )
    assert clear_with(chain, np.array([4, 0, 0, 0]), np.zeros(4, dtype=np.int64)).cleared == 0


def credit_town(window: Window | None = None, **of_a: object) -> Scene:
    """a got 40 and owes b 100, b owes c 100 in the window from 10 on; a may go 50 below zero."""
    moves: list[Move] = [
        (0, "issue", None, "a", 40),
        (10, "transfer", "a", "b", 100),
        (11, "transfer", "b", "c", 100),
        (12, "issue", None, "c", 7),
    ]
    return town(
        moves, {"a": {"floor": -50, **of_a}}, window=window or Window.between(10, 20), model=Model.MUTUAL
    )


def test_liquidity_is_the_balance_at_the_start_and_the_line_not_drawn() -> None:
    scene = credit_town()
    of = liquidity(scene, links(scene))
    assert (of.held.tolist(), of.credit.tolist()) == ([40, 0, 0], [50, 0, 0])
    figures = set_off(scene).figures
    said = {key: figure.value for key, figure in figures.items()}
    assert (said["gross"], said["cleared"], said["net_debt"]) == (200, 0, 100)
    assert (said["available_balances"], said["cleared_with_balances"], said["net_debt_with_balances"]) == (
        40,
        80,
        60,
    )
    assert (said["available_credit"], said["cleared_with_credit"], said["net_debt_with_credit"]) == (
        50,
        180,
        10,
    )
    assert (said["moved_with_balances"], said["moved_with_credit"]) == (40, 90)


def test_a_drawn_line_is_less_and_an_opening_balance_counts() -> None:
    scene = credit_town(Window.between(11, 20))
    assert liquidity(scene, links(scene)).held.tolist() == [100, 0], "b has what a paid before the window"
    scene = credit_town(opening=-100)
    assert liquidity(scene, links(scene)).credit.tolist() == [0, 0, 0], (
        "a is 60 below zero, more than its line"
    )
    scene = credit_town(opening=-70)
    of = liquidity(scene, links(scene))
    assert (of.held.tolist(), of.credit.tolist()) == ([0, 0, 0], [20, 0, 0])
    assert liquidity(credit_town(form="paper"), links(scene)).held.tolist() == [0, 0, 0], (
        "notes pay no set-off"
    )


def test_limits_are_the_last_known_before_the_windows_end() -> None:
    scene = credit_town()
    scene.db.execute(
        "INSERT INTO term VALUES (0, 1, 0, -10, NULL), (0, 2, 15, -30, 45), (0, 3, 20, -99, NULL)"
    )
    of = liquidity(scene, links(scene))
    assert (of.credit.tolist()[0], of.room.tolist()[0]) == (30, 5)
    assert of.room.tolist()[1] == 2**62, "no ceiling"
    scene.db.execute("UPDATE account SET closed = 5 WHERE label = 'a'")
    assert liquidity(scene, links(scene)).held.tolist() == [0, 0, 0]


def test_without_balances_or_lines_it_says_so() -> None:
    figures = set_off(s20k()).figures
    assert figures["cleared"].value == 3_216_601
    assert figures["cleared_with_balances"].why == "no_balance"
    assert figures["share_with_credit"].why == "no_credit_line"


def test_proposals_change_no_net_position() -> None:
    scene = s20k()
    network = links(scene)
    label, done = traits(scene, network).label, clear(network)
    found = proposals(network, label, done.left)
    before = {(label[src], label[dst]): amount for src, dst, amount in zip(
        network.src.tolist(), network.dst.tolist(), network.amount.tolist(), strict=True)}  # fmt: skip
    assert all(before[debtor, creditor] == was > now >= 0 for debtor, creditor, was, now in found)
    after = before | {(debtor, creditor): now for debtor, creditor, _, now in found}
    number = {name: at for at, name in enumerate(label)}
    nets = [
        positions((number[src], number[dst], amount) for (src, dst), amount in each.items())
        for each in (before, after)
    ]
    assert nets[0] == nets[1]
    assert sum(was - now for _, _, was, now in found) == done.cleared
    cuts = [was - now for _, _, was, now in found]
    assert cuts == sorted(cuts, reverse=True)
    shown = set_off(scene)
    assert shown.tables["proposals"].rows == tuple(found[:1_000])
    assert "proposals_cut" in shown.notes


def test_circularity_of_public_bodies() -> None:
    result = circularity(public_bodies())
    assert result.figures["circulation"].value == 13_139_064_035
    assert result.figures["circularity"].value == pytest.approx(0.0559810, abs=5e-8)
    assert result.figures["circularity_z"].why == "few"
    shares = [
        round(100 * cast(float, share), 3) for share in result.tables["by_year"].column("cleared_share")
    ]
    assert shares == [8.770, 1.692, 2.921, 7.758, 7.736, 7.303]


def test_months_hold_what_was_owed_in_them() -> None:
    day = 86_400
    moves: list[Move] = [
        (1, "transfer", "a", "b", 10),
        (2, "transfer", "b", "a", 4),
        (40 * day, "transfer", "b", "a", 6),
        (100 * day, "transfer", "c", "a", 1),
    ]
    result = set_off(town(moves))
    assert result.tables["by_month"].rows == (
        ("1970-01", 14, 6, 8, 8 / 14), ("1970-02", 6, 6, 0, 0.0), ("1970-03", 0, 0, 0, None), ("1970-04", 1, 1, 0, 0.0)
    )  # fmt: skip
    assert result.tables["by_year"].rows == (("1970", 21, 1, 20, 20 / 21),)


def test_without_the_largest_seller() -> None:
    moves: list[Move] = [
        (at, "transfer", src, dst, amount)
        for at, (src, dst, amount) in enumerate(
            [("a", "hub", 30), ("b", "hub", 30), ("hub", "a", 25), ("a", "b", 5), ("b", "a", 5)]
        )
    ]
    figures = stress(town(moves)).figures
    assert figures["top_share"].value == 60 / 95
    assert (figures["volume_lost"].value, figures["circulation_lost"].value) == (
        85,
        clear(links(town(moves))).cleared - 10,
    )
    assert figures["circularity_without"].value == 1.0


def test_an_empty_window_says_so() -> None:
    empty = town([], window=Window.between(0, 100))
    for line in set_off_lines.INDICATORS:
        if not line.needs:
            result = line.compute(empty)
            assert {figure.why for key, figure in result.figures.items() if "share" in key or "circularity" in key} <= {
                "no_transfers", "no_balance", "no_credit_line", "few"
            }  # fmt: skip
            assert all(not table.rows for table in result.tables.values())


def test_amounts_too_large_to_set_off_are_said() -> None:
    most = 2**53 - 1
    scene = town([(at, "transfer", "ab"[at % 2], "bc"[at % 2], most) for at in range(1_800)])
    for compute in (circularity, set_off, stress):
        assert "too_large" in {figure.why for figure in compute(scene).figures.values()}
    assert set_off(scene).figures["gross"].value == 1_800 * most


def test_every_figure_table_and_column_has_both_labels() -> None:
    scene = credit_town()
    scene.loaded = {"obligations": None}
    for line in set_off_lines.INDICATORS[:3]:
        result = line.compute(scene)
        assert result.figures.keys() == line.figures.keys() or line.name == "set_off"
        assert result.figures.keys() <= line.figures.keys()
        for table in result.tables.values():
            assert set(table.columns) <= line.columns.keys()
        assert all(
            english and french for english, french in (line.figures | line.columns | line.tables).values()
        )


def test_debts_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "debts.csv"
    path.write_text(
        'debtor,creditor,amount\nAnna,"Bäcker, Hans",60\n"Bäcker, Hans",Anna,50\nAnna,"Bäcker, Hans",40\n'
    )
    owed = obligations(path)
    assert edges_of(owed.network) == [(0, 1, 100), (1, 0, 50)]
    assert owed.network.count.tolist() == [2, 1]
    result = invoices(replace_loaded(town([]), obligations=owed))
    assert [result.figures[key].value for key in ("gross", "cleared", "net_debt")] == [150, 100, 50]
    assert result.tables["proposals"].rows == (
        ("Anna", "Bäcker, Hans", 100, 50),
        ("Bäcker, Hans", "Anna", 50, 0),
    )


def test_debts_too_large_to_set_off_are_said(tmp_path: Path) -> None:
    path = tmp_path / "debts.csv"
    path.write_text(f"debtor,creditor,amount\na,b,{2**61}\nc,b,{2**61}\nb,a,{2**61}\nb,c,{2**61}\n")
    figures = invoices(replace_loaded(town([]), obligations=obligations(path))).figures
    assert figures["gross"].value == 2**63 and figures["cleared"].why == "too_large"


def replace_loaded(scene: Scene, **loaded: object) -> Scene:
    """The same scene with data beside it."""
    return replace(scene, loaded=loaded)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a,b,0", r"line 3, amount: must be from 1"),
        ("a,b,1.5", r"line 3, amount: must be a whole number"),
        ("a,b,-4", r"line 3, amount: must be a whole number"),
        ("a,a,5", r"line 3, creditor: is the debtor"),
        ("a,,5", r"line 3, creditor: is empty"),
        ("a,b", r"line 3: 2 cells under 3 columns"),
        (f"a,b,{2**62 - 2}", r"line 3, amount: what a owes b is more than"),
    ],
)
def test_a_bad_debt_is_named_by_line_and_column(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "debts.csv"
    path.write_text(f"debtor,creditor,amount\na,b,2\n{line}\n")
    with pytest.raises(BesideError, match=said):
        obligations(path)


def test_a_file_without_debts_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "debts.csv"
    path.write_text("debtor,creditor,amount\n")
    with pytest.raises(BesideError, match=r"no debts"):
        obligations(path)


def test_net_debt_of_public_bodies() -> None:
    assert net_debt(links(public_bodies())) == 184_579_401_034
