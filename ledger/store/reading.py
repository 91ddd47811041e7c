"""How readers read: connections that cannot write, one snapshot for each call or for a whole `with` block."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, Select, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from ledger.core.errors import Code, Rejected, Unavailable
from ledger.store.engine import one_line
from ledger.store.schema import community


@contextmanager
def answering() -> Iterator[None]:
    """Whatever keeps the database from answering is Unavailable, in our words."""
    try:
        yield
    except (DBAPIError, psycopg.Error, sqlite3.Error) as error:  # the latter of `Bulk.read`, past SQLAlchemy
        raise Unavailable(f"the database cannot answer now ({one_line(error)})") from error
    except PoolExhausted as error:
        raise Unavailable("too many are reading at once; ask again in a second") from error


class Source:
    """Base of the readers. Every method raises Rejected for what does not exist, Unavailable without a database."""

    def __init__(self, engine: Engine, connection: Connection | None = None) -> None:
        self._engine = engine
        self._bound = connection
        self._numbers: dict[UUID, int] = {}

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """A reader whose calls all see the same moment. For one thread, and not for long."""
        with self.connected() as connection:
            bound = type(self)(self._engine, connection)
            bound._numbers = self._numbers
            yield bound

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A read-only connection in a transaction: the snapshot's own, else a fresh one."""
        if self._bound is not None:
            yield self._bound
            return
        with answering(), self._engine.connect() as connection, connection.begin():
            yield connection

    def _number(self, connection: Connection, uid: UUID) -> int:
        """A community's number in this database."""
        number = self._numbers.get(uid)
        if number is None:
            query = select(community.c.community_id).where(community.c.uid == uid)
            number = connection.execute(query).scalar_one_or_none()
            if number is None:
                raise Rejected(Code.COMMUNITY_NOT_FOUND, "no such community here", "community")
            self._numbers[uid] = number
        return number

    def _of(self, connection: Connection, table: Any, uid: UUID) -> Select[Any]:
        """A query for a community's rows of a table."""
        return select(table).where(table.c.community_id == self._number(connection, uid))
