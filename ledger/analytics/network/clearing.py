"""Set-off: the most that can be taken off a network of debts at once while nobody's net position changes.

Also called maximum circulation: among all flows f with 0 <= f <= w, w being the debts, that enter each node as much as
they leave it, one with the largest sum; debts w - f remain. A minimum-cost flow, solved in
integers, so the sums are exact; which debts remain is one choice of several with the same sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from ledger.analytics.network.graph import components
from ledger.analytics.network.links import MOST, Flags, Ints, Links, TooLarge, add_at, exact_sum
from ledger.core.errors import Corrupt

ROUNDS = 20
"""Of tightening bounds before solving; more gain little."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a set-off leaves. Amounts in minor units."""

    total: int
    """All debts before, gross."""
    net_debt: int
    """What net debtors owe net creditors after it; without liquidity the same as before.

    With liquidity it falls, or stays, as long as nobody has a ceiling or everybody has all they owe. Between the two it
    can rise: who is paid by a neighbour's liquidity, and is stopped from paying on by a ceiling, keeps a debt of their own.
    """
    left: Ints
    """(m,) what remains of each debt."""
    moved: Ints
    """(n,) liquidity that each node received (above 0) or gave (below 0); all 0 without liquidity."""

    @property
    def remaining(self) -> int:
        """All debts after, gross."""
        return exact_sum(self.left)

    @property
    def cleared(self) -> int:
        """What the set-off takes off."""
        return self.total - self.remaining

    @property
    def liquidity_used(self) -> int:
        """Liquidity that changed hands."""
        return exact_sum(np.maximum(self.moved, 0))


def net_positions(network: Links, amounts: Ints) -> Ints:
    """(n,) what each node is owed less what it owes, when each link is worth `amounts` (m,)."""
    return add_at(network.dst, amounts, network.nodes) - add_at(network.src, amounts, network.nodes)


def net_debt(network: Links) -> int:
    """What net debtors owe in all: no set-off without liquidity can bring it down."""
    try:
        return exact_sum(np.maximum(net_positions(network, network.amount), 0))
    except TooLarge:
        return sum(max(0, owed - owes) for owed, owes in zip(network.received(), network.paid(), strict=True))


def clear(network: Links) -> Clearing:
    """The set-off without liquidity. Raises TooLarge."""
    most = _can_circulate(network)
    there = np.flatnonzero(most)
    left = network.amount.copy()
    left[there] -= _best(
        network.nodes, network.src[there], network.dst[there], most[there], np.ones_like(there)
    )
    nobody = np.zeros(network.nodes, dtype=np.int64)
    return _checked(network, Clearing(network.total, net_debt(network), left, nobody))


def _can_circulate(network: Links) -> Ints:
    """(m,) a bound on what of each debt can go in circles: no more than its creditor owes, or its debtor is owed."""
    inside = components(network, strong=True).inside(network)  # no cycle passes any other link
    most = np.where(inside, network.amount, 0)
    for _ in range(ROUNDS):
        owes = add_at(network.src, most, network.nodes)
        owed = add_at(network.dst, most, network.nodes)
        bound = np.minimum(most, np.minimum(owes[network.dst], owed[network.src]))
        if np.array_equal(bound, most):
            break
        most = bound
    return most


def clear_with(network: Links, liquidity: Ints, room: Ints | None = None) -> Clearing:
    """The set-off when each node may also pay with its own liquidity (n,), minor units, balance and credit line alike.

    `room` (n,) is how much liquidity each may take in before its ceiling; None when there is none. Liquidity that is
    received can be paid on. Raises TooLarge.
    """
    if network.total >= MOST:
        raise TooLarge("the sum of all debts")
    size, nodes = network.nodes, np.arange(network.nodes)
    gives = np.minimum(np.maximum(liquidity, 0), network.outgoing())
    takes = network.incoming() if room is None else np.minimum(np.maximum(room, 0), network.incoming())
    bank = np.full(size, size)
    # A unit of debt counts 2, a unit drawn -1. Two circulations differ by cycles that pass the bank once at most, so the
    # largest set-off comes first and the least liquidity for it second.
    worth = np.repeat(np.array((2, -1, 0)), (len(network.src), size, size))
    flows = _best(
        size + 1,
        np.concatenate((network.src, bank, nodes)),
        np.concatenate((network.dst, nodes, bank)),
        np.concatenate((network.amount, gives, takes)),
        worth,
    )
    cleared, paid, got = np.split(flows, (len(network.src), len(network.src) + size))
    left = network.amount - cleared
    after = exact_sum(np.maximum(net_positions(network, left), 0))
    return _checked(network, Clearing(network.total, after, left, got - paid))


def _best(size: int, src: Ints, dst: Ints, most: Ints, worth: Ints) -> Ints:
    """(m,) the circulation up to `most` that is worth most, when a unit on each arc has the given worth."""
    if not len(src):
        return np.zeros(0, dtype=np.int64)
    used = np.zeros(size, dtype=np.int64)
    used[src] = used[dst] = 1
    number = np.cumsum(used) - 1  # the solver goes through nodes without arcs as well
    src, dst, size = number[src], number[dst], int(used.sum())
    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        src.astype(np.int32), dst.astype(np.int32), most, -worth
    )
    solver.set_nodes_supplies(np.arange(size, dtype=np.int32), np.zeros(size, dtype=np.int64))
    status = solver.solve()
    if status != solver.OPTIMAL:  # nothing at all is a solution, so there always is a best one
        raise Corrupt(f"the set-off was not solved: {status}")
    found: Ints = np.asarray(solver.flows(arcs), dtype=np.int64)
    return found


def _checked(network: Links, clearing: Clearing) -> Clearing:
    """The same, after making sure that nobody's net position changes by more than the liquidity that they moved."""
    before = net_positions(network, network.amount)
    after = net_positions(network, clearing.left) + clearing.moved
    bounded: Flags = (clearing.left >= 0) & (clearing.left <= network.amount)
    if not (np.array_equal(before, after) and bounded.all()):
        raise Corrupt("a set-off would change a net position")
    return clearing
