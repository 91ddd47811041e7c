"""An input-output table from outside, with its year and licence, in a folder of two files.

table.toml   year = 2019, licence = "…", source = "…"; optional: version = "…", per_major = 0.000001 (units of the table
             per whole unit of the currency: 1e-6 for a table in millions; default 1), territory = true (the table is the
             territory's own, not the nation's), and
             [codes]  "10" = "food"      activity codes of members that begin so belong to this sector of the table
table.csv    wide: heading `sector`, then one column per sector (what it buys of each row) and the columns `households`,
             `other_demand` (government, investment), `exports`, `imported` (imports of this product, for all uses);
             below the sectors the rows `value_added`, `wages`, `imports` (bought abroad by each sector), `output`,
             `jobs`, `jobs_region`, `firm_turnover` (median of a firm)
             or long: headings `row`, `column`, `value`, with the same names
Only the sectors and `households` are required; `output` is the sum of a sector's row when absent.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ledger.analytics.answers.figures import WHOLE, Table
from ledger.analytics.source.beside import BesideError, lines
from ledger.analytics.territory.leontief import Floats, Unproductive, inverse, per_output

DEMANDS = ("households", "other_demand", "exports", "imported")
ROWS = ("value_added", "wages", "imports", "output", "jobs", "jobs_region", "firm_turnover")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where data from beside the ledger come from."""

    source: str
    year: int
    licence: str
    version: str = ""


ORIGIN_TABLE = ("Data from outside", "Données extérieures")
ORIGIN_COLUMNS = {
    "source": ("Source", "Source"),
    "year": ("Year", "Année"),
    "licence": ("Licence", "Licence"),
    "version": ("Version", "Version"),
}


def origin_table(*origins: Origin) -> Table:
    """What a result says of the data it needed from outside."""
    rows = tuple((each.source, str(each.year), each.licence, each.version or None) for each in origins)
    return Table(tuple(ORIGIN_COLUMNS), rows, about=WHOLE)


@dataclass(frozen=True, slots=True)
class IoTable:
    """n sectors; amounts in the table's unit. Optional arrays are None when the table has none of it."""

    origin: Origin
    sectors: tuple[str, ...]
    flows: Floats
    """(n, n): what the column's sector buys of the row's."""
    demand: Mapping[str, Floats]
    """(n,) by name of DEMANDS, as far as there are."""
    rows: Mapping[str, Floats]
    """(n,) by name of ROWS; `output` always."""
    codes: Mapping[str, str] = field(default_factory=dict)
    per_major: float = 1.0
    territory: bool = False

    @property
    def output(self) -> Floats:
        """(n,)."""
        return self.rows["output"]

    def sector_of(self, code: str | None) -> int | None:
        """The place of the sector to which an activity code belongs, by the longest beginning that is listed."""
        if code is None:
            return None
        if code in self.sectors:
            return self.sectors.index(code)
        for length in range(len(code), 0, -1):
            name = self.codes.get(code[:length])
            if name is not None:
                return self.sectors.index(name)
        return None

    def imports(self) -> Floats:
        """(n,) bought abroad by each sector: as given, else what output leaves after flows and value added."""
        if "imports" in self.rows:
            return self.rows["imports"]
        if "value_added" in self.rows:
            return np.asarray(self.output - self.flows.sum(axis=0) - self.rows["value_added"], np.float64)
        return np.zeros(len(self.sectors))


