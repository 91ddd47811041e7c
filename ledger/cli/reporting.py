"""From the words of the command line to a report, with a bar while it takes long."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ledger.analytics.answers.registry import Indicator
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.asking import Question, ask, moment
from ledger.analytics.report.loading import Beside
from ledger.analytics.report.whole import Report, build
from ledger.analytics.source.facts import MemberFact, read_facts, write_facts
from ledger.analytics.source.places import reports_folder
from ledger.analytics.source.scene import Scene
from ledger.cli.common import COULD_NOT_RUN, fail
from ledger.cli.report import facts_known
from ledger.service import Ledger


@dataclass(frozen=True, slots=True)
class Made:
    """A report, and what it was made from."""

    report: Report
    question: Question
    facts: bytes
    """Members' facts as `facts.write_facts` gives them."""


def question(
    community: UUID, currency: str | None, start: str | None, end: str | None, entry: int | None
) -> Question:
    """What the options ask. Raises Rejected for a date that is none."""
    return Question(
        community=community,
        currency=currency,
        start=None if start is None else moment(start, "--from"),
        end=None if end is None else moment(end, "--to"),
        entry=entry,
    )


def chosen(names: list[str]) -> list[Indicator]:
    """The indicators of these names; `all` is all of them."""
    if names == ["all"]:
        return list(REGISTRY)
    for name in names:
        if name not in REGISTRY:
            fail(f"there is no indicator {name}; see `ricochet report list`", COULD_NOT_RUN)
    return [REGISTRY[name] for name in dict.fromkeys(names)]


def make(url: str, ledger: Ledger, asked: Question, names: list[str], data: Beside) -> Made:
    """The report that is asked for; the extract beside the database is brought up to date first."""
    indicators = chosen(names)
    facts = facts_known(ledger, asked.community)
    folder = reports_folder(url, os.environ.get("RICOCHET_REPORTS", ""))
    with bar() as shown:
        scene = ask(
            ledger.reader,
            folder,
            asked,
            facts=facts,
            loaded=data.loaded,
            progress=lambda done, of: shown.tell("reading entries", done, of),
        )
        return Made(compute(scene, indicators, data, shown), asked, write_facts(facts))


def compute(scene: Scene, indicators: list[Indicator], data: Beside, shown: Bar) -> Report:
    """Ask the indicators, with the bar."""
    return build(scene, indicators, lambda done, of, name: shown.tell(name, done, of), data.hashes)


class Bar:
    """A bar on stderr where that is a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def tell(self, what: str, done: int, of: int) -> None:
        """Show how much of what is done."""
        self._progress.update(self._task, description=what, completed=done, total=of)


@contextmanager
def bar() -> Iterator[Bar]:
    """A bar for as long as something takes."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        yield Bar(progress)


def facts_in(path: Path | None) -> list[MemberFact]:
    """The facts of a file; none without one. Raises FactsError, OSError."""
    return [] if path is None else read_facts(path.read_bytes())
