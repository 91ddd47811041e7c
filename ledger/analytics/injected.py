"""What was issued to whom in a window, and who paid it on to whom: the ground of rounds, multipliers and bases.

The unit is the owner: payments between accounts of one owner pass nothing on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.scene import Scene

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Injected:
    """Issues and payments of a window between n owners; minor units."""

    owner: Ints
    """The owners' numbers, ascending; the other arrays speak of places in this one."""
    issued: Ints
    """(n,) what each was issued."""
    payer: Ints
    payee: Ints
    """(links,) places; one pair of owners stands twice when some payments crossed areas and some did not."""
    amount: Ints
    same_area: NDArray[np.bool_]
    """Whether both areas are known and equal."""

    @property
    def size(self) -> int:
        """n."""
        return len(self.owner)

    @property
    def income(self) -> Ints:
        """(n,) issued and received."""
        return self.issued + sum_at(self.payee, self.amount, self.size)

    @property
    def spent(self) -> Ints:
        """(n,) paid to other owners."""
        return sum_at(self.payer, self.amount, self.size)

    @property
    def total_issued(self) -> int:
        """Exact."""
        return int(self.issued.sum())

    @property
    def volume(self) -> int:
        """Exact."""
        return int(self.amount.sum())

    def passed_on(self) -> Floats:
        """(links,) the share of the payer's income that went along each link; 0 where there was no income."""
        income = self.income[self.payer]
        return np.divide(self.amount, income, out=np.zeros(len(income)), where=income > 0)


def sum_at(places: Ints, amounts: Ints, size: int) -> Ints:
    """Sums by place, exact in 64 bits."""
    summed = np.zeros(size, np.int64)
    np.add.at(summed, places, amounts)
    return summed


def injected(scene: Scene) -> Injected:
    """Of the scene's window; kept with the scene."""
    kept = scene.kept.get("injected")
    if not isinstance(kept, Injected):
        kept = scene.kept["injected"] = _read(scene)
    return kept


def _read(scene: Scene) -> Injected:
    issue_owner, issue = _columns(
        scene,
        """SELECT a.owner, CAST(sum(m.amount) AS BIGINT) FROM movement m JOIN account a ON m.dst = a.account
        WHERE m.kind = 'issue' AND m.src IS NULL AND m.time >= $start AND m.time < $stop
        GROUP BY a.owner ORDER BY a.owner""",
        2,
    )
    payer, payee, same, amount = _columns(
        scene,
        """SELECT src_owner, dst_owner, coalesce(CAST(src_area = dst_area AS BIGINT), 0) AS same,
                  CAST(sum(amount) AS BIGINT)
        FROM volume WHERE time >= $start AND time < $stop
        GROUP BY src_owner, dst_owner, same ORDER BY src_owner, dst_owner, same""",
        4,
    )
    owner = np.unique(np.concatenate((issue_owner, payer, payee)))
    issued = np.zeros(len(owner), np.int64)
    issued[np.searchsorted(owner, issue_owner)] = issue
    at = np.searchsorted(owner, payer), np.searchsorted(owner, payee)
    return Injected(owner, issued, at[0], at[1], amount, same.astype(np.bool_))


def _columns(scene: Scene, sql: str, count: int) -> list[Ints]:
    values = {"start": scene.window.start, "stop": scene.window.stop}
    found = scene.db.execute(sql, values).fetchnumpy()
    columns = [np.asarray(column, np.int64) for column in found.values()]
    assert len(columns) == count
    return columns
