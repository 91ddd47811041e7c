"""A community's tables made again from the file that carries it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from ledger.core.checkpoint import Checkpoint, parse_and_verify
from ledger.core.journal import Decision, Founded, SigningKeyChanged, decode
from ledger.core.merkle import HASH_SIZE, Frontier, ProofError, leaf_hash
from ledger.store import schema
from ledger.store.archive import BadArchive, Reader
from ledger.store.bulk import bulk_for
from ledger.store.keys import signer_at
from ledger.store.loader import Kept
from ledger.store.replay import replay_books
from ledger.store.scratch import Scratch
from ledger.store.verify import origin_of
from ledger.store.writer import Batch

CHUNK = 1_024


class Rebuild:
    """Reads an archive into the tables, in a connection's transaction. All raises BadArchive, naming the entry.

    The rules are not asked again: that is `verify`'s work.
    """

    def __init__(self, connection: Connection, number: int, archive: Reader, scratch: Scratch) -> None:
        self._connection, self._number, self._archive, self._scratch = connection, number, archive, scratch
        self._bulk = bulk_for(connection.dialect.name)
        self._uid = UUID(archive.manifest.community)
        self._kept = Kept(number, replay_books(self._uid, scratch), Frontier())
        self._batch = Batch(self._bulk)
        self._checkpoints = {row[0]: row for row in archive.rows("checkpoints", int, int, bytes, str)}
        """By size, as long as the journal has not reached them."""
        self._newest = self._checkpoints[max(self._checkpoints)][3] if self._checkpoints else ""
        self._founded: Founded | None = None
        self._signers: list[tuple[int, bytes]] = []
        scratch.spill("memo_hash", ())

    @property
    def seq(self) -> int:
        """The last entry carried out."""
        return self._kept.books.seq

    def run(self) -> None:
        """The whole journal, then what lies beside it."""
        for frame in self._archive.frames("journal"):
            self._enter(frame)
            if self.seq % CHUNK == 0 or self.seq in self._checkpoints:
                self._write()
        self._write()
        manifest, frontier = self._archive.manifest, self._kept.frontier
        if (frontier.size, frontier.root().hex()) != (manifest.size, manifest.root):
            raise BadArchive(
                f"entry {frontier.size}: the journal ends with another size or root than manifest.json says"
            )
        if self._founded is None or self._founded.code != manifest.code:
            raise BadArchive("entry 1: it does not found the community that manifest.json names")
        if self._checkpoints:
            raise BadArchive(f"entry {frontier.size}: the journal ends before its last checkpoint")
        if manifest.checkpoint != self._newest:
            raise BadArchive("manifest.json: its checkpoint is not the newest of the file")
        self._beside()

    def keep_key(self, wrapped: bytes) -> None:
        """The community's signing keys; `wrapped`, of the one in force, is empty when it stayed behind."""
        *former, (seq, last) = self._signers
        rows = [(self._number, *each, b"") for each in former]
        self._bulk.insert(self._connection, schema.signing_key, [*rows, (self._number, seq, last, wrapped)])

    def _enter(self, frame: bytes) -> None:
        seq, books = self.seq + 1, self._kept.books
        body = frame[HASH_SIZE:]
        if leaf_hash(body) != frame[:HASH_SIZE]:
            raise BadArchive(f"entry {seq}: its bytes do not have the hash that was written down with them")
        try:
            entry = decode(body)
        except ValueError as error:
            raise BadArchive(f"entry {seq}: {error}") from error
        if entry.seq != seq or entry.command.community != self._uid or entry.ts <= books.ts:
            raise BadArchive(f"entry {seq}: another entry stands in its place")
        if entry.command.id in books.entries:
            raise BadArchive(f"entry {seq}: its command was committed before")
        if seq == 1:
            self._founded = next((each for each in entry.effects if isinstance(each, Founded)), None)
            if self._founded is None:
                raise BadArchive("entry 1: it does not found a community")
        named = [each for each in entry.effects if isinstance(each, Founded | SigningKeyChanged)]
        self._signers += [(seq, each.public_key) for each in named]
        try:
            decision = Decision(entry.transfers, entry.effects)
            self._batch.enter(self._kept, entry.ts, entry.command, decision, body)
        except (LookupError, AttributeError, TypeError, ValueError) as error:
            raise BadArchive(f"entry {seq}: cannot be carried out: {error!r}") from error
        memo_hash = getattr(entry.command, "memo_hash", None)
        if memo_hash is not None:
            self._scratch.spill("memo_hash", [(_key(seq), memo_hash)])

    def _write(self) -> None:
        self._batch.write(self._connection)
        self._batch = Batch(self._bulk)
        row = self._checkpoints.pop(self.seq, None)
        if row is not None:
            signed = self._checkpoint(row[3])
            if (self.seq, self._kept.frontier.root()) != (signed.size, signed.root) or row[2] != signed.root:
                raise BadArchive(f"entry {self.seq}: the entries up to here are not those that were signed")
            self._insert("checkpoint", [row])

    def _checkpoint(self, note: str) -> Checkpoint:
        try:
            return parse_and_verify(note, signer_at(self._signers, self.seq), origin_of(self._uid))
        except ProofError as error:
            raise BadArchive(f"entry {self.seq}: checkpoint: {error}") from error

    def _beside(self) -> None:
        """Memos whose hash the journal holds, and refusals, so that an id keeps its answer."""
        for page in _pages(self._archive.rows("memos", int, bytes, str)):
            for seq, salt, text in page:
                if self._scratch.fetch("memo_hash", _key(seq)) != sha256(salt + text.encode()).digest():
                    raise BadArchive(f"entry {seq}: its memo is not the one that was hashed")
            self._insert("memo", page)
        uid = self._bulk.uid
        for page in _pages(self._archive.rows("refusals", bytes, bytes, str, str, str, int)):
            self._insert("refusal", [(uid(UUID(bytes=row[0])), *row[1:]) for row in page])

    def _insert(self, table: str, rows: list[Any]) -> None:
        full = [(self._number, *row) for row in rows]
        self._bulk.insert(self._connection, schema.metadata.tables[table], full)


def _pages(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    page: list[tuple[Any, ...]] = []
    for row in rows:
        page.append(row)
        if len(page) == CHUNK:
            yield page
            page = []
    if page:
        yield page


def _key(seq: int) -> bytes:
    return seq.to_bytes(8, "big")
