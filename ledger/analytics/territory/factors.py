"""Environmental factors from outside, versioned, in a folder of two files.

factors.toml  year, licence, source, optional version, and
              [counterfactual]  text = "what members would have bought instead", replaced = [0.2, 0.8]
              (between which shares of local purchases replaced imported ones; without it nothing is said to be avoided)
factors.csv   stressor, unit, sector, direct, total, imported; per unit (table's unit) of the sector's product:
              direct: of its own production; total: suppliers included, or empty: computed by the input-output table;
              imported: of the same product from outside, suppliers included, or empty: unknown
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.analytics.source.beside import BesideError, lines
from ledger.analytics.territory.io_table import Origin, origin_of, read_toml


@dataclass(frozen=True, slots=True)
class Factor:
    """Of one stressor and sector, per unit of product."""

    direct: float
    total: float | None
    imported: float | None


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What would have been bought instead: said, never measured."""

    text: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Factors:
    """Factors by stressor, then by sector of the input-output table."""

    origin: Origin
    stressors: Mapping[str, Mapping[str, Factor]]
    units: Mapping[str, str]
    counterfactual: Counterfactual | None


def read_factors(folder: Path) -> Factors:
    """Read factors.toml and factors.csv. Raises BesideError."""
    said = read_toml(folder / "factors.toml", {"counterfactual"})
    path = folder / "factors.csv"
    stressors: dict[str, dict[str, Factor]] = {}
    units: dict[str, str] = {}
    for line in lines(path, ("stressor", "unit", "sector", "direct", "total", "imported")):
        name, sector = line.text("stressor"), line.text("sector")
        if units.setdefault(name, line.text("unit")) != line.text("unit"):
            raise line.error("unit", f"{name} has two units; write all in {units[name]}")
        if sector in stressors.setdefault(name, {}):
            raise line.error("sector", f"{sector} stands twice for {name}; keep one")
        stressors[name][sector] = Factor(
            line.number_of("direct"),
            None if line.maybe("total") is None else line.number_of("total"),
            None if line.maybe("imported") is None else line.number_of("imported"),
        )
    if not stressors:
        raise BesideError(f"{path.name}: no factors; add a line per stressor and sector")
    return Factors(origin_of(said), stressors, units, _counterfactual(said.get("counterfactual")))


def _counterfactual(said: Any) -> Counterfactual | None:
    if said is None:
        return None
    match said:
        case {"text": str(text), "replaced": [int() | float() as low, int() | float() as high]} if 0 <= low <= high <= 1:
            return Counterfactual(text, float(low), float(high))
    raise BesideError(
        'factors.toml, counterfactual: write text = "…" and replaced = [low, high], two shares from 0 to 1'
    )
