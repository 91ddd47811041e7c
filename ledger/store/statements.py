"""Statements: an account's postings with the totals after each, and its balance at any entry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, case, select

from ledger.core.errors import Code, Rejected
from ledger.store.reading import Source
from ledger.store.schema import account, entry, posting, transfer
from ledger.store.views import Line

MOST = 1_000
"""Lines in one page at the most."""

other = account.alias("other")


class Statements(Source):
    """The part of the reader that follows one account."""

    def statement(
        self,
        c: UUID,
        uid: UUID,
        before_version: int | None = None,
        after_version: int | None = None,
        limit: int = 50,
    ) -> list[Line]:
        """A page of an account's lines: newest first, or oldest first from `after_version` on."""
        with self.connected() as connection:
            number, no, _ = self._find(connection, c, uid)
            query = lines_query(number, no).limit(min(limit, MOST))
            if after_version is not None:
                query = query.where(posting.c.version > after_version).order_by(posting.c.version)
            else:
                query = query.order_by(posting.c.version.desc())
            if before_version is not None:
                query = query.where(posting.c.version < before_version)
            return [_line(row, no) for row in connection.execute(query)]

    def balance_at_seq(self, c: UUID, uid: UUID, seq: int) -> int:
        """The posted balance just after entry `seq`; 0 before the first posting."""
        with self.connected() as connection:
            number, no, version = self._find(connection, c, uid)
            mine = and_(posting.c.community_id == number, posting.c.account_no == no)
            columns = (posting.c.seq, posting.c.credits_posted - posting.c.debits_posted)
            balance, low, high = 0, 1, version
            while low <= high:  # versions and entry numbers grow together: halve until the last one in time
                middle = (low + high) // 2
                at, after = connection.execute(
                    select(*columns).where(mine, posting.c.version == middle)
                ).one()
                if at <= seq:
                    balance, low = after, middle + 1
                else:
                    high = middle - 1
            return balance

    def _find(self, connection: Connection, c: UUID, uid: UUID) -> tuple[int, int, int]:
        number = self._number(connection, c)
        query = select(account.c.no, account.c.version)
        found = connection.execute(
            query.where(account.c.community_id == number, account.c.uid == uid)
        ).one_or_none()
        if found is None:
            raise Rejected(Code.ACCOUNT_NOT_FOUND, "no such account in this community", "account")
        return number, found.no, found.version


def lines_query(number: int, no: int) -> Select[Any]:
    """Postings of one account with their transfer, entry and other side, in no order yet."""
    moved = and_(
        transfer.c.community_id == posting.c.community_id,
        transfer.c.seq == posting.c.seq,
        transfer.c.leg == posting.c.leg,
    )
    entered = and_(entry.c.community_id == posting.c.community_id, entry.c.seq == posting.c.seq)
    across = case((transfer.c.debit_no == no, transfer.c.credit_no), else_=transfer.c.debit_no)
    return (
        select(
            posting.c.version, posting.c.seq, entry.c.ts, entry.c.effective_at, entry.c.command_id, entry.c.command,
            transfer.c.reason, transfer.c.debit_no, transfer.c.posted, transfer.c.held, other.c.uid,
            posting.c.debits_held, posting.c.debits_posted, posting.c.credits_held, posting.c.credits_posted,
        )
        .join(transfer, moved)
        .join(entry, entered)
        .join(other, and_(other.c.community_id == posting.c.community_id, other.c.no == across))
        .where(posting.c.community_id == number, posting.c.account_no == no)
    )  # fmt: skip


def _line(row: Any, no: int) -> Line:
    sign = -1 if row.debit_no == no else 1
    return Line(
        version=row.version, seq=row.seq, ts=row.ts, effective_at=row.effective_at, command_id=row.command_id,
        command=row.command, reason=row.reason, counterparty=row.uid, posted=sign * row.posted, held=sign * row.held,
        balance_after=row.credits_posted - row.debits_posted, held_after=row.debits_held,
        promised_after=row.credits_held,
    )  # fmt: skip
