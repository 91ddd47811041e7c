"""Sectors as they are shown: activity codes, or their divisions when there are too many codes to read."""

from __future__ import annotations

from collections.abc import Callable

from ledger.analytics.source.scene import Scene

MOST_SECTORS = 100
"""From more codes than that, a sector is the division of the code: what stands before its point."""
DIVISION = "split_part({}, '.', 1)"
"""The division of a column, as SQL."""


def by_division(scene: Scene) -> bool:
    """Whether sectors are shown by division."""
    return scene.number("SELECT count(DISTINCT sector) FROM account") > MOST_SECTORS


def shown(scene: Scene) -> Callable[[str | None], str | None]:
    """What a code is shown as."""
    if not by_division(scene):
        return lambda code: code
    return lambda code: None if code is None else code.split(".")[0]
