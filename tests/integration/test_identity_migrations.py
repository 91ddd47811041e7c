"""The tables of people beside the ledger's: a chain of their own, and what it builds is what the schema says."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert, inspect, select, text

from api.identity import migrations
from api.identity.schema import api_key, key_maker, metadata
from ledger.store import migrations as ledger_migrations
from ledger.store.engine import CannotOpen, open_database


def statements(paths: Iterable[Path]) -> list[str]:
    """What some frozen scripts run."""
    return [each.strip() for path in paths for each in path.read_text().split(";\n\n")]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_frozen_scripts_are_what_the_schema_says(engine: str) -> None:
    """Each revision so far only adds tables and rows, so that together they are the schema."""
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
    (versions / "0005_next.py").write_text(
        "from alembic import op\nrevision = '0005'\ndown_revision = '0004'\n"
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


def test_keys_made_before_count_as_who_began_their_line(engine_url: str, tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    for path in (path for n in (1, 2, 3) for path in migrations.VERSIONS.glob(f"000{n}*")):
        (versions / path.name).write_text(path.read_text())
    nobody, riv, admin, ann, bob, cid, shop = (UUID(int=n) for n in range(7))
    made = [(ann, "operator", admin), (bob, "operator", ann), (cid, "operator", bob), (shop, "merchant", ann)]
    database = open_database(engine_url)
    try:
        migrations.upgrade(database.write, versions)
        with database.write.begin() as connection:
            for community, (key, roles, by) in [(nobody, (admin, "platform_admin", nobody)), *((riv, each) for each in made)]:
                connection.execute(
                    insert(api_key).values(
                        community=community, id=key, hash=sha256(key.bytes).digest(), hint="", label="", roles=roles,
                        scopes="", created_by=by, created_at=7,
                    )
                )  # fmt: skip
        migrations.upgrade(database.write)
        with database.read.connect() as connection:
            rows = connection.execute(select(key_maker.c.api_key, key_maker.c.maker, key_maker.c.made_at))
            found = {row.api_key: (row.maker, row.made_at) for row in rows}
    finally:
        database.close()
    assert found == {bob: (ann, 7), cid: (ann, 7)}, "not the platform's own, nor a merchant's"


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
