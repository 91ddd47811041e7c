"""What an id that was used before is answered: the same content the same answer, other content a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from ledger.core import codec
from ledger.core.commands import Command
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Receipt, command_bytes, decode
from ledger.store import schema
from ledger.store.bulk import Bulk, Question, as_uuid

CHUNK = 8_192
"""Ids in one question; each is named twice, and SQLite takes 32,766 values."""

_EARLIER = (
    Question(schema.entry, "command_id", "t.command_id, t.seq, t.body, NULL, NULL, NULL"),
    Question(schema.refusal, "command_id", "t.command_id, 0, t.fingerprint, t.code, t.detail, t.field"),
)


class Earlier(NamedTuple):
    """The outcome of an id: an entry with its bytes, or (seq 0) a refusal with the fingerprint of its command."""

    seq: int
    bytes: bytes
    code: str = ""
    detail: str = ""
    field: str = ""


def earlier(connection: Connection, bulk: Bulk, number: int, ids: Sequence[UUID]) -> dict[UUID, Earlier]:
    """Which of these command ids were answered before, and how."""
    known: dict[UUID, Earlier] = {}
    for start in range(0, len(ids), CHUNK):
        for row in bulk.find(connection, number, ids[start : start + CHUNK], *_EARLIER):
            known[as_uuid(row[0])] = Earlier(*row[1:])
    return known


def fingerprint(command: Command) -> bytes:
    """32 bytes that stand for a command's content."""
    return sha256(command_bytes(command)).digest()


def repeat(command: Command, found: Earlier, ours: bytes | None = None) -> Receipt | Rejected:
    """The answer to a command whose id has an outcome. `ours`: an entry that we wrote ourselves is no replay."""
    if not found.seq:
        if fingerprint(command) != found.bytes:
            return _reused("content")
        return Rejected(Code(found.code), found.detail, found.field)
    return repeat_entry(command, found.bytes, ours)


def repeat_entry(command: Command, body: bytes, ours: bytes | None) -> Receipt | Rejected:
    """`repeat` for an id that has an entry; `body` is its canonical bytes."""
    entry = decode(body)
    if command_bytes(command) != command_bytes(entry.command):
        return _reused(_first_difference(command, entry.command))
    return Receipt(command.community, command.id, entry.seq, entry.ts, entry.transfers, ours != body)


def _reused(field: str) -> Rejected:
    said = f"this id was used for another command (its {field} differs); make a new id for a new command"
    return Rejected(Code.ID_REUSED, said, "" if field == "content" else field)


def _first_difference(new: Command, old: Command) -> str:
    if type(new) is not type(old):
        return "command"
    for field in fields(new):
        if codec.to_plain(getattr(new, field.name)) != codec.to_plain(getattr(old, field.name)):
            return field.name
    return "content"
