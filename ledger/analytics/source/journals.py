"""Where the entries of a journal are read from: a database, or the file that carries a community."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import UUID

from ledger.core.codec import loads
from ledger.core.errors import Code, Corrupt, Rejected
from ledger.core.merkle import HASH_SIZE, ProofError, verify_consistency
from ledger.store.archive import BadArchive, Reader, read_archive
from ledger.store.journal_reader import MOST
from ledger.store.reader import Reader as Books

COMMAND = 5
"""Where an entry's bytes hold the command; its first field is the id."""


class Journal(Protocol):
    """The entries of one community up to `size`, and the root (32 bytes) that they must have."""

    community: UUID
    code: str
    size: int
    root: bytes
    said: str
    """Whose root that is and what to do when the entries have another, as the end of a sentence."""

    def bodies(self, after: int) -> Iterator[bytes]:
        """The canonical bytes of the entries after a number, in order."""

    def begins_with(self, size: int, root: bytes) -> bool:
        """Whether its first `size` entries are those under this root."""

    def numbers_of(self, commands: Collection[bytes]) -> dict[bytes, int]:
        """The numbers of the entries that commands (ids of 16 bytes) made."""


class StoredJournal:
    """A journal as a database has it at one moment, by default the whole; see `stored`."""

    said = "that the database shows; run `ricochet verify`"

    def __init__(self, reader: Books, community: UUID, size: int | None = None) -> None:
        self._reader = reader
        self.community = community
        self.code = reader.community(community).code
        head = reader.head(community)
        self.size, self.root = head.seq, head.root
        if size is not None and size != head.seq:
            if not 0 < size <= head.seq:
                raise Rejected(
                    Code.ENTRY_NOT_FOUND, f"entry {size}: the journal has 1 to {head.seq}", "entry"
                )
            self.size, self.root = size, reader.root_at(community, size)

    def bodies(self, after: int) -> Iterator[bytes]:
        """In pages: nothing of a long journal stays in memory."""
        while page := self._reader.entries(self.community, after, MOST):
            for entry in page:
                if entry.seq > self.size:
                    return
                yield entry.body
            after = page[-1].seq

    def begins_with(self, size: int, root: bytes) -> bool:
        """By a proof from the stored tree, without reading the entries."""
        if not 0 < size <= self.size:
            return False
        try:
            proof = self._reader.consistency(self.community, size, self.size)
        except ProofError as error:
            raise Corrupt(f"the stored tree has a gap: {error}; run `ricochet verify`") from error
        return verify_consistency(size, self.size, proof, root, self.root)

    def numbers_of(self, commands: Collection[bytes]) -> dict[bytes, int]:
        """Looked up one by one: reversals are rare."""
        return {each: self._reader.entry(self.community, UUID(bytes=each)).seq for each in commands}


@contextmanager
def stored(reader: Books, community: UUID, size: int | None = None) -> Iterator[StoredJournal]:
    """A journal, or its first `size` entries, in one snapshot of the database, for one thread.

    Raises Rejected, Unavailable.
    """
    with reader.snapshot() as seen:
        yield StoredJournal(seen, community, size)


class ArchivedJournal:
    """The journal of a file that `ricochet export` wrote, its first `size` entries; see `archived`."""

    said = "that is expected of them: the file is of another journal, or one of the two was changed"

    def __init__(self, archive: Reader, size: int, root: bytes) -> None:
        self._archive = archive
        self.community = UUID(archive.manifest.community)
        self.code = archive.manifest.code
        self.size, self.root = size, root

    def bodies(self, after: int) -> Iterator[bytes]:
        """Read from the start in any case: an archive has no index."""
        for seq, frame in enumerate(self._archive.frames("journal"), 1):
            if seq > self.size:
                return
            if seq > after:
                yield frame[HASH_SIZE:]

    def begins_with(self, size: int, root: bytes) -> bool:
        """Only nothing and the whole are known without reading."""
        return size == self.size and root == self.root

    def numbers_of(self, commands: Collection[bytes]) -> dict[bytes, int]:
        """One more pass through the file."""
        if not commands:
            return {}
        made = ((loads(body)[COMMAND][0], seq) for seq, body in enumerate(self.bodies(0), 1))
        return {uid: seq for uid, seq in made if uid in commands}


@contextmanager
def archived(path: Path, size: int = 0, root: bytes = b"") -> Iterator[ArchivedJournal]:
    """The journal of an archive, by default the whole; else its first `size` entries, which must have this root.

    Raises BadArchive, OSError.
    """
    with read_archive(path) as archive:
        whole = archive.manifest
        if size > whole.size:
            raise BadArchive(f"{path}: it ends at entry {whole.size}, before entry {size}; export it again")
        yield ArchivedJournal(archive, size or whole.size, root or bytes.fromhex(whole.root))
