"""Members who have stood below zero for long: the reminder of nine months, and the year after which euros are due (MUT-8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY
from ledger.community.debts import REMIND_DAYS


@dataclass(frozen=True, slots=True)
class Debt:
    """An account below zero: minor units that it owes, since when (seconds), and the entry that took it there."""

    account: str
    owes: int
    since: int
    entry: int


def long_debts(scene: Scene, now: int) -> list[Debt]:
    """Accounts below zero without a break for nine months or more before `now` (seconds), the oldest debt first."""
    rows: list[tuple[Any, ...]] = scene.rows(
        """WITH moved AS (
             SELECT src AS account, seq, entry, time, -amount AS change FROM movement WHERE src IS NOT NULL AND time <= $now
             UNION ALL SELECT dst, seq, entry, time, amount FROM movement WHERE dst IS NOT NULL AND time <= $now),
           stood AS (
             SELECT m.account, a.label, m.seq, m.entry, m.time, a.opening + sum(m.change) OVER (
                      PARTITION BY m.account ORDER BY m.seq ROWS UNBOUNDED PRECEDING) AS after
             FROM moved m JOIN account a ON a.account = m.account),
           seen AS (
             SELECT *, max(seq) FILTER (WHERE after >= 0) OVER (PARTITION BY account) AS whole FROM stood)
           SELECT label, -max_by(after, seq) AS owes, min(time) AS since, min_by(entry, seq)
           FROM seen WHERE whole IS NULL OR seq > whole
           GROUP BY account, label HAVING min(time) <= $long ORDER BY since, label""",
        now=now, long=now - REMIND_DAYS * DAY,
    )  # fmt: skip
    return [Debt(str(label), int(owes), int(since), int(entry)) for label, owes, since, entry in rows]
