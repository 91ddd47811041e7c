"""What the demo shows on the terminal: bars while it seeds, the table of figures, the outcome of the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ledger.store.findings import Report
from ops.demo.present import PERIODS
from ops.demo.region import REGION, Part
from ops.demo.stage import Scene
from ops.demo.targets import Row

WIDTH = 118
"""Columns of the table where there is no terminal to ask."""


def console() -> Console:
    """The terminal, or wide enough a page when the output goes to a file."""
    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=WIDTH)


@contextmanager
def bars(screen: Console) -> Iterator[Callable[[Part, Scene], None]]:
    """One bar a community; the function that is yielded moves it by a step."""
    columns = (
        TextColumn("{task.description:8}"), BarColumn(30), TextColumn("{task.fields[entries]:>7} entries"),
        TimeElapsedColumn(), TextColumn("{task.fields[about]}"),
    )  # fmt: skip
    with Progress(*columns, console=screen) as progress:
        tasks = {
            part.code: progress.add_task(part.code, total=part.steps, entries=0, about=part.about, start=False)
            for part in REGION
        }

        def step(part: Part, scene: Scene) -> None:
            progress.start_task(tasks[part.code])
            progress.update(tasks[part.code], advance=1, entries=scene.committed)

        yield step


@contextmanager
def passing(screen: Console) -> Iterator[Callable[[], None]]:
    """A bar for the year up to today; the function that is yielded moves it by a twelfth."""
    columns = (TextColumn("{task.description:8}"), BarColumn(30), TimeElapsedColumn())
    with Progress(*columns, console=screen) as progress:
        task = progress.add_task("the year up to today, which no table measures", total=PERIODS)
        yield lambda: progress.advance(task)


def figures(screen: Console, rows: Sequence[Row]) -> None:
    """Published beside reproduced."""
    table = Table(title="Published figures, and what the ledger's records say", title_justify="left")
    for heading, justify in (
        ("", "left"), ("Figure", "left"), ("Source", "left"), ("Published", "right"), ("Reproduced", "right"),
        ("Tolerance", "left"), ("", "left"),
    ):  # fmt: skip
        table.add_column(heading, justify="right" if justify == "right" else "left", no_wrap=True)
    before = ""
    for row in rows:
        if before and row.community != before:
            table.add_section()
        table.add_row(
            row.community if row.community != before else "", row.what, row.source, row.said(row.published),
            row.said(row.reproduced), row.tolerance, "[green]ok[/]" if row.ok else "[bold red]NOT OK[/]",
        )  # fmt: skip
        before = row.community
    screen.print(table)


def audited(screen: Console, report: Report, seconds: int) -> None:
    """What `verify` found."""
    for each in report.communities:
        screen.print(f"  {each.code:8} {each.entries:>7,} entries, root {each.root.hex()[:16]}…")
    for finding in report.findings[:10]:
        screen.print(f"  [red]{finding.community} entry {finding.seq}: {finding.check}: {finding.detail}[/]")
    verdict = "[green]good[/]" if report.ok else "[bold red]BAD[/]"
    screen.print(f"verify: {verdict}, {report.entries:,} entries replayed and checked in {seconds} s")
