"""Many rows at once, the way each engine does it best. The only writing code that knows the engine.

Rows are tuples in the order of the table's columns, ready for the driver (`uid` makes a UUID ready). PostgreSQL takes
large counts by binary COPY and small ones by a pipelined executemany; SQLite always by executemany.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any
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
        self, connection: Connection, text: str, community_id: int, ids: Sequence[UUID]
    ) -> Iterable[Any]:
        """Run a query whose `{ids}` stands for a set of UUIDs and whose other parameters are the community's number."""
        marks = f"({','.join('?' * len(ids))})"
        asked = [self.uid(value) for value in ids]
        parameters: list[Any] = []
        for _ in range(text.count("{ids}")):
            parameters += [community_id, *asked]
        return connection.exec_driver_sql(text.replace("{ids}", f"IN {marks}"), tuple(parameters))

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
            table: (_copy_text(table), [_type_name(column) for column in table.columns])
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
        self, connection: Connection, text: str, community_id: int, ids: Sequence[UUID]
    ) -> Iterable[Any]:
        """The set is one array."""
        array = "{" + ",".join([value.hex for value in ids]) + "}"
        parameters = (community_id, array) * text.count("{ids}")
        return connection.exec_driver_sql(
            text.replace("{ids}", "= ANY(%s::uuid[])").replace("?", "%s"), parameters
        )

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


def bulk_for(dialect: str) -> Bulk:
    """The bulk writer of "sqlite" or "postgresql"."""
    return Bulk() if dialect == "sqlite" else PostgresqlBulk()


def driver_cursor(connection: Connection) -> Any:
    """A cursor of the driver itself, inside the connection's transaction."""
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def _copy_text(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"COPY {table.name} ({names}) FROM STDIN (FORMAT binary)"


def _type_name(column: Column[Any]) -> str:
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
