"""Copies of the database, and the database from a copy."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.common import COULD_NOT_RUN, fail, master_key
from ledger.cli.keeping import tell
from ledger.core.errors import Rejected
from ledger.store.backup import make_backup
from ledger.store.backup_folder import Backup, notes_of
from ledger.store.backup_mark import mark_place, write_mark
from ledger.store.restore import key_opens, rehearse
from ledger.store.restore import restore as restore_backup

Against = Annotated[
    list[Path] | None,
    typer.Option(help="A checkpoint that was kept elsewhere; may be given several times."),
]


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="New folder to write, such as one named by its date.")],
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not restore and verify the copy afterwards.")
    ] = False,
    whole_server: Annotated[
        bool,
        typer.Option("--whole-server", help="PostgreSQL: the whole server by pg_basebackup, not one database."),
    ] = False,
) -> None:
    """Copy the database while the server runs, and try the copy. The master key is not in it: keep it elsewhere."""
    began = time.monotonic()
    made, report = make_backup(context.obj, folder, check=not no_verify, whole_server=whole_server)
    _note(context.obj, made)
    typer.echo(f"{folder / made.file}: {made.engine}, {made.made}")
    typer.echo(f"checkpoints beside it: {len(notes_of(folder))}")
    if report is None:
        typer.echo("not verified: run `ricochet restore --drill` on it before you need it")
    else:
        tell(report, time.monotonic() - began)


def _note(url: str, made: Backup) -> None:
    """For the server's figures and the desk; a backup that could not be noted is one nevertheless."""
    place = mark_place(url, os.environ.get("RICOCHET_BACKUP_MARK", ""))
    try:
        if place is not None:
            write_mark(place, made)
    except OSError as error:
        typer.echo(f"not noted in {place}: {error.strerror}; the desk will not know of this backup", err=True)


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder that `ricochet backup` wrote.")],
    against: Against = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="Into a scratch place, thrown away afterwards: a rehearsal.")
    ] = False,
) -> None:
    """Make the database from a backup, where none is yet, and verify it; exit code 1 says what is missing or wrong."""
    began = time.monotonic()
    notes = [path.read_text(encoding="utf-8") for path in against or []]
    try:
        report = (rehearse if drill else restore_backup)(folder, context.obj, notes)
    except Rejected as error:
        fail(str(error), COULD_NOT_RUN)
    if not drill and not key_opens(context.obj, master_key()):
        typer.echo(
            "the master key of this database is not here: bring it back before the server is started", err=True
        )
    tell(report, time.monotonic() - began, "look for a backup that has what is missing here before this one is used")
