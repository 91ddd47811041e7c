"""Group commit: many callers, one writer thread, one transaction for everything that waits; each caller answered once.

No timer: while one batch commits, the next one gathers. What the rules refuse is an answer like any other; what the
database refuses is tried again, then command by command, so that a bad one cannot fail its neighbours.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ledger.core.commands import MAX_BATCH
from ledger.core.errors import Corrupt, LedgerError, Unavailable
from ledger.store.apart import Apart
from ledger.store.apart_bytes import Failed
from ledger.store.child import ENDING
from ledger.store.collecting import collecting_later
from ledger.store.engine import one_line
from ledger.store.line import Line, Room
from ledger.store.loader import Kept
from ledger.store.queue import Asked, AsyncGroup, Group, Inbox, Task, ThreadGroup, deliver
from ledger.store.transaction import Transactions

PAUSES = (0.0, 0.05, 0.25)
"""Seconds before each further attempt when the database cannot be reached or is busy."""


@dataclass(slots=True)
class Limits:
    """How much may wait, and how much one transaction takes."""

    max_batch: int = MAX_BATCH
    """Payments in one transaction."""
    max_waiting: int = 65_536
    """Payments in the queue."""
    max_bytes: int = 64 * 2**20
    """Memory of the queue, roughly."""


@dataclass(slots=True)
class Stats:
    """Counters since the start; written by the committer's thread and that of the event loop, in turns."""

    batches: int = 0
    commands: int = 0
    retries: int = 0
    """Transactions begun again after the database failed."""
    isolated: int = 0
    """Batches taken apart because of a command that the rules let through and the database did not: an alarm."""
    failed: int = 0
    """Commands answered Unavailable or Corrupt."""
    clock_behind: int = 0
    """How far (ns) the clock was behind the last entry's moment in the latest batch; above a second is an alarm."""
    _changing: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def batch(self, asked: Sequence[Asked], behind: int) -> None:
        """Count a batch that is answered."""
        with self._changing:
            self.batches += 1
            self.commands += len(asked)
            self.clock_behind = max(0, behind)
            self.failed += sum([isinstance(one.answer, Unavailable | Corrupt) for one in asked])


