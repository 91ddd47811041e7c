"""The migrations of people and agreements: beside the ledger's, in the same database, with a revision of their own."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from api.identity.schema import metadata
from ledger.store import ddl, migrations

VERSIONS = Path(__file__).parent / "versions"
TABLE = "identity_version"
"""The table that remembers the revision."""


def upgrade(engine: Engine, versions: Path = VERSIONS) -> None:
    """Bring the tables up to date, under the lock of the ledger's migrations. Raises CannotOpen when they are newer."""
    migrations.upgrade(engine, versions, TABLE)


def check(engine: Engine, versions: Path = VERSIONS) -> None:
    """Raise CannotOpen unless the tables are at this program's newest revision."""
    migrations.check(engine, versions, TABLE)


def script(engine: str) -> list[str]:
    """Statements that build the tables on "sqlite" or "postgresql" as `schema` says today.

    The revisions are frozen copies of parts of it; a test compares them with this.
    """
    return ddl.tables(metadata, engine)
