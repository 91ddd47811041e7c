"""A backup that an earlier release made is brought up to date where it is restored, and verified there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from ledger.store import migrations, pg_programs
from ledger.store.backup_folder import SKIPPED, Backup
from ledger.store.engine import CannotOpen, make_engine
from ledger.store.restore import rehearse, restore
from ledger.store.views import HeadView
from tests import postgres
from tests.integration.first_revision import as_it_was
from tests.integration.store_work import begin, open_store

VERSIONS = migrations.FOLDER / "versions"


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine has no PostgreSQL, pg_dump and others come from the wheel like the server."""
    for folder in postgres.wheel_candidates():
        monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{folder}")


@contextmanager
def another(url: str, path: Path) -> Iterator[URL]:
    """A place of the same engine where nothing is yet."""
    place: AbstractContextManager[URL] = nullcontext(make_url(f"sqlite:///{path}"))
    if not url.startswith("sqlite"):
        place = postgres.database(make_url(url))
    with place as found:
        yield found


def played(url: str) -> HeadView:
    """Some work, and where it ended."""
    with open_store(url) as ledger:
        work = begin(ledger)
        ledger.submit_many(work.some(60))
        return ledger.reader.head(work.community)


def backup_of_before(url: str, folder: Path) -> None:
    """What the first release would have backed up, had it done this work."""
    folder.mkdir()
    with another(url, folder / "ricochet.db") as before:
        first, today = make_engine(before, writer=True), make_engine(make_url(url), writer=True)
        shutil.copytree(VERSIONS, folder / "first", ignore=lambda _, names: {n for n in names if n[:4] != "0001"})
        migrations.upgrade(first, folder / "first")
        as_it_was(today, first)
        for engine in (first, today):
            engine.dispose()  # SQLite: its log goes into the file
        file = folder / ("ricochet.db" if url.startswith("sqlite") else "ricochet.dump")
        if not url.startswith("sqlite"):
            pg_programs.dump(before, file)
    described(file)


def described(file: Path) -> None:
    """Write down what the backup's file is."""
    made = Backup(1, file.name, "2026-01-01T00:00:00Z", "", hashlib.sha256(file.read_bytes()).hexdigest(), SKIPPED, {})
    (file.parent / "backup.json").write_text(json.dumps(asdict(made)))


def test_it_is_brought_up_to_date(engine_url: str, tmp_path: Path) -> None:
    head = played(engine_url)
    backup_of_before(engine_url, tmp_path / "copy")
    rehearsed = rehearse(tmp_path / "copy", engine_url)
    assert rehearsed.ok, rehearsed.findings
    with another(engine_url, tmp_path / "restored.db") as place:
        report = restore(tmp_path / "copy", place.render_as_string(hide_password=False))
        assert report.ok, report.findings
        assert [(each.entries, each.root) for each in report.communities] == [(head.seq, head.root)]
        engine = make_engine(place, writer=True)
        migrations.check(engine)
        engine.dispose()


def test_one_of_a_later_release_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'today.db'}"
    played(url)
    backup_of_before(url, tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy" / "ricochet.db", isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    described(tmp_path / "copy" / "ricochet.db")
    with pytest.raises(CannotOpen, match="revision 9999, newer than this program"):
        rehearse(tmp_path / "copy", url)
