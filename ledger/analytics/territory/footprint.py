"""The footprint of what members buy from local businesses, by loaded factors, and what it may have avoided."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ledger.analytics.answers.figures import WHOLE, Cell, Figure, Flag, Result, Table, Unit
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.source.scene import Scene
from ledger.analytics.territory.economy import at_delta, final_purchases
from ledger.analytics.territory.factors import Counterfactual, Factor, Factors
from ledger.analytics.territory.io_table import ORIGIN_COLUMNS, ORIGIN_TABLE, IoTable, origin_table
from ledger.analytics.territory.leontief import Floats, embodied

_KEYS = ("footprint", "avoided", "coverage")


def totals(factors: Mapping[str, Factor], table: IoTable) -> Floats:
    """(n,) per unit of final demand, suppliers included: as given, else M = S L.

    A sector without a factor has that of its suppliers only.

    Suppliers outside the table count only where their part is in a given total.
    """
    of = [factors.get(name, Factor(0.0, None, None)) for name in table.sectors]
    computed = embodied(np.array([each.direct for each in of]), at_delta(table, None).leontief)
    return np.array([own if each.total is None else each.total for each, own in zip(of, computed, strict=True)])


def avoided(
    bought: Floats, factors: Mapping[str, Factor], table: IoTable, instead: Counterfactual
) -> tuple[float, float]:
    """Least and most that was avoided, negative when local products weigh more.

    The share `instead.low` to `instead.high` of each purchase replaced the same product from outside. Sectors whose
    imported factor is unknown avoid nothing.
    """
    local = totals(factors, table)
    difference = np.zeros(len(table.sectors))
    for at, name in enumerate(table.sectors):
        said = factors[name].imported if name in factors else None
        difference[at] = 0.0 if said is None else said - local[at]
    whole = float(bought @ difference)
    low, high = sorted((instead.low * whole, instead.high * whole))
    return low, high


def compute(scene: Scene) -> Result:
    """Indicator `footprint`. The figures are of the first stressor of the file, the table has all."""
    table, factors = scene.loaded.get("io_table"), scene.loaded.get("factors")
    if not isinstance(factors, Factors):
        return _without("needs_factors")
    if not isinstance(table, IoTable):
        return _without("needs_io_table")
    bought, known, whole = final_purchases(scene, table)
    if not known:
        return _without("no_sector" if whole else "no_transfers")
    rows: list[tuple[Cell, ...]] = []
    sectors: list[tuple[Cell, ...]] = []
    for stressor, of in factors.stressors.items():
        each = bought * totals(of, table)
        band = (None, None) if factors.counterfactual is None else avoided(bought, of, table, factors.counterfactual)
        rows.append((stressor, factors.units[stressor], float(each.sum()), *band))
        sectors += [(stressor, name, float(each[at])) for at, name in enumerate(table.sectors) if bought[at]]
    footprint, low, high = rows[0][2:]
    assert isinstance(footprint, float)
    return Result(
        {
            "footprint": Figure(footprint, Unit.OTHER),
            "avoided": Figure((low + high) / 2, Unit.OTHER, low=low, high=high)
            if isinstance(low, float) and isinstance(high, float)
            else Figure(None, Unit.OTHER, why="needs_counterfactual"),
            "coverage": Figure(known / whole, Unit.SHARE),
        },
        {
            "stressors": Table(("stressor", "unit", "footprint", "low", "high"), tuple(rows), about=WHOLE),
            "sectors": Table(("stressor", "io_sector", "footprint"), tuple(sectors)),
            "origin": origin_table(factors.origin, table.origin),
        },
        ("modelled",),
    )


def _without(why: str) -> Result:
    return Result({key: Figure(None, Unit.OTHER, why=why) for key in _KEYS})


INDICATORS = (
    Indicator(
        name="footprint",
        section="H",
        title="Footprint of local purchases",
        title_fr="Empreinte des achats locaux",
        meaning="What the purchases of members from local businesses emit or use, suppliers included, and what they may have "
        "avoided if a stated share of them replaced products from outside. Modelled, never measured.",
        meaning_fr="Ce que les achats des membres aux professionnels locaux émettent ou consomment, fournisseurs compris, et "
        "ce qu'ils ont pu éviter si une part déclarée remplace des produits venus d'ailleurs. Modélisé, jamais mesuré.",
        formula="sum over sectors of purchases x M, M = S L; avoided = replaced share x purchases x (M imported - M local), "
        "between the two shares that the file states",
        source="Environmentally extended input-output analysis; the loaded factors",
        flag=Flag.ESTIMATED,
        compute=compute,
        needs=frozenset({"factors", "io_table"}),
        figures={
            "footprint": ("Footprint, first stressor of the file", "Empreinte, premier facteur du fichier"),
            "avoided": ("Avoided under the stated counterfactual", "Évité selon l'hypothèse déclarée"),
            "coverage": ("Purchases with a sector of the table", "Achats dont le secteur est dans le tableau"),
        },
        tables={
            "stressors": ("Footprint by stressor, and avoided", "Empreinte par facteur, et part évitée"),
            "sectors": ("Footprint by sector", "Empreinte par secteur"),
            "origin": ORIGIN_TABLE,
        },
        columns={
            **ORIGIN_COLUMNS,
            "stressor": ("Stressor", "Facteur"),
            "unit": ("Unit", "Unité"),
            "io_sector": ("Sector of the table", "Secteur du tableau"),
            "footprint": ("Footprint", "Empreinte"),
            "low": ("Avoided, least", "Évité, au moins"),
            "high": ("Avoided, most", "Évité, au plus"),
        },
    ),
)
