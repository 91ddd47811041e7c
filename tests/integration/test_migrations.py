"""Migrations: fresh equals declared, from the version before, three processes at once, never backwards."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from ledger.core.journal import Receipt
from ledger.service import open_ledger
from ledger.store import ddl, migrations, schema
from ledger.store.engine import CannotOpen, make_engine, parse_url
from ledger.store.verify import verify
from tests import postgres
from tests.integration.first_revision import as_it_was
from tests.integration.store_work import MASTER, begin, open_store
from tests.integration.test_committer import pay

VERSIONS = migrations.FOLDER / "versions"

NEXT = '''"""A later revision, as a test imagines it."""
from alembic import op
revision = "9999"
down_revision = "0004"
def upgrade() -> None:
    op.execute("CREATE TABLE later (community_id INTEGER PRIMARY KEY, entries INTEGER NOT NULL)")
    op.execute("INSERT INTO later SELECT community_id, seq FROM head")
'''

GUARDED = (
    "UPDATE account SET kind = 'other'",
    "UPDATE account SET debits_posted = debits_posted - 1",
    "UPDATE account SET moved_seq = moved_seq - 1",
    "UPDATE transfer SET debit_balance = 0",
    "DELETE FROM transfer",
    "UPDATE head SET seq = seq - 1",
    "UPDATE account SET uid = (SELECT uid FROM account WHERE no = 1)",
    "DELETE FROM account",
)
"""What every database refuses, however it came to its tables."""

@contextmanager
def disposed(engine: Engine) -> Iterator[Engine]:
    """The engine, let go of at the end."""
    yield engine
    engine.dispose()


@pytest.fixture
def engine(engine_url: str) -> Iterator[Engine]:
    """A writer's engine on an empty database."""
    engine = make_engine(parse_url(engine_url), writer=True)
    yield engine
    engine.dispose()


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """A folder with the revisions of today and one more."""
    folder = tmp_path / "versions"
    shutil.copytree(VERSIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "9999_later.py").write_text(NEXT)
    return folder


def built(engine: Engine) -> object:
    """What a database consists of, in words that both ways of building it share."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT type, name, sql FROM sqlite_master WHERE name <> 'alembic_version'")
            )
            return sorted(
                (kind, name, re.sub(r"\s+", " ", sql or ""))
                for kind, name, sql in rows
                if "alembic" not in name
            )
    found = inspect(engine)
    with engine.connect() as connection:
        triggers = connection.execute(
            text("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
        )
        functions = connection.execute(
            text(
                "SELECT proname, prosrc FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public' ORDER BY 1"
            )
        )
        options = connection.execute(
            text("SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL ORDER BY 1")
        )
        said = [list(map(tuple, rows)) for rows in (triggers, functions, options)]
    tables = {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(name)],
            found.get_pk_constraint(name)["constrained_columns"],
            sorted(map(str, found.get_indexes(name))),
            sorted(map(str, found.get_unique_constraints(name))),
            sorted(map(str, found.get_foreign_keys(name))),
            sorted(map(str, found.get_check_constraints(name))),
        )
        for name in found.get_table_names()
        if name != "alembic_version"
    }
    return tables, said


@contextmanager
def elsewhere(engine: Engine, folder: Path) -> Iterator[Engine]:
    """A writer's engine on one more empty database of the same kind."""
    if engine.dialect.name == "sqlite":
        place: AbstractContextManager[URL] = nullcontext(make_url(f"sqlite:///{folder / 'elsewhere.db'}"))
    else:
        place = postgres.database(engine.url)
    with place as url:
        other = make_engine(parse_url(url.render_as_string(hide_password=False)), writer=True)
        yield other
        other.dispose()


def test_migrated_is_what_the_program_declares(engine: Engine, tmp_path: Path) -> None:
    migrations.upgrade(engine)
    with elsewhere(engine, tmp_path) as declared:
        with declared.begin() as connection:
            for statement in ddl.script(engine.dialect.name):
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        assert built(declared) == built(engine)