class Committer:
    """Owns the writer thread and its connection."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], int] = time.time_ns,
        salts: Callable[[int], bytes] = os.urandom,
        limits: Limits | None = None,
        on_step: Callable[[str], None] | None = None,
        apart: bool = False,
    ) -> None:
        """`apart`: batches run in a process of its own, which makes its own salts and tells no steps."""
        self.limits = limits or Limits()
        self.stats = Stats()
        self.apart = apart
        """Whether the writer is a process of its own, which also checks signatures."""
        self._on_step = on_step or (lambda step: None)
        self._clock = clock
        self._transactions = Apart(engine, clock) if apart else Transactions(engine, clock, salts, on_step)
        self._line: Line | None = None
        """Of the event loop that asks, when the writer is apart."""
        self._inbox = Inbox(self.limits.max_waiting, self.limits.max_bytes)
        self._thread = threading.Thread(target=self._run, name="ricochet-committer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Payments in the queue now."""
        return self._inbox.waiting + (0 if self._line is None else self._line.waiting)

    @property
    def closed(self) -> bool:
        """Whether new commands are refused."""
        return self._inbox.closed

    @property
    def kept(self) -> Mapping[UUID, Kept]:
        """The books in memory; only the committer's thread may change them."""
        return self._transactions.kept

    def submit(self, asked: Sequence[Asked]) -> None:
        """Put commands in and wait until each has its answer. Raises Unavailable at once when there is no room."""
        group = ThreadGroup(asked)
        self._inbox.put(group)
        group.wait()

    def put(self, group: AsyncGroup) -> None:
        """Put a coroutine's command in; its future gets the answer. Raises Unavailable when there is no room."""
        line = self._line_of(group.loop) if self.apart else None
        if line is None or not line.put(group):
            self._inbox.put(group)

    def work(self, task: Callable[[Connection], Any]) -> Any:
        """Run `task` in a transaction of the writer thread, between two batches, and return what it returns."""
        job = Task(task)
        self._inbox.put(job)
        job.wait()
        if job.error is not None:
            raise job.error
        return job.result

    def close(self) -> None:
        """Refuse what comes, finish what waits, then stop."""
        if self._line is not None:
            self._line.close(ENDING)
        self._inbox.close()
        self._thread.join()

    # --- the line of an event loop ---

    def _line_of(self, loop: asyncio.AbstractEventLoop) -> Line | None:
        """The loop's line to the writer; a new one after a writer's death, none for a second loop."""
        line = self._line
        if line is not None and (line.open or line.loop is not loop):
            return line if line.loop is loop else None
        assert isinstance(self._transactions, Apart)
        end = None if self._inbox.closed else self._transactions.take_stream()
        if end is None:
            return None
        room = Room(self.limits.max_waiting, self.limits.max_bytes, self.limits.max_batch)
        self._line = Line(end, loop, self._clock, room, self.stats.batch, self._take_back)
        return self._line

    def _take_back(self, groups: Sequence[AsyncGroup]) -> None:
        """What the line could not have answered is answered by the thread."""
        for group in groups:
            try:
                self._inbox.put(group)
            except Unavailable as full:
                _finish([group], full)
                deliver([group])

    # --- the writer thread ---

    def _run(self) -> None:
        try:
            while groups := self._inbox.take(self.limits.max_batch):
                with collecting_later():
                    self._serve(groups)
        finally:
            self._inbox.close()
            while groups := self._inbox.take(self.limits.max_batch):
                _finish(groups)
                deliver(groups)
            self._transactions.disconnect()

    def _serve(self, groups: list[Group]) -> None:
        """Whatever happens in here, everybody in `groups` is answered at its end."""
        try:
            if isinstance(groups[0], Task):
                self._do(groups[0])
                return
            asked = [one for group in groups for one in group.asked]
            self._commit(asked)
            self.stats.batch(asked, self._transactions.behind)
        except BaseException as error:  # noqa: BLE001 - the callers hear of it; the next batch deserves a writer
            _finish(groups, error)
        else:
            _finish(groups)
        finally:
            deliver(groups)
        self._tell("answered")

    def _do(self, task: Task) -> None:
        try:
            task.result = self._transactions.work(task.work)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits for it
            task.error = _plain(error)

    def _tell(self, step: str) -> None:
        try:
            self._on_step(step)
        except BaseException:  # noqa: BLE001 - the answers are given; only the hook failed
            return

    def _commit(self, asked: Sequence[Asked]) -> None:
        """Answer every command: all in one transaction, else one by one."""
        error: BaseException | None = None
        for attempt in range(len(PAUSES) + 1):
            if attempt:
                self.stats.retries += 1
                time.sleep(PAUSES[attempt - 1])
            try:
                self._transactions.run(asked)
                return
            except Exception as failed:  # noqa: BLE001 - sorted out below
                error = failed
            if attempt and not temporary(error):
                break
        if not temporary(error) and len(asked) > 1:
            self.stats.isolated += 1
            error = self._one_by_one(asked)
        for one in asked:
            if one.answer is None:
                one.answer = _answer(error)

    def _one_by_one(self, asked: Sequence[Asked]) -> BaseException | None:
        """Each in its own transaction; stops, with the reason, when the database goes away."""
        for one in asked:
            self._commit([one])
            if isinstance(one.answer, Unavailable):
                return one.answer
        return None


def _finish(groups: Sequence[Group], error: BaseException | None = None) -> None:
    """Give an answer to whoever has none yet."""
    for group in groups:
        if isinstance(group, Task) and group.error is None and error is not None:
            group.error = _plain(error)
        for one in group.asked:
            if one.answer is None:
                one.answer = _answer(error)


def temporary(error: BaseException | None) -> bool:
    """Whether the same transaction may succeed later: connection lost, locked, disk full, a server that takes no writes
    (a standby, a full disk at a host). Else the data is at fault."""
    if isinstance(error, Failed):
        return error.temporary
    found = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, SQLAlchemyError) and not isinstance(error, DBAPIError):
        return True  # no connection to be had from the pool
    return isinstance(
        found,
        psycopg.OperationalError
        | psycopg.InterfaceError
        | psycopg.errors.ReadOnlySqlTransaction
        | psycopg.errors.IdleInTransactionSessionTimeout
        | sqlite3.OperationalError
        | sqlite3.InterfaceError
        | OSError,
    )


def _plain(error: BaseException) -> BaseException:
    """A database error in our words; anything else as it is."""
    return _answer(error) if isinstance(error, SQLAlchemyError | psycopg.Error | sqlite3.Error) else error


def _answer(error: BaseException | None) -> LedgerError:
    """What a caller hears of a failure. None and interruptions: nothing is known to be wrong with the command."""
    if isinstance(error, LedgerError):
        return error
    said = one_line(error)
    if error is None or not isinstance(error, Exception) or temporary(error):
        return Unavailable(f"the database cannot answer now ({said}); send the same command again")
    return Corrupt(f"the database refused what the rules allow: {said}; run `ricochet verify`")
