"""Databases from backups: for good, or in a scratch place as a rehearsal. Either ends with `verify`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL, select

from ledger.core.errors import Unavailable
from ledger.store import keys, migrations, pg_programs, pg_server, schema
from ledger.store.backup_folder import (
    SERVER_FOLDER,
    SQLITE_FILE,
    Backup,
    BadBackup,
    check_digest,
    notes_of,
    sync_one,
)
from ledger.store.engine import make_engine, parse_url
from ledger.store.findings import Report
from ledger.store.verify import claimed, snapshot, verify


def rehearse(folder: Path, url: str, against: Sequence[str] = ()) -> Report:
    """Restore a backup into an empty place that is thrown away, and `verify` it there.

    `url`: for PostgreSQL, a database on whose server a scratch database may be made. `against`: checkpoints kept
    elsewhere, beside those of the backup. Raises BadBackup, Unavailable.
    """
    backup, checkpoints = Backup.read(folder), _checkpoints(folder, against)
    if backup.file == SERVER_FOLDER:
        role = parse_url(url).set(database=backup.database)
        with pg_server.started(folder / SERVER_FOLDER, role) as here:
            return verify(_text(here), against=checkpoints)
    if backup.engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="ricochet-drill-") as place:
            here = URL.create("sqlite", database=str(Path(place, SQLITE_FILE)))
            _place_sqlite(folder, backup, here)
            _bring_up_to_date(here)
            return verify(_text(here), against=checkpoints)
    target = parse_url(url)
    if target.get_backend_name() == "sqlite":
        raise BadBackup("this is a backup of PostgreSQL; name a server with --database postgresql://…")
    with pg_programs.scratch_database(target) as here:
        _place_dump(folder, backup, here)
        _bring_up_to_date(here)
        return verify(_text(here), against=checkpoints)


def restore(folder: Path, url: str, against: Sequence[str] = ()) -> Report:
    """A backup into a database that does not exist yet (SQLite) or is empty (PostgreSQL), then `verify` it there. A backup of an
    earlier release is brought up to date.

    What `verify` finds is reported; the database stays. Raises BadBackup or ProofError, with nothing restored; Unavailable.
    """
    backup, checkpoints, target = Backup.read(folder), _checkpoints(folder, against), parse_url(url)
    if backup.file == SERVER_FOLDER:
        raise BadBackup(
            f"this is a copy of a whole PostgreSQL server: start PostgreSQL on a copy of {folder / SERVER_FOLDER}, "
            "then run `ricochet verify`"
        )
    if backup.engine != target.get_backend_name():
        raise BadBackup(
            f"this is a backup of {backup.engine}; restore it there, then move communities with `ricochet export`"
        )
    if backup.engine == "sqlite":
        _place_sqlite(folder, backup, target)
    else:
        _place_dump(folder, backup, target)
    _bring_up_to_date(target)
    return verify(url, against=checkpoints)


def _bring_up_to_date(place: URL) -> None:
    """The tables of an earlier release become today's. Raises CannotOpen when they are those of a later one."""
    engine = make_engine(place, writer=True)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()


def _checkpoints(folder: Path, against: Sequence[str]) -> list[str]:
    """Those of the backup and others; ProofError, before anything is restored, for what is no checkpoint."""
    notes = [*notes_of(folder), *against]
    for note in notes:
        claimed(note)
    return notes


def key_opens(url: str, master_key: bytes | None) -> bool:
    """Whether the master key (for SQLite by default the one beside the database) opens every signing key there."""
    parsed = parse_url(url)
    beside = Path(f"{parsed.database}-key")
    if master_key is None and parsed.get_backend_name() == "sqlite" and beside.exists():
        master_key = beside.read_bytes()
    kept, communities = schema.signing_key, schema.community
    query = select(communities.c.uid, kept.c.wrapped).join(
        kept, kept.c.community_id == communities.c.community_id
    )
    with snapshot(url) as connection:
        rows = connection.execute(query.where(kept.c.wrapped != b"")).all()
    try:
        for row in rows:
            keys.unwrap(master_key or b"", row.uid, bytes(row.wrapped))
    except (Unavailable, ValueError):  # another key, or none
        return False
    return True


def _place_sqlite(folder: Path, backup: Backup, target: URL) -> None:
    path = Path(str(target.database))
    for other in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
        if other.exists():
            raise BadBackup(f"{other} exists; restore beside it, or move it away first (keep it)")
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as writing, (folder / backup.file).open("rb") as reading:
            shutil.copyfileobj(reading, writing, 2**20)
            writing.flush()
            os.fsync(writing.fileno())
        check_digest(Path(draft), backup)
        os.link(draft, path)  # unlike a rename, never over a database that somebody made meanwhile
        sync_one(path.parent)
    except FileExistsError as error:
        raise BadBackup(f"{path} exists; restore beside it, or move it away first (keep it)") from error
    finally:
        Path(draft).unlink()


def _place_dump(folder: Path, backup: Backup, target: URL) -> None:
    if not pg_programs.empty(target):
        raise BadBackup(f"database {target.database} is not empty; make a new one and restore into that")
    check_digest(folder / backup.file, backup)
    pg_programs.load(target, folder / backup.file)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
