"""What a replay must remember but not keep in memory: a temporary database of its own, gone when closed."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Table

from ledger.core import codec

T = TypeVar("T")
Row = tuple[Any, ...]

_BUFFER = 4_096


class Scratch:
    """Rows that the tables of a community should hold, and values spilled from memory.

    SQLite keeps 16 MiB of it in memory and the rest in the system's folder for temporary files.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16384"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")
        self._waiting: dict[str, list[Row]] = {}

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    def expect(self, table: Table, at: int, row: Row) -> None:
        """`table` should hold `row` (see `columns`) because of entry `at`."""
        waiting = self._waiting.get(table.name)
        if waiting is None:
            waiting = self._waiting[table.name] = []
            names = ", ".join(f'"{name}"' for name in columns(table))
            self._db.execute(f'CREATE TABLE "expect_{table.name}" ({names}, "expected_at")')
        waiting.append((*row, at))
        if len(waiting) >= _BUFFER:
            self._flush(table)

    def expected(self, table: Table) -> Iterator[Row]:
        """The rows of `expect` in the order of the key, each with its entry's number as one more column."""
        if table.name not in self._waiting:
            return iter(())
        self._flush(table)
        order = ", ".join(f'"{name}"' for name in columns(table)[: key_size(table)])
        return iter(self._db.execute(f'SELECT * FROM "expect_{table.name}" ORDER BY {order}'))

    def _flush(self, table: Table) -> None:
        waiting = self._waiting[table.name]
        marks = ", ".join("?" * (len(columns(table)) + 1))
        self._db.executemany(f'INSERT INTO "expect_{table.name}" VALUES ({marks})', waiting)
        waiting.clear()

    def spill(self, name: str, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Put values under their keys."""
        self._db.execute(
            f'CREATE TABLE IF NOT EXISTS "spill_{name}" (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID'
        )
        self._db.executemany(f'INSERT OR REPLACE INTO "spill_{name}" VALUES (?, ?)', rows)

    def fetch(self, name: str, key: bytes) -> bytes | None:
        """The value under a key, or None."""
        found = self._db.execute(f'SELECT value FROM "spill_{name}" WHERE key = ?', (key,)).fetchone()
        return None if found is None else found[0]


class Spilled(MutableMapping[UUID, T], Generic[T]):
    """A mapping that keeps its latest values in memory and the others in a `Scratch`.

    A value may be changed in place while at most `keep` others are used after it.
    """

    def __init__(self, scratch: Scratch, name: str, kind: type[T], keep: int = _BUFFER) -> None:
        self._scratch, self._name, self._kind, self._keep = scratch, name, kind, keep
        self._recent: OrderedDict[UUID, T] = OrderedDict()
        self._spilled = 0
        scratch.spill(name, ())

    def __getitem__(self, key: UUID) -> T:
        value = self._recent.get(key)
        if value is None:
            data = self._scratch.fetch(self._name, key.bytes) if self._spilled else None
            if data is None:
                raise KeyError(key)
            value = codec.from_plain(self._kind, codec.loads(data))
            self[key] = value
        else:
            self._recent.move_to_end(key)
        return value

    def __setitem__(self, key: UUID, value: T) -> None:
        self._recent[key] = value
        self._recent.move_to_end(key)
        if len(self._recent) >= 2 * self._keep:
            old = [self._recent.popitem(last=False) for _ in range(self._keep)]
            self._scratch.spill(self._name, [(k.bytes, codec.dumps(codec.to_plain(v))) for k, v in old])
            self._spilled += len(old)

    def __delitem__(self, key: UUID) -> None:
        raise TypeError("a journal forgets nothing")

    def __iter__(self) -> Iterator[UUID]:
        raise TypeError("what was spilled is not listed")

    def __len__(self) -> int:
        raise TypeError("what was spilled is not counted")


def columns(table: Table) -> list[str]:
    """The columns of a table without `community_id`, those of its key first."""
    names = [column.name for column in table.columns if column.name != "community_id"]
    keys = [column.name for column in table.primary_key.columns if column.name != "community_id"]
    return keys + [name for name in names if name not in keys]


def key_size(table: Table) -> int:
    """How many of `columns` are its key."""
    return len(table.primary_key.columns) - 1


def differences(
    expected: Iterable[Row], stored: Iterable[Row], keys: int
) -> Iterator[tuple[Row | None, Row | None]]:
    """Pairs (expected, stored) that differ, of two runs sorted by their first `keys` columns.

    Rows of `expected` have one more column, their entry. None stands for a row that is not there. Rows of one
    key are paired in their order.
    """
    left, right = iter(expected), iter(stored)
    e, s = next(left, None), next(right, None)
    while e is not None or s is not None:
        if e is not None and s is not None and e[:keys] == s[:keys]:
            if e[:-1] != s:
                yield e, s
            e, s = next(left, None), next(right, None)
        elif s is None or (e is not None and e[:keys] < s[:keys]):
            yield e, None
            e = next(left, None)
        else:
            yield None, s
            s = next(right, None)
