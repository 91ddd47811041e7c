"""Many rows at once, the way each engine does it best. The only writing code that knows the engine.

Rows are tuples in the order of the table's columns, ready for the driver (`uid` makes a UUID ready). PostgreSQL takes
large counts by binary COPY and small ones by a pipelined executemany; SQLite always by executemany.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Table, Text

from ledger.core.errors import Corrupt
from ledger.store import schema
from ledger.store.columns import Uid

Row = tuple[Any, ...]

COPY_FROM = 24
"""Rows from which COPY beats executemany."""

TOTALS = ("debits_held", "debits_posted", "credits_held", "credits_posted", "version", "touched_seq")
"""Columns of an account that a transfer changes."""

TERMS = (
    "floor", "ceiling", "frozen", "state", "spend_until", "sectors", "acceptance_bp", "signed_only", "keys",
    "charged_through",
)  # fmt: skip
"""Columns of an account that a command changes."""


class Question(NamedTuple):
    """Columns (SQL, of the table `t`) of the rows that a UUID column names."""

    table: Table
    column: str
    columns: str


class Bulk:
    """SQLite's way; `PostgresqlBulk` is the other."""

    mark = "?"

    def __init__(self) -> None:
        self._inserts = {table: self._insert_text(table) for table in schema.metadata.tables.values()}
        self._totals = self._update_text(TOTALS)
        self._terms = self._update_text(TERMS)

    uid: Callable[[UUID], Any] = staticmethod(attrgetter("bytes"))

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows; every value given, nothing returned."""
        if rows:
            connection.exec_driver_sql(self._inserts[table], list(rows))

    def update_totals(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Set the totals of accounts: rows of (*TOTALS, community_id, no, version before).

        Raises Corrupt when one of them is not at the version that the books knew.
        """
        self._must_match(connection.exec_driver_sql(self._totals, list(rows)).rowcount, rows)

    def update_terms(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Set the terms of accounts: rows of (*TERMS, community_id, no, version). Raises Corrupt like `update_totals`."""
        self._must_match(connection.exec_driver_sql(self._terms, list(rows)).rowcount, rows)

    def find(
        self, connection: Connection, number: int, ids: Sequence[UUID], *asked: Question
    ) -> Iterable[Row]:
        """Rows of a community that these ids name; UUIDs among the answers are as the driver gives them.

        Each id is looked up by itself: left alone, both planners may scan the whole community for a long list.
        """
        wanted = f"(SELECT column1 AS id FROM (VALUES {','.join(['(?)'] * len(ids))})) w"
        text = " UNION ALL ".join(
            f"SELECT {q.columns} FROM {wanted} CROSS JOIN {q.table.name} t"
            f" WHERE t.community_id = ? AND t.{q.column} = w.id"
            for q in asked
        )
        return connection.exec_driver_sql(text, (*map(self.uid, ids), number) * len(asked))

    @staticmethod
    def _must_match(found: int, rows: Sequence[Row]) -> None:
        if found != len(rows):
            raise Corrupt(
                f"{len(rows) - found} account rows are not as the books knew them; run `ricochet verify`"
            )

    def _insert_text(self, table: Table) -> str:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join([self.mark] * len(table.columns))})"

    def _update_text(self, names: Sequence[str]) -> str:
        changes = ", ".join(f"{name} = ?" for name in names)
        return f"UPDATE account SET {changes} WHERE community_id = ? AND no = ? AND version = ?"


class PostgresqlBulk(Bulk):
    """COPY and arrays."""

    mark = "%s"
    uid: Callable[[UUID], Any] = staticmethod(lambda value: value)

    def __init__(self) -> None:
        super().__init__()
        self._copies = {
            table: (_copy_text(table), [type_name(column) for column in table.columns])
            for table in self._inserts
        }

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """By COPY from `COPY_FROM` rows on."""
        if len(rows) < COPY_FROM:
            super().insert(connection, table, rows)
            return
        text, types = self._copies[table]
        with driver_cursor(connection) as cursor, cursor.copy(text) as copy:
            copy.set_types(types)
            write = copy.write_row
            for row in rows:
                write(row)

    def update_totals(self, connection: Connection, rows: Sequence[Row]) -> None:
        """One statement over arrays; integers only, so that each array is one short text."""
        arrays = tuple("{" + str(list(column))[1:-1] + "}" for column in zip(*rows, strict=True))
        self._must_match(connection.exec_driver_sql(self._totals, arrays).rowcount, rows)

    def find(
        self, connection: Connection, number: int, ids: Sequence[UUID], *asked: Question
    ) -> Iterable[Row]:
        """The ids go as one array."""
        array = "{" + ",".join([value.hex for value in ids]) + "}"
        text = " UNION ALL ".join(
            f"SELECT t.* FROM unnest(%s::uuid[]) AS w(id) CROSS JOIN LATERAL (SELECT {q.columns} FROM {q.table.name} t"
            f" WHERE t.community_id = %s AND t.{q.column} = w.id OFFSET 0) t"
            for q in asked
        )
        return connection.exec_driver_sql(text, (array, number) * len(asked))

    def _update_text(self, names: Sequence[str]) -> str:
        if names != TOTALS:
            return super()._update_text(names).replace("?", "%s")
        changes = ", ".join(f"{name} = v.{name}" for name in names)
        arrays = ", ".join(["%s::bigint[]"] * len(names))
        return (
            f"UPDATE account a SET {changes} FROM unnest({arrays}, %s::int[], %s::bigint[], %s::bigint[])"
            f" AS v({', '.join(names)}, community_id, no, known)"
            " WHERE a.community_id = v.community_id AND a.no = v.no AND a.version = v.known"
        )


@cache
def bulk_for(dialect: str) -> Bulk:
    """The bulk writer of "sqlite" or "postgresql"."""
    return Bulk() if dialect == "sqlite" else PostgresqlBulk()


def as_uuid(found: Any) -> UUID:
    """A UUID as the driver gives it: itself, or its 16 bytes."""
    return found if isinstance(found, UUID) else UUID(bytes=found)


def driver_cursor(connection: Connection) -> Any:
    """A cursor of the driver itself, inside the connection's transaction."""
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def _copy_text(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"COPY {table.name} ({names}) FROM STDIN (FORMAT binary)"


def type_name(column: Column[Any]) -> str:
    """What PostgreSQL calls the type of a column in a binary COPY."""
    for kind, name in (
        (Uid, "uuid"),
        (BigInteger, "int8"),
        (Integer, "int4"),
        (Text, "text"),
        (LargeBinary, "bytea"),
    ):
        if isinstance(column.type, kind):
            return name
    raise TypeError(f"{column} has no binary form")
