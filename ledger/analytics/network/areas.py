"""Places and groups in the network: how much stays in one area, and whether groups by payments are groups by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from ctypes import CDLL
from dataclasses import dataclass
from math import log
from sys import platform
from threading import Lock

import numpy as np
from scipy import sparse
from sknetwork.clustering import Leiden

from ledger.analytics.answers.figures import FEW, Cell, Figure, Flag, Result, Table, Unit, ratio, said
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.network.graph import matrix
from ledger.analytics.network.links import Ints, Links, exact_at, exact_sum, links, traits
from ledger.analytics.network.nulls import SEED
from ledger.analytics.source.scene import Scene

_ONE_AT_A_TIME = Lock()
SHOWN = 50
"""Largest communities in the table."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """How volume falls on groups, among links with both ends in a known group. Amounts in minor units."""

    volume: int
    same: int
    """Inside one group."""
    expected: int
    """Sum over groups of paid by it times paid to it: volume^2 times the share inside if all paid at random."""

    @property
    def same_share(self) -> float | None:
        """Volume inside one group; None without volume."""
        return self.same / self.volume if self.volume else None

    @property
    def modularity(self) -> float | None:
        """The share inside less that at random; None without volume."""
        return (self.same * self.volume - self.expected) / self.volume**2 if self.volume else None


def grouped(network: Links, group: Sequence[str | int | None]) -> Grouped:
    """By the group of each node (n,), None when unknown."""
    names = sorted({each for each in group if each is not None}, key=str)
    number = {name: place for place, name in enumerate(names)}
    place = np.array([-1 if each is None else number[each] for each in group], dtype=np.int64)
    payer, payee = place[network.src], place[network.dst]
    known = (payer >= 0) & (payee >= 0)
    payer, payee, amount = payer[known], payee[known], network.amount[known]
    paid, received = exact_at(payer, amount, len(names)), exact_at(payee, amount, len(names))
    expected = sum(out * into for out, into in zip(paid, received, strict=True))
    return Grouped(exact_sum(amount), exact_sum(amount[payer == payee]), expected)


def communities(network: Links) -> Ints:
    """(n,) number of each node's community by Leiden's method on the directed amounts, the largest first."""
    if not network.nodes:
        return np.zeros(0, dtype=np.int64)
    # Shares of the whole: the method stops at gains that are small beside 1.
    weights = sparse.csr_matrix(matrix(network, weighted=True).astype(np.float64) / network.total)
    weights.indices, weights.indptr = weights.indices.astype(np.int32), weights.indptr.astype(np.int32)
    with _ONE_AT_A_TIME:
        _libc().srand(SEED)  # the library draws from C's rand() whatever seed it is given
        found: Ints = np.asarray(Leiden().fit_predict(weights), dtype=np.int64)
    return found


def _libc() -> CDLL:
    return CDLL("ucrtbase" if platform == "win32" else None)


def mutual_information(one: Sequence[Hashable], other: Sequence[Hashable]) -> float | None:
    """Normalised mutual information (NMI) of two partitions of the same things: 0 unrelated, 1 the same.

    Normalised by the mean of both entropies; None when neither partition divides anything.
    """
    size = len(one)
    entropies = _entropy(Counter(one), size) + _entropy(Counter(other), size)
    if not entropies:
        return None
    shared = entropies - _entropy(Counter(zip(one, other, strict=True)), size)
    return min(1.0, max(0.0, 2 * shared / entropies))


def _entropy(counts: Counter[Hashable] | Counter[tuple[Hashable, Hashable]], size: int) -> float:
    return sum(count / size * log(size / count) for count in counts.values())


def area_compute(scene: Scene) -> Result:
    """Indicator `modularity`."""
    network = links(scene)
    area = traits(scene, network).area
    of, known = grouped(network, area), sum(each is not None for each in area)
    why = "no_area" if network.nodes and not known else "no_transfers"
    figures = {
        "same_area_share": ratio(of.same, of.volume, Unit.SHARE, n=known, why=why),
        "expected_share": ratio(of.expected, of.volume**2, Unit.SHARE, n=known, why=why),
        "modularity": said(of.modularity, Unit.INDEX, known, why=why),
        "unknown_area_share": ratio(network.total - of.volume, network.total, Unit.SHARE, why="no_transfers"),
    }
    if known < FEW and of.volume:
        figures["modularity"] = Figure(None, Unit.INDEX, known, why="few")
    return Result(figures, notes=["unknown_area_left_out"] if known < network.nodes else [])


def community_compute(scene: Scene) -> Result:
    """Indicator `communities`."""
    network = links(scene)
    few = {name: Figure(None, unit, network.nodes, why="few") for name, unit in _COMMUNITY_UNITS.items()}
    if network.nodes < FEW:
        return Result(few, notes=["few"])
    label, area = communities(network), traits(scene, network).area
    known = [place for place, each in enumerate(area) if each is not None]
    agree = mutual_information([int(label[place]) for place in known], [area[place] for place in known])
    of = grouped(network, label.tolist())
    figures = {
        "communities": Figure(int(label.max()) + 1, Unit.COUNT, network.nodes),
        "inside_share": ratio(of.same, of.volume, Unit.SHARE, n=network.nodes),
        "modularity": said(of.modularity, Unit.INDEX, network.nodes, why="no_transfers"),
        "agreement_with_areas": said(agree, Unit.INDEX, len(known), why="one_area" if known else "no_area"),
    }
    return Result(figures, {"communities": _table(network, label, area)}, ["seeded"])


_COMMUNITY_UNITS = {
    "communities": Unit.COUNT,
    "inside_share": Unit.SHARE,
    "modularity": Unit.INDEX,
    "agreement_with_areas": Unit.INDEX,
}


def _table(network: Links, label: Ints, area: Sequence[str | None]) -> Table:
    members = np.bincount(label)
    inside = label[network.src] == label[network.dst]
    kept = exact_at(label[network.src[inside]], network.amount[inside], len(members))
    paid = exact_at(label[network.src], network.amount, len(members))
    areas: list[Counter[str]] = [Counter() for _ in members]
    for number, each in zip(label.tolist(), area, strict=True):
        if each is not None:
            areas[number][each] += 1
    rows: list[tuple[Cell, ...]] = []
    for number, size in enumerate(members.tolist()[:SHOWN]):
        most = max(areas[number].items(), key=lambda item: (item[1], item[0]), default=(None, 0))
        rows.append((number + 1, size, paid[number], kept[number], most[0], most[1]))
    units = {
        "members": Unit.COUNT,
        "paid": Unit.CURRENCY,
        "paid_inside": Unit.CURRENCY,
        "from_area": Unit.COUNT,
    }
    return Table(
        ("community", "members", "paid", "paid_inside", "main_area", "from_area"), tuple(rows), units
    )


INDICATORS = (
    Indicator(
        name="modularity",
        section="E",
        title="Payments inside an area",
        title_fr="Paiements à l'intérieur d'un territoire",
        meaning="How much of the volume stays between members of one area, and how much more that is than if payers "
        "chose payees without regard to place (modularity, at most 1; 0 means place does not count).",
        meaning_fr="Part du volume qui reste entre membres d'un même territoire, et ce qu'elle a de plus que si l'on "
        "payait sans égard au lieu (modularité, 1 au plus ; 0 : le lieu ne compte pas).",
        formula="share inside - sum over areas of paid * received / W^2; payments with an unknown area left out; "
        "modularity not given below 30 members with a known area",
        source="Newman (2004), directed: Leicht and Newman (2008)",
        flag=Flag.MEASURED,
        compute=area_compute,
        figures={
            "same_area_share": ("Share of volume inside an area", "Part du volume interne à un territoire"),
            "expected_share": ("The same if place did not count", "La même si le lieu ne comptait pas"),
            "modularity": ("Modularity by area", "Modularité par territoire"),
            "unknown_area_share": ("Volume with an unknown area", "Volume de territoire inconnu"),
        },
    ),
    Indicator(
        name="communities",
        section="E",
        title="Communities found in the payments",
        title_fr="Communautés lues dans les paiements",
        meaning="Groups of members who pay each other more than others, found from payments alone, and how far they are "
        "the same as areas: 0 unrelated, 1 the same.",
        meaning_fr="Groupes de membres qui se paient surtout entre eux, trouvés par les seuls paiements, et à quel point "
        "ils recoupent les territoires : 0 sans rapport, 1 identiques.",
        formula="Leiden on directed amounts; agreement = 2 I / (H1 + H2) over members with a known area (NMI). "
        "One of several good partitions, the same for the same data on the same system. Not given below 30 members.",
        source="Traag, Waltman and van Eck (2019)",
        flag=Flag.ESTIMATED,
        compute=community_compute,
        figures={
            "communities": ("Communities", "Communautés"),
            "inside_share": ("Share of volume inside a community", "Part du volume interne à une communauté"),
            "modularity": ("Modularity", "Modularité"),
            "agreement_with_areas": ("Agreement with areas (NMI)", "Accord avec les territoires (NMI)"),
        },
        tables={"communities": ("The largest communities", "Les plus grandes communautés")},
        columns={
            "community": ("Community", "Communauté"),
            "members": ("Members", "Membres"),
            "paid": ("Paid", "Payé"),
            "paid_inside": ("Paid inside", "Payé à l'intérieur"),
            "main_area": ("Most common area", "Territoire le plus fréquent"),
            "from_area": ("Members from it", "Membres qui en sont"),
        },
    ),
)
