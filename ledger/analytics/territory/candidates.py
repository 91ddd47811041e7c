"""Which supplier is missing: a candidate of a sector in an area, ranked by what it would add to the circulation.

Read from the ledger alone, on two assumptions.
* Whoever received more than they paid on (and so kept it, or redeemed it) in the candidate's area would spend up to that
  surplus with it, in the share that buyers like them (their sector, else their kind) spend on that sector everywhere.
* The candidate would buy as the firms of its sector buy now: from the same suppliers, in the same proportions, as much of
  each unit received as they do.
Then the set-off is solved once more with these debts added; the rise is the circulation that the candidate makes possible.
It says where a search is worth while, not that a firm would live from it: prices, capacity and taste are not in a ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt

import numpy as np

from ledger.analytics.network.clearing import Clearing, clear
from ledger.analytics.network.duals import most_extra, potentials
from ledger.analytics.network.links import MOST, Flags, Ints, Links, Traits, add_at, exact_sum, linked

WORK = 200_000_000
"""Of links times the square root of nodes, all candidates together: about what the solver does in four seconds."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A supplier that does not exist. Amounts in minor units over the window."""

    sector: str
    area: str | None
    """None when no area is known in the ledger: then everybody is its customer."""
    customers: Ints
    """Nodes that would buy from it, and in `sales` for how much."""
    sales: Ints
    suppliers: Ints
    """Nodes that it would buy from, and in `purchases` for how much."""
    purchases: Ints


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate and what it would add."""

    candidate: Candidate
    extra: int | None
    """Extra circulation; None when it was not solved because of its bound or the work."""
    most: int
    """A bound on the extra circulation, proved by the dual."""


def candidates(network: Links, of: Traits) -> Iterator[Candidate]:
    """Every sector in every area for which there would be customers and suppliers."""
    surplus = np.maximum(network.incoming() - network.outgoing(), 0)
    baskets = _Baskets(network, of)
    areas = sorted({area for area in of.area if area is not None})
    number = {area: place for place, area in enumerate(areas)}
    place = np.array([-1 if area is None else number[area] for area in of.area], dtype=np.int64)
    inside: list[tuple[str | None, Flags]] = [(area, place == number[area]) for area in areas]
    everywhere = [(None, np.ones(network.nodes, dtype=np.bool_))]
    for sector in baskets.sectors:
        wanted = baskets.wanted(sector, surplus)
        inputs = baskets.inputs(sector)
        for area, there in inside or everywhere:
            customers = np.flatnonzero((wanted > 0) & there)
            sales = wanted[customers]
            suppliers, purchases = inputs.of(exact_sum(sales))
            if len(customers) and len(suppliers):
                yield Candidate(sector, area, customers, sales, suppliers, purchases)


class _Baskets:
    """What each kind of buyer buys, by sector and by seller."""

    def __init__(self, network: Links, of: Traits) -> None:
        self._network = network
        self.sectors = sorted({sector for sector in of.sector if sector is not None})
        number = {sector: place for place, sector in enumerate(self.sectors)}
        self._sector = np.array([-1 if each is None else number[each] for each in of.sector], dtype=np.int64)
        names = [sector or f"kind {kind}" for sector, kind in zip(of.sector, of.kind, strict=True)]
        groups = {name: place for place, name in enumerate(sorted(set(names)))}
        self._group = np.array([groups[name] for name in names], dtype=np.int64)
        self._spent = add_at(self._group[network.src], network.amount, len(groups))
        self._on: defaultdict[int, Ints] = defaultdict(lambda: np.zeros(len(groups), dtype=np.int64))
        for place in range(len(self.sectors)):
            bought = self._sector[network.dst] == place
            self._on[place] = add_at(self._group[network.src[bought]], network.amount[bought], len(groups))

    def wanted(self, sector: str, surplus: Ints) -> Ints:
        """(n,) what of each surplus would go to a sector."""
        on, spent = self._on[self.sectors.index(sector)][self._group], self._spent[self._group]
        return _part(surplus, on, spent)

    def inputs(self, sector: str) -> _Inputs:
        """How the firms of a sector buy."""
        place, network = self.sectors.index(sector), self._network
        buys = self._sector[network.src] == place
        bought = add_at(network.dst[buys], network.amount[buys], network.nodes)
        suppliers = np.flatnonzero(bought)
        received = exact_sum(network.amount[self._sector[network.dst] == place])
        return _Inputs(suppliers, bought[suppliers], received)


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Of all firms of a sector: from which nodes they bought for how much, and what they received."""

    suppliers: Ints
    bought: Ints
    received: int

    def of(self, turnover: int) -> tuple[Ints, Ints]:
        """Suppliers of a firm like them with that turnover, and what it would buy from each."""
        whole = np.array(max(self.received, exact_sum(self.bought)))
        purchases = _part(np.array([turnover]), self.bought, whole)
        some = purchases > 0
        return self.suppliers[some], purchases[some]


def _part(amounts: Ints, parts: Ints, wholes: Ints) -> Ints:
    """amounts * parts / wholes, rounded down, 0 of nothing; exact where the product is more than 64 bits."""
    if float(amounts.max(initial=0)) * float(parts.max(initial=0)) >= MOST:
        amounts = amounts.astype(object)
    found: Ints = np.asarray(amounts * parts // np.maximum(wholes, 1), dtype=np.int64)
    return found


def with_candidate(network: Links, one: Candidate) -> Links:
    """The network with the candidate's debts added."""
    owner = int(network.owner.max(initial=0)) + 1
    it = np.full(len(one.customers), owner), np.full(len(one.suppliers), owner)
    amount = np.concatenate((network.amount, one.sales, one.purchases))
    return linked(
        np.concatenate((network.owner[network.src], network.owner[one.customers], it[1])),
        np.concatenate((network.owner[network.dst], it[0], network.owner[one.suppliers])),
        amount,
        np.concatenate((network.count, np.ones(len(amount) - len(network.count), dtype=np.int64))),
    )


def ranked(network: Links, of: Traits, before: Clearing, shown: int, work: int = WORK) -> list[Ranked]:
    """Candidates by extra circulation, then those not solved by their bound; `before` is the set-off without them.

    They are solved in the order of their bounds until `shown` are known to be better than all others, or until `work` is
    spent; at least one is solved. Raises TooLarge.
    """
    price = potentials(network, before.left)
    found = [
        (most_extra(price[each.customers], each.sales, price[each.suppliers], each.purchases), each)
        for each in candidates(network, of)
    ]
    found.sort(key=lambda pair: (-pair[0], pair[1].sector, pair[1].area or ""))
    limit = max(1, work // max(1, len(network.src) * isqrt(network.nodes)))
    solved: list[Ranked] = []
    for most, each in found[:limit]:
        best = sorted((one.extra or 0 for one in solved), reverse=True)
        if len(best) >= shown and best[shown - 1] >= most:
            break
        extra = clear(with_candidate(network, each)).cleared - before.cleared if most else 0
        solved.append(Ranked(each, extra, most))
    rest = [Ranked(each, None, most) for most, each in found[len(solved) :]]
    return sorted(solved, key=lambda one: -(one.extra or 0)) + rest
