"""Which imports a territory could make itself: a front of candidates, not one weighted score; and the rule SUBST-1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ledger.analytics.answers.figures import Cell, Figure, Flag, Result, Table, Unit
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.source.scene import Scene
from ledger.analytics.spending.recirculation import business_kinds
from ledger.analytics.territory.economy import Territory, at_delta, is_regional, quotients
from ledger.analytics.territory.factors import Factors
from ledger.analytics.territory.footprint import totals
from ledger.analytics.territory.io_table import ORIGIN_COLUMNS, ORIGIN_TABLE, IoTable, origin_table
from ledger.analytics.territory.leontief import Floats, per_output
from ledger.analytics.territory.regional import MIDDLE, slq

REPLACED = 0.1
"""Of the imports, the share whose replacement is looked at."""
RELATED = 0.7
"""From this location quotient on, a supplying sector counts as present."""


@dataclass(frozen=True, slots=True)
class Need:
    """Per sector, (n,) in the table's unit."""

    supply: Floats
    """What the territory's users buy from inside."""
    imports: Floats
    """What they buy of the same products from outside: the gap."""

    @property
    def self_sufficiency(self) -> Floats:
        """supply / (supply + imports); 1 where nothing is needed."""
        whole = self.supply + self.imports
        return np.asarray(np.divide(self.supply, whole, out=np.ones(len(whole)), where=whole > 0), np.float64)


def need(of: Territory) -> Need:
    """Of a territory. A national table is scaled by jobs, and what its quotients cut from supply is imported."""
    table = of.table
    n = len(table.sectors)
    output, part, local = table.output, 1.0, np.ones(n)
    if of.delta is not None:
        jobs, nation = table.rows["jobs_region"], table.rows["jobs"]
        output, part = output * per_output(jobs, nation), float(jobs.sum() / nation.sum())
        local = np.minimum(np.diag(quotients(table, of.delta)), 1.0)
    demand = part * (table.demand["households"] + table.demand.get("other_demand", np.zeros(n)))
    cut = (per_output(table.flows, table.output) - of.coefficients) @ output + demand * (1.0 - local)
    abroad = part * table.demand.get("imported", np.zeros(n))
    return Need(of.coefficients @ output + demand * local, abroad + cut)


def output_gain(imports: Floats, type1: Floats, share: float = REPLACED) -> Floats:
    """(n,) output of all sectors when this share of the imports is made inside."""
    return np.asarray(share * imports * type1, np.float64)


def pareto(criteria: Sequence[Floats]) -> list[bool]:
    """For each candidate whether no other is at least as good in every criterion and better in one (more is better)."""
    points = np.column_stack(criteria)
    return [not ((points >= point).all(axis=1) & (points > point).any(axis=1)).any() for point in points]


def score(potential: Floats, dependence: Floats, footprint: Floats, coverage: Floats) -> Floats:
    """SUBST-1: potential x dependence x footprint, each brought to 0..1, less what the network already offers (0..1)."""

    def to_one(values: Floats) -> Floats:
        span = values.max(initial=0.0)
        return np.asarray(np.maximum(values, 0.0) / span if span > 0 else np.zeros(len(values)), np.float64)

    return to_one(potential) * to_one(dependence) * to_one(footprint) * (1.0 - coverage)


