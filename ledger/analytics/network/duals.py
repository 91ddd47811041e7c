"""What a further debt would be worth to a set-off, from its dual: a bound without solving again."""

from __future__ import annotations

import numpy as np

from ledger.analytics.network.links import Ints, Links, add_at


def potentials(network: Links, left: Ints) -> Ints:
    """(n,) a price for each node that proves a set-off to be the largest.

    A debt that could still be reduced has a price that rises by 1 or more from debtor to creditor; a debt that was reduced one
    that rises by 1 at most. The smallest such prices from 0 up: rounds of relaxation, at most one for each node.
    """
    some_left, reduced = left > 0, left < network.amount
    tail = np.concatenate((network.src[some_left], network.dst[reduced]))
    head = np.concatenate((network.dst[some_left], network.src[reduced]))
    rise = np.repeat(np.array((1, -1)), (int(some_left.sum()), int(reduced.sum())))
    order = np.argsort(head, kind="stable")
    tail, head, rise = tail[order], head[order], rise[order]
    price = np.zeros(network.nodes, dtype=np.int64)
    if not len(head):
        return price
    first = np.flatnonzero(np.concatenate((np.ones(1, dtype=np.bool_), head[1:] != head[:-1])))
    node = head[first]
    for _ in range(network.nodes):
        best = np.maximum(price[node], np.maximum.reduceat(price[tail] + rise, first))
        if np.array_equal(best, price[node]):
            return price
        price[node] = best
    raise ValueError("these debts are not what the largest set-off leaves")


def most_extra(price_in: Ints, limit_in: Ints, price_out: Ints, limit_out: Ints) -> int:
    """A bound on what one more node can add to a set-off.

    It may be owed up to `limit_in` by nodes at `price_in`, and owe up to `limit_out` to nodes at `price_out`. By duality
    each price x of its own gives a bound: sum of limit * max(0, 1 + debtor's price - creditor's price); this is the least.
    """
    debts, claims = _by_price(price_in, limit_in), _by_price(price_out, limit_out)
    prices = {price + 1 for price, _ in debts} | {price - 1 for price, _ in claims}
    if not debts or not claims:
        return 0
    return min(
        sum(limit * max(0, 1 + price - own) for price, limit in debts)
        + sum(limit * max(0, 1 + own - price) for price, limit in claims)
        for own in prices
    )


def _by_price(price: Ints, limit: Ints) -> list[tuple[int, int]]:
    """Each price and the sum of the limits at it."""
    found, place = np.unique(price, return_inverse=True)
    return list(zip(found.tolist(), add_at(place, limit, len(found)).tolist(), strict=True))
