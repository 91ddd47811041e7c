"""What was issued to whom in a window, and who paid it on to whom: the ground of rounds, multipliers and bases.

The unit is the owner: payments between accounts of one owner pass nothing on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.source.scene import Scene

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Amounts = NDArray[Any]
"""Of int64; of float64 only for records whose sums pass 64 bits."""


@dataclass(frozen=True, slots=True)
class Injected:
    """Issues and payments of a window between n owners; minor units."""

    owner: Ints
    """The owners' numbers, ascending; the other arrays speak of places in this one."""
    issued: Amounts
    """(n,) what each was issued."""
    payer: Ints
    payee: Ints
    """(links,) places; one pair of owners stands twice when some payments crossed areas and some did not."""
    amount: Amounts
    same_area: NDArray[np.bool_]
    """Whether both areas are known and equal."""
    total_issued: int
    """Exact, as is the volume."""
    volume: int

    @property
    def size(self) -> int:
        """n."""
        return len(self.owner)

    @property
    def income(self) -> Amounts:
        """(n,) issued and received."""
        return self.issued + sum_at(self.payee, self.amount, self.size)

    @property
    def spent(self) -> Amounts:
        """(n,) paid to other owners."""
        return sum_at(self.payer, self.amount, self.size)

    def passed_on(self) -> Floats:
        """(links,) the share of the payer's income that went along each link; 0 where there was no income."""
        income = self.income[self.payer]
        return np.divide(self.amount, income, out=np.zeros(len(income)), where=income > 0)


def sum_at(places: Ints, amounts: Amounts, size: int) -> Amounts:
    """Sums by place, exact for integers."""
    summed = np.zeros_like(amounts, shape=size)
    np.add.at(summed, places, amounts)
    return summed


def injected(scene: Scene) -> Injected:
    """Of the scene's window; kept with the scene."""
    kept = scene.kept.get("injected")
    if not isinstance(kept, Injected):
        kept = scene.kept["injected"] = _read(scene)
    return kept


def _read(scene: Scene) -> Injected:
    issues = """FROM movement m JOIN account a ON m.dst = a.account
        WHERE m.kind = 'issue' AND m.src IS NULL AND m.time >= $start AND m.time < $stop"""
    payments = "FROM volume WHERE time >= $start AND time < $stop"
    total_issued = scene.number(f"SELECT sum(m.amount) {issues}")
    volume = scene.number(f"SELECT sum(amount) {payments}")
    number = "BIGINT" if total_issued + volume < 1 << 62 else "DOUBLE"
    issue = _columns(
        scene, f"SELECT a.owner, CAST(sum(m.amount) AS {number}) AS amount {issues} GROUP BY a.owner ORDER BY a.owner"
    )
    paid = _columns(
        scene,
        f"""SELECT src_owner, dst_owner, coalesce(CAST(src_area = dst_area AS BIGINT), 0) AS same,
                   CAST(sum(amount) AS {number}) AS amount {payments}
        GROUP BY src_owner, dst_owner, same ORDER BY src_owner, dst_owner, same""",
    )
    owner = np.unique(np.concatenate((issue["owner"], paid["src_owner"], paid["dst_owner"])))
    issued = np.zeros(len(owner), issue["amount"].dtype)
    issued[np.searchsorted(owner, issue["owner"])] = issue["amount"]
    return Injected(
        owner, issued, np.searchsorted(owner, paid["src_owner"]), np.searchsorted(owner, paid["dst_owner"]),
        paid["amount"], paid["same"].astype(np.bool_), total_issued, volume,
    )  # fmt: skip


def _columns(scene: Scene, sql: str) -> dict[str, NDArray[Any]]:
    found = scene.db.execute(sql, {"start": scene.window.start, "stop": scene.window.stop}).fetchnumpy()
    return {name: np.asarray(column) for name, column in found.items()}
