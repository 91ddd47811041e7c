"""Signed heads: made in the writer's thread under the head's lock, kept for ever."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, insert, select

from ledger.core.checkpoint import Checkpoint, sign, vkey
from ledger.core.errors import Code, Rejected
from ledger.core.journal import command_bytes, decode
from ledger.core.merkle import Frontier
from ledger.core.receipts import ReceiptFile
from ledger.store import keys
from ledger.store.reader import Reader
from ledger.store.schema import checkpoint, community, head
from ledger.store.verify import origin_of


def make_checkpoint(connection: Connection, master: bytes, c: UUID) -> str:
    """The note over the present head, signed now unless the newest one covers it already.

    Its row bears the moment of the last entry it covers, which `verify` can check; the note has no moment. A key that
    was replaced is erased with the first note by its successor.
    """
    number = connection.execute(
        select(community.c.community_id).where(community.c.uid == c)
    ).scalar_one_or_none()
    if number is None:
        raise Rejected(Code.COMMUNITY_NOT_FOUND, "no such community here", "community")
    top = connection.execute(select(head).where(head.c.community_id == number).with_for_update()).one()
    mine = checkpoint.c.community_id == number
    known = connection.execute(
        select(checkpoint.c.note).where(mine, checkpoint.c.size == top.seq)
    ).scalar_one_or_none()
    if known is not None:
        return str(known)
    wrapped = keys.newest(connection, c).wrapped
    root = Frontier.from_bytes(top.seq, bytes(top.frontier)).root()
    note = sign(Checkpoint(origin_of(c), top.seq, root), keys.unwrap(master, c, wrapped))
    row = {"community_id": number, "size": top.seq, "ts": top.ts, "root": root, "note": note}
    connection.execute(insert(checkpoint), row)
    keys.forget_former(connection, c)
    return note


def make_receipt(reader: Reader, c: UUID, command_id: UUID) -> ReceiptFile | None:
    """An entry with its proof under the newest checkpoint; None when no checkpoint covers it yet."""
    with reader.snapshot() as seen:
        found = seen.entry(c, command_id)
        newest = seen.latest_checkpoint(c)
        if newest is None or newest.size < found.seq:
            return None
        origin = origin_of(c)
        proof = tuple(seen.inclusion(c, found.seq, newest.size))
        signers = seen.signers(c)
        key = vkey(origin, keys.signer_at(signers, newest.size))
        steps = handed_on(seen, c, newest.size)
        return ReceiptFile(origin, key, found.body, found.seq - 1, newest.size, proof, newest.note, steps)


def handed_on(reader: Reader, c: UUID, size: int | None = None) -> tuple[bytes, ...]:
    """The commands (canonical bytes) by which a community's key named the next; among the first `size` entries, or all."""
    later = [seq for seq, _ in reader.signers(c)[1:] if size is None or seq <= size]
    return tuple([command_bytes(decode(reader.entry_at(c, seq).body).command) for seq in later])
