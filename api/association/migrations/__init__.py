"""The migrations of an association's life: a chain and a table of their own, beside those of people."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from api.association.schema import metadata
from ledger.store import migrations

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
    dialect = make_url(f"{engine}://").get_dialect()()
    statements = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        statements += [
            str(CreateIndex(index).compile(dialect=dialect)) for index in sorted(table.indexes, key=str)
        ]
    return ["\n".join(line.rstrip() for line in text.strip().splitlines()) for text in statements]
