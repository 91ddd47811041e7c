"""Many rows at once on PostgreSQL: binary COPY, or for a small batch arrays, all in one flight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, LargeBinary, Table, Text

from ledger.store import schema
from ledger.store.bulk import HEAD, TERMS, TOTALS, Ahead, Bulk, Change, Question, Row, Rows, driver_cursor
from ledger.store.columns import Uid
from ledger.store.pg_copy import PACKED, Copies
from ledger.store.pg_flight import Flights, Statement, array, value

MEANWHILE = "ricochet.meanwhile"
"""In a connection's `info`: what is done while the server is at work."""
FLIGHT = 600
"""Rows up to which one flight of inserts beats a COPY for each table."""


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

    def beside(self, engine: Engine) -> None:
        """Nothing: the server is a process beside us already."""

    def ahead(self, connection: Connection) -> Copies:
        """COPY that does not wait."""
        return Copies(connection.connection.driver_connection, connection.info.get(MEANWHILE))

    def write(
        self,
        connection: Connection,
        inserts: Iterable[tuple[Table, Rows]],
        changes: Iterable[tuple[Change, Rows]],
        ahead: Ahead | None = None,
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
            self._copy(connection, filled, ahead if isinstance(ahead, Copies) else self.ahead(connection))
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

    def heads(self, connection: Connection, columns: str, numbers: Sequence[int], locked: bool) -> list[Row]:
        """The transaction begins in the same flight."""
        return flights(connection).rows(
            Statement(self._heads_text(columns, numbers, locked), [value("int4", each) for each in numbers])
        )

    def find(self, connection: Connection, number: int, ids: Sequence[UUID], *asked: Question) -> list[Row]:
        """The ids go as one array, which is gone through once."""
        every = " UNION ALL ".join(
            f"(SELECT {q.columns} FROM {q.table.name} t"
            f" WHERE t.community_id = %s AND t.{q.column} = w.id OFFSET 0)"
            for q in asked
        )
        text = f"SELECT t.* FROM unnest(%s) AS w(id) CROSS JOIN LATERAL ({every}) t"
        values = [array("uuid", ids), *[value("int4", number)] * len(asked)]
        return flights(connection).rows(Statement(text, values))


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
    known: dict[Any, Any] = connection.info
    found: Flights | None = known.get(Flights)
    if found is None:
        found = known[Flights] = Flights(connection.connection.driver_connection, known.get(MEANWHILE))
    return found


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
