"""`ricochet demo`: seed the Region, measure it, audit it, serve it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import make_url

from api import settings as environment
from api.identity.passkeys import site_of
from api.identity.service import Identity
from api.serving import bind, serve
from ledger.service import open_ledger
from ledger.store.findings import Report
from ledger.store.verify import verify
from ops.demo import guests, opening, region, showing, targets, today
from ops.demo.guests import Invitation
from ops.demo.stage import Clock, SceneFailed
from ops.demo.targets import Row

FAILED, COULD_NOT_RUN = 1, 2


def register(app: typer.Typer) -> None:
    """Add `demo` to the operator's commands."""
    app.command("demo")(demo)


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only seed, measure and verify.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Folder for the database; by default a new one for each run.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="An empty postgresql://host/name instead of a SQLite file.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on, 0 for a free one.")] = None,
) -> None:
    """Let a Region of six communities live through published figures, check them, then serve them with their pages.

    Exit code 1 names the figure that was not reproduced.
    """
    screen = showing.console()
    where = folder or Path(tempfile.mkdtemp(prefix="ricochet-demo-"))
    where.mkdir(parents=True, exist_ok=True)
    url = database or f"sqlite:///{where.resolve() / 'demo.db'}"
    try:
        settings = environment.load(database=url, port=port)
        if not no_serve:
            bind(settings).close()  # a port that is taken is known before the work, not after it
        rows, guest = _seed(screen, url, environment.master_key(settings))
    except environment.BadSettings as error:
        raise _ended(str(error), COULD_NOT_RUN) from None
    except SceneFailed as error:
        raise _ended(f"the story broke: {error}", FAILED) from None
    report = _audit(screen, url)
    faults = _faults(rows, report)
    if faults:
        raise _ended("; ".join(faults), FAILED)
    if no_serve:
        shown = make_url(url).render_as_string(hide_password=True)
        screen.print(f"The database stays at {shown}", soft_wrap=True, markup=False)
        return
    try:
        serve(settings, lambda _, at: _open(guest, at, where.resolve()))
    except environment.BadSettings as error:
        shown = make_url(url).render_as_string(hide_password=True)
        raise _ended(f"{error}; the Region is there: ricochet serve --database {shown}", COULD_NOT_RUN) from None


def _open(guest: Invitation, at: str, folder: Path) -> None:
    typer.echo(guests.to_try(guest, at, folder))
    opening.begin(site_of(at).origin, f"/s/{guest.doors[0].token}")


def _seed(screen: Console, url: str, master: bytes) -> tuple[list[Row], Invitation]:
    began, clock = time.monotonic(), Clock()
    with open_ledger(url, clock=clock, master_key=master) as ledger:
        identity = Identity(ledger, master_key=master)
        with showing.bars(screen) as step:
            communities = region.seed(ledger, clock, identity, step)
        rows = targets.table(ledger, communities)
        showing.figures(screen, rows)
        screen.print(f"Seeded and measured in {time.monotonic() - began:.0f} s")
        with showing.passing(screen) as pass_by:
            cast = today.play(ledger, clock, identity, communities, time.time_ns(), pass_by)
        return rows, guests.invite(identity, communities, cast)


def _audit(screen: Console, url: str) -> Report:
    began = time.monotonic()
    with screen.status("verify: replaying every journal through the rules"):
        report = verify(url)
    showing.audited(screen, report, round(time.monotonic() - began))
    return report


def _faults(rows: Sequence[Row], report: Report) -> list[str]:
    """Every figure out of its bounds, and the first bad entry."""
    faults = [
        f"{row.community}: {row.what} is {row.said(row.reproduced)}, published {row.said(row.published)} ({row.tolerance})"
        for row in rows
        if not row.ok
    ]
    first = report.first_bad
    if first is not None:
        faults.append(f"verify: entry {first.seq} of {first.community}: {first.detail}")
    return faults


def _ended(sentence: str, code: int) -> typer.Exit:
    typer.echo(f"ricochet: {sentence}", err=True)
    return typer.Exit(code)
