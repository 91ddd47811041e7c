"""Connections: one engine that writes, one that cannot, both with their settings read back.

SQLite: WAL, full durability, one writing process (a lock file beside the database says who). PostgreSQL 15 or newer:
READ COMMITTED for the writer, one REPEATABLE READ snapshot for each read; any number of processes.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from ledger.core.errors import Unavailable

SQLITE_PRAGMAS: dict[str, Any] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit is on the disk before anybody hears of it
    "foreign_keys": 1,
    "recursive_triggers": 1,  # REPLACE asks the DELETE triggers
}
SQLITE_CACHE_KIB = 65_536
"""Page cache of each connection; the default of 2 MiB makes every random id a read."""
SQLITE_LOG_PAGES = 8_000
"""Pages (4 KiB) in the write-ahead log before they go to the database file; a batch of 1,024 fills SQLite's usual 1,000
alone, and most pages that one batch changes are changed by the next again."""

POSTGRESQL_OPTIONS = {
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "jit": "off",
}
KEYED = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
}
"""The writer only ever looks up by key; without these a planner with stale statistics may scan a community."""
BUSY_SECONDS = 15
OLDEST_SQLITE = (3, 37, 0)
OLDEST_POSTGRESQL = 150000


class CannotOpen(Unavailable):
    """The database cannot be opened; the sentence says why and what to do."""


@dataclass(slots=True)
class Database:
    """An open database: `write` for the committer, `read` for everybody else."""

    write: Engine
    read: Engine
    lock: int | None = None
    """File descriptor that holds the SQLite writer's lock."""

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self.write.dialect.name

    def close(self) -> None:
        """Close every connection and let another writer in."""
        self.write.dispose()
        self.read.dispose()
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def open_database(url: str, *, read_only: bool = False) -> Database:
    """Open `sqlite:///file` or `postgresql://…`. Raises CannotOpen. Makes no tables (see `migrations`).

    With `read_only` no writer's lock is taken and `write` refuses to write.
    """
    parsed = parse_url(url)
    lock = None
    if parsed.get_backend_name() == "sqlite":
        path = Path(str(parsed.database))
        if read_only and not path.exists():
            raise CannotOpen(f"there is no database {path}; make one with `ricochet init`")
        if not read_only:
            lock = _lock_writer(path)
    try:
        write, read = make_engine(parsed, writer=not read_only), make_engine(parsed, writer=False)
        with write.connect():
            return Database(write, read, lock)
    except BaseException as error:
        if lock is not None:
            os.close(lock)
        if isinstance(error, DBAPIError):
            raise CannotOpen(f"cannot open {parsed.render_as_string()}: {one_line(error)}") from error
        raise


def parse_url(url: str) -> URL:
    """The URL with its driver. Raises CannotOpen on what is neither a SQLite file nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise CannotOpen(
            f"{url!r} is not a database URL; write sqlite:///ricochet.db or postgresql://…"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise CannotOpen("a ledger in memory would be lost; name a file: sqlite:///ricochet.db")
        return parsed
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise CannotOpen(f"{backend} is not supported; use sqlite:///ricochet.db or postgresql://…")


def one_line(error: object) -> str:
    """The driver's own words."""
    said = error.orig if isinstance(error, DBAPIError) else error
    return " ".join(str(said).split())


def make_engine(url: URL, *, writer: bool) -> Engine:
    """An engine whose new connections are set up and checked."""
    return _sqlite(url, writer) if url.get_backend_name() == "sqlite" else _postgresql(url, writer)


# --- SQLite ---


def _lock_writer(path: Path) -> int:
    """Take the lock file beside the database, for as long as its descriptor stays open."""
    if path.exists() and not os.access(path, os.W_OK):  # SQLite would say so at the first payment only
        raise CannotOpen(f"{path} may not be written by this process; give it the right to, or only read it")
    place = path.with_name(path.name + "-writer")
    try:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise CannotOpen(
            f"cannot write beside {path}: {error.strerror}; choose a folder you may write to"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        owner = os.read(descriptor, 32).decode(errors="replace") or "unknown"
        os.close(descriptor)
        raise CannotOpen(
            f"{path} is already open for writing by process {owner}; stop that one first, "
            "or use PostgreSQL, where several may write"
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def _sqlite(url: URL, writer: bool) -> Engine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise CannotOpen(f"SQLite {sqlite3.sqlite_version} is too old; Ricochet needs 3.37 or newer")
    engine = create_engine(
        url,
        pool_timeout=BUSY_SECONDS,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None  # transactions are ours to begin
        for name, value in SQLITE_PRAGMAS.items():
            _set_pragma(connection, name, value)
        connection.execute(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {SQLITE_LOG_PAGES}")
        if not writer:
            connection.execute("PRAGMA query_only = 1")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _set_pragma(connection: sqlite3.Connection, name: str, wanted: Any) -> None:
    """Set and read back. Going to WAL ignores the busy timeout, so it is tried until that has passed."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if connection.execute(f"PRAGMA {name}").fetchone()[0] != wanted:
                connection.execute(f"PRAGMA {name} = {wanted}")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    found = connection.execute(f"PRAGMA {name}").fetchone()[0]
    if found != wanted:
        raise CannotOpen(f"SQLite would not set {name} to {wanted} (it says {found}); use a local disk")


# --- PostgreSQL ---


def _postgresql(url: URL, writer: bool) -> Engine:
    options = dict(POSTGRESQL_OPTIONS)
    options["default_transaction_isolation"] = r"read\ committed" if writer else r"repeatable\ read"
    options |= KEYED if writer else {"default_transaction_read_only": "on"}
    engine = create_engine(
        url,
        pool_size=4,
        max_overflow=16,
        pool_timeout=BUSY_SECONDS,
        connect_args={
            "connect_timeout": 5,
            "application_name": "ricochet writer" if writer else "ricochet reader",
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )

    @event.listens_for(engine, "connect")
    def check(connection: Any, record: Any) -> None:
        info = connection.info
        if info.server_version < OLDEST_POSTGRESQL:
            raise CannotOpen(
                f"PostgreSQL {info.server_version // 10000} is too old; Ricochet needs 15 or newer"
            )
        if info.parameter_status("server_encoding") != "UTF8":
            raise CannotOpen("the database is not encoded in UTF8; create it with ENCODING 'UTF8'")
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            if cursor.fetchone()[0] == "off":
                cursor.execute("SET synchronous_commit = on")
        connection.commit()

    return engine
