"""Measures of a network against loops over all pairs and triples; set-off (P8) against an LP solver and a greedy search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.analytics.network.areas import grouped, mutual_information
from ledger.analytics.network.clearing import Clearing, clear, clear_with, net_debt
from ledger.analytics.network.concentration import gini, hhi
from ledger.analytics.network.duals import most_extra, potentials
from ledger.analytics.network.graph import components, cores, reciprocal, three_cycles
from ledger.analytics.network.links import Links, linked
from ledger.analytics.network.nulls import random_networks, swap_round
from ledger.analytics.territory.candidates import Candidate, with_candidate
from tests import analytics_graphs as slow
from tests.analytics_graphs import edges_of, networks, positions


@given(networks())
def test_measures_agree_with_the_plain_way(network: Links) -> None:
    edges, owner = edges_of(network), network.owner.tolist()
    strong = components(network, strong=True)
    found = {
        frozenset(owner[node] for node in np.flatnonzero(strong.label == each))
        for each in range(len(strong.size))
    }
    assert found == slow.strong_components(edges)
    assert reciprocal(network) == slow.paid_back(edges)
    assert three_cycles(network.src, network.dst, network.nodes) == slow.cycles_of_three(edges)
    assert dict(zip(owner, cores(network).tolist(), strict=True)) == slow.core_numbers(edges)


@given(networks())
def test_weak_components_are_strong_ones_when_all_links_go_both_ways(network: Links) -> None:
    edges = edges_of(network)
    both = slow.strong_components([*edges, *((dst, src, amount) for src, dst, amount in edges)])
    weak = components(network, strong=False)
    assert sorted(weak.size.tolist()) == sorted(map(len, both))


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=40).filter(any))
def test_concentration_is_exact(values: list[int]) -> None:
    whole = sum(values)
    assert gini(values) == float(slow.gini_of(values))
    assert hhi(values) == sum(value * value for value in values) / (whole * whole)
    assert 0 <= slow.gini_of(values) < 1


@given(networks(), st.data())
def test_modularity_is_the_sum_over_pairs_of_one_group(network: Links, data: st.DataObject) -> None:
    group = data.draw(
        st.lists(st.sampled_from(("a", "b", None)), min_size=network.nodes, max_size=network.nodes)
    )
    edges = zip(network.src.tolist(), network.dst.tolist(), network.amount.tolist(), strict=True)
    known = [edge for edge in edges if group[edge[0]] is not None and group[edge[1]] is not None]
    volume = sum(edge[2] for edge in known)
    nodes = range(network.nodes)
    out = [sum(edge[2] for edge in known if edge[0] == node) for node in nodes]
    into = [sum(edge[2] for edge in known if edge[1] == node) for node in nodes]
    of = grouped(network, group)
    assert of.volume == volume
    assert of.same == sum(edge[2] for edge in known if group[edge[0]] == group[edge[1]])
    assert of.expected == sum(out[i] * into[j] for i in nodes for j in nodes if group[i] == group[j])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_mutual_information_is_symmetric_and_bounded(pairs: list[tuple[int, int]]) -> None:
    one, other = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = mutual_information(one, other)
    assume(found is not None)
    assert found is not None and 0 <= found <= 1
    assert mutual_information(other, one) == pytest.approx(found, abs=1e-12)
    assert mutual_information([f"name {each}" for each in one], one) in (None, pytest.approx(1))


@given(networks())
def test_p8_a_set_off_changes_no_net_position_and_is_the_largest(network: Links) -> None:
    done, edges = clear(network), edges_of(network)
    left = [(src, dst, after) for (src, dst, _), after in zip(edges, done.left.tolist(), strict=True)]
    assert positions(left) == positions(edges)
    assert all(0 <= after <= before for (_, _, before), (_, _, after) in zip(edges, left, strict=True))
    assert 0 <= done.cleared <= done.total == sum(edge[2] for edge in edges)
    assert (
        done.net_debt == net_debt(network) == sum(value for value in positions(edges).values() if value > 0)
    )
    assert done.cleared == pytest.approx(slow.best_by_lp(network), abs=1e-3, rel=1e-7)
    assert not slow.peeled([edge for edge in left if edge[2]], seed=0), "a cycle is left"


@given(networks(), st.integers(0, 5))
def test_p8_no_greedy_search_clears_more(network: Links, seed: int) -> None:
    assert slow.peeled(edges_of(network), seed) <= clear(network).cleared


@given(networks())
def test_p8_the_reversed_network_clears_the_same(network: Links) -> None:
    reverse = linked(network.owner[network.dst], network.owner[network.src], network.amount, network.count)
    assert clear(reverse).cleared == clear(network).cleared


@given(networks(most=1_000), st.data())
def test_liquidity_clears_more_within_its_limits(network: Links, data: st.DataObject) -> None:
    amounts = st.lists(st.integers(0, 1_500), min_size=network.nodes, max_size=network.nodes)
    liquidity = np.array(data.draw(amounts), dtype=np.int64)
    room = np.array(data.draw(amounts), dtype=np.int64)
    without, done = clear(network), clear_with(network, liquidity, room)
    assert done.cleared >= without.cleared
    assert done.moved.sum() == 0
    assert (done.moved >= -liquidity).all() and (done.moved <= room).all()
    assert done.cleared == pytest.approx(slow.best_by_lp(network, liquidity, room), abs=1e-3)
    assert clear_with(network, np.zeros_like(room)).cleared == without.cleared
    assert clear_with(network, network.outgoing()).remaining == 0, "who has all they owe can pay all"
    for unhindered in (clear_with(network, liquidity), clear_with(network, network.outgoing(), room)):
        assert unhindered.net_debt <= without.net_debt
    least, most = net_debt_bounds(network, done)
    assert least <= done.net_debt - without.net_debt <= most
    open_debt = done.left > 0
    spent, full = done.moved == -liquidity, done.moved == room
    assert (spent[network.src] | full[network.dst])[open_debt].all(), "a debt is left that could have been paid"


def net_debt_bounds(network: Links, done: Clearing) -> tuple[int, int]:
    """How far liquidity can have moved the net debt, the sum of the positions b above 0.

    A position changes by what is moved, b' = b - moved. Who gave m: max(b, 0) rises by m at most, and not at all when
    nobody owes them any more (b' <= 0). Who received m: it falls by m at most, and by all of m when they owe nobody any
    more (b' >= 0).
    """
    owed, owes = (np.bincount(end[done.left > 0], minlength=network.nodes) > 0 for end in (network.dst, network.src))
    gave, received = (-done.moved).clip(min=0), done.moved.clip(min=0)
    return -int(received.sum()), int(gave[owed].sum() - received[~owes].sum())


def test_liquidity_in_the_middle_of_a_chain_raises_the_net_debt() -> None:
    # 0 owes 1, 1 owes 2, 2 owes 3, one unit each: net positions -1, 0, 0, 1, so the net debt is 1. Only 1 has a unit to
    # pay with, and 3 is at its ceiling. Nothing goes in circles, so the one thing to do is that 1 pays 2, who cannot pay
    # it on. Left are 0 to 1 and 2 to 3: positions -1, 1, -1, 1, a net debt of 2, although one debt less is open.
    chain = slow.network_of([(0, 1, 1), (1, 2, 1), (2, 3, 1)])
    liquidity, room = np.array([0, 1, 0, 0]), np.array([0, 0, 1, 0])
    without, done = clear(chain), clear_with(chain, liquidity, room)
    assert (without.cleared, without.net_debt) == (0, 1)
    assert (done.left.tolist(), done.moved.tolist(), done.net_debt) == ([1, 0, 1], [0, -1, 1, 0], 2)
    assert net_debt_bounds(chain, done) == (-1, 1)
    freed = clear_with(chain, liquidity)
    assert (freed.left.tolist(), freed.net_debt) == ([1, 0, 0], 1), "without the ceiling 2 pays it on"


@given(networks(most=1_000))
def test_the_least_liquidity_that_pays_everything_is_the_net_debt(network: Links) -> None:
    assert clear_with(network, network.outgoing()).liquidity_used == net_debt(network)


@given(networks(most=1_000), st.data())
def test_the_dual_bounds_what_a_candidate_adds(network: Links, data: st.DataObject) -> None:
    assume(network.nodes)
    some = st.dictionaries(st.integers(0, network.nodes - 1), st.integers(1, 2_000), min_size=1)
    sales, purchases = data.draw(some), data.draw(some)
    arrays = [
        np.array(list(each), dtype=np.int64)
        for each in (sales, sales.values(), purchases, purchases.values())
    ]
    one = Candidate("bread", None, *arrays)
    before = clear(network)
    price = potentials(network, before.left)
    extra = clear(with_candidate(network, one)).cleared - before.cleared
    assert 0 <= extra <= most_extra(price[one.customers], one.sales, price[one.suppliers], one.purchases)
    owed = np.maximum(0, 1 + price[network.src] - price[network.dst])
    assert before.cleared == int((network.amount * owed).sum()), "the prices prove that nothing larger exists"


@settings(max_examples=40)
@given(st.integers(4, 12), st.integers(0, 2**32), st.data())
def test_swaps_keep_every_degree(nodes: int, seed: int, data: st.DataObject) -> None:
    network = slow.chance_network(nodes, data.draw(st.integers(1, nodes * (nodes - 1))), seed)
    for drawn in random_networks(network, 3, seed):
        pairs = set(zip(drawn.src.tolist(), drawn.dst.tolist(), strict=True))
        assert len(pairs) == len(network.src), "two links became one"
        assert all(src != dst for src, dst in pairs)
        for ends in ("src", "dst"):
            degrees = [
                np.bincount(getattr(each, ends), minlength=network.nodes).tolist()
                for each in (network, drawn)
            ]
            assert degrees[0] == degrees[1]
        assert drawn.outgoing().tolist() == network.outgoing().tolist()
        assert (np.diff(drawn.src * drawn.nodes + drawn.dst) > 0).all(), "not in order"


def test_all_networks_with_the_same_degrees_are_equally_likely() -> None:
    # Each of 4 pays one other and is paid by one: 9 ways to do so without paying oneself, 6 of them one circle of four.
    src, dst = np.arange(4), np.array([1, 2, 3, 0])
    chance = np.random.default_rng(7)
    seen: dict[tuple[int, ...], int] = {}
    for _ in range(18_000):
        for _ in range(3):
            swap_round(src, dst, 4, chance)
        seen[tuple(dst.tolist())] = seen.get(tuple(dst.tolist()), 0) + 1
    assert len(seen) == 9
    assert max(abs(count - 2_000) for count in seen.values()) < 250, seen  # 5 to 6 standard deviations


@given(networks(most=2**20), st.integers(0, 2**37))
def test_amounts_of_more_than_53_bits_clear_exactly(network: Links, factor: int) -> None:
    large = replace(network, amount=network.amount * factor)
    assert clear(large).cleared == clear(network).cleared * factor
