"""What an association looks at every morning: which accounts paid or were paid of late, and what was paid in a year."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR

OF_LATE = 90
"""Days within which who pays or is paid is active."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """`active`: accounts (uids) with a payment of the last 90 days. `paid`: minor units paid in the last 365.25 days."""

    active: frozenset[str]
    paid: int


def pulse(scene: Scene) -> Pulse:
    """The pulse of a currency at the window's end; payments as `participation` and `guarantee` count them."""
    rows = scene.rows(
        """
        SELECT DISTINCT a.label FROM account a JOIN (
            SELECT src AS account, time FROM volume
            UNION ALL SELECT dst, time FROM volume
            UNION ALL SELECT coalesce(src, dst), time FROM movement
                      WHERE sphere IS NOT NULL AND (src IS NULL OR dst IS NULL)) m ON a.account = m.account
        WHERE m.time >= $since AND m.time < $stop""",
        since=scene.window.stop - OF_LATE * DAY,
    )
    paid = scene.number(
        "SELECT sum(amount) FROM volume WHERE time >= $year_ago AND time < $stop", year_ago=scene.window.stop - YEAR
    )
    return Pulse(frozenset(str(label) for (label,) in rows), paid)
