"""Copies of a whole database, and databases from copies.

A backup is a folder, readable by its owner only:
    backup.json            engine, file, moment, SHA-256 of the file, how its check went, entries of each community
    ricochet.db            SQLite: the database, or
    ricochet.dump          PostgreSQL: the database as pg_dump writes it, or
    server/                PostgreSQL: the data directory of the whole server, as pg_basebackup writes it
    checkpoint-CODE.txt    the newest signed head of each community when the copy began
The master key is in none of them: without it the copy reads and verifies, but signs nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from ledger.store.archive import BadArchive
from ledger.store.engine import CannotOpen

FORMAT = 1
HEAD = "backup.json"
SQLITE_FILE, DUMP_FILE, SERVER_FOLDER = "ricochet.db", "ricochet.dump", "server"
ENGINES = {SQLITE_FILE: "sqlite", DUMP_FILE: "postgresql", SERVER_FOLDER: "postgresql"}
GOOD, BAD, SKIPPED = "good", "bad", "skipped"



class BadBackup(BadArchive):
    """The folder is not a whole backup, or cannot be restored there; the message says why."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What backup.json says."""

    ricochet_backup: int
    file: str
    made: str
    """UTC, when the copy began."""
    database: str
    """Name of the database on its server; "" for SQLite."""
    sha256: str
    """Of the file; "" for a whole server, whose own manifest has a hash of each file."""
    check: str
    """good, bad or skipped."""
    entries: dict[str, int]
    """Entries of each community, by code; none when the check was skipped."""

    @property
    def engine(self) -> str:
        """ "sqlite" or "postgresql"."""
        return ENGINES[self.file]

    @classmethod
    def read(cls, folder: Path) -> Backup:
        """The head of a backup. Raises BadBackup."""
        try:
            said = json.loads((folder / HEAD).read_text(encoding="utf-8"))
            found = cls(**said)
        except (OSError, ValueError, TypeError) as error:
            raise BadBackup(f"{folder} is not a backup: {error}") from error
        if found.ricochet_backup != FORMAT or found.file not in ENGINES:
            raise BadBackup(f"{folder}: this program reads backups of format {FORMAT}")
        return found


def notes_of(folder: Path) -> list[str]:
    """The checkpoints beside a backup."""
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("checkpoint-*.txt"))]


def check_digest(file: Path, backup: Backup) -> None:
    """Raises BadBackup unless this is the file that was written."""
    if digest(file) != backup.sha256:
        raise BadBackup(f"{backup.file} is not the file that was written: its SHA-256 differs; use another backup")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder that is there only once it is whole."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotOpen(f"{folder} exists; give each backup a folder of its own, such as one named by its date")
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield draft
        draft.replace(folder)
        sync_one(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def write(path: Path, text: str) -> None:
    """A text file, UTF-8."""
    path.write_text(text, encoding="utf-8")


def write_head(folder: Path, backup: Backup) -> None:
    """backup.json."""
    said: dict[str, Any] = asdict(backup)
    write(folder / HEAD, json.dumps(said, indent=2) + "\n")


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sync(folder: Path) -> None:
    """A folder and the files in it are on the disk."""
    for path in (*(each for each in folder.iterdir() if each.is_file()), folder):
        sync_one(path)


def sync_one(path: Path) -> None:
    """A file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
