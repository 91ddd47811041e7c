"""A report for a reader of aggregates, such as the Region: whole months, and only what the rule of secrecy lets through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from ledger.analytics.answers.figures import Units
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.comparing.disclosure import protect_results, too_few
from ledger.analytics.report.whole import Answer, Progress, Report, Section, build
from ledger.analytics.scan.behind import sums_and_units
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import Window
from ledger.core.errors import Code, Rejected

_VOLUME = "volume WHERE time >= $start AND time < $stop"


def whole_months(window: Window) -> None:
    """Raises Rejected unless a window begins and ends with a month: two that differ by a day would tell of that day."""
    for name, at in (("from", window.start), ("to", window.end)):
        moment = datetime.fromtimestamp(at, UTC)
        if moment != moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0):
            raise Rejected(
                Code.INVALID_FIELD,
                f"{name}: aggregates are for whole months; give the first day of a month",
                name,
            )


def for_region(
    scene: Scene, every: Iterable[Indicator], names: Iterable[str], progress: Progress | None = None
) -> Report:
    """The report of some indicators, protected together with all others: one table may be the margin of another."""
    whole_months(scene.window)
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


def _everybody(scene: Scene, side: str) -> tuple[int, Units]:
    found = sums_and_units(scene, _VOLUME, (), f"{side}_owner", f"{side}_kind")
    total, _, units = found.get((), (0, 0, Units(0, 0, 0)))
    return total, units
