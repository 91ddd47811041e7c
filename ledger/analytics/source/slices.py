"""The months and years of a window, for series."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import Window


def months(scene: Scene) -> Iterator[tuple[str, Scene]]:
    """The same record in each calendar month of its window, UTC, cut at the window's ends: `2026-03` and the scene.

    From the first payment between two owners in the window to the last.
    """
    return _slices(scene, 1)


def years(scene: Scene) -> Iterator[tuple[str, Scene]]:
    """The same by calendar year: `2026`."""
    return _slices(scene, 12)


def _slices(scene: Scene, step: int) -> Iterator[tuple[str, Scene]]:
    asked = "SELECT min(time), max(time) FROM volume WHERE time >= $start AND time < $stop"
    first, last = scene.rows(asked)[0]
    if isinstance(first, int) and isinstance(last, int):
        found = list(slices(scene.window, first, last, step))
        for label, window in found:  # all payments in one slice: what was computed of the scene holds for it
            yield label, scene if len(found) == 1 else scene.at(window)


def slices(window: Window, first: int, last: int, step: int) -> Iterator[tuple[str, Window]]:
    """Windows of `step` calendar months, 1 or 12, that cover the seconds from `first` to `last` inside `window`."""
    day = datetime.fromtimestamp(first, UTC)
    month = (day.year * 12 + day.month - 1) // step * step
    edge = _first_of(month)
    while edge <= last:
        start, month = max(edge, window.start), month + step
        edge = _first_of(month)
        year, of_year = divmod(month - step, 12)
        label = f"{year:04}-{of_year + 1:02}" if step == 1 else f"{year:04}"
        yield label, Window(start, min(edge, window.end), min(edge, window.stop))


def _first_of(month: int) -> int:
    """The first second of a month, counted from year 0."""
    return int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp())
