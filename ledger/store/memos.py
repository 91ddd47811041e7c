"""Memos: the only part of a journal that can be forgotten. Their salted hashes stay in the entries and prove nothing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, delete, select

from ledger.store.schema import account, community, memo
from ledger.store.trail import TRAIL, Place, along


def forget_memos(connection: Connection, uid: UUID, holder: UUID) -> int:
    """Drop the memos of every entry that moved an account of a community; returns how many.

    For `Ledger.work`: it runs in the writer's own transaction.
    """
    number = connection.execute(select(community.c.community_id).where(community.c.uid == uid)).scalar()
    query = select(account.c.no, account.c.version, account.c.moved_seq, account.c.moved_leg)
    held = connection.execute(query.where(account.c.community_id == number, account.c.uid == holder)).one_or_none()
    if number is None or held is None:
        return 0
    no, *last = held
    gone = delete(memo).where(memo.c.community_id == number, memo.c.seq.in_(select(TRAIL.c.seq)))
    return connection.execute(gone, along(number, no, Place(*last))).rowcount
