"""The folder of an extract: Parquet files named by their content, and one manifest that says which of them count.

    <folder>/<community>/manifest.json
                         RIV/2026-03.5f0c….parquet    movements of a currency dated in a month (UTC)
                         accounts.….parquet           and terms, undone, reserve
                         members.….jsonl              what is known of members beside the journal, if given

A file is written under another name, then renamed; the manifest comes last. So a run that was cut short leaves the
old state, and two runs at once wait for each other.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import file_digest
from pathlib import Path

FORMAT = 1
GRACE_SECONDS = 3_600
"""How long a file that no longer counts stays for readers who opened the extract before."""
STATES = "states/"
"""Snapshots of accounts, which `ledger.analytics.scan.snapshots` keeps in order."""


class FolderError(OSError):
    """The folder of extracts cannot be used; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of an extract, by its name below the community's folder."""

    name: str
    rows: int
    sha256: str
    last: int
    """The last entry that has a row in it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an extract holds."""

    community: str
    """Its uuid."""
    code: str
    seq: int
    """The last entry that was read."""
    root: str
    """Merkle root at that entry, hex."""
    frontier: str
    """From which the tree goes on, hex."""
    currencies: tuple[tuple[int, str, int, str], ...] = ()
    """Number, code, scale and model."""
    months: Mapping[str, Mapping[str, File]] = field(default_factory=dict)
    """Currency → month, such as 2026-03 → file of movements, ordered by time, entry, leg."""
    tables: Mapping[str, File] = field(default_factory=dict)
    """accounts, terms, undone, reserve, and members where facts were given."""
    spheres: Mapping[str, int] = field(default_factory=dict)
    """Open holds that name a sphere."""
    retired: Mapping[str, int] = field(default_factory=dict)
    """Files that no longer count, and since when (seconds)."""

    def files(self) -> list[File]:
        """All files that count."""
        return [*(file for months in self.months.values() for file in months.values()), *self.tables.values()]


def read_manifest(folder: Path) -> Manifest | None:
    """What the folder of a community holds; None when there is no extract, or none that this program wrote."""
    try:
        plain = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return None
    if not isinstance(plain, dict) or plain.pop("ricochet_extract", None) != FORMAT:
        return None
    try:
        plain["currencies"] = tuple(tuple(each) for each in plain["currencies"])
        plain["months"] = {
            code: {month: File(**file) for month, file in months.items()}
            for code, months in plain["months"].items()
        }
        plain["tables"] = {name: File(**file) for name, file in plain["tables"].items()}
        return Manifest(**plain)
    except (TypeError, KeyError, AttributeError):
        return None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make a state count; on the disk when this returns."""
    plain = {"ricochet_extract": FORMAT, **asdict(manifest)}
    _place(folder, "manifest.json", json.dumps(plain, indent=1, ensure_ascii=False).encode())


def write_file(
    folder: Path, stem: str, suffix: str, rows: int, last: int, fill: Callable[[Path], object]
) -> File:
    """A new file `stem`.<part of its hash>`suffix` with what `fill` writes to the path it is given."""
    place = folder / stem
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=place.parent)
    os.close(handle)
    try:
        fill(Path(draft))
        digest = hash_of(Path(draft))
        name = f"{stem}.{digest[:12]}{suffix}"
        with open(draft, "rb") as written:
            os.fsync(written.fileno())
        os.replace(draft, folder / name)
        return File(name, rows, digest, last)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sound(folder: Path, file: File) -> bool:
    """Whether a file is there as it was written."""
    path = folder / file.name
    return path.is_file() and hash_of(path) == file.sha256


def retire(old: Manifest | None, files: list[File]) -> dict[str, int]:
    """What no longer counts once `files` do, with what was retired before."""
    now = int(time.time())
    counting = {file.name for file in files}
    before = {} if old is None else {**{file.name: now for file in old.files()}, **old.retired}
    return {name: since for name, since in before.items() if name not in counting}


def sweep(folder: Path, manifest: Manifest) -> dict[str, int]:
    """Remove what no longer counts and what a run that was cut short left; gives what stays retired."""
    horizon = time.time() - GRACE_SECONDS
    stay = {name: since for name, since in manifest.retired.items() if since > horizon}
    kept = {file.name for file in manifest.files()} | set(stay) | {"manifest.json", ".lock"}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in kept and not name.startswith(STATES):
            path.unlink(missing_ok=True)
    return stay


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One run at a time; another waits. Raises FolderError where the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise FolderError(
            f"cannot write {folder}: {error.strerror}; set RICOCHET_REPORTS to a folder you may write to"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _place(folder: Path, name: str, content: bytes) -> None:
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, folder / name)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
