"""The journal read by number, its checkpoints, and the proofs that its tree gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from ledger.core.errors import Code, Rejected
from ledger.core.merkle import NodeSource, consistency_proof, inclusion_proof, root_at
from ledger.store.reading import Source
from ledger.store.schema import checkpoint, entry, signing_key, tree_node
from ledger.store.views import CheckpointView, EntryView

MOST = 1_000
"""Entries in one page at the most."""


class JournalReader(Source):
    """The part of the reader that follows the journal."""

    def entry(self, c: UUID, command_id: UUID) -> EntryView:
        """The entry that a command made."""
        with self.connected() as connection:
            return self._entry(connection, c, entry.c.command_id == command_id)

    def entry_at(self, c: UUID, seq: int) -> EntryView:
        """The entry of a number."""
        with self.connected() as connection:
            return self._entry(connection, c, entry.c.seq == seq)

    def entries(self, c: UUID, after: int = 0, limit: int = 100) -> list[EntryView]:
        """Entries by number, after a number. Nothing is ever skipped: numbers are dense and visible in order."""
        with self.connected() as connection:
            query = self._of(connection, entry, c).where(entry.c.seq > after)
            found = connection.execute(query.order_by(entry.c.seq).limit(min(limit, MOST)))
            return [view_of(row) for row in found]

    def latest_checkpoint(self, c: UUID) -> CheckpointView | None:
        """The newest signed head, if there is one."""
        with self.connected() as connection:
            query = self._of(connection, checkpoint, c).order_by(checkpoint.c.size.desc()).limit(1)
            row = connection.execute(query).one_or_none()
            return None if row is None else CheckpointView(row.size, row.ts, bytes(row.root), row.note)

    def checkpoints(self, c: UUID, after: int = 0, limit: int = 100) -> list[CheckpointView]:
        """Signed heads by size, of more than `after` entries."""
        with self.connected() as connection:
            query = self._of(connection, checkpoint, c).where(checkpoint.c.size > after)
            found = connection.execute(query.order_by(checkpoint.c.size).limit(min(limit, MOST)))
            return [CheckpointView(row.size, row.ts, bytes(row.root), row.note) for row in found]

    def public_key(self, c: UUID) -> bytes:
        """The key (32 bytes, Ed25519) that signs this community's checkpoints now."""
        return self.signers(c)[-1][1]

    def signers(self, c: UUID) -> list[tuple[int, bytes]]:
        """Every key that has signed this community's checkpoints, each with the entry that named it."""
        with self.connected() as connection:
            query = self._of(connection, signing_key, c).order_by(signing_key.c.seq)
            return [(row.seq, bytes(row.public_key)) for row in connection.execute(query)]

    def leaves(self, c: UUID, start: int, stop: int) -> list[bytes]:
        """Leaf hashes [start, stop), counted from 0: leaf i is entry i + 1."""
        with self.connected() as connection:
            return self._leaves(connection, self._number(connection, c), start, stop)

    def nodes(self, c: UUID, level: int, start: int, stop: int) -> list[bytes]:
        """Stored nodes [start, stop) of a level that is a multiple of 8."""
        with self.connected() as connection:
            return self._nodes(connection, self._number(connection, c), level, start, stop)

    def inclusion(self, c: UUID, seq: int, size: int) -> list[bytes]:
        """Proof that entry `seq` is under the root of the first `size` entries."""
        with self.connected() as connection:
            return inclusion_proof(seq - 1, size, self._source(connection, c))

    def consistency(self, c: UUID, m: int, n: int) -> list[bytes]:
        """Proof that the first `n` entries begin with the first `m`."""
        with self.connected() as connection:
            return consistency_proof(m, n, self._source(connection, c))

    def root_at(self, c: UUID, size: int) -> bytes:
        """Root (32 bytes) of the first `size` entries, at most as many as there are."""
        with self.connected() as connection:
            return root_at(size, self._source(connection, c))

    def _entry(self, connection: Connection, c: UUID, which: Any) -> EntryView:
        row = connection.execute(self._of(connection, entry, c).where(which)).one_or_none()
        if row is None:
            raise Rejected(Code.ENTRY_NOT_FOUND, "no such entry in this community", "entry")
        return view_of(row)

    def _source(self, connection: Connection, c: UUID) -> Callable[[int, int], bytes]:
        number = self._number(connection, c)
        return NodeSource(
            lambda start, stop: self._leaves(connection, number, start, stop),
            lambda level, start, stop: self._nodes(connection, number, level, start, stop),
        )

    @staticmethod
    def _leaves(connection: Connection, number: int, start: int, stop: int) -> list[bytes]:
        query = select(entry.c.leaf_hash).where(
            entry.c.community_id == number, entry.c.seq > start, entry.c.seq <= stop
        )
        return _bytes(connection.execute(query.order_by(entry.c.seq)).scalars().all())

    @staticmethod
    def _nodes(connection: Connection, number: int, level: int, start: int, stop: int) -> list[bytes]:
        node = tree_node.c
        query = select(node.hash).where(
            node.community_id == number, node.level == level, node.index >= start, node.index < stop
        )
        return _bytes(connection.execute(query.order_by(node.index)).scalars().all())


def _bytes(found: Sequence[Any]) -> list[bytes]:
    return [bytes(value) for value in found]


def view_of(row: Any) -> EntryView:
    """A row of the table of entries."""
    return EntryView(
        row.seq, row.ts, row.effective_at, row.command_id, row.command, row.actor, bytes(row.body),
        bytes(row.leaf_hash),
    )  # fmt: skip
