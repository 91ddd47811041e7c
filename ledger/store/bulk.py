"""Many rows at once, the way each engine does it best. The only writing code that knows the engine.

Rows are tuples in the order of the table's columns, ready for the driver (`uid` makes a UUID ready). PostgreSQL takes
them by binary COPY, or a few hundred in one flight; SQLite by executemany, of a large batch in a process beside us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, Table

from ledger.core.errors import Corrupt
from ledger.store import schema
from ledger.store.lite_rows import LiteRows
from ledger.store.pg_copy import Copies

Row = tuple[Any, ...]
Rows = Sequence[Row]
Ahead = Copies | LiteRows
"""What takes rows before the batch is complete."""

TOTALS = (
    "debits_held", "debits_posted", "credits_held", "credits_posted", "version", "touched_seq", "moved_seq",
    "moved_leg",
)  # fmt: skip
"""Columns of an account that a transfer changes."""

TERMS = (
    "floor", "ceiling", "frozen", "state", "spend_until", "sectors", "acceptance_bp", "signed_only", "keys",
    "charged_through",
)  # fmt: skip
"""Columns of an account that a command changes."""

HEAD = ("seq", "ts", "frontier", "accounts_opened", "sealed_through")
"""Columns of a head that an entry changes."""


def _set(names: Sequence[str]) -> str:
    return ", ".join(f"{name} = ?" for name in names)


class Question(NamedTuple):
    """Columns (SQL, of the table `t`) of the rows that a UUID column names."""

    table: Table
    column: str
    columns: str


class Change(Enum):
    """An UPDATE or DELETE; its rows are parameters in the order named, the key last. "?" marks a parameter."""

    TOTALS = f"UPDATE account SET {_set(TOTALS)} WHERE community_id = ? AND no = ? AND version = ?"
    TERMS = f"UPDATE account SET {_set(TERMS)} WHERE community_id = ? AND no = ? AND version = ?"
    HEAD = f"UPDATE head SET {_set(HEAD)} WHERE community_id = ? AND seq = ?"
    CLOSE_HOLD = "DELETE FROM open_hold WHERE community_id = ? AND id = ?"


_ACCOUNT = itemgetter(len(TOTALS), len(TOTALS) + 1)
"""Community and number, in the rows of `Change.TOTALS`."""


class Bulk:
    """SQLite's way; `PostgresqlBulk` is the other. Works on the driver's cursor: SQLAlchemy costs more than SQLite."""

    mark = "?"
    uid: Callable[[UUID], Any] = staticmethod(attrgetter("bytes"))

    def __init__(self) -> None:
        self._inserts = {table: self._insert_text(table) for table in schema.metadata.tables.values()}
        self._changes = {change: change.value.replace("?", self.mark) for change in Change}

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows; every value given, nothing returned."""
        if rows:
            driver_cursor(connection).executemany(self._inserts[table], rows)

    def beside(self, engine: Engine) -> LiteRows | None:
        """A process that takes whole transactions, where that gains something."""
        return LiteRows(engine, self._inserts)

    def ahead(self, connection: Connection) -> Ahead | None:
        """What takes rows on this connection before the batch is complete, where that gains something."""
        return None

    def write(
        self,
        connection: Connection,
        inserts: Iterable[tuple[Table, Rows]],
        changes: Iterable[tuple[Change, Rows]],
        ahead: Ahead | None = None,
    ) -> None:
        """Insert, then change. Raises Corrupt when an account or head is not at the version or number that was known.

        `ahead` has taken rows of this batch already, and takes the rest.
        """
        for table, rows in inserts:
            if ahead is None:
                self.insert(connection, table, rows)
            else:
                ahead.put(table, rows)
        filled = [
            (change, sorted(rows, key=_ACCOUNT) if change is Change.TOTALS else rows)
            for change, rows in changes
            if rows
        ]
        statements = [(self._changes[change], rows) for change, rows in filled]
        if isinstance(ahead, LiteRows):
            met = ahead.change(statements)
        else:
            cursor = driver_cursor(connection)
            met = [cursor.executemany(*each).rowcount for each in statements]
        self._check((change, len(rows), found) for (change, rows), found in zip(filled, met, strict=True))

    def heads(self, connection: Connection, columns: str, numbers: Sequence[int], locked: bool) -> list[Row]:
        """Columns of these communities' heads, in the order of the numbers; with their locks, where an engine has some."""
        return self._read(connection, self._heads_text(columns, numbers, False), numbers)

    def _heads_text(self, columns: str, numbers: Sequence[int], locked: bool) -> str:
        marks = ", ".join([self.mark] * len(numbers))
        lock = " FOR UPDATE" if locked else ""
        return f"SELECT {columns} FROM head WHERE community_id IN ({marks}) ORDER BY community_id{lock}"

    @staticmethod
    def _read(connection: Connection, text: str, parameters: Sequence[Any]) -> list[Row]:
        cursor = driver_cursor(connection)
        cursor.execute(text, parameters)
        found: list[Row] = cursor.fetchall()
        return found

    def find(self, connection: Connection, number: int, ids: Sequence[UUID], *asked: Question) -> list[Row]:
        """Rows of a community that these ids name; UUIDs among the answers are as the driver gives them.

        Each id is looked up by itself: left alone, both planners may scan the whole community for a long list.
        """
        size = 1 << (len(ids) - 1).bit_length()  # few lengths, so that the statement is known from the last time
        padded = [*map(self.uid, ids), *[None] * (size - len(ids))]
        wanted = f"(SELECT column1 AS id FROM (VALUES {','.join(['(?)'] * size)})) w"
        text = " UNION ALL ".join(
            f"SELECT {q.columns} FROM {wanted} CROSS JOIN {q.table.name} t"
            f" WHERE t.community_id = ? AND t.{q.column} = w.id"
            for q in asked
        )
        return self._read(connection, text, (*padded, number) * len(asked))

    @staticmethod
    def _check(met: Iterable[tuple[Change, int, int]]) -> None:
        """Each change with how many rows it was to meet, and how many it met."""
        for change, wanted, found in met:
            if found != wanted and change is not Change.CLOSE_HOLD:
                raise Corrupt(
                    f"{wanted - found} rows of {change.name} are not as the books knew them; run `ricochet verify`"
                )

    def _insert_text(self, table: Table) -> str:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join([self.mark] * len(table.columns))})"


@cache
def bulk_for(dialect: str) -> Bulk:
    """The bulk writer of "sqlite" or "postgresql"."""
    from ledger.store.pg_bulk import PostgresqlBulk  # which is a Bulk

    return Bulk() if dialect == "sqlite" else PostgresqlBulk()


def as_uuid(found: Any) -> UUID:
    """A UUID as the driver gives it: itself, or its 16 bytes."""
    return found if isinstance(found, UUID) else UUID(bytes=found)


def driver_cursor(connection: Connection) -> Any:
    """A cursor of the driver itself, inside the connection's transaction."""
    driver: Any = connection.connection.driver_connection
    return driver.cursor()
