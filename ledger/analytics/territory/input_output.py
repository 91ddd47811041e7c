"""What purchases from local businesses set in motion in the territory, by a loaded input-output table."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.analytics.answers.figures import WHOLE, Cell, Figure, Flag, Result, Table, Unit
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.source.scene import Scene
from ledger.analytics.territory.economy import Territory, band, final_purchases, is_regional
from ledger.analytics.territory.io_table import ORIGIN_COLUMNS, ORIGIN_TABLE, IoTable, origin_table

_FIGURES = ("coverage", "type1", "type2", "leakage", "retained", "jobs")


def compute(scene: Scene) -> Result:
    """Indicator `input_output`."""
    table = scene.loaded.get("io_table")
    if not isinstance(table, IoTable):
        return Result({name: Figure(None, Unit.RATIO, why="needs_io_table") for name in _FIGURES})
    found = list(band(table))
    notes = [] if is_regional(table) or table.territory else ["not_made_regional"]
    return Result(
        _figures(scene, table, found),
        {
            "multipliers": _multipliers(table, found),
            "band": _band(table, found[1:] or found),
            "origin": origin_table(table.origin),
        },
        notes,
    )


def _figures(scene: Scene, table: IoTable, found: Sequence[Territory]) -> dict[str, Figure]:
    bought, known, whole = final_purchases(scene, table)
    if not known:
        why = "no_sector" if whole else "no_transfers"
        return {name: Figure(None, Unit.RATIO, why=why) for name in _FIGURES}
    share = bought / bought.sum()

    def weighted(each: Territory, name: str) -> float | None:
        of = {
            "type1": each.type1, "type2": each.type2(), "leakage": each.leakage, "retained": each.retained,
            "jobs": each.jobs(),
        }[name]  # fmt: skip
        return None if of is None else float(share @ of)

    figures = {"coverage": Figure(known / whole, Unit.SHARE)}
    for name in _FIGURES[1:]:
        values = [value for each in found if (value := weighted(each, name)) is not None]
        unit = Unit.OTHER if name == "jobs" else Unit.RATIO
        figures[name] = (
            Figure(values[0], unit, low=min(values), high=max(values))
            if values
            else Figure(None, unit, why=f"no_{'wages' if name == 'type2' else 'jobs'}")
        )
    return figures


def _multipliers(table: IoTable, found: Sequence[Territory]) -> Table:
    middle = found[0]
    type2, jobs = middle.type2(), middle.jobs()
    rows: list[tuple[Cell, ...]] = [
        (
            sector, float(middle.type1[at]), None if type2 is None else float(type2[at]),
            float(middle.leakage[at]), float(middle.retained[at]), None if jobs is None else float(jobs[at]),
        )
        for at, sector in enumerate(table.sectors)
    ]  # fmt: skip
    names = ("type1", "type2", "leakage", "retained")
    return Table(("io_sector", *names, "jobs"), tuple(rows), dict.fromkeys(names, Unit.RATIO), about=WHOLE)


def _band(table: IoTable, found: Sequence[Territory]) -> Table:
    """Type I at each delta, side by side: what the method leaves open."""
    low = [min(float(each.type1[at]) for each in found) for at in range(len(table.sectors))]
    high = [max(float(each.type1[at]) for each in found) for at in range(len(table.sectors))]
    rows = tuple(zip(table.sectors, low, high, strict=True))
    units = {"low": Unit.RATIO, "high": Unit.RATIO}
    return Table(("io_sector", "low", "high"), rows, units, about=WHOLE)


INDICATORS = (
    Indicator(
        name="input_output",
        section="D",
        title="What local purchases set in motion (input-output)",
        title_fr="Ce que les achats locaux mettent en mouvement (entrées-sorties)",
        meaning="Output, jobs and imports behind each unit that households and public bodies paid to local businesses, "
        "by a loaded table of the economy. An estimate: the table is of other years and other firms.",
        meaning_fr="Production, emplois et importations derrière chaque unité payée par les ménages et les collectivités "
        "aux professionnels locaux, selon un tableau de l'économie chargé à part. C'est une estimation.",
        formula="A = Z / x, L = (I - A)^-1; type I = column sums of L; type II with households closed; leakage = imports x L; "
        "leakage + retained = 1. Regional: a = a_national x min(1, FLQ), FLQ = log2(1 + E_r/E_n)^delta x SLQ_i / SLQ_j, "
        "delta 0.25, band 0.2 to 0.35",
        source="Leontief; Miller and Blair, Input-Output Analysis; Flegg and Webber (1997)",
        flag=Flag.ESTIMATED,
        compute=compute,
        needs=frozenset({"io_table"}),
        figures={
            "coverage": ("Purchases with a sector of the table", "Achats dont le secteur est dans le tableau"),
            "type1": ("Output per unit paid, suppliers included", "Production par unité payée, fournisseurs compris"),
            "type2": ("The same with wages spent again", "La même, salaires redépensés"),
            "leakage": ("Imports per unit paid", "Importations par unité payée"),
            "retained": ("Value added that stays", "Valeur ajoutée qui reste"),
            "jobs": ("Jobs per unit of the table", "Emplois par unité du tableau"),
        },
        tables={
            "multipliers": ("Multipliers by sector", "Multiplicateurs par secteur"),
            "band": ("Type I between delta 0.2 and 0.35", "Type I entre delta 0,2 et 0,35"),
            "origin": ORIGIN_TABLE,
        },
        columns={
            **ORIGIN_COLUMNS,
            "io_sector": ("Sector of the table", "Secteur du tableau"),
            "type1": ("Type I", "Type I"),
            "type2": ("Type II", "Type II"),
            "leakage": ("Imports", "Importations"),
            "retained": ("Stays", "Reste"),
            "jobs": ("Jobs", "Emplois"),
            "low": ("Low", "Bas"),
            "high": ("High", "Haut"),
        },
    ),
)