def read_io_table(folder: Path) -> IoTable:
    """Read table.toml and table.csv. Raises BesideError."""
    said = read_toml(folder / "table.toml", {"per_major", "territory", "codes"})
    cells = _cells(folder / "table.csv")
    named = dict.fromkeys(row for row, _ in cells)
    sectors = tuple(row for row in named if row not in ROWS)
    columns = dict.fromkeys(column for _, column in cells)
    for column in columns:
        if column not in sectors and column not in DEMANDS:
            raise BesideError(f"table.csv: column {column} is neither a sector nor one of {', '.join(DEMANDS)}")
    for sector in sectors:
        if sector not in columns:
            raise BesideError(f"table.csv: sector {sector} has a row and no column; add its column, zeros if it buys nothing")
    if "households" not in columns:
        raise BesideError("table.csv: no column households; add what households buy of each sector")
    flows = np.array([[cells.get((row, column), 0.0) for column in sectors] for row in sectors])
    if (flows < 0).any():
        row, column = np.argwhere(flows < 0)[0]
        raise BesideError(f"table.csv, {sectors[row]}, {sectors[column]}: must be at least 0")
    demand = {
        name: np.array([cells.get((row, name), 0.0) for row in sectors]) for name in DEMANDS if name in columns
    }
    rows = {name: np.array([cells.get((name, sector), 0.0) for sector in sectors]) for name in ROWS if name in named}
    if "output" not in rows:
        local = [demand[name] for name in DEMANDS[:3] if name in demand]
        rows["output"] = flows.sum(axis=1) + np.sum(local, axis=0)
    try:
        inverse(per_output(flows, rows["output"]))
    except Unproductive as error:
        raise BesideError(f"table.csv: {error}") from error
    codes = _codes(said.get("codes", {}), sectors)
    return IoTable(origin_of(said), sectors, flows, demand, rows, codes, _positive(said), said.get("territory") is True)


def _cells(path: Path) -> dict[tuple[str, str], float]:
    cells: dict[tuple[str, str], float] = {}
    try:
        heads = path.read_text(encoding="utf-8-sig").split("\n", 1)[0]
    except (OSError, UnicodeDecodeError) as error:
        raise BesideError(f"{path.name}: cannot be read ({error}); put a UTF-8 file there") from error
    long = [head.strip() for head in heads.split(",")][:1] == ["row"]
    for line in lines(path, ("row", "column", "value") if long else ("sector",), () if long else None):
        if long:
            found = {line.text("column"): "value"}
        else:
            found = {name: name for name in line.cells if name != "sector" and line.cells[name].strip()}
        for name, column in found.items():
            key = line.text("row" if long else "sector"), name
            if key in cells:
                raise line.error(name, "stands twice; keep one")
            cells[key] = line.number_of(column, least=-np.inf)
    return cells


def read_toml(path: Path, more: set[str]) -> dict[str, Any]:
    """A small TOML with year, licence and source, optional version, and the keys of `more`. Raises BesideError."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BesideError(f"{path.name}: cannot be read ({error}); put a TOML file there") from error
    for name, kind, example in (("year", int, "2019"), ("licence", str, '"CC BY 4.0"'), ("source", str, '"INSEE"')):
        if not isinstance(said.get(name), kind):
            raise BesideError(f"{path.name}, {name}: missing or of another type; write for example {name} = {example}")
    known = {"year", "licence", "source", "version", *more}
    for name in said:
        if name not in known:
            raise BesideError(f"{path.name}, {name}: unknown; known are {', '.join(sorted(known))}")
    return said


def origin_of(said: Mapping[str, Any]) -> Origin:
    """Of a TOML that was read by `read_toml`."""
    return Origin(said["source"], said["year"], said["licence"], str(said.get("version", "")))


def _positive(said: Mapping[str, Any]) -> float:
    found = said.get("per_major", 1)
    if isinstance(found, bool) or not isinstance(found, int | float) or found <= 0:
        raise BesideError("table.toml, per_major: must be a number above 0, such as 0.000001 for a table in millions")
    return float(found)


def _codes(codes: object, sectors: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(codes, dict):
        raise BesideError('table.toml, codes: must be a table, [codes], with lines like "10" = "food"')
    for code, name in codes.items():
        if name not in sectors:
            raise BesideError(f"table.toml, codes.{code}: no sector {name}; there are {', '.join(sectors)}")
    return codes
