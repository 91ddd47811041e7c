"""A program killed with SIGKILL while it brings the tables up to date: whole or not at all, and the next start does it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from ledger.service import open_ledger
from ledger.store import migrations
from ledger.store.engine import make_engine, parse_url
from ledger.store.verify import verify
from tests.integration.first_revision import as_it_was
from tests.integration.store_work import MASTER, begin, open_store
from tests.integration.test_migrations import VERSIONS, disposed, elsewhere

MOMENTS = ("CREATE INDEX transfer_credit_mark", "DROP TABLE posting", "COMMIT")
"""Before which the program dies: once the new table is filled, once the old one is no longer needed, at the very end."""

MIGRATE = """
import os, signal, sys
from sqlalchemy import Engine, event
from ledger.store import migrations
from ledger.store.engine import make_engine, parse_url

def die(at):
    if at.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "before_cursor_execute", lambda _c, _u, statement, *_: die(statement))
event.listen(Engine, "commit", lambda _: die("COMMIT"))
migrations.upgrade(make_engine(parse_url(sys.argv[1]), writer=True))
"""


def test_a_migration_that_was_killed_is_begun_again(engine_url: str, tmp_path: Path) -> None:
    first = tmp_path / "first"
    shutil.copytree(VERSIONS, first, ignore=lambda _, names: {n for n in names if not n.startswith("0001")})
    with disposed(make_engine(parse_url(engine_url), writer=True)) as engine:
        with elsewhere(engine, tmp_path) as today:
            with open_store(today.url.render_as_string(hide_password=False)) as ledger:
                work = begin(ledger)
                ledger.submit_many(work.some(100))
                head = ledger.reader.head(work.community)
            migrations.upgrade(engine, first)
            as_it_was(today, engine)
        for moment in MOMENTS:
            killed = subprocess.run(
                [sys.executable, "-c", MIGRATE, engine_url, moment], cwd=migrations.FOLDER.parents[2], timeout=60
            )
            assert killed.returncode == -signal.SIGKILL
            with engine.connect() as connection:
                assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0001"
                assert connection.execute(text("SELECT count(*) FROM posting")).scalar_one() > 100
    with open_ledger(engine_url, master_key=MASTER) as ledger:
        assert ledger.reader.head(work.community) == head
    report = verify(engine_url)
    assert report.ok, report.findings
