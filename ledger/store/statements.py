"""Statements: an account's postings with what stood after each, and its balance at any entry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, bindparam, select

from ledger.core.errors import Code, Rejected
from ledger.store.columns import MARK
from ledger.store.reading import Source
from ledger.store.schema import account, entry
from ledger.store.trail import NUMBER, TRAIL, Place, along, place_from, place_of_mark
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
            number, no, last = self._find(connection, c, uid)
            size = min(limit, MOST)
            newest = last.version if before_version is None else min(last.version, before_version - 1)
            if after_version is None:
                oldest = max(1, newest - size + 1)
            else:
                oldest = max(1, after_version + 1)
                newest = min(newest, oldest + size - 1)
            if newest < oldest:
                return []
            start = place_from(connection, number, no, last, newest)
            asked = along(number, no, start, oldest) | {"newest": newest}
            rows = connection.execute(LINES, asked).all()
            return [_line(row) for row in (rows if after_version is None else reversed(rows))]

    def balance_at_seq(self, c: UUID, uid: UUID, seq: int) -> int:
        """The posted balance just after entry `seq`; 0 before the first posting."""
        with self.connected() as connection:
            number, no, start = self._find(connection, c, uid)
            low, high = 1, start.version // MARK
            while low <= high:  # versions and entries grow together: halve until the first mark after it
                middle = (low + high) // 2
                mark = place_of_mark(connection, number, no, middle * MARK)
                if mark.seq > seq:
                    start, high = mark, middle - 1
                else:
                    low = middle + 1
            asked = along(number, no, start, max(1, start.version - MARK)) | {"until": seq}
            return connection.execute(BALANCE, asked).scalar_one_or_none() or 0

    def _find(self, connection: Connection, c: UUID, uid: UUID) -> tuple[int, int, Place]:
        """The community's number, the account's, and where its last posting stands (version 0: nowhere)."""
        number = self._number(connection, c)
        query = select(account.c.no, account.c.version, account.c.moved_seq, account.c.moved_leg)
        found = connection.execute(
            query.where(account.c.community_id == number, account.c.uid == uid)
        ).one_or_none()
        if found is None:
            raise Rejected(Code.ACCOUNT_NOT_FOUND, "no such account in this community", "account")
        no, *last = found
        return number, no, Place(*last)


def _lines() -> Select[Any]:
    entered = and_(entry.c.community_id == NUMBER, entry.c.seq == TRAIL.c.seq)
    across = and_(other.c.community_id == NUMBER, other.c.no == TRAIL.c.other_no)
    return (
        select(
            TRAIL.c.version, TRAIL.c.seq, entry.c.ts, entry.c.effective_at, entry.c.command_id, entry.c.command,
            TRAIL.c.reason, TRAIL.c.posted, TRAIL.c.held, other.c.uid, TRAIL.c.balance, TRAIL.c.held_after,
            TRAIL.c.promised_after,
        )
        .join_from(TRAIL, entry, entered, isouter=True)
        .join(other, across, isouter=True)
        .where(TRAIL.c.version <= bindparam("newest"))
        .order_by(TRAIL.c.version.desc())
    )  # fmt: skip


LINES = _lines()
"""An account's postings with their entry and other side, newest first."""
BALANCE = (
    select(TRAIL.c.balance).where(TRAIL.c.seq <= bindparam("until")).order_by(TRAIL.c.version.desc()).limit(1)
)
"""What an account had after an entry, if a posting of the trail is not after it."""


def _line(row: Any) -> Line:
    return Line(
        version=row.version, seq=row.seq, ts=row.ts, effective_at=row.effective_at, command_id=row.command_id,
        command=row.command, reason=row.reason, counterparty=row.uid, posted=row.posted, held=row.held,
        balance_after=row.balance, held_after=row.held_after, promised_after=row.promised_after,
    )  # fmt: skip
