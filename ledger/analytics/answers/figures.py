"""What an indicator answers: figures with their unit, number of observations and standing, and tables.

A figure that cannot be said is None and says why; NaN and infinity are refused, so that no reader meets them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Number = int | float
Cell = int | float | str | bool | None

FEW = 30
"""Below so many units an inference (a z-score, an interval, an inequality) is not given, only counts."""


class Flag(StrEnum):
    """Where a figure comes from."""

    MEASURED = "measured"
    DECLARED = "declared"
    ESTIMATED = "estimated"


class Unit(StrEnum):
    """What a figure counts. `CURRENCY` is minor units of the scene's currency; for hours, its minor units too."""

    CURRENCY = "currency"
    RATIO = "ratio"
    SHARE = "share"
    PER_YEAR = "per_year"
    PER_WEEK = "per_week"
    PERCENT_PER_YEAR = "percent_per_year"
    DAYS = "days"
    COUNT = "count"
    CURRENCY_SECONDS = "currency_seconds"
    INDEX = "index"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `n` counts the observations behind it; `low` and `high` bound it where it has bounds."""

    value: Number | None
    unit: Unit
    n: int | None = None
    low: Number | None = None
    high: Number | None = None
    flag: Flag | None = None
    """None: that of its indicator."""
    why: str = ""
    """A code of `reasons` when the value is None, e.g. `no_transfers`, `few`, `no_sector`."""

    def __post_init__(self) -> None:
        for said in (self.value, self.low, self.high):
            if isinstance(said, float) and not math.isfinite(said):
                raise ValueError(f"a figure must be finite, not {said}")
        if self.value is None and not self.why:
            raise ValueError("a figure without a value says why")


def ratio(
    part: Number, whole: Number, unit: Unit = Unit.RATIO, *, n: int | None = None, why: str = "empty"
) -> Figure:
    """part / whole, or a figure that says why not when whole is 0."""
    return Figure(None, unit, n, why=why) if whole == 0 else Figure(part / whole, unit, n)


def said(value: Number | None, unit: Unit, n: int | None = None, *, why: str) -> Figure:
    """The value, or a figure that says why there is none."""
    return Figure(None, unit, n, why=why) if value is None else Figure(value, unit, n)


@dataclass(frozen=True, slots=True)
class Units:
    """The different persons and firms behind a cell, on one side of it (payers, or payees)."""

    professionals: int
    """Businesses, associations, public bodies."""
    individuals: int
    """Everybody else; unknown kinds stand here, where the rule is stricter."""
    largest: int
    """What one of them accounts for at most, in the measure of the cell."""


@dataclass(frozen=True, slots=True)
class About:
    """Who stands behind each row of a table: `comparing.disclosure` hides rows by it for a reader of aggregates."""

    measure: str
    """What `value` sums. Tables of one measure are protected together: one may be the margin of another."""
    keys: tuple[str, ...]
    """Columns that say which group a row is, named alike in all tables of the measure."""
    value: str
    """The column that adds up over the rows, never negative; `Units.largest` is a part of it. Others are hidden with it."""
    units: tuple[tuple[Units, ...], ...]
    """For each row its sides, at least one."""


WHOLE = About("", (), "", ())
"""The rows speak of the whole currency (by month, by round, by method), not of groups of its members."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns. `units` says what a numeric column counts.

    A table without `about` is never shown to a reader of aggregates, e.g. the Region.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    units: Mapping[str, Unit] = field(default_factory=dict)
    about: About | None = None

    def __post_init__(self) -> None:
        if self.about is not None and self.about is not WHOLE and len(self.about.units) != len(self.rows):
            raise ValueError(f"{len(self.about.units)} lines of who is behind {len(self.rows)} rows")
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {len(row)} cells under {len(self.columns)} columns")
            if any(isinstance(cell, float) and not math.isfinite(cell) for cell in row):
                raise ValueError("a cell must be finite")

    def column(self, name: str) -> list[Cell]:
        """One column, top to bottom."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of one indicator for one scene."""

    figures: Mapping[str, Figure] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    notes: Sequence[str] = ()
    """Codes of what the reader must know: what was left out, which convention was used."""
