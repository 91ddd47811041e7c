"""Keep a database: make it, audit it, sign its heads, do what time does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from ledger.analytics.source.places import reports_folder
from ledger.cli.common import COULD_NOT_RUN, REFUSED, Community, community_named, fail, opened
from ledger.cli.report import facts_known
from ledger.core.errors import Rejected
from ledger.jobs import Reports, prepare_here, run_jobs, with_reports
from ledger.store.findings import Report
from ledger.store.verify import verify as audit

SHOWN = 20
"""Findings that `verify` prints."""
BESIDES: list[Callable[[Engine], None]] = []
"""What makes the tables of others in the same database; the API adds its own."""


def init(context: typer.Context) -> None:
    """Make the database, or bring its tables up to date."""
    with opened(context, migrate=True) as ledger:
        for upgrade in BESIDES:
            upgrade(ledger.database.write)
        typer.echo(f"ready: {len(ledger.reader.communities())} communities")


def verify(
    context: typer.Context,
    community: Annotated[str | None, typer.Option(help="Only this community; by default all.")] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that was kept elsewhere; may be given several times."),
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", help="A checkpoint up to which nothing was found before.")
    ] = None,
) -> None:
    """Replay every journal through the rules and check everything; exit code 1 names the first bad entry."""
    began = time.monotonic()
    notes = [path.read_text(encoding="utf-8") for path in against or []]
    trusted = None if from_ is None else from_.read_text(encoding="utf-8")
    try:
        report = audit(context.obj, community, notes, trusted)
    except Rejected as error:
        fail(str(error), COULD_NOT_RUN)
    tell(report, time.monotonic() - began)


def tell(
    report: Report, seconds: float, remedy: str = "keep the database as it is and call for help"
) -> None:
    """Print what an audit found; exit code 1 if anything."""
    for each in report.communities:
        typer.echo(f"{each.code}: {each.entries} entries, {each.accounts} accounts, root {each.root.hex()}")
    for finding in report.findings[:SHOWN]:
        place = f"{finding.community} entry {finding.seq}" if finding.community else "database"
        typer.echo(f"{place}: {finding.check}: {finding.detail}", err=True)
    first = report.first_bad
    if first is not None:
        whose = f"entry {first.seq} of {first.community}" if first.community else "no community's entry"
        fail(f"BAD, first at {whose}; {remedy}", REFUSED)
    typer.echo(f"good: {report.entries} entries, {report.accounts} accounts in {seconds:.1f} s")


def checkpoint(
    context: typer.Context,
    community: Community,
    out: Annotated[Path | None, typer.Option(help="File to write instead of the terminal.")] = None,
) -> None:
    """Sign the head of a journal, if that was not done yet. Publish the note where you cannot alter it."""
    with opened(context) as ledger:
        note = ledger.checkpoint(community_named(ledger, community))
    if out is None:
        typer.echo(note, nl=False)
    else:
        out.write_text(note, encoding="utf-8")


def jobs(
    context: typer.Context,
    every: Annotated[int, typer.Option(min=0, help="Go on, every so many seconds; 0: once.")] = 0,
    reports: Annotated[
        bool,
        typer.Option("--reports", help="Prepare reports now; else that is done from 1 to 5 at night, UTC."),
    ] = False,
) -> None:
    """Do what time does: expire holds, sign checkpoints, charge demurrage, forget old refusals, prepare reports."""
    with opened(context) as ledger:
        folder = reports_folder(context.obj, os.environ.get("RICOCHET_REPORTS", ""))
        every_job = with_reports(
            Reports(prepare_here(folder, lambda community: facts_known(ledger, community)), at_once=reports)
        )
        while True:
            done = run_jobs(ledger, time.time_ns(), jobs=every_job)
            typer.echo(", ".join(f"{name}: {count}" for name, count in done.counts.items()))
            if not every:
                break
            time.sleep(every)
    if done.errors:
        fail("; ".join(done.errors), COULD_NOT_RUN)
