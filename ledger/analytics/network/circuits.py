"""Payments that come back: directly (reciprocity), over three members (cycles), each held against chance."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.analytics.answers.figures import Figure, Flag, Result, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.network.graph import reciprocal, three_cycles
from ledger.analytics.network.links import links
from ledger.analytics.network.nulls import SEED, against, chance_of
from ledger.analytics.source.scene import Scene


def reciprocity(scene: Scene) -> Result:
    """Indicator `reciprocity`."""
    network = links(scene)
    number, amount = reciprocal(network)
    size, total = len(network.src), network.total
    figures = {
        "reciprocal_links": Figure(number, Unit.COUNT, size),
        "link_share": ratio(number, size, Unit.SHARE, n=size, why="no_transfers"),
        "volume_share": ratio(amount, total, Unit.SHARE, n=size, why="no_transfers"),
    }
    chance = chance_of(scene)
    of_links = chance.reciprocal_links if chance else []
    of_volume = chance.reciprocal_amount if chance else []
    figures |= _named("link", against(number, of_links, Unit.SHARE, size))
    figures |= _named("volume", against(amount, of_volume, Unit.SHARE, total))
    return Result(figures, notes=["seeded"] if chance else ["few"])


def cycles(scene: Scene) -> Result:
    """Indicator `cycles`."""
    network = links(scene)
    found = three_cycles(network.src, network.dst, network.nodes)
    chance = chance_of(scene)
    figures = {"three_cycles": Figure(found, Unit.COUNT, network.nodes)}
    figures |= _named("three_cycles", against(found, chance.cycles if chance else [], Unit.COUNT))
    return Result(figures, notes=["seeded"] if chance else ["few"])


def _named(name: str, figures: Mapping[str, Figure]) -> dict[str, Figure]:
    return {f"{name}_{key}": figure for key, figure in figures.items()}


_CHANCE = (
    "By chance: up to 100 networks (20 from 100,000 links on) in which each member has as many payers and payees, "
    f"made by swapping the payees of random pairs of links (seed {SEED}); z = (observed - mean) / standard deviation. "
    "Not given below 30 members."
)
_CHANCE_SOURCE = "null model: Maslov and Sneppen (2002), Milo et al. (2003)"

INDICATORS = (
    Indicator(
        name="reciprocity",
        section="E",
        title="Reciprocity",
        title_fr="Réciprocité",
        meaning="How often the one who is paid also pays back the payer, by links and by volume. z above 2: clearly more "
        "than chance; below -2: clearly less, as in a chain of supply.",
        meaning_fr="À quel point celui qui est payé paie aussi le payeur, en liens et en volume. z supérieur à 2 : nettement "
        "plus que le hasard ; inférieur à -2 : nettement moins, comme dans une chaîne d'approvisionnement.",
        formula="links with a link back / links; sum of min(w_ij, w_ji) / sum of w_ij. " + _CHANCE,
        source="Squartini et al. (2013); " + _CHANCE_SOURCE,
        flag=Flag.MEASURED,
        compute=reciprocity,
        figures={
            "reciprocal_links": ("Links with a link back", "Liens réciproques"),
            "link_share": ("Their share of links", "Leur part des liens"),
            "volume_share": ("Volume paid back", "Volume rendu"),
            "link_by_chance": ("Share of links by chance", "Part des liens au hasard"),
            "link_z": ("z of the share of links", "z de la part des liens"),
            "volume_by_chance": ("Volume paid back by chance", "Volume rendu au hasard"),
            "volume_z": ("z of the volume paid back", "z du volume rendu"),
        },
    ),
    Indicator(
        name="cycles",
        section="E",
        title="Cycles of three",
        title_fr="Cycles de trois",
        meaning="How many times A paid B, B paid C and C paid A: the shortest way for money to come home after having served "
        "others. Larger networks have more by chance; z says how many more there are than that.",
        meaning_fr="Nombre de fois où A a payé B, B a payé C et C a payé A : le plus court retour de l'argent après avoir servi "
        "à d'autres. Un grand réseau en a davantage par hasard ; z dit l'écart au hasard.",
        formula="trace(A^3) / 3 of the 0/1 matrix of links. " + _CHANCE,
        source="Iosifidis et al. (2018); " + _CHANCE_SOURCE,
        flag=Flag.MEASURED,
        compute=cycles,
        figures={
            "three_cycles": ("Cycles of three", "Cycles de trois"),
            "three_cycles_by_chance": ("By chance", "Au hasard"),
            "three_cycles_z": ("z", "z"),
        },
    ),
)
