"""The floor: one statement that inserts rows of as many bytes as a payment writes, without any ledger around it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL

from tests import postgres

COLUMNS_BYTES = 32 + 2 * 16 + 8 * (4 + 9 + 2 * 6)
"""A payment's leaf hash, two ids, and the whole numbers of its entry and its transfer with two postings."""
ROWS = 1_024


def raw_postgresql(url: URL, body: int, seconds: float) -> float:
    """Rows a second by multi-row INSERT, 1,024 in a transaction."""
    with postgres.connect(url) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_raw (id bigserial PRIMARY KEY, body bytea NOT NULL)"
        )
        text = "INSERT INTO bench_raw (body) VALUES " + ", ".join(["(%s)"] * ROWS)

        def insert(rows: list[bytes]) -> None:
            connection.execute(text, rows)

        return _rate(insert, body, seconds)


def raw_sqlite(path: Path, body: int, seconds: float) -> float:
    """The same for SQLite, with the ledger's durability."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS bench_raw (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    text = "INSERT INTO bench_raw (body) VALUES " + ", ".join(["(?)"] * ROWS)

    def insert(rows: list[bytes]) -> None:
        connection.execute(text, rows)

    try:
        return _rate(insert, body, seconds)
    finally:
        connection.close()


def _rate(insert: Callable[[list[bytes]], None], body: int, seconds: float) -> float:
    done, spent = 0, 0.0
    while spent < seconds:
        rows = [os.urandom(body + COLUMNS_BYTES) for _ in range(ROWS)]
        start = time.perf_counter()
        insert(rows)
        spent += time.perf_counter() - start
        done += ROWS
    return done / spent


def synced(path: Path, seconds: float) -> float:
    """Appends of 8 kB a second, each on disk before the next: what the disk allows a single writer at this moment."""
    done, start = 0, time.perf_counter()
    with path.open("ab", buffering=0) as file:
        while time.perf_counter() - start < seconds:
            file.write(bytes(8_192))
            os.fdatasync(file.fileno())
            done += 1
    return done / (time.perf_counter() - start)
