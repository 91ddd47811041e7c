"""Every account as it was at the end of each closed month, so that later figures need not read what came before.

A snapshot is named by what it follows from: the files of its month and of those before, and the reversals that took
rows out of them. When something arrives in a closed month, the snapshots from that month on no longer bear the right
name, and are made again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ledger.analytics.scan.state import State
from ledger.analytics.scan.whole import scan_scene
from ledger.analytics.source.folder import Manifest
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import Window

FOLDER = "states"
_FORMAT = b"3"
"""Part of the name: what was written otherwise is made again."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A closed month of a currency, and where its snapshot lies once it is made."""

    start: int
    """First second of the month."""
    end: int
    """First second after it, from which the snapshot helps."""
    from_seq: int
    """First movement (`seq` of the scene) after the month."""
    path: Path


def shelves(folder: Path, manifest: Manifest, code: str) -> list[Shelf]:
    """The closed months, oldest first: all that have movements but the newest."""
    found: list[Shelf] = []
    reversed_ = _reversed(folder, manifest)
    key, before = sha256(_FORMAT), 0
    for month, file in sorted(manifest.months.get(code, {}).items())[:-1]:
        first, last = _entries(folder / file.name)
        key.update(bytes.fromhex(file.sha256))
        key.update(repr([entry for entry in reversed_ if first <= entry <= last]).encode())
        before += file.rows
        start, end = _bounds(month)
        path = folder / FOLDER / code / f"{month}.{key.hexdigest()[:12]}.arrow"
        found.append(Shelf(start, end, before + 1, path))
    return found


def newest(folder: Path, manifest: Manifest, code: str, start: int) -> tuple[State, int] | None:
    """The newest snapshot from which a window that begins at `start` can be scanned, and the first movement after it."""
    for shelf in reversed(shelves(folder, manifest, code)):
        if shelf.end <= start and shelf.path.exists():
            return _read(shelf.path), shelf.from_seq
    return None


def take(scene: Scene, folder: Path, manifest: Manifest) -> int:
    """Make the snapshots that are missing, from the scene's whole record, and remove those of no use; gives how many."""
    code = scene.currency.code
    wanted = shelves(folder, manifest, code)
    made, state, from_seq = 0, None, 0
    for shelf in wanted:
        if shelf.path.exists():
            state, from_seq = None, 0
            continue
        if state is None:
            found = newest(folder, manifest, code, shelf.start)
            state, from_seq = (None, 0) if found is None else found
        month = scene.at(Window.between(shelf.start, shelf.end))
        state = scan_scene(month, state, from_seq, keep=True).state
        assert state is not None
        _write(shelf.path, state)
        made, from_seq = made + 1, shelf.from_seq
    _prune(folder / FOLDER / code, {shelf.path.name for shelf in wanted})
    return made


def _reversed(folder: Path, manifest: Manifest) -> list[int]:
    found: list[int] = pq.read_table(folder / manifest.tables["undone"].name)["entry"].to_pylist()
    return sorted(found)


def _entries(path: Path) -> tuple[int, int]:
    """The least and the greatest entry in a file of movements, as its metadata says."""
    meta = pq.read_metadata(path)
    column = meta.schema.names.index("entry")
    stats = [meta.row_group(group).column(column).statistics for group in range(meta.num_row_groups)]
    return min(each.min for each in stats), max(each.max for each in stats)


def _bounds(month: str) -> tuple[int, int]:
    year, number = map(int, month.split("-"))
    after = (year, number + 1) if number < 12 else (year + 1, 1)
    start, end = (datetime(*when, 1, tzinfo=UTC) for when in ((year, number), after))
    return int(start.timestamp()), int(end.timestamp())


def _read(path: Path) -> State:
    with pa.memory_map(str(path)) as file:
        return State.from_arrow(pa.ipc.open_file(file).read_all())


def _write(path: Path, state: State) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    os.close(handle)
    try:
        table = state.to_arrow()
        with pa.OSFile(draft, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _prune(place: Path, kept: set[str]) -> None:
    for path in _files(place):
        if path.name not in kept:
            path.unlink(missing_ok=True)


def _files(place: Path) -> Iterator[Path]:
    return place.glob("*.arrow") if place.is_dir() else iter(())
