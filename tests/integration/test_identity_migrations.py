"""The tables of people beside the ledger's: a chain of their own, and what it builds is what the schema says."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from api.identity import migrations
from api.identity.schema import metadata
from ledger.store import migrations as ledger_migrations
from ledger.store.engine import CannotOpen, open_database


def statements(paths: Iterable[Path]) -> list[str]:
    """What some frozen scripts run."""
    return [each.strip() for path in paths for each in path.read_text().split(";\n\n")]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_frozen_scripts_are_what_the_schema_says(engine: str) -> None:
    """Each revision so far only adds tables, so that together they are the schema."""
    frozen = statements(migrations.VERSIONS.glob(f"*_{engine}.sql"))
    assert sorted(frozen) == sorted(migrations.script(engine))


def test_every_table_is_built_beside_the_ledgers(engine_url: str) -> None:
    database = open_database(engine_url)
    try:
        ledger_migrations.upgrade(database.write)
        before = set(inspect(database.read).get_table_names())
        migrations.upgrade(database.write)
        migrations.upgrade(database.write)
        migrations.check(database.read)
        ledger_migrations.check(database.read)
        built = set(inspect(database.read).get_table_names()) - before
    finally:
        database.close()
    assert built == {*metadata.tables, migrations.TABLE}


def test_an_empty_or_newer_database_is_refused_with_the_remedy(engine_url: str) -> None:
    database = open_database(engine_url)
    try:
        with pytest.raises(CannotOpen, match="ricochet init"):
            migrations.check(database.read)
        migrations.upgrade(database.write)
        with database.write.begin() as connection:
            connection.execute(text(f"UPDATE {migrations.TABLE} SET version_num = '9999'"))
        with pytest.raises(CannotOpen, match="newer than this program"):
            migrations.upgrade(database.write)
    finally:
        database.close()


def test_the_next_revision_keeps_the_rows(engine_url: str, tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    for path in migrations.VERSIONS.glob("000*"):
        (versions / path.name).write_text(path.read_text())
    (versions / "0004_next.py").write_text(
        "from alembic import op\nrevision = '0004'\ndown_revision = '0003'\n"
        "def upgrade():\n    op.execute('ALTER TABLE device ADD COLUMN model TEXT')\n"
    )
    database = open_database(engine_url)
    try:
        migrations.upgrade(database.write)
        with database.write.begin() as connection:
            connection.execute(text("INSERT INTO identity_revision (id, number) VALUES (1, 41)"))
        migrations.upgrade(database.write, versions)
        columns = {column["name"] for column in inspect(database.read).get_columns("device")}
        with database.read.connect() as connection:
            number = connection.execute(text("SELECT number FROM identity_revision")).scalar_one()
    finally:
        database.close()
    assert "model" in columns and number == 41


def test_three_start_at_once(fresh_database: str) -> None:
    faults: list[BaseException] = []

    def start() -> None:
        database = open_database(fresh_database)
        try:
            migrations.upgrade(database.write)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must see it
            faults.append(error)
        finally:
            database.close()

    starting = [threading.Thread(target=start) for _ in range(3)]
    for each in starting:
        each.start()
    for each in starting:
        each.join()
    assert faults == []
