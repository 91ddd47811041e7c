"""The economy of the territory as an input-output table says it: the ground of multipliers, footprints, substitution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ledger.analytics.source.scene import Scene
from ledger.analytics.territory.io_table import IoTable
from ledger.analytics.territory.leontief import (
    Floats,
    Unproductive,
    closed,
    closed_multipliers,
    embodied,
    inverse,
    output_multipliers,
    per_output,
)
from ledger.analytics.territory.regional import DELTAS, MIDDLE, flq, regional


@dataclass(frozen=True, slots=True)
class Territory:
    """Coefficients of one table at one delta; n sectors."""

    table: IoTable
    delta: float | None
    """Of the location quotients; None: the table is taken as it is."""
    coefficients: Floats
    """(n, n) bought inside the territory per unit of output."""
    leontief: Floats
    imported: Floats
    """(n,) bought outside per unit of output, the rest of the country included."""

    @property
    def type1(self) -> Floats:
        """(n,) output inside per unit of final demand."""
        return output_multipliers(self.leontief)

    @property
    def leakage(self) -> Floats:
        """(n,) imports of all suppliers per unit of final demand."""
        return embodied(self.imported, self.leontief)

    @property
    def retained(self) -> Floats:
        """(n,) value added (and taxes) of all suppliers per unit of final demand: with `leakage` 1."""
        kept = 1.0 - self.coefficients.sum(axis=0) - self.imported
        return embodied(kept, self.leontief)

    def type2(self) -> Floats | None:
        """(n,) with households' spending of wages; None when the table has no wages, or they are spent more than once."""
        wages = self.table.rows.get("wages")
        if wages is None or wages.sum() <= 0:
            return None
        per_income = self.table.demand["households"] / wages.sum()
        if self.delta is not None:
            per_income = per_income * np.minimum(np.diag(quotients(self.table, self.delta)), 1.0)
        try:
            whole = inverse(closed(self.coefficients, per_output(wages, self.table.output), per_income))
        except Unproductive:
            return None
        return closed_multipliers(whole)

    def jobs(self) -> Floats | None:
        """(n,) jobs of all suppliers per unit of final demand; None when the table has no jobs."""
        jobs = self.table.rows.get("jobs")
        return None if jobs is None else embodied(per_output(jobs, self.table.output), self.leontief)


def is_regional(table: IoTable) -> bool:
    """Whether location quotients can be taken: a national table with jobs of both."""
    return not table.territory and "jobs" in table.rows and "jobs_region" in table.rows


def quotients(table: IoTable, delta: float) -> Floats:
    """(n, n) of a table for which `is_regional`."""
    return flq(table.rows["jobs_region"], table.rows["jobs"], delta)


def at_delta(table: IoTable, delta: float | None) -> Territory:
    """The table as it is (None), or made regional. Raises Unproductive."""
    coefficients = per_output(table.flows, table.output)
    imported = per_output(table.imports(), table.output)
    if delta is not None:
        ours = regional(coefficients, quotients(table, delta))
        imported = imported + (coefficients - ours).sum(axis=0)
        coefficients = ours
    return Territory(table, delta, coefficients, inverse(coefficients), imported)


def band(table: IoTable) -> Iterator[Territory]:
    """The middle estimate first, then one per delta; only the table itself when it is not made regional."""
    if not is_regional(table):
        yield at_delta(table, None)
        return
    yield at_delta(table, MIDDLE)
    yield from (at_delta(table, delta) for delta in DELTAS)


def final_purchases(scene: Scene, table: IoTable) -> tuple[Floats, int, int]:
    """What others than businesses paid businesses in the window, by sector (n,) in the table's unit; and in minor units
    how much that is, and how much they paid in all (the rest went to activity codes that the table does not know)."""
    bought = np.zeros(len(table.sectors))
    known = whole = 0
    for code, amount in scene.rows(
        """SELECT dst_sector, sum(amount) FROM volume WHERE dst_kind = 'business' AND src_kind <> 'business'
        AND time >= $start AND time < $stop GROUP BY dst_sector"""
    ):
        minor = int(str(amount))
        whole += minor
        at = table.sector_of(None if code is None else str(code))
        if at is not None:
            known += minor
            bought[at] += minor / 10**scene.currency.scale * table.per_major
    return bought, known, whole
