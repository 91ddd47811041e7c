"""Statements: an account's postings with what stood after each, and which of them is the last before an entry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, bindparam, func, select

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

    def version_before(self, c: UUID, uid: UUID, seq: int) -> int:
        """An account's last version before entry `seq`, which need not exist; 0 if nothing moved before it."""
        with self.connected() as connection:
            number, no, start = self._find(connection, c, uid)
            seq = max(seq, 1)
            if start.seq < seq:
                return start.version
            low, high = 1, (start.version - 1) // MARK
            while low <= high:  # versions and entries grow together: halve until the first mark that is not before
                middle = (low + high) // 2
                mark = place_of_mark(connection, number, no, middle * MARK)
                if mark.seq < seq:
                    low = middle + 1
                else:
                    start, high = mark, middle - 1
            asked = along(number, no, start, max(1, start.version - MARK)) | {"end": seq}
            return connection.execute(BEFORE, asked).scalar_one_or_none() or 0

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
BEFORE = select(func.max(TRAIL.c.version)).where(TRAIL.c.seq < bindparam("end"))
"""The last version of the trail before an entry; null if there is none."""


def _line(row: Any) -> Line:
    return Line(
        version=row.version, seq=row.seq, ts=row.ts, effective_at=row.effective_at, command_id=row.command_id,
        command=row.command, reason=row.reason, counterparty=row.uid, posted=row.posted, held=row.held,
        balance_after=row.balance, held_after=row.held_after, promised_after=row.promised_after,
    )  # fmt: skip
