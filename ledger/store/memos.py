"""Memos: the only part of a journal that can be forgotten. Their salted hashes stay in the entries and prove nothing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, delete, select

from ledger.store.schema import account, community, memo, posting


def forget_memos(connection: Connection, uid: UUID, holder: UUID) -> int:
    """Drop the memos of every entry that touched an account of a community; returns how many.

    For `Ledger.work`: it runs in the writer's own transaction.
    """
    number = select(community.c.community_id).where(community.c.uid == uid).scalar_subquery()
    no = select(account.c.no).where(account.c.community_id == number, account.c.uid == holder)
    touched = select(posting.c.seq).where(
        posting.c.community_id == number, posting.c.account_no == no.scalar_subquery()
    )
    done = connection.execute(delete(memo).where(memo.c.community_id == number, memo.c.seq.in_(touched)))
    return done.rowcount
