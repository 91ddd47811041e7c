"""Many rows at once, the way each engine does it best. The only writing code that knows the engine.

Rows are tuples in the order of the table's columns, ready for the driver (`uid` makes a UUID ready). PostgreSQL takes
them by binary COPY, or a few hundred in one flight; SQLite by executemany.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Table, Text

from ledger.core.errors import Corrupt
from ledger.store import schema
from ledger.store.columns import Uid
from ledger.store.pg_copy import PACKED, Copies
from ledger.store.pg_flight import Flights, Statement, array, value
from ledger.store.pg_uids import Uids

Row = tuple[Any, ...]
Rows = Sequence[Row]

FLIGHT = 600
"""Rows up to which one flight of inserts beats a COPY for each table."""

TOTALS = ("debits_held", "debits_posted", "credits_held", "credits_posted", "version", "touched_seq")
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

    def ahead(self, connection: Connection) -> Copies | None:
        """What takes rows before the batch is complete, where that gains something."""
        return None

    def write(
        self,
        connection: Connection,
        inserts: Iterable[tuple[Table, Rows]],
        changes: Iterable[tuple[Change, Rows]],
        ahead: Copies | None = None,
    ) -> None:
        """Insert, then change. Raises Corrupt when an account or head is not at the version or number that was known.

        `ahead` has taken rows of this batch already.
        """
        for table, rows in inserts:
            self.insert(connection, table, rows)
        met = []
        for change, rows in changes:
            if rows:
                cursor = driver_cursor(connection)
                cursor.executemany(self._changes[change], rows)
                met.append((change, len(rows), cursor.rowcount))
        self._check(met)

    def read(self, connection: Connection, text: str, parameters: Sequence[Any]) -> list[Row]:
        """Run a query in the driver's own words."""
        cursor = driver_cursor(connection)
        cursor.execute(text, parameters)
        found: list[Row] = cursor.fetchall()
        return found

    def find(self, connection: Connection, number: int, ids: Sequence[UUID], *asked: Question) -> list[Row]:
        """Rows of a community that these ids name; UUIDs among the answers are as the driver gives them.

        Each id is looked up by itself: left alone, both planners may scan the whole community for a long list.
        """
        wanted = f"(SELECT column1 AS id FROM (VALUES {','.join(['(?)'] * len(ids))})) w"
        text = " UNION ALL ".join(
            f"SELECT {q.columns} FROM {wanted} CROSS JOIN {q.table.name} t"
            f" WHERE t.community_id = ? AND t.{q.column} = w.id"
            for q in asked
        )
        return self.read(connection, text, (*map(self.uid, ids), number) * len(asked))

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


class PostgresqlBulk(Bulk):
    """COPY and arrays; a small batch goes in one flight, so that it waits for the server once."""

    mark = "%s"
    uid: Callable[[UUID], Any] = staticmethod(lambda value: value)

    def __init__(self) -> None:
        super().__init__()
        self._changes[Change.TOTALS] = _TOTALS_BY_ARRAY
        self._types = {table: [type_name(column) for column in table.columns] for table in self._inserts}

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """By COPY, which is the fastest from the first row on."""
        if rows:
            with driver_cursor(connection).copy(_copy_text(table)) as copy:
                copy.set_types(self._types[table])
                write = copy.write_row
                for row in rows:
                    write(row)

    def ahead(self, connection: Connection) -> Copies:
        """COPY that does not wait."""
        return Copies(connection.connection.driver_connection)

    def write(
        self,
        connection: Connection,
        inserts: Iterable[tuple[Table, Rows]],
        changes: Iterable[tuple[Change, Rows]],
        ahead: Copies | None = None,
    ) -> None:
        """A small batch in one flight; of a large one the rows go before, by COPY."""
        filled = [(table, rows) for table, rows in inserts if rows]
        flight: list[Statement] = []
        small = ahead is None and sum(len(rows) for _, rows in filled) <= FLIGHT
        if small:
            flight += [self._inserting(table, rows) for table, rows in filled]
        ours = len(flight)
        wanted = []
        for change, rows in changes:
            for some in [rows] if change is Change.TOTALS and rows else [[row] for row in rows]:
                flight.append(self._changing(change, some))
                wanted.append((change, len(some)))
        if not small:
            self._copy(connection, filled, ahead or self.ahead(connection))
        found = flights(connection).run(flight)[ours:]
        self._check((*each, met) for each, met in zip(wanted, found, strict=True))

    def _copy(self, connection: Connection, inserts: Sequence[tuple[Table, Rows]], copies: Copies) -> None:
        """The rare tables first: accounts must be there before a transfer names them."""
        rare = [(table, rows) for table, rows in inserts if table not in PACKED]
        if rare:
            copies.finish()
        for table, rows in rare:
            self.insert(connection, table, rows)
        for table, rows in inserts:
            if table in PACKED:
                copies.put(table, rows)
        copies.finish()

    def _inserting(self, table: Table, rows: Rows) -> Statement:
        """Columns as arrays, side by side."""
        columns = zip(self._types[table], zip(*rows, strict=True), strict=True)
        values = [array(kind, column) for kind, column in columns]
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        marks = ", ".join(["%s"] * len(values))
        return Statement(f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({marks})", values)

    def _changing(self, change: Change, rows: Rows) -> Statement:
        kinds = _KINDS[change]
        if change is Change.TOTALS:
            columns = zip(kinds, zip(*rows, strict=True), strict=True)
            values = [array(kind, column) for kind, column in columns]
        else:
            values = [value(kind, one) for kind, one in zip(kinds, rows[0], strict=True)]
        return Statement(self._changes[change], values)

    def find(self, connection: Connection, number: int, ids: Sequence[UUID], *asked: Question) -> list[Row]:
        """The ids go as one array, which is gone through once."""
        every = " UNION ALL ".join(
            f"(SELECT {q.columns} FROM {q.table.name} t"
            f" WHERE t.community_id = %s AND t.{q.column} = w.id OFFSET 0)"
            for q in asked
        )
        text = f"SELECT t.* FROM unnest(%s) AS w(id) CROSS JOIN LATERAL ({every}) t"
        return self.read(connection, text, (Uids(ids), *[number] * len(asked)))


_TOTALS_BY_ARRAY = (
    f"UPDATE account a SET {', '.join(f'{name} = v.{name}' for name in TOTALS)}"
    f" FROM unnest({', '.join(['%s::bigint[]'] * len(TOTALS))}, %s::int[], %s::bigint[], %s::bigint[])"
    f" AS v({', '.join(TOTALS)}, community_id, no, known)"
    " WHERE a.community_id = v.community_id AND a.no = v.no AND a.version = v.known"
)


def _kinds(table: Table, *names: str) -> list[str]:
    return [type_name(table.c[name]) for name in names]


def flights(connection: Connection) -> Flights:
    """Those of a connection, which remember what is prepared on it."""
    known: dict[Any, Flights] = connection.info
    if Flights not in known:
        known[Flights] = Flights(connection.connection.driver_connection)
    return known[Flights]


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


_KEY = ("community_id", "no", "version")
_KINDS = {
    Change.TOTALS: _kinds(schema.account, *TOTALS, *_KEY),
    Change.TERMS: _kinds(schema.account, *TERMS, *_KEY),
    Change.HEAD: _kinds(schema.head, *HEAD, "community_id", "seq"),
    Change.CLOSE_HOLD: _kinds(schema.open_hold, "community_id", "id"),
}
"""The types of each change's parameters."""
