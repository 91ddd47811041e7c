"""SQLite stores one part of a large batch while Python decides the next: the transaction is held by a process beside us.

Python's threads do not do, because its driver gives the interpreter away for single rows only. Our end reads on a
connection of its own, which begins when the other holds the write lock: it sees the last commit, and nobody else writes.
The other's death is a lost connection. The batch is tried again by who asked, and what became of it looked up.
"""

from __future__ import annotations

import marshal
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, Table

from ledger.store.child import Child
from ledger.store.engine import make_engine

Row = tuple[Any, ...]

BEGIN, ROWS, CHANGES, COMMIT = range(4)
"""What the process is told; to all but rows it answers with a failure or None, and what was asked for."""

PLAIN = 2
"""The version of `marshal` that does not look for objects it has seen, which costs more than it saves here."""

WAIT = 0.0
"""Seconds that a batch waits for a process that starts; without one it goes the old way."""


class LiteRows:
    """The writing end of one SQLite database, a transaction at a time. The committer's thread owns it."""

    def __init__(self, engine: Engine, inserts: Mapping[Table, str]) -> None:
        """`inserts` is the statement for each table. Nothing is started yet."""
        self._url = engine.url
        self._inserts = inserts
        self._reader = make_engine(engine.url, writer=False)
        self._reading: Connection | None = None
        self._child: Child | None = None
        self._heard = False
        """Whether the process has said that it is ready."""
        self._useful = len(os.sched_getaffinity(0)) > 1
        self._under_way = False

    @property
    def pid(self) -> int | None:
        """Of the process, if there is one."""
        return None if self._child is None else self._child.pid

    def ready(self) -> bool:
        """Whether a transaction may begin here now.

        The first question starts the process. One that ends before it is ready is not tried again.
        """
        if self._child is not None and self._child.ended:
            self._useful = self._useful and self._heard
            self.close()
        if not self._useful:
            return False
        try:
            if self._child is None:
                self._child = Child("ledger.store.lite_rows_main")
                self._child.tell(self._url.render_as_string(hide_password=False).encode())
            if not self._heard and self._child.speaks(WAIT):
                self._child.hear()
                self._heard = True
        except OSError:
            self._useful = False
            self.close()
        return self._heard

    def begin(self) -> Connection:
        """Take the write lock; returns a connection that reads what is committed, until `commit`."""
        self._under_way = True
        self._ask(BEGIN)
        if self._reading is None:
            self._reading = self._reader.connect()
        self._reading.begin()
        return self._reading

    def put(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows, sooner or later; they may be forgotten afterwards. What fails is raised by a later call."""
        if rows:
            self._tell(ROWS, self._inserts[table], rows)

    def pump(self) -> None:
        """Nothing to do: the process needs no help."""

    def change(self, changes: Sequence[tuple[str, Sequence[Row]]]) -> list[int]:
        """Statements with the parameters of each row; how many rows each statement met."""
        met: list[int] = self._ask(CHANGES, changes)
        return met

    def commit(self) -> None:
        """Make it last. After an exception the outcome is unknown."""
        assert self._reading is not None
        self._reading.rollback()  # what still reads keeps the log from being emptied
        self._ask(COMMIT)
        self._under_way = False

    def close(self) -> None:
        """Let the process end; what is under way is rolled back."""
        child, self._child = self._child, None
        reading, self._reading = self._reading, None
        if reading is not None:
            with suppress(Exception):
                reading.invalidate()
                reading.close()
        self._reader.dispose()
        if child is not None:
            child.end(at_once=self._under_way or not self._heard)  # slow, maybe: two must not write one batch
        self._heard = self._under_way = False

    def _tell(self, *said: Any) -> None:
        assert self._child is not None
        self._child.tell(marshal.dumps(said, PLAIN))

    def _ask(self, *said: Any) -> Any:
        assert self._child is not None
        self._tell(*said)
        failed, found = marshal.loads(self._child.hear())
        if failed is not None:
            raise _error(*failed)
        return found


def _error(kind: str, said: str) -> sqlite3.Error:
    """What the driver raised over there."""
    found = getattr(sqlite3, kind, None)
    if isinstance(found, type) and issubclass(found, sqlite3.Error):
        return found(said)
    return sqlite3.DataError(f"{kind}: {said}")
