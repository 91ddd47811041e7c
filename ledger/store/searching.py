"""Looking something up in the journal: by day, by kind of command, by account. Never more of it at once than `SPAN`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, literal, or_, select

from ledger.store.journal_reader import view_of
from ledger.store.reading import Source
from ledger.store.schema import account, entry, transfer
from ledger.store.views import EntryView

SPAN = 100_000
"""Entries that one search looks through."""


class Found(NamedTuple):
    """What a search found, newest first, and where the next one begins: before this entry; None at the end."""

    views: list[EntryView]
    before: int | None


class Searching(Source):
    """The part of the reader that searches the journal."""

    def first_since(self, c: UUID, ts: int) -> int:
        """The number of the first entry written at or after a moment (ns); one more than the last for none.

        Moments grow with the numbers, so halving finds it.
        """
        with self.connected() as connection:
            number = self._number(connection, c)
            mine = select(entry.c.ts).where(entry.c.community_id == number)
            low, high = 1, _last(connection, number) + 1
            while low < high:
                middle = (low + high) // 2
                if connection.execute(mine.where(entry.c.seq == middle)).scalar_one() < ts:
                    low = middle + 1
                else:
                    high = middle
            return low

    def count(self, c: UUID, start: int, commands: Collection[str]) -> int:
        """How many entries from number `start` on are of some commands."""
        with self.connected() as connection:
            mine = entry.c.community_id == self._number(connection, c)
            query = select(func.count()).where(
                mine, entry.c.seq >= start, entry.c.command.in_(list(commands))
            )
            return int(connection.execute(query).scalar_one())

    def search(
        self, c: UUID, *, start: int = 1, before: int | None = None, commands: Collection[str] = (),
        accounts: Collection[UUID] | None = None, limit: int = 50,
    ) -> Found:  # fmt: skip
        """Entries from number `start` up to `before`, newest first: of some commands (none named: of all) and, unless
        `accounts` is None, only those that move something on these accounts or name one of them."""
        with self.connected() as connection:
            number = self._number(connection, c)
            stop = _last(connection, number) + 1 if before is None else before
            low = max(start, stop - SPAN)
            which = [entry.c.community_id == number, entry.c.seq >= low, entry.c.seq < stop]
            if commands:
                which.append(entry.c.command.in_(list(commands)))
            if accounts is not None:
                which.append(_about(connection, number, low, stop, accounts))
            query = select(entry).where(*which).order_by(entry.c.seq.desc()).limit(limit + 1)
            views = [view_of(row) for row in connection.execute(query)]
        if len(views) > limit:
            return Found(views[:limit], views[limit - 1].seq)
        return Found(views, low if low > start else None)


def _last(connection: Connection, number: int) -> int:
    query = select(func.max(entry.c.seq)).where(entry.c.community_id == number)
    return int(connection.execute(query).scalar_one() or 0)


def _about(
    connection: Connection, number: int, low: int, stop: int, accounts: Collection[UUID]
) -> ColumnElement[bool]:
    """Movements say accounts by number; commands name them by id, which stands in the entry's bytes."""
    mine = select(account.c.no).where(account.c.community_id == number, account.c.uid.in_(list(accounts)))
    numbers = list(connection.execute(mine).scalars())
    moved = select(transfer.c.seq).where(
        transfer.c.community_id == number, transfer.c.seq >= low, transfer.c.seq < stop,
        or_(transfer.c.debit_no.in_(numbers), transfer.c.credit_no.in_(numbers)),
    )  # fmt: skip
    return or_(entry.c.seq.in_(moved), *(_names(connection, uid) for uid in accounts))


def _names(connection: Connection, uid: UUID) -> ColumnElement[bool]:
    said: Any = literal(uid.bytes)
    if connection.dialect.name == "sqlite":
        return func.instr(entry.c.body, said) > 0
    return func.position(said.op("IN")(entry.c.body)) > 0
