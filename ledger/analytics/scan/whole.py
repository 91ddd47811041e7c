"""The scan of a scene: its accounts in groups of one kind, area and sector, its window in months. Notes are not in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from ledger.analytics.scan.dealing import ordered
from ledger.analytics.scan.events import opening_state
from ledger.analytics.scan.kernel import MOST_MONEY, MOST_SECONDS
from ledger.analytics.scan.scanned import Scan
from ledger.analytics.scan.scanner import Scanner
from ledger.analytics.scan.shapes import Setting
from ledger.analytics.scan.state import State
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, Window

THRESHOLDS = (1, 7, 28, 30, 56, 90, 365)
"""Days for which the shares of what was held longer are exact."""

EDGES = tuple(
    sorted({0, *(round(60 * 2 ** (half / 2)) for half in range(48)), *(days * DAY for days in THRESHOLDS)})
)
"""Seconds: half octaves from a minute to 22 years, and the thresholds."""


class Group(NamedTuple):
    """What the accounts of one row have in common; None: unknown."""

    kind: str | None
    area: str | None
    sector: str | None


@dataclass(frozen=True, slots=True)
class SceneScan:
    """A scan with the meaning of its rows."""

    scan: Scan
    groups: tuple[Group, ...]
    state: State | None = None

    def rows(self, wanted: Callable[[Group], bool]) -> list[int]:
        """The rows of the groups that are wanted."""
        return [row for row, group in enumerate(self.groups) if wanted(group)]


BEFORE = "before"
"""Where a scene keeps a function that gives the state of the accounts before its window and the movement it goes on from."""


def scanned(scene: Scene) -> SceneScan:
    """The scan that all indicators of a scene share."""
    if "scan" not in scene.kept:
        before = scene.kept.get(BEFORE)
        saved, from_seq = (before() if callable(before) else None) or (None, 0)
        scene.kept["scan"] = scan_scene(scene, saved, from_seq)
    kept = scene.kept["scan"]
    assert isinstance(kept, SceneScan)
    return kept


def scan_scene(
    scene: Scene, saved: State | None = None, from_seq: int = 0, *, keep: bool = False, plain: bool = False
) -> SceneScan:
    """Scan a scene; from a saved state, only its movements from `from_seq` on. `keep` returns the state at the end.

    Numbers that 64 bits could not hold are left to the plain kernel: slower, without a limit.
    """
    groups, setting = setting_of(scene)
    saved = opening_state(scene) if saved is None else saved
    scanner = Scanner(setting, saved, keep=keep, plain=plain or not fits(scene, saved))
    for piece in ordered(scene, from_seq):
        scanner.feed(*piece)
    found = scanner.finish()
    return SceneScan(found, groups, scanner.state if keep else None)


def setting_of(scene: Scene) -> tuple[tuple[Group, ...], Setting]:
    """The groups of a scene's accounts, and what its scan is asked."""
    groups, group_of = _groups(scene)
    window = scene.window
    return groups, Setting(window.start, window.end, len(groups), group_of, month_bounds(window), EDGES)


def month_bounds(window: Window) -> list[int]:
    """Start, the firsts of the months in UTC after it, end. An empty window has one part of no length."""
    bounds = [window.start]
    at = datetime.fromtimestamp(window.start, UTC)
    year, month = at.year, at.month
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        if year > 9999:
            break
        first = int(datetime(year, month, 1, tzinfo=UTC).timestamp())
        if first >= window.end:
            break
        bounds.append(first)
    return [*bounds, window.end]


def _groups(scene: Scene) -> tuple[tuple[Group, ...], Any]:
    """Groups in a fixed order, and the group of each account number."""
    columns = "kind, area, sector"
    order = ", ".join(f"{name} NULLS LAST" for name in columns.split(", "))
    rows = scene.rows(f"SELECT {columns}, max(account) FROM account GROUP BY {columns} ORDER BY {order}")
    groups = tuple(Group(*(None if each is None else str(each) for each in row[:3])) for row in rows)
    group_of = np.zeros(max((int(str(row[3])) + 1 for row in rows), default=0), np.int64)
    if len(groups) > 1:
        found = scene.db.execute(
            f"SELECT account, dense_rank() OVER (ORDER BY {order}) - 1 AS at FROM account"
        ).fetchnumpy()
        group_of[np.asarray(found["account"], np.int64)] = np.asarray(found["at"], np.int64)
    return groups or (Group(None, None, None),), group_of


def fits(scene: Scene, saved: State) -> bool:
    """Whether every sum stays within the compiled kernel's words."""
    found = "SELECT coalesce(sum(amount) FILTER (time < $stop), 0), coalesce(least(min(time), $start), 0) FROM movement"
    money, first = (int(str(each)) for each in scene.rows(found)[0])
    money += int(np.abs(saved.balance.astype(np.float64)).sum())
    first = min(first, saved.since) if len(saved.time[0]) else first
    return money < MOST_MONEY and max(scene.window.end, scene.window.stop) - first < MOST_SECONDS