def test_the_first_revision_with_a_journal_becomes_what_is_new_today(
    engine: Engine, engine_url: str, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    shutil.copytree(VERSIONS, first, ignore=lambda _, names: {n for n in names if not n.startswith("0001")})
    with elsewhere(engine, tmp_path) as today:
        with open_store(today.url.render_as_string(hide_password=False)) as ledger:
            work = begin(ledger)
            for _ in range(5):
                commands = work.some(40)
                work.heard(commands, ledger.submit_many(commands))
            assert work.holds, "keys that point at accounts are rebuilt under rows"
            other = begin(ledger, 2, "OTHER")
        migrations.upgrade(engine, first)
        as_it_was(today, engine)
        migrations.upgrade(engine)
        assert built(engine) == built(today)
        for name in ("transfer", "account"):
            assert _rows(engine, name) == _rows(today, name), "the same, to the last pointer"
    with open_store(engine_url) as ledger:
        assert ledger.submit(pay(other)).seq == 23
        for sql in GUARDED:
            with pytest.raises(DBAPIError), ledger.database.write.begin() as connection:
                connection.execute(text(sql))
        commands = work.some(80)
        answers = ledger.submit_many(commands)
        assert sum(isinstance(answer, Receipt) for answer in answers) > 20
    report = verify(engine_url)
    assert report.ok, report.findings


def _rows(engine: Engine, name: str) -> list[Any]:
    table = schema.metadata.tables[name]
    with engine.connect() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def test_twice_is_once(engine: Engine) -> None:
    migrations.upgrade(engine)
    before = built(engine)
    migrations.upgrade(engine)
    migrations.check(engine)
    assert built(engine) == before


def test_from_the_version_before_with_data(
    engine_url: str, later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        ledger.submit_many(work.some(50))
        seq = ledger.reader.head(work.community).seq
        migrations.upgrade(ledger.database.write, later)
        with ledger.database.read.connect() as connection:
            assert connection.execute(text("SELECT entries FROM later")).scalar_one() == seq
            assert connection.execute(select(schema.head.c.seq)).scalar_one() == seq
    monkeypatch.setattr(migrations, "check", lambda engine: None)  # the audit of tomorrow's program
    report = verify(engine_url)
    assert report.ok, report.findings


def test_a_revision_may_go_through_whole_tables_and_the_writer_still_may_not(
    fresh_database: str, later: Path
) -> None:
    """Joined row by row, the 50,000 transfers of a database took revision 0004 seven minutes on PostgreSQL."""
    ways = "SELECT name, setting FROM pg_settings WHERE name IN ('enable_hashjoin', 'enable_mergejoin', 'enable_seqscan')"
    (later / "9999_later.py").write_text(NEXT + f'    op.execute("""CREATE TABLE ways AS {ways}""")\n')
    with disposed(make_engine(parse_url(fresh_database), writer=True)) as engine:
        migrations.upgrade(engine, later)
        with engine.connect() as connection:
            seen = [row.setting for row in connection.execute(text("SELECT setting FROM ways"))]
            after = [row.setting for row in connection.execute(text(ways))]
    assert (seen, after) == (["on"] * 3, ["off"] * 3)


def test_a_newer_schema_is_refused(engine_url: str, later: Path) -> None:
    engine = make_engine(parse_url(engine_url), writer=True)
    migrations.upgrade(engine, later)
    engine.dispose()
    for read_only, migrate in ((False, True), (True, True), (False, False)):
        with pytest.raises(CannotOpen, match="revision 9999, newer than this program"):
            open_ledger(engine_url, master_key=MASTER, read_only=read_only, migrate=migrate)


def test_an_interrupted_migration_leaves_the_old_schema(engine_url: str, later: Path) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        broken = later / "9999_later.py"
        broken.write_text(NEXT + '    op.execute("INSERT INTO nowhere VALUES (1)")\n')
        with pytest.raises(DBAPIError):
            migrations.upgrade(ledger.database.write, later)
        migrations.check(ledger.database.read)
        assert not inspect(ledger.database.read).has_table("later")
        broken.write_text(NEXT)
        migrations.upgrade(ledger.database.write, later)
        assert inspect(ledger.database.read).has_table("later")
        assert ledger.submit(pay(work)).seq == 23


def test_an_empty_or_old_database_is_not_opened_unmigrated(engine_url: str, later: Path) -> None:
    with pytest.raises(CannotOpen, match="empty; make its tables with `ricochet init`"):
        open_ledger(engine_url, migrate=False, master_key=MASTER)
    with open_store(engine_url):
        pass
    engine = make_engine(parse_url(engine_url), writer=True)
    with pytest.raises(CannotOpen, match="revision 0004; bring it up to date"):
        migrations.check(engine, later)
    engine.dispose()


UPGRADE = """
import sys
from ledger.store import migrations
from ledger.store.engine import make_engine, parse_url
engine = make_engine(parse_url(sys.argv[1]), writer=True)
sys.stdin.readline()
migrations.upgrade(engine)
migrations.check(engine)
"""


def test_three_processes_start_at_once(engine_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, engine_url],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=migrations.FOLDER.parents[2],
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    with open_store(engine_url) as ledger:
        assert ledger.submit(pay(begin(ledger))).seq == 23


FROZEN = {
    "0004_postgresql.sql": "336b1e04b185ace2ec1fe0d6732b920c7ed98ab6764126cc244ef8ecf2b3097c",
    "0004_sqlite.sql": "1065bd990fab2e748a7016ce7751f2c70b15a3a5a2e8ef138dc5cf97179066ef",
    "0001_sqlite.sql": "6e5f4f536ce24cb1fdb587644b4e2938336809bc3916e30304f0237d67f2265b",
    "0001_postgresql.sql": "8e629725696024d99aa6ae03eaff21ebdb32a062406ac8816bca4264ddd42f5c",
    "0003_sqlite.sql": "d8e2910ae5a3771ae11ecac7aaea455964cb3e9bf525b83570ac2377a809797f",
    "0003_postgresql.sql": "a29e8409796d36326f0973388d5db36f0de2373d18f3b54c84a01ea00460183b",
    "0002_postgresql.sql": "0ac5c75426128f3913181f7a46a9e401d2532c4e4e0b1640fa7a794a87d21a38",
}


def test_what_was_released_is_frozen() -> None:
    """Databases out there were built by these very words; a change is a new revision, with a new line here."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VERSIONS.glob("*.sql")}
    assert found == FROZEN