def compute(scene: Scene) -> Result:
    """Indicator `import_substitution`."""
    table = scene.loaded.get("io_table")
    if not isinstance(table, IoTable):
        keys = ("gap", "self_sufficiency", "on_front")
        return Result({key: Figure(None, Unit.OTHER, why="needs_io_table") for key in keys})
    of = at_delta(table, MIDDLE if is_regional(table) else None)
    found = need(of)
    criteria = _criteria(scene, of, found)
    front = pareto(list(criteria.values())) if len(found.imports) else []
    gain = criteria["output"]
    places = {int(at): rank + 1 for rank, at in enumerate(np.argsort(-gain, kind="stable"))}
    shortlist, notes = _shortlist(scene, of, found)
    names = ("room", "output", "jobs", "related", "carbon", "signal")
    rows: list[tuple[Cell, ...]] = [
        (
            places[at], sector, float(found.imports[at]), float(found.self_sufficiency[at]),
            *(float(criteria[name][at]) if name in criteria else None for name in names),
            front[at], float(shortlist[at]),
        )
        for at, sector in enumerate(table.sectors)
    ]  # fmt: skip
    whole = float(found.supply.sum() + found.imports.sum())
    columns = ("rank", "io_sector", "gap", "self_sufficiency", *names, "on_front", "score")
    units = {"self_sufficiency": Unit.SHARE, "related": Unit.SHARE, "score": Unit.INDEX, "rank": Unit.COUNT}
    # `signal` is of members' redemptions by sector, so the table is not for readers of aggregates.
    return Result(
        {
            "gap": Figure(float(found.imports.sum()), Unit.OTHER, len(table.sectors)),
            "self_sufficiency": Figure(float(found.supply.sum()) / whole, Unit.SHARE, len(table.sectors))
            if whole > 0
            else Figure(None, Unit.SHARE, why="empty"),
            "on_front": Figure(sum(front), Unit.COUNT, len(table.sectors)),
        },
        {
            "candidates": Table(columns, tuple(rows[at] for at in np.argsort(-gain, kind="stable")), units),
            "origin": origin_table(table.origin),
        },
        notes,
    )


def _criteria(scene: Scene, of: Territory, found: Need) -> dict[str, Floats]:
    """By name, each (n,), more is better; those for which the table has no data are absent."""
    table, rows = of.table, of.table.rows
    criteria = {"output": output_gain(found.imports, of.type1)}
    if "firm_turnover" in rows:
        criteria["room"] = per_output(found.imports, rows["firm_turnover"])
    jobs = of.jobs()
    if jobs is not None:
        criteria["jobs"] = REPLACED * found.imports * jobs
    if is_regional(table):
        present = slq(rows["jobs_region"], rows["jobs"]) >= RELATED
        inputs = table.flows.sum(axis=0)
        criteria["related"] = per_output(table.flows[present].sum(axis=0), inputs)
    factors = scene.loaded.get("factors")
    if isinstance(factors, Factors):
        first = next(iter(factors.stressors.values()))
        local = totals(first, table)
        outside = [first[name].imported if name in first else None for name in table.sectors]
        saved = [0.0 if said is None else said - own for said, own in zip(outside, local, strict=True)]
        criteria["carbon"] = REPLACED * found.imports * np.array(saved)
    criteria["signal"] = ledger_signal(table, redeemed_by_sector(scene, table))
    return criteria


def redeemed_by_sector(scene: Scene, table: IoTable) -> Floats:
    """(n,) what businesses of each sector changed back in the window, minor units: they found nothing to buy with it."""
    kinds = "a.kind IS NULL" if None in business_kinds(scene) else "a.kind = 'business'"
    redeemed = np.zeros(len(table.sectors))
    for code, amount in scene.rows(
        f"""SELECT a.sector, sum(m.amount) FROM movement m JOIN account a ON m.src = a.account
        WHERE m.kind = 'redeem' AND {kinds} AND m.time >= $start AND m.time < $stop GROUP BY a.sector"""
    ):
        at = table.sector_of(None if code is None else str(code))
        if at is not None:
            redeemed[at] += int(str(amount))
    return redeemed


def ledger_signal(table: IoTable, redeemed: Floats) -> Floats:
    """(n,) redeemed money shared among the sectors from which its owners buy in the table: a sign, not a measure."""
    inputs = per_output(table.flows, table.flows.sum(axis=0))
    return np.asarray(inputs @ redeemed, np.float64)


