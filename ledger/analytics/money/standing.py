"""Balances of members' accounts at moments and along time, and who paid or was paid when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import Window

Ints = NDArray[np.int64]

ACTIVITY = """(
    SELECT src_owner AS owner, time FROM volume
    UNION ALL SELECT dst_owner, time FROM volume
    UNION ALL SELECT a.owner, m.time FROM movement m JOIN account a ON a.account = coalesce(m.src, m.dst)
              WHERE m.sphere IS NOT NULL AND (m.src IS NULL OR m.dst IS NULL))"""
"""Owner and time of each payment on either side; hours worked for the community count, issue and redemption do not."""

_EXACT = 2**62


@dataclass(frozen=True, slots=True)
class Steps:
    """Every change of every member's account before the window's stop, by account and order of the record."""

    account: Ints
    time: Ints
    before: Ints
    after: Ints
    """Running balances, minor units; Python ints (dtype object) when they might not fit 64 bits."""

    @property
    def first(self) -> NDArray[np.bool_]:
        """True at the first change of each account."""
        return np.concatenate([[True], self.account[1:] != self.account[:-1]])[: len(self.account)]


def steps(scene: Scene) -> Steps:
    """The changes, computed once for a scene."""
    kept = scene.kept.get("steps")
    if not isinstance(kept, Steps):
        kept = scene.kept["steps"] = _steps(scene)
    return kept


def _steps(scene: Scene) -> Steps:
    found = scene.db.execute(
        """
        SELECT e.account, e.time, e.delta, a.opening FROM (
            SELECT src AS account, seq, time, -amount AS delta FROM movement WHERE src IS NOT NULL AND time < $stop
            UNION ALL
            SELECT dst, seq, time, amount FROM movement WHERE dst IS NOT NULL AND time < $stop
        ) e JOIN account a ON e.account = a.account
        ORDER BY e.account, e.seq, e.delta""",
        {"stop": scene.window.stop},
    ).fetchnumpy()
    account, time = np.asarray(found["account"]), np.asarray(found["time"])
    delta, opening = np.asarray(found["delta"]), np.asarray(found["opening"])
    if np.abs(delta).sum(dtype=np.float64) + np.abs(opening).sum(dtype=np.float64) > _EXACT:
        delta, opening = delta.astype(object), opening.astype(object)
    running = np.cumsum(delta)
    first = np.concatenate([[True], account[1:] != account[:-1]])[: len(account)]
    starts = np.flatnonzero(first)
    lengths = np.diff(np.append(starts, len(account)))
    base = np.repeat(running[starts] - delta[starts] - opening[starts], lengths)
    after = running - base
    return Steps(account, time, after - delta, after)


def balances(scene: Scene, at: int) -> tuple[Ints, Ints]:
    """Account numbers, ascending, and what each holds just before `at` (seconds since 1970), in minor units."""
    found = scene.rows(
        """
        SELECT a.account, a.opening + coalesce(sum(e.delta), 0)
        FROM account a LEFT JOIN (
            SELECT src AS account, -amount AS delta FROM movement WHERE time < $at
            UNION ALL SELECT dst, amount FROM movement WHERE time < $at
        ) e ON a.account = e.account
        GROUP BY a.account, a.opening ORDER BY a.account""",
        at=at,
    )
    numbers = np.array([row[0] for row in found], dtype=np.int64)
    held = [int(row[1]) for row in found]  # type: ignore[call-overload]
    return numbers, np.array(held, dtype=np.int64 if all(abs(each) < _EXACT for each in held) else object)


def month_starts(window: Window) -> list[int]:
    """First second (UTC) of each calendar month that begins inside the window, its start and stop excluded."""
    moment = datetime.fromtimestamp(window.start, UTC)
    year, month = moment.year, moment.month
    found: list[int] = []
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        at = int(datetime(year, month, 1, tzinfo=UTC).timestamp())
        if at >= window.stop:
            return found
        found.append(at)


def day_text(at: int) -> str:
    """The UTC day of a moment, as YYYY-MM-DD."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def balance_at(changes: Steps, at: int) -> Ints:
    """What each account that ever moved held just before a moment, in the order of `np.unique(changes.account)`."""
    starts = np.flatnonzero(changes.first)
    accounts = changes.account[starts]
    # One sorted key for all accounts: times fit 2**40 seconds, account numbers what remains.
    key = changes.account * 2**40 + changes.time
    places = np.searchsorted(key, accounts * 2**40 + at, side="left")
    moved = places > starts
    return np.where(moved, changes.after[np.maximum(places - 1, 0)], changes.before[starts])


def signs(values: Ints) -> NDArray[np.int8]:
    """-1, 0 or 1 for each, also of Python ints."""
    return (values > 0).astype(np.int8) - (values < 0).astype(np.int8)
