"""statement: every movement of a period, on the screen or for a spreadsheet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from wallet_cli.cli import command
from wallet_cli.errors import Misused
from wallet_cli.files import write_private
from wallet_cli.sending import settle_first
from wallet_cli.session import Session
from wallet_cli.statements import chosen, lines_of, show_lines, to_csv
from wallet_cli.words import _

_DAY = ["%Y-%m-%d"]


def statement(
    session: Session,
    account: Annotated[str | None, typer.Option("--account", help="Id of one of your accounts.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="First day, such as 2026-11-01.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="Last day.")] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="For a spreadsheet, in the habit of your language.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the spreadsheet to this file.")
    ] = None,
) -> None:
    """Every movement of a period, oldest first."""
    if since and until and since > until:
        raise Misused(_("--from is after --to."))
    if as_csv and session.screen.as_json:
        raise Misused(_("Choose one of --csv and --json."))
    if output and not as_csv:
        raise Misused(_("--output goes with --csv."))
    settle_first(session)
    first, last = _moment(since), _moment(until + timedelta(days=1) if until else None)
    parts = [
        (each, sorted(lines_of(session, each, since=first, until=last), key=lambda line: line.seq))
        for each in chosen(session, account)
    ]
    if as_csv:
        _deliver(session, to_csv(session, parts), output)
        return
    show_lines(session, parts)


def _moment(day: datetime | None) -> str | None:
    """The beginning of a day here, as the server writes moments."""
    if day is None:
        return None
    return day.astimezone().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _deliver(session: Session, text: str, output: Path | None) -> None:
    if output is None:
        session.world.stdout.write(text)
        return
    # the mark tells spreadsheets that this is UTF-8
    write_private(output, "\ufeff" + text)
    session.screen.note(_("Written to {path}.", path=output), "green")


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    command(app, "statement", help="Show or export every movement of a period.")(statement)
