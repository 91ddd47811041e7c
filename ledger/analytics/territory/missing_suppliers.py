"""The line of the registry for missing suppliers (ledger-only import substitution)."""

from __future__ import annotations

import numpy as np

from ledger.analytics.answers.figures import About, Cell, Figure, Flag, Result, Table, Unit, Units
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.network.links import TooLarge, Traits, exact_sum, links, traits
from ledger.analytics.network.set_off import clearing_of
from ledger.analytics.source.scene import Scene
from ledger.analytics.territory.candidates import Ranked, ranked
from ledger.core.accounts import Model

SHOWN = 20
"""Candidates in the table."""


def compute(scene: Scene) -> Result:
    """Indicator `missing_suppliers`."""
    network = links(scene)
    of = traits(scene, network)
    known = sum(sector is not None for sector in of.sector)
    if not known:
        return _nothing("no_sector" if network.nodes else "no_transfers")
    try:
        found = ranked(network, of, clearing_of(scene), SHOWN)
        surplus = exact_sum(np.maximum(network.incoming() - network.outgoing(), 0))
    except TooLarge:
        return _nothing("too_large")
    solved = [one for one in found if one.extra is not None]
    figures = {
        "surplus": Figure(surplus, Unit.CURRENCY, network.nodes),
        "candidates": Figure(len(found), Unit.COUNT, known),
        "solved": Figure(len(solved), Unit.COUNT, len(found)),
        "best": Figure(solved[0].extra, Unit.CURRENCY)
        if solved
        else Figure(None, Unit.CURRENCY, why="no_candidate"),
    }
    notes = ["candidate_assumptions"]
    best_unsolved = max((one.most for one in found if one.extra is None), default=0)
    if solved and best_unsolved > (solved[min(SHOWN, len(solved)) - 1].extra or 0):
        notes.append("candidates_not_all_solved")
    return Result(figures, {"candidates": _table(found[:SHOWN], of)}, notes)


def _nothing(why: str) -> Result:
    units = {"surplus": Unit.CURRENCY, "candidates": Unit.COUNT, "solved": Unit.COUNT, "best": Unit.CURRENCY}
    return Result({name: Figure(None, unit, why=why) for name, unit in units.items()})


def _table(found: list[Ranked], known: Traits) -> Table:
    rows: list[tuple[Cell, ...]] = []
    behind = []
    for one in found:
        of = one.candidate
        sales, purchases = exact_sum(of.sales), exact_sum(of.purchases)
        rows.append(
            (of.sector, of.area, len(of.customers), sales, len(of.suppliers), purchases, one.extra, one.most)
        )
        firms = sum(known.kind[node] in PROFESSIONAL for node in of.customers.tolist())
        behind.append((Units(firms, len(of.customers) - firms, int(of.sales.max())),))
    columns = ("sector", "area", "customers", "sales", "suppliers", "purchases", "extra", "extra_at_most")
    units = {
        name: Unit.COUNT if name in ("customers", "suppliers") else Unit.CURRENCY for name in columns[2:]
    }
    about = About("sales of candidates", ("sector", "area"), "sales", tuple(behind))
    return Table(columns, tuple(rows), units, about)


PROFESSIONAL = ("business", "association", "public")
"""Kinds of owner that are firms or bodies (PRIV-3)."""

INDICATORS = (
    Indicator(
        name="missing_suppliers",
        section="D",
        title="Missing suppliers, read from the ledger",
        title_fr="Fournisseurs manquants, lus dans le registre",
        meaning="In which sector and area one more supplier would bring most money back into circulation: members there "
        "receive more than they can pass on, and firms of that sector buy from members who lack receipts.",
        meaning_fr="Dans quel secteur et quel territoire un fournisseur de plus remettrait le plus d'argent en circulation : des "
        "membres y reçoivent plus qu'ils ne peuvent réutiliser, et ce secteur achète à des membres qui manquent de recettes.",
        formula="A candidate is offered the surplus (received - paid) of each member of the area, in the share that buyers like "
        "it spend on the sector, and buys as the firms of its sector do. Extra = set-off with it - set-off without. "
        "Candidates are solved in the order of a bound from the dual, the others show that bound",
        source="own, on the set-off of this report; prices, capacity and taste are not in a ledger",
        flag=Flag.ESTIMATED,
        compute=compute,
        models=frozenset(Model) - {Model.TIME},
        figures={
            "surplus": ("Received and not paid on", "Reçu et non réutilisé"),
            "candidates": ("Candidates looked at", "Candidats examinés"),
            "solved": ("Candidates solved exactly", "Candidats résolus exactement"),
            "best": ("Extra circulation of the best", "Circulation ajoutée par le meilleur"),
        },
        tables={"candidates": ("Candidates by extra circulation", "Candidats par circulation ajoutée")},
        columns={
            "sector": ("Sector", "Secteur"),
            "area": ("Area", "Territoire"),
            "customers": ("Customers", "Clients"),
            "sales": ("Sales at most", "Ventes au plus"),
            "suppliers": ("Suppliers", "Fournisseurs"),
            "purchases": ("Purchases at most", "Achats au plus"),
            "extra": ("Extra circulation", "Circulation ajoutée"),
            "extra_at_most": ("At most", "Au plus"),
        },
    ),
)
