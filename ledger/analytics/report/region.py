"""A report for a reader of aggregates, such as the Region: of months that have ended, what the rule of secrecy lets through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ledger.analytics.answers.figures import Units
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.comparing.disclosure import protect_results, too_few
from ledger.analytics.report.whole import Answer, Progress, Report, Section, build
from ledger.analytics.scan.behind import sums_and_units
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import Window
from ledger.core.errors import Code, Rejected

_VOLUME = "volume WHERE time >= $start AND time < $stop"


def month_under_way(now: int) -> int:
    """When the month of a moment began, UTC; seconds since 1970 both."""
    return int(_month(now).timestamp())


def closed_months(window: Window, now: int) -> None:
    """Raises Rejected unless a window begins and ends with a month and has ended at `now`, seconds since 1970.

    Two windows that differ by a day would tell of that day, two looks at a month under way of the payment in between.
    """
    for name, at in (("from", window.start), ("to", window.end)):
        if at != month_under_way(at):
            raise Rejected(
                Code.INVALID_FIELD,
                f"{name}: aggregates are for whole months; give the first day of a month",
                name,
            )
    if window.end > now:
        begun = _month(now)
        last = begun - timedelta(days=1)
        raise Rejected(
            Code.INVALID_FIELD,
            f"to: aggregates are for months that have ended, the last is {last:%Y-%m}; give {begun:%Y-%m-%d} or earlier",
            "to",
        )


def for_region(
    scene: Scene, every: Iterable[Indicator], names: Iterable[str], now: int, progress: Progress | None = None
) -> Report:
    """The report of some indicators, protected together with all others: one table may be the margin of another.

    `now`: seconds since 1970. Raises Rejected for a window that `closed_months` refuses.
    """
    closed_months(scene.window, now)
    wanted = set(names)
    whole = build(scene, every, progress)
    sides = [_everybody(scene, side) for side in ("src", "dst")]
    total, units = max(sides, key=lambda side: too_few(side[1], side[0]))
    results = protect_results({each.indicator.name: each.result for each in whole.answers}, units, total)
    sections = (
        Section(
            section.letter,
            tuple(
                Answer(each.indicator, results[each.indicator.name], each.missing)
                for each in section.answers
                if each.indicator.name in wanted
            ),
        )
        for section in whole.sections
    )
    return replace(whole, sections=tuple(section for section in sections if section.answers))


def _month(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _everybody(scene: Scene, side: str) -> tuple[int, Units]:
    found = sums_and_units(scene, _VOLUME, (), f"{side}_owner", f"{side}_kind")
    total, _, units = found.get((), (0, 0, Units(0, 0, 0)))
    return total, units
