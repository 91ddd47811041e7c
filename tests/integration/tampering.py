"""Alter a database behind the ledger's back, as somebody with the file could: triggers and checks off."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, Table, Text

from ledger.store.columns import Uid

Row = tuple[Any, ...]


def forged_copy(database: Path, place: Path) -> sqlite3.Connection:
    """A copy of a closed database, open for anything."""
    shutil.copy(database, place)
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    return connection


def keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def rows(connection: sqlite3.Connection, table: Table) -> list[Row]:
    """All rows, in the order of the key."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    order = ", ".join(f'"{name}"' for name in keys(table))
    return connection.execute(f"SELECT {names} FROM {table.name} ORDER BY {order}").fetchall()


def other(table: Table, column: str, value: Any) -> Any:
    """The value changed by one: the next number, one bit of bytes, another last letter."""
    kind = table.columns[column].type
    if isinstance(kind, Uid | LargeBinary):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(kind, Text):
        return value[:-1] + ("y" if value[-1:] == "x" else "x")
    return 1 if value is None else value + 1


def change(connection: sqlite3.Connection, table: Table, column: str) -> Row:
    """Change a column by one, in the first row from the middle where no key forbids it. Gives the old row."""
    every = rows(connection, table)
    at = [item.name for item in table.columns].index(column)
    for row in every[len(every) // 2 :] + every[: len(every) // 2]:
        values = [*row[:at], other(table, column, row[at]), *row[at + 1 :]]
        remove(connection, table, row)
        try:
            insert(connection, table, values)
        except sqlite3.IntegrityError:
            insert(connection, table, row)
        else:
            return row
    raise AssertionError(f"no row of {table.name} could be changed")


def remove(connection: sqlite3.Connection, table: Table, row: Row) -> None:
    names = [column.name for column in table.columns]
    where = " AND ".join(f'"{name}" = ?' for name in keys(table))
    key = [row[names.index(name)] for name in keys(table)]
    assert connection.execute(f"DELETE FROM {table.name} WHERE {where}", key).rowcount == 1


def insert(connection: sqlite3.Connection, table: Table, row: Row | list[Any]) -> None:
    connection.execute(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(row))})", row)


def swap(connection: sqlite3.Connection, table: Table) -> tuple[Row, Row]:
    """Two rows exchange everything but their keys. Gives the old rows."""
    every = rows(connection, table)
    size = len(keys(table))
    for first in every:
        for second in reversed(every):
            if first[size:] != second[size:]:
                for row in (first, second):
                    remove(connection, table, row)
                insert(connection, table, first[:size] + second[size:])
                insert(connection, table, second[:size] + first[size:])
                return first, second
    raise AssertionError(f"{table.name} has no two rows that differ")


def add(connection: sqlite3.Connection, table: Table) -> Row:
    """One more row: like the last, under the next keys. Gives the new row."""
    unique = {
        column.name
        for constraint in table.constraints for column in getattr(constraint, "columns", ())
        if type(constraint).__name__ == "UniqueConstraint"
    } | {keys(table)[-1]}  # fmt: skip
    unique.discard("community_id" if len(keys(table)) > 1 else "")
    row = [
        _next(connection, table, column.name, value) if column.name in unique else value
        for column, value in zip(table.columns, rows(connection, table)[-1], strict=True)
    ]  # fmt: skip
    insert(connection, table, row)
    return tuple(row)


def _next(connection: sqlite3.Connection, table: Table, column: str, value: Any) -> Any:
    if isinstance(value, int):
        return connection.execute(f'SELECT max("{column}") + 1 FROM {table.name}').fetchone()[0]
    return other(table, column, value)
