"""The figures of the network under the names that other programs print, and who can reach whom in it."""

from __future__ import annotations

from ledger.analytics.answers.figures import WHOLE, Cell, Figure, Flag, Result, Table, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.network.areas import grouped
from ledger.analytics.network.clearing import clear, net_debt
from ledger.analytics.network.concentration import gini, hhi
from ledger.analytics.network.graph import components, cores, reciprocal, three_cycles
from ledger.analytics.network.links import Links, TooLarge, exact_sum, links, traits, within_owner
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.slices import months, years

Block = dict[str, object]


def network_block(scene: Scene) -> Block:
    """All measures of the window's network under the keys of the validation files, `clearing` nested.

    Counts and amounts are integers; a share of nothing is None, and so is what needs areas when no account has one.
    """
    network = links(scene)
    strong, core = components(network, strong=True), cores(network)
    mutual, mutual_amount = reciprocal(network)
    paid, received = network.paid(), network.received()
    by_area = grouped(network, traits(scene, network).area)
    total = network.total
    return {
        "nodes": network.nodes,
        "edges": len(network.src),
        "total": total,
        "reciprocity_edges": _share(mutual, len(network.src)),
        "reciprocity_weighted": _share(mutual_amount, total),
        "lscc_nodes": strong.largest,
        "lscc_share": _share(strong.largest, network.nodes),
        "lwcc_nodes": components(network, strong=False).largest,
        "n_scc_gt1": int((strong.size > 1).sum()),
        "weight_inside_scc_share": _share(exact_sum(network.amount[strong.inside(network)]), total),
        "kcore_max": int(core.max(initial=0)),
        "kcore_max_nodes": int((core == core.max(initial=0)).sum()),
        "gini_in_strength": gini(received),
        "gini_out_strength": gini(paid),
        "HHI_turnover": hhi([out + into for out, into in zip(paid, received, strict=True)]),
        "directed_3cycles": three_cycles(network.src, network.dst, network.nodes),
        "same_area_share": by_area.same_share,
        "modularity_area_directed": by_area.modularity,
        "clearing": clearing_block(network),
    }


def clearing_block(network: Links) -> Block:
    """Set-off under the keys of the validation files; what is left is None when the amounts are too large to solve."""
    total = network.total
    block: Block = {"total": total, "NID": net_debt(network)}
    try:
        done = clear(network)
    except TooLarge:
        return block | {"remaining": None, "cleared": None, "cleared_share": None}
    return block | {
        "remaining": done.remaining,
        "cleared": done.cleared,
        "cleared_share": _share(done.cleared, total),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def compute(scene: Scene) -> Result:
    """Indicator `connectedness`."""
    network = links(scene)
    strong, weak, core = components(network, True), components(network, False), cores(network)
    inside, total = exact_sum(network.amount[strong.inside(network)]), network.total
    nodes = network.nodes
    figures = {
        "members": Figure(nodes, Unit.COUNT),
        "links": Figure(len(network.src), Unit.COUNT),
        "volume": Figure(total, Unit.CURRENCY, exact_sum(network.count)),
        "within_owner": Figure(within_owner(scene), Unit.COUNT),
        "strong_members": Figure(strong.largest, Unit.COUNT, nodes),
        "strong_share": ratio(strong.largest, nodes, Unit.SHARE, n=nodes, why="no_transfers"),
        "strong_volume_share": ratio(inside, total, Unit.SHARE, n=nodes, why="no_transfers"),
        "strong_components": Figure(int((strong.size > 1).sum()), Unit.COUNT, nodes),
        "weak_members": Figure(weak.largest, Unit.COUNT, nodes),
        "core": Figure(int(core.max(initial=0)), Unit.COUNT, nodes),
        "core_members": Figure(int((core == core.max(initial=0)).sum()), Unit.COUNT, nodes),
    }
    series = {"by_year": [_line(label, links(part)) for label, part in years(scene)]}
    series["by_month"] = [_line(label, links(part)) for label, part in months(scene)]
    return Result(figures, {name: Table(COLUMNS, tuple(rows), UNITS, WHOLE) for name, rows in series.items()})


COLUMNS = ("period", "members", "links", "volume", "strong_members", "strong_volume_share")
UNITS = {
    "members": Unit.COUNT,
    "links": Unit.COUNT,
    "volume": Unit.CURRENCY,
    "strong_members": Unit.COUNT,
    "strong_volume_share": Unit.SHARE,
}


def _line(label: str, network: Links) -> tuple[Cell, ...]:
    strong, total = components(network, strong=True), network.total
    inside = exact_sum(network.amount[strong.inside(network)])
    return label, network.nodes, len(network.src), total, strong.largest, _share(inside, total)


INDICATORS = (
    Indicator(
        name="connectedness",
        section="E",
        title="Who can reach whom",
        title_fr="Qui atteint qui",
        meaning="Among the members of the strongly connected part, money from each can come to each other one along "
        "payments that really happened. Volume outside of strong parts passes once and does not come back.",
        meaning_fr="Dans la partie fortement connexe, l'argent de chacun peut parvenir à chacun par des paiements réels. "
        "Le volume qui n'en fait pas partie passe une fois et ne revient pas.",
        formula="Payments added up by (payer, payee), accounts of one owner together. Strong component: all reach each other "
        "along links; weak: whichever way they point. k-core: members with at least k partners among themselves.",
        source="Tarjan (1972); Seidman (1983)",
        flag=Flag.MEASURED,
        compute=compute,
        figures={
            "members": ("Members who paid or were paid", "Membres ayant payé ou reçu"),
            "links": ("Links (who paid whom)", "Liens (qui a payé qui)"),
            "volume": ("Volume", "Volume"),
            "within_owner": (
                "Movements inside one owner, left out",
                "Mouvements internes à un titulaire, écartés",
            ),
            "strong_members": (
                "Members of the largest strong part",
                "Membres de la plus grande partie fortement connexe",
            ),
            "strong_share": ("Their share of members", "Leur part des membres"),
            "strong_volume_share": (
                "Volume inside strong parts",
                "Volume interne aux parties fortement connexes",
            ),
            "strong_components": (
                "Strong parts of two or more",
                "Parties fortement connexes de deux ou plus",
            ),
            "weak_members": (
                "Members of the largest connected part",
                "Membres de la plus grande partie connexe",
            ),
            "core": ("Highest k-core", "Plus haut k-cœur"),
            "core_members": ("Members of it", "Membres qui en sont"),
        },
        tables={"by_year": ("By year", "Par année"), "by_month": ("By month", "Par mois")},
        columns={
            "period": ("Period", "Période"),
            "members": ("Members", "Membres"),
            "links": ("Links", "Liens"),
            "volume": ("Volume", "Volume"),
            "strong_members": ("Largest strong part", "Plus grande partie fortement connexe"),
            "strong_volume_share": (
                "Volume inside strong parts",
                "Volume interne aux parties fortement connexes",
            ),
        },
    ),
)