def _shortlist(scene: Scene, of: Territory, found: Need) -> tuple[Floats, list[str]]:
    """SUBST-1 scores (n,), and notes on what was left out of them."""
    table, notes = of.table, list[str]()
    jobs = table.rows.get("jobs")
    potential = found.imports if jobs is None else found.imports * per_output(jobs, table.output)
    if jobs is None:
        notes.append("score_without_jobs")
    factors = scene.loaded.get("factors")
    if isinstance(factors, Factors):
        weight = totals(next(iter(factors.stressors.values())), table)
    else:
        weight = np.ones(len(table.sectors))
        notes.append("score_without_footprint")
    wanted = scene.loaded.get("needs")
    coverage = np.zeros(len(table.sectors))
    if isinstance(wanted, Mapping):
        coverage = _coverage(scene, table, wanted)
    else:
        notes.append("score_without_coverage")
    return score(potential, 1.0 - found.self_sufficiency, weight, coverage), notes


def _coverage(scene: Scene, table: IoTable, wanted: Mapping[str, int]) -> Floats:
    """(n,) receipts of members by sector / (receipts + needs declared); 0 where nobody sells and nothing is asked for."""
    offer, asked = np.zeros(len(table.sectors)), np.zeros(len(table.sectors))
    sold = scene.rows(
        """SELECT dst_sector, sum(amount) FROM volume WHERE dst_kind = 'business' AND time >= $start AND time < $stop
        GROUP BY dst_sector"""
    )
    for into, pairs in ((offer, sold), (asked, list(wanted.items()))):
        for code, amount in pairs:
            at = table.sector_of(None if code is None else str(code))
            if at is not None:
                into[at] += int(str(amount))
    return np.asarray(per_output(offer, offer + asked), np.float64)


INDICATORS = (
    Indicator(
        name="import_substitution",
        section="D",
        title="Imports that could be made here",
        title_fr="Importations substituables",
        meaning="For each product: what the territory brings in, what making a tenth of it here would bring, and whether any "
        "other product is better in every respect. The front is a list to discuss, not a ranking of merit.",
        meaning_fr="Pour chaque produit : ce que le territoire importe, ce que rapporterait d'en fabriquer un dixième ici, et "
        "si un autre produit fait mieux en tout point. Le front est une liste à discuter, pas un palmarès.",
        formula="gap = imports of the product; self-sufficiency = supply / (supply + gap); output = 0.1 x gap x type I; "
        "room = gap / median turnover; related = inputs from sectors with a location quotient of 0.7 or more; "
        "carbon = 0.1 x gap x (M imported - M local); signal = redeemed money by what its owners buy; front: Pareto; "
        "score: potential x dependence x footprint x (1 - coverage)",
        source="Input-output analysis; score: definition of this project",
        flag=Flag.ESTIMATED,
        compute=compute,
        needs=frozenset({"io_table"}),
        figures={
            "gap": ("Imports, in the table's unit", "Importations, dans l'unité du tableau"),
            "self_sufficiency": ("Self-sufficiency", "Autosuffisance"),
            "on_front": ("Products on the front", "Produits sur le front"),
        },
        tables={
            "candidates": ("Products by what making them here would bring", "Produits par ce qu'ils rapporteraient"),
            "origin": ORIGIN_TABLE,
        },
        columns={
            **ORIGIN_COLUMNS,
            "rank": ("Rank by output", "Rang par production"),
            "io_sector": ("Product", "Produit"),
            "gap": ("Imports", "Importations"),
            "self_sufficiency": ("Self-sufficiency", "Autosuffisance"),
            "room": ("Firms it could feed", "Entreprises possibles"),
            "output": ("Output gained", "Production gagnée"),
            "jobs": ("Jobs gained", "Emplois gagnés"),
            "related": ("Suppliers present", "Fournisseurs présents"),
            "carbon": ("Footprint saved", "Empreinte évitée"),
            "signal": ("Sign from redemptions", "Signe des reconversions"),
            "on_front": ("On the front", "Sur le front"),
            "score": ("Score", "Score"),
        },
    ),
)
