"""Networks for tests, and the slow, plain way to measure them: loops over pairs, triples and sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise, permutations
from random import Random

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from ledger.analytics.network.links import Ints, Links, linked

Edge = tuple[int, int, int]
"""From, to, amount."""


def network_of(edges: Iterable[Edge]) -> Links:
    """A network; one payment for each link. Parallel links and self-links are a mistake of the test."""
    rows = list(edges)
    assert len({edge[:2] for edge in rows}) == len(rows) and all(edge[0] != edge[1] for edge in rows)
    src, dst, amount = (np.array([edge[at] for edge in rows], dtype=np.int64) for at in range(3))
    return linked(src, dst, amount, np.ones(len(rows), dtype=np.int64))


def edges_of(network: Links) -> list[Edge]:
    """Its links, ends as owners."""
    owner = network.owner.tolist()
    rows = zip(network.src.tolist(), network.dst.tolist(), network.amount.tolist(), strict=True)
    return [(owner[src], owner[dst], amount) for src, dst, amount in rows]


def chance_network(nodes: int, links: int, seed: int) -> Links:
    """A random network with so many nodes at most; amounts from 1 to 1,000."""
    random = Random(seed)
    pairs = random.sample(list(permutations(range(nodes), 2)), links)
    return network_of((src, dst, random.randint(1, 1_000)) for src, dst in pairs)


@st.composite
def networks(draw: st.DrawFn, most_nodes: int = 9, most: int = 2**40) -> Links:
    """Networks of up to nine nodes, from empty to complete."""
    nodes = range(draw(st.integers(2, most_nodes)))
    pairs = draw(st.sets(st.sampled_from(list(permutations(nodes, 2)))))
    return network_of((src, dst, draw(st.integers(1, most))) for src, dst in sorted(pairs))


def reached(edges: Iterable[Edge], start: int) -> set[int]:
    """Everyone whom payments lead to from `start`, itself included."""
    pairs, found, before = {edge[:2] for edge in edges}, {start}, 0
    while len(found) > before:
        before = len(found)
        found |= {dst for src, dst in pairs if src in found}
    return found


def strong_components(edges: list[Edge]) -> set[frozenset[int]]:
    """Sets of nodes that all reach each other."""
    nodes = {node for edge in edges for node in edge[:2]}
    reach = {node: reached(edges, node) for node in nodes}
    return {frozenset(other for other in reach[node] if node in reach[other]) for node in nodes}


def core_numbers(edges: list[Edge]) -> dict[int, int]:
    """For each node the largest k such that it survives when all with fewer than k partners go, again and again."""
    partners: dict[int, set[int]] = {}
    for src, dst, _ in edges:
        partners.setdefault(src, set()).add(dst)
        partners.setdefault(dst, set()).add(src)
    core = dict.fromkeys(partners, 0)
    for k in range(1, len(partners)):
        left, gone = set(partners), -1
        while gone:
            weak = {node for node in left if len(partners[node] & left) < k}
            left, gone = left - weak, len(weak)
        core |= dict.fromkeys(left, k)
    return core


def cycles_of_three(edges: list[Edge]) -> int:
    """Ordered triples that pay in a circle, each circle once."""
    pairs = {edge[:2] for edge in edges}
    nodes = sorted({node for pair in pairs for node in pair})
    circles = sum(
        (a, b) in pairs and (b, c) in pairs and (c, a) in pairs for a, b, c in permutations(nodes, 3)
    )
    return circles // 3


def paid_back(edges: list[Edge]) -> tuple[int, int]:
    """Links with a link back; the sum of the smaller amount of each such pair, both ways."""
    amount = {edge[:2]: edge[2] for edge in edges}
    both = [min(value, amount[dst, src]) for (src, dst), value in amount.items() if (dst, src) in amount]
    return len(both), sum(both)


def gini_of(values: list[int]) -> Fraction:
    """The mean difference over all pairs, halved, over the mean."""
    differences = sum(abs(one - other) for one in values for other in values)
    return Fraction(differences, 2 * len(values) * sum(values))


def positions(edges: Iterable[Edge]) -> dict[int, int]:
    """What each is owed less what it owes, where not 0."""
    net: dict[int, int] = {}
    for src, dst, amount in edges:
        net[dst] = net.get(dst, 0) + amount
        net[src] = net.get(src, 0) - amount
    return {node: value for node, value in net.items() if value}


def peeled(edges: list[Edge], seed: int) -> int:
    """What a greedy search clears: any cycle, by its smallest debt, until none is left. It depends on the order."""
    random, left, cleared = Random(seed), {edge[:2]: edge[2] for edge in edges}, 0
    while cycle := _any_cycle(left, random):
        least = min(left[pair] for pair in cycle)
        cleared += least * len(cycle)
        for pair in cycle:
            left[pair] -= least
            if not left[pair]:
                del left[pair]
    return cleared


def _any_cycle(left: dict[tuple[int, int], int], random: Random) -> list[tuple[int, int]]:
    starts = sorted({src for src, _ in left})
    random.shuffle(starts)
    for start in starts:
        for path in _paths(left, [start], random, set()):
            return list(pairwise(path))
    return []


def _paths(
    left: dict[tuple[int, int], int], path: list[int], random: Random, seen: set[int]
) -> Iterator[list[int]]:
    """The first way back to the start of `path`, if there is one."""
    ends = [dst for src, dst in sorted(left) if src == path[-1]]
    random.shuffle(ends)
    for end in ends:
        if end == path[0]:
            yield [*path, end]
            return
        if end not in seen and end not in path:
            seen.add(end)
            for found in _paths(left, [*path, end], random, seen):
                yield found
                return


def best_by_lp(network: Links, liquidity: Ints | None = None, room: Ints | None = None) -> float:
    """What an LP solver clears: the largest circulation, with a bank that pays in and out when there is liquidity."""
    size, links = network.nodes, len(network.src)
    if not size:
        return 0.0
    gives = np.zeros(size) if liquidity is None else liquidity
    takes = np.full(size, network.total) * (liquidity is not None) if room is None else room
    conserved = np.zeros((size, links + 2 * size))
    conserved[network.dst, np.arange(links)] += 1
    conserved[network.src, np.arange(links)] -= 1
    conserved[:, links : links + size] = np.eye(size)
    conserved[:, links + size :] = -np.eye(size)
    bounds = [(0, float(most)) for most in (*network.amount, *gives, *takes)]
    worth = np.concatenate((-np.ones(links), np.zeros(2 * size)))
    return float(-linprog(worth, A_eq=conserved, b_eq=np.zeros(size), bounds=bounds, method="highs").fun)
