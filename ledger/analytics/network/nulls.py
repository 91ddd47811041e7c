"""Networks by chance: the same owners with the same numbers of payers and payees, otherwise linked at random.

A figure of a network says something only against such networks: a large pilot has cycles by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from ledger.analytics.answers.figures import FEW, Figure, Unit
from ledger.analytics.network.clearing import clear
from ledger.analytics.network.graph import reciprocal, three_cycles
from ledger.analytics.network.links import Flags, Ints, Links, links
from ledger.analytics.source.scene import Scene

SEED = 20_260_101
"""Any number; always the same, so that a report can be computed again."""
FIRST, BETWEEN = 4, 0.5
"""Swaps for each link before the first network, and between two."""
PAIRED = 7 / 8
"""The share of pairs that are tried in a round; with all of them some small networks would never be reached."""
MOST_ROUNDS = 500
"""Rounds before the first network at most: where hardly a swap is possible, chance leaves little room anyway."""
MOST_LINKS = 20_000
"""Above so many links the set-off is not done again in every random network."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Samples of random networks, one number for each network; equally long."""

    reciprocal_links: list[int]
    reciprocal_amount: list[int]
    cycles: list[int]
    cleared: list[int]
    """Empty above MOST_LINKS."""


def sample_size(network: Links) -> int:
    """How many random networks: 100, fewer for networks of more than 20,000 links, at least 20."""
    return max(20, min(100, 2_000_000 // max(1, len(network.src))))


def random_networks(network: Links, how_many: int, seed: int = SEED) -> Iterator[Links]:
    """Networks with the degrees of this one. An amount stays with its payer, so what each paid in all stays too."""
    chance = np.random.default_rng(seed)
    dst, size = network.dst.copy(), len(network.dst)
    swaps = rounds = 0
    while swaps < FIRST * size and rounds < MOST_ROUNDS:
        swaps += swap_round(network.src, dst, network.nodes, chance)
        rounds += 1
    between = ceil(rounds * min(BETWEEN * size, swaps) / max(swaps, 1))
    for _ in range(how_many):
        for _ in range(between):
            swap_round(network.src, dst, network.nodes, chance)
        order = np.argsort(network.src * network.nodes + dst)
        yield Links(network.owner, network.src, dst[order], network.amount[order], network.count[order])


def swap_round(src: Ints, dst: Ints, size: int, chance: np.random.Generator) -> int:
    """Swap the payees of random pairs of links, a>b and c>d to a>d and c>b; changes `dst` and says how many pairs.

    Most links are paired, by chance. A pair is swapped when its links of before and after are all different from
    every other link and every other proposal. That condition reads the same backwards, so that each step is as likely as
    the step back and all networks with these degrees that swaps reach are equally likely in the end.
    """
    half = int(chance.binomial(len(src) // 2, PAIRED))
    first, second = np.split(chance.permutation(len(src))[: 2 * half], 2)
    there, back = src[first] * size + dst[second], src[second] * size + dst[first]
    keys = np.concatenate((src * size + dst, there, back))
    alone = ~repeated(keys)
    possible = (src[first] != dst[second]) & (src[second] != dst[first]) & alone[first] & alone[second]
    possible &= alone[len(src) : len(src) + half] & alone[len(src) + half :]
    first, second = first[possible], second[possible]
    dst[first], dst[second] = dst[second], dst[first].copy()
    return len(first)


def repeated(keys: Ints) -> Flags:
    """(k,) which stand more than once."""
    order = np.argsort(keys)
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    found = np.zeros(len(keys), dtype=np.bool_)
    found[order[1:][same]] = found[order[:-1][same]] = True
    return found


def chance_of(scene: Scene) -> Chance | None:
    """Random networks for the scene's window, kept with the scene; None for fewer than 30 owners."""
    network = links(scene)
    if network.nodes < FEW:
        return None
    kept = scene.kept.get("chance")
    if not isinstance(kept, Chance):
        kept = scene.kept["chance"] = _sample(network)
    return kept


def _sample(network: Links) -> Chance:
    chance = Chance([], [], [], [])
    for drawn in random_networks(network, sample_size(network)):
        number, amount = reciprocal(drawn)
        chance.reciprocal_links.append(number)
        chance.reciprocal_amount.append(amount)
        chance.cycles.append(three_cycles(drawn.src, drawn.dst, drawn.nodes))
        if len(network.src) <= MOST_LINKS:
            chance.cleared.append(clear(drawn).cleared)
    return chance


def against(
    observed: int, samples: list[int], unit: Unit, whole: int = 1, none: str = "few"
) -> dict[str, Figure]:
    """`by_chance`: their mean, from the lowest to the highest; `z`: how many standard deviations the observed lies above.

    All but z are divided by `whole`. No z when all random networks agree; `none` says why
    there are no samples.
    """
    size = len(samples)
    if size < 2 or not whole:
        return {
            name: Figure(None, kind, why=none if whole else "no_transfers") for name, kind in _kinds(unit)
        }
    mean = sum(samples) / size
    spread = sqrt(sum((each - mean) ** 2 for each in samples) / (size - 1))
    by_chance = Figure(mean / whole, unit, size, min(samples) / whole, max(samples) / whole)
    z = (
        Figure((observed - mean) / spread, Unit.INDEX, size)
        if spread
        else Figure(None, Unit.INDEX, size, why="no_spread")
    )
    return {"by_chance": by_chance, "z": z}


def _kinds(unit: Unit) -> tuple[tuple[str, Unit], ...]:
    return ("by_chance", unit), ("z", Unit.INDEX)
