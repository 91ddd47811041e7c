"""The migrations of an association's life: a chain and a table of their own, beside those of people."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from api.association.schema import metadata
from ledger.store import ddl, migrations

VERSIONS = Path(__file__).parent / "versions"
TABLE = "association_version"
"""The table that remembers the revision."""


def upgrade(engine: Engine) -> None:
    """Bring the tables up to date. Raises CannotOpen when they are newer."""
    migrations.upgrade(engine, VERSIONS, TABLE)


def check(engine: Engine) -> None:
    """Raise CannotOpen unless the tables are at this program's newest revision."""
    migrations.check(engine, VERSIONS, TABLE)


def script(engine: str) -> list[str]:
    """Statements that build the tables on "sqlite" or "postgresql" as `schema` says today."""
    return ddl.tables(metadata, engine)
