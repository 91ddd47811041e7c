"""A copy of the whole database, made while others go on writing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import func, select

from ledger.core.errors import Unavailable
from ledger.store import pg_programs, pg_server, schema
from ledger.store.backup_folder import (
    BAD,
    DUMP_FILE,
    FORMAT,
    GOOD,
    SERVER_FOLDER,
    SKIPPED,
    SQLITE_FILE,
    Backup,
    digest,
    new_folder,
    sync,
    write,
    write_head,
)
from ledger.store.engine import CannotOpen, parse_url
from ledger.store.findings import Report
from ledger.store.restore import rehearse
from ledger.store.verify import snapshot


def make_backup(
    url: str, folder: Path, *, check: bool = True, whole_server: bool = False
) -> tuple[Backup, Report | None]:
    """Copy a database, while others go on writing, into a new folder; then try the copy: restore it, `verify` it.

    The folder is there only once it is whole. A copy whose check finds something is kept, and says so. Raises
    Unavailable, CannotOpen, OSError.
    """
    source = parse_url(url)
    sqlite = source.get_backend_name() == "sqlite"
    if sqlite and whole_server:
        raise CannotOpen("SQLite has no server; leave --whole-server out")
    file = SQLITE_FILE if sqlite else SERVER_FOLDER if whole_server else DUMP_FILE
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    notes = newest_notes(url)
    with new_folder(folder) as draft:
        for code, note in notes.items():
            write(draft / f"checkpoint-{code}.txt", note)
        copy = draft / file
        if sqlite:
            _copy_sqlite(Path(str(source.database)), copy)
        elif whole_server:
            pg_server.copy(source, copy)
        else:
            pg_programs.dump(source, copy)
        name = "" if sqlite else str(source.database)
        mark = "" if whole_server else digest(copy)
        made = Backup(FORMAT, file, moment, name, mark, SKIPPED, {})
        write_head(draft, made)
        report = None
        if check:
            report = rehearse(draft, url)
            entries = {each.code: each.entries for each in report.communities}
            made = replace(made, check=GOOD if report.ok else BAD, entries=entries)
            write_head(draft, made)
        sync(draft)
    return made, report


def newest_notes(url: str) -> dict[str, str]:
    """The newest signed head of each community that has one, by code."""
    notes, communities = schema.checkpoint, schema.community
    newest = (
        select(notes.c.community_id, func.max(notes.c.size).label("size"))
        .group_by(notes.c.community_id)
        .subquery()
    )
    query = (
        select(communities.c.code, notes.c.note)
        .join(newest, newest.c.community_id == communities.c.community_id)
        .join(notes, (notes.c.community_id == newest.c.community_id) & (notes.c.size == newest.c.size))
    )
    with snapshot(url) as connection:
        return {row.code: row.note for row in connection.execute(query)}


def _copy_sqlite(source: Path, copy: Path) -> None:
    """One consistent moment by SQLite's backup API; a writer is neither stopped nor needed. Ends with its own check."""
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(copy, isolation_level=None)) as writing,
        ):
            reading.backup(writing)  # all pages in one step: with several, each commit would begin it again
            writing.execute("PRAGMA journal_mode = DELETE")  # one file, readable where nothing can be written
            faults = [row[0] for row in writing.execute("PRAGMA integrity_check")]
            faults += [f"foreign key of {row[0]}" for row in writing.execute("PRAGMA foreign_key_check")]
    except sqlite3.Error as error:
        raise Unavailable(f"{source} cannot be copied: {error}") from error
    if faults != ["ok"]:
        raise Unavailable(
            f"{source} is damaged ({'; '.join(faults[:3])}); keep it as it is, and restore an older backup"
        )
