"""One batch, one database transaction: lock the heads, read, decide, write, commit.

The lock on a community's head row comes first, so everything read after it is current and stays so. The head also
says whether anybody else has written since we did: if not, the books kept in memory are exact and only what was
never seen is read. After any rollback the kept books are thrown away.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, func, select, text

from ledger.core.accounts import Books
from ledger.core.commands import Command, Found
from ledger.core.merkle import Frontier
from ledger.store.answers import earlier
from ledger.store.bulk import bulk_for
from ledger.store.deciding import SALT_BYTES, State, decide_all
from ledger.store.loader import Kept, Top, fill, open_books
from ledger.store.queue import Answer, Asked
from ledger.store.schema import community
from ledger.store.writer import Batch

STEPS = ("begin", "locked", "read", "decided", "written", "committed", "answered")
"""What a commit goes through, in order; a hook is told each, so that tests can kill the process there."""

FOUNDING_LOCK = 0x464F554E
"""The PostgreSQL advisory lock under which new communities get their number; taken after all heads."""

KEPT_ACCOUNTS = 200_000
KEPT_ENTRIES = 20_000


FEW = 128
"""Commands up to which a batch is decided whole before the server hears of it."""

_HEAD = f"community_id, {', '.join(Top._fields)}"


class _Founded(Exception):
    """Somebody else founded a community that this batch wanted to found: begin again, with its head locked."""


class Transactions:
    """Runs batches on one connection of its own. Not thread-safe: the committer's thread owns it."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], int],
        salts: Callable[[int], bytes] = os.urandom,
        on_step: Callable[[str], None] | None = None,
        alone: bool = False,
    ) -> None:
        """`alone`: no process is started to help; the other cores are somebody else's."""
        self._engine = engine
        self._clock = clock
        self._salts = salts
        self._step: Callable[[str], None] = on_step or (lambda step: None)
        self._bulk = bulk_for(engine.dialect.name)
        self._postgresql = engine.dialect.name == "postgresql"
        self._beside = None if alone else self._bulk.beside(engine)
        self._connection: Connection | None = None
        self._numbers: dict[UUID, int] = {}
        self.kept: OrderedDict[UUID, Kept] = OrderedDict()
        """Books in memory by community, the least recently used first."""
        self.behind = 0

    def run(self, asked: Sequence[Asked]) -> None:
        """Commit a batch and set every answer; or raise, with nothing answered and nothing kept in memory.

        After an exception at COMMIT the outcome is unknown; running the same batch again finds it out, because
        the lock on the head waits for whatever the lost connection still does.
        """
        while True:
            try:
                answers = self._attempt(asked)
                break
            except _Founded:
                continue
        for one, answer in zip(asked, answers, strict=True):
            one.answer = answer

    def work(self, task: Callable[[Connection], Any]) -> Any:
        """Run something else in a transaction of the writer's connection."""
        connection = self._connected()
        try:
            with connection.begin():
                return task(connection)
        except BaseException:
            self.disconnect()
            raise

    def disconnect(self) -> None:
        """Close the connection, whatever state it is in; the next batch opens another."""
        if self._beside is not None:
            self._beside.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            if (
                not self._postgresql
            ):  # closing leaves the lock while a cursor lives; a server may not answer any more
                with suppress(Exception):
                    connection.rollback()
            with suppress(Exception):
                connection.invalidate()
            with suppress(Exception):
                connection.close()

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _attempt(self, asked: Sequence[Asked]) -> list[Answer]:
        by_community: dict[UUID, list[Command]] = {}
        uid, commands = None, list[Command]()
        for one in asked:
            command = one.command
            if command.community is not uid:  # mostly it is the one before
                uid = command.community
                commands = by_community.setdefault(uid, [])
            commands.append(command)
        large = len(asked) > FEW
        beside = self._beside if large and self._beside is not None and self._beside.ready() else None
        try:
            connection = self._connected() if beside is None else beside.begin()
            transaction = connection.begin() if beside is None else beside
            self._step("begin")
            states = self._lock(connection, by_community)
            self._step("locked")
            for uid, state in states.items():
                if not state.new:
                    commands = by_community[uid]
                    ids = [command.id for command in commands]
                    state.known = earlier(connection, self._bulk, state.kept.number, ids)
                    fill(connection, state.kept, commands)
            taken = self._taken_codes(connection, by_community, states)
            self._step("read")
            ahead = beside or (self._bulk.ahead(connection) if large else None)
            batch, clock = Batch(self._bulk, ahead), self._clock()
            self.behind = max(state.kept.books.ts - clock for state in states.values())
            answers = decide_all(batch, states, taken, asked, clock, self._salts(SALT_BYTES * len(asked)))
            self._step("decided")
            batch.write(connection)
            self._step("written")
            transaction.commit()
            self._step("committed")
        except BaseException:
            for uid in by_community:
                self.kept.pop(uid, None)
            self.disconnect()
            raise
        self._keep(states)
        return answers

    # --- lock and read ---

    def _lock(self, connection: Connection, wanted: dict[UUID, list[Command]]) -> dict[UUID, State]:
        """Lock the heads of the batch's communities; their books are then current. Unknown ones get empty books."""
        self._find_numbers(connection, [uid for uid in wanted if uid not in self._numbers])
        numbers = sorted(self._numbers[uid] for uid in wanted if uid in self._numbers)
        heads = {row[0]: row[1:] for row in self._heads(connection, numbers)}
        states: dict[UUID, State] = {}
        founding: list[UUID] = []
        for uid, commands in wanted.items():
            number = self._numbers.get(uid)
            if number is not None:
                states[uid] = State(self._current(connection, number, uid, Top(*heads[number])))
            else:
                states[uid] = State(Kept(0, Books(community=uid), Frontier()), new=True)
                if any(type(command) is Found for command in commands):
                    founding.append(uid)
        if founding:
            self._reserve_numbers(connection, [states[uid] for uid in founding], founding)
        return states

    def _find_numbers(self, connection: Connection, uids: list[UUID]) -> bool:
        if not uids:
            return False
        query = select(community.c.uid, community.c.community_id).where(community.c.uid.in_(uids))
        found = {row.uid: row.community_id for row in connection.execute(query)}
        self._numbers.update(found)
        return bool(found)

    def _heads(self, connection: Connection, numbers: list[int]) -> Sequence[Any]:
        if not numbers:
            return ()
        return self._bulk.heads(connection, _HEAD, numbers, locked=self._postgresql)

    def _current(self, connection: Connection, number: int, uid: UUID, top: Top) -> Kept:
        kept = self.kept.get(uid)
        if kept is None or kept.books.seq != top.seq:
            kept = open_books(connection, number, uid, top)
        return kept

    def _reserve_numbers(self, connection: Connection, states: list[State], uids: list[UUID]) -> None:
        if self._postgresql:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FOUNDING_LOCK})
        if self._find_numbers(connection, uids):
            raise _Founded
        last = connection.execute(select(func.coalesce(func.max(community.c.community_id), 0))).scalar_one()
        for number, state in enumerate(states, last + 1):
            state.kept.number = number

    def _taken_codes(
        self, connection: Connection, wanted: dict[UUID, list[Command]], states: dict[UUID, State]
    ) -> set[str]:
        """Which of the codes that this batch would give to a new community are another one's already."""
        codes = [
            command.code
            for uid, state in states.items()
            if state.new
            for command in wanted[uid]
            if isinstance(command, Found)
        ]
        if not codes:
            return set()
        return set(connection.execute(select(community.c.code).where(community.c.code.in_(codes))).scalars())

    # --- what stays in memory ---

    def _keep(self, states: dict[UUID, State]) -> None:
        """Keep the books of this batch, within bounds."""
        for uid, state in states.items():
            books = state.kept.books
            if state.new and not books.founded:
                continue
            self._numbers[uid] = state.kept.number
            self.kept[uid] = state.kept
            self.kept.move_to_end(uid)
            books.credits.clear()
            for remembered in (books.entries, books.holds, books.claims):
                if len(remembered) > KEPT_ENTRIES:
                    remembered.clear()
        total = sum(len(kept.books.accounts) for kept in self.kept.values())
        while total > KEPT_ACCOUNTS:
            _, kept = self.kept.popitem(last=False)
            total -= len(kept.books.accounts)
