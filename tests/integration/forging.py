"""A journal rewritten with care, every hash and number consistent, as a dishonest operator could do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ledger.core.journal import Entry, decode, encode
from ledger.core.merkle import HASH_SIZE, leaf_hash, root_of
from ledger.store.archive import FORMAT, Manifest, Reader, read_archive, write_archive


def bodies(archive: Path) -> list[bytes]:
    """The entries' bytes of an export."""
    with read_archive(archive) as reader:
        return [frame[HASH_SIZE:] for frame in reader.frames("journal")]


def write_journal(source: Path, target: Path, journal: Iterable[bytes], checkpoint: str = "") -> None:
    """An export like `source` with another journal, its hashes fitting; no checkpoints."""
    journal = list(journal)
    with read_archive(source) as reader, write_archive(target) as writer:
        writer.frames("journal", (leaf_hash(body) + body for body in journal))
        _carry(reader, writer.frames)
        writer.rows("checkpoints", [])
        root = root_of([leaf_hash(body) for body in journal]).hex()
        old = reader.manifest
        writer.manifest(Manifest(FORMAT, old.community, old.code, len(journal), root, checkpoint))


def _carry(reader: Reader, frames: Callable[[str, Iterable[bytes]], None]) -> None:
    for name in ("memos", "refusals"):
        frames(name, reader.frames(name))


def rewrite(source: Path, target: Path, seq: int, edit: Callable[[Entry], Entry]) -> None:
    """An export like `source` in which entry `seq` is another one."""
    journal = bodies(source)
    journal[seq - 1] = encode(edit(decode(journal[seq - 1])))
    write_journal(source, target, journal)


def find(source: Path, wanted: Callable[[Entry], bool]) -> int:
    """The number of the first entry that is wanted."""
    return next(seq for seq, body in enumerate(bodies(source), 1) if wanted(decode(body)))
