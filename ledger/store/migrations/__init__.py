"""Migrations: numbered, forward only, each whole or not at all, run under a lock so that several may start at once."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from ledger.store.engine import CannotOpen
from ledger.store.reading import answering

FOLDER = Path(__file__).parent
LOCK = 0x5249434F
"""The PostgreSQL advisory lock of migrations. On SQLite, BEGIN IMMEDIATE is the lock."""
VERSIONS = "alembic_version"
"""The table that remembers the ledger's revision."""


def upgrade(engine: Engine, versions: Path = FOLDER / "versions", table: str = VERSIONS) -> None:
    """Bring the schema to this program's newest revision. Raises CannotOpen when the database is newer.

    `table` remembers the revision: what lives beside the ledger in its database has a chain and a table of its own.
    """
    script = _script(versions)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '10min'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            for way in ("seqscan", "hashjoin", "mergejoin"):  # off for the writer, which looks up by key
                connection.execute(text(f"SET LOCAL enable_{way} = on"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        if _found(connection, script, table) == script.get_current_head():
            return
        config = Config()
        config.attributes |= {"connection": connection, "table": table}
        with EnvironmentContext(config, script, fn=lambda found, _: script._upgrade_revs("head", found)):
            script.run_env()


def check(engine: Engine, versions: Path = FOLDER / "versions", table: str = VERSIONS) -> None:
    """Raise CannotOpen unless the schema is at this program's newest revision, Unavailable without a database."""
    script = _script(versions)
    with answering(), engine.connect() as connection:
        found = _found(connection, script, table)
    if found is None:
        raise CannotOpen("the database is empty; make its tables with `ricochet init`")
    if found != script.get_current_head():
        raise CannotOpen(f"the database is at revision {found}; bring it up to date with `ricochet init`")


def run(connection: Connection, revision: str) -> None:
    """The SQL beside a revision's file, for the engine: 0001_sqlite.sql beside 0001_ledger.py."""
    file = Path(revision)
    script = file.with_name(f"{file.name.partition('_')[0]}_{connection.dialect.name}.sql")
    for statement in script.read_text("utf-8").split(";\n\n"):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _script(versions: Path) -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER), version_locations=[str(versions)])


def _found(connection: Connection, script: ScriptDirectory, table: str) -> str | None:
    """The revision of the database, or None when it is empty."""
    found = MigrationContext.configure(connection, opts={"version_table": table}).get_current_revision()
    if found is not None and found not in {revision.revision for revision in script.walk_revisions()}:
        raise CannotOpen(
            f"the database is at revision {found}, newer than this program; install a newer Ricochet"
        )
    return found
