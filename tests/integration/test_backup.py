"""Backups: made while a server writes, tried, restored into nothing, and held against checkpoints from outside."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from ledger.core import commands as c
from ledger.core.errors import Unavailable
from ledger.service import Ledger
from ledger.store import pg_programs
from ledger.store.backup import make_backup
from ledger.store.backup_folder import Backup, BadBackup, notes_of
from ledger.store.engine import CannotOpen
from ledger.store.restore import key_opens, rehearse, restore
from ledger.store.verify import verify
from tests import postgres
from tests.bench.server import durable_server
from tests.integration.scene import MASTER, Clock, Scene, opened, play
from tests.integration.serving import ask, client, prepared, running
from tests.integration.test_api_serve import payment
from tests.integration.test_operator_cli import ricochet


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine has no PostgreSQL, pg_dump and others come from the wheel like the server."""
    for folder in postgres.wheel_candidates():
        monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{folder}")
    monkeypatch.delenv("RICOCHET_MASTER_KEY", raising=False)


@pytest.fixture
def elsewhere(engine_url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a place of the same engine where nothing is yet."""
    if engine_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere.db'}"
        return
    with postgres.database(make_url(engine_url)) as url:
        yield url.render_as_string(hide_password=False)


def played(url: str, payments: int = 3) -> Scene:
    with opened(url, clock := Clock()) as ledger:
        return play(ledger, clock, payments=payments)


@contextmanager
def again(scene: Scene, url: str) -> Iterator[Ledger]:
    """The ledger of a scene opened again, here or where it was restored."""
    clock = Clock(scene.clock.now)
    with opened(url, clock) as ledger:
        scene.ledger, scene.clock = ledger, clock
        yield ledger


def more(scene: Scene) -> None:
    scene.do(c.Pay, payer="firm1", payee="firm2", amount=5, currency="EBX")


def test_a_backup_is_made_while_a_server_writes(engine_url: str, elsewhere: str, tmp_path: Path) -> None:
    town = prepared(engine_url)
    confirmed: list[int] = []
    stop = threading.Event()
    with opened(engine_url) as ledger:
        before = ledger.checkpoint(town.riv.community)
    with running(engine_url, tmp_path) as process, client(process) as http:
        def pay() -> None:
            while not stop.is_set():
                said = http.post("/v1/payments", json=payment(town, 1), headers=ask(town.riv.ada.token))
                assert said.status_code == 201, said.text
                confirmed.append(said.json()["seq"])

        writer = threading.Thread(target=pay)
        writer.start()
        try:
            while len(confirmed) < 5:
                stop.wait(0.01)
            for number in range(5):  # a small ledger may be copied between two payments
                first = confirmed[-1]
                copy = tmp_path / f"copy{number}"
                made, report = make_backup(engine_url, copy)
                last = confirmed[-1]
                if last > first:
                    break
        finally:
            stop.set()
            writer.join()
        assert process.stop() == 0
    assert made.check == "good" and report is not None and report.ok
    assert first <= made.entries["RIV"] <= last + 1, "what was confirmed before the backup is in it"
    assert last > first, "payments went on meanwhile"
    assert restore(copy, elsewhere, [before]).ok
    with opened(elsewhere) as ledger:
        (there,) = ledger.reader.communities()
        assert ledger.reader.head(there.uid).seq == made.entries["RIV"]


def test_life_goes_on_from_a_backup(engine_url: str, elsewhere: str, tmp_path: Path) -> None:
    scene = played(engine_url)
    make_backup(engine_url, tmp_path / "copy")
    assert restore(tmp_path / "copy", elsewhere).ok
    with again(scene, elsewhere) as ledger:
        more(scene)
        note = ledger.checkpoint(scene.community)
    assert verify(elsewhere, against=[note]).ok


def test_the_drill_shows_what_a_backup_lacks(engine_url: str, tmp_path: Path) -> None:
    scene = played(engine_url)
    with again(scene, engine_url) as ledger:
        before = ledger.checkpoint(scene.community)
    make_backup(engine_url, tmp_path / "copy", check=False)
    with again(scene, engine_url) as ledger:
        size = ledger.reader.head(scene.community).seq
        more(scene)
        more(scene)
        after = ledger.checkpoint(scene.community)
    assert rehearse(tmp_path / "copy", engine_url, [before]).ok
    report = rehearse(tmp_path / "copy", engine_url, [before, after])
    (found,) = report.findings
    assert (found.check, found.seq) == ("external", size + 1)
    assert found.detail == f"{size + 2} entries were signed, the journal has {size}: its end is missing"


def test_a_checkpoint_lies_beside_each_backup(engine_url: str, tmp_path: Path) -> None:
    scene = played(engine_url)
    made, _ = make_backup(engine_url, tmp_path / "copy", check=False)
    with opened(engine_url) as ledger:
        newest = ledger.reader.latest_checkpoint(scene.community)
    assert newest is not None and notes_of(tmp_path / "copy") == [newest.note]
    assert (tmp_path / "copy" / "checkpoint-RIV.txt").exists()
    assert (made.check, made.entries) == ("skipped", {}) and Backup.read(tmp_path / "copy") == made
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700


def test_nothing_is_written_over(engine_url: str, tmp_path: Path) -> None:
    scene = played(engine_url)
    make_backup(engine_url, tmp_path / "copy", check=False)
    with pytest.raises(CannotOpen, match="folder of its own"):
        make_backup(engine_url, tmp_path / "copy")
    with pytest.raises(BadBackup, match=r"exists|not empty"):
        restore(tmp_path / "copy", engine_url)
    with again(scene, engine_url):
        more(scene)
    assert verify(engine_url).ok


def test_a_changed_file_is_refused_before_anything_is_restored(
    engine_url: str, elsewhere: str, tmp_path: Path
) -> None:
    played(engine_url)
    made, _ = make_backup(engine_url, tmp_path / "copy", check=False)
    with (tmp_path / "copy" / made.file).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)[0]
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last ^ 1]))
    with pytest.raises(BadBackup, match="SHA-256 differs"):
        restore(tmp_path / "copy", elsewhere)
    assert sorted(path.name for path in tmp_path.glob("*elsewhere*")) == []
    if elsewhere.startswith("postgresql"):
        assert pg_programs.empty(make_url(elsewhere))


def test_a_source_with_a_fault_is_kept_and_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ricochet.db'}"
    played(url)
    with sqlite3.connect(tmp_path / "ricochet.db") as connection:
        connection.execute("DROP TRIGGER account_guard")
        connection.execute("UPDATE account SET floor = -7 WHERE no = 9")
    made, report = make_backup(url, tmp_path / "copy")
    assert made.check == "bad" and Backup.read(tmp_path / "copy").check == "bad"
    assert report is not None and report.first_bad is not None and report.first_bad.check == "account"


def test_what_is_no_database_leaves_no_folder(tmp_path: Path) -> None:
    played(f"sqlite:///{tmp_path / 'ricochet.db'}")
    with (tmp_path / "ricochet.db").open("r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xff" * 4096 * 3)
    with pytest.raises(Unavailable):
        make_backup(f"sqlite:///{tmp_path / 'ricochet.db'}", tmp_path / "copy")
    assert not [path for path in tmp_path.iterdir() if "copy" in path.name]


def test_the_engines_are_not_mixed(tmp_path: Path, fresh_database: str) -> None:
    url = f"sqlite:///{tmp_path / 'ricochet.db'}"
    played(url)
    make_backup(url, tmp_path / "copy", check=False)
    with pytest.raises(BadBackup, match="backup of sqlite"):
        restore(tmp_path / "copy", fresh_database)
    with pytest.raises(CannotOpen, match="no server"):
        make_backup(url, tmp_path / "other", whole_server=True)
    head = json.loads((tmp_path / "copy" / "backup.json").read_text())
    for changes in ({"ricochet_backup": 2}, {"file": "/etc/passwd"}, {"more": 1}):
        (tmp_path / "copy" / "backup.json").write_text(json.dumps({**head, **changes}))
        with pytest.raises(BadBackup):
            restore(tmp_path / "copy", f"sqlite:///{tmp_path / 'other.db'}")


def test_the_master_key_stays_behind_and_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ricochet("community", "create", "RIV").code == 0
    assert ricochet("backup", "copy").code == 0
    key = (tmp_path / "ricochet.db-key").read_bytes()
    assert not any(key in path.read_bytes() for path in (tmp_path / "copy").iterdir())
    there = ("--database", "sqlite:///there.db")
    done = ricochet(*there, "restore", "copy")
    assert done.code == 0 and "the master key of this database is not here" in done.err
    assert not key_opens("sqlite:///there.db", MASTER)
    (tmp_path / "there.db-key").write_bytes(key)
    assert key_opens("sqlite:///there.db", None)
    assert ricochet(*there, "checkpoint", "RIV").code == 0


def test_the_commands_say_how_it_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ricochet("community", "create", "RIV")
    done = ricochet("backup", "copy", "--no-verify")
    assert done.code == 0 and "not verified" in done.out and "checkpoints beside it: 0" in done.out
    ricochet("currency", "define", "RIV", "EBX", "--model", "mutual")
    ricochet("checkpoint", "RIV", "--out", "later.txt")
    good = ricochet("restore", "copy", "--drill")
    assert good.code == 0 and "good: 1 entries" in good.out
    bad = ricochet("restore", "copy", "--drill", "--against", "later.txt")
    assert bad.code == 1 and "2 entries were signed, the journal has 1: its end is missing" in bad.err
    (tmp_path / "words.txt").write_text("hello")
    there = ("--database", "sqlite:///there.db", "restore", "copy")
    assert "not a checkpoint" in ricochet(*there, "--against", "words.txt").err
    assert ricochet(*there).code == 0, "nothing was restored before the checkpoints were read"
    assert ricochet("restore", "copy").code == 1, "the database is there"
    assert ricochet("restore", "nowhere").code == 1


def test_a_role_without_createdb_is_told_what_to_do(fresh_database: str, tmp_path: Path) -> None:
    played(fresh_database)
    url = make_url(fresh_database)
    with postgres.connect(url) as connection:
        connection.execute("CREATE ROLE ricochet_plain LOGIN")
        connection.execute("GRANT pg_read_all_data TO ricochet_plain")
    plain = url.set(username="ricochet_plain").render_as_string(hide_password=False)
    try:
        with pytest.raises(Unavailable, match="CREATEDB, or --no-verify"):
            make_backup(plain, tmp_path / "copy")
        made, _ = make_backup(plain, tmp_path / "copy", check=False)
        assert made.check == "skipped" and rehearse(tmp_path / "copy", fresh_database).ok
    finally:
        with postgres.connect(url) as connection:
            connection.execute("DROP OWNED BY ricochet_plain")
            connection.execute("DROP ROLE ricochet_plain")


def test_a_whole_server_is_copied_started_and_verified(tmp_path: Path) -> None:
    with durable_server() as server:
        url = server.url.render_as_string(hide_password=False)
        scene = played(url)
        with again(scene, url) as ledger:
            before = ledger.checkpoint(scene.community)
        made, report = make_backup(url, tmp_path / "copy", whole_server=True)
        with again(scene, url) as ledger:
            more(scene)
            after = ledger.checkpoint(scene.community)
    assert made.check == "good" and report is not None and report.ok and made.database == "postgres"
    assert rehearse(tmp_path / "copy", url, [before]).ok
    assert not rehearse(tmp_path / "copy", url, [after]).ok
    with pytest.raises(BadBackup, match="whole PostgreSQL server"):
        restore(tmp_path / "copy", url)
    with (tmp_path / "copy" / "server" / "global" / "pg_control").open("r+b") as file:
        file.write(b"\0")
    with pytest.raises(Unavailable, match="pg_verifybackup failed"):
        rehearse(tmp_path / "copy", url)


def test_programs_of_another_release_are_not_taken() -> None:
    with pytest.raises(Unavailable, match="pg_dump of PostgreSQL 99 is not on the PATH"):
        pg_programs.find("pg_dump", 99)
    with pytest.raises(Unavailable, match="cannot reach"):
        pg_programs.release(make_url("postgresql://nobody@127.0.0.1:1/none"))


def test_the_password_is_not_among_the_arguments() -> None:
    url = make_url("postgresql+psycopg://ana:secret@host:5/name?sslmode=require")
    assert pg_programs.address(url) == "postgresql://ana@host:5/name?sslmode=require"
    assert pg_programs.environment("secret")["PGPASSWORD"] == "secret"
    assert psycopg.conninfo.conninfo_to_dict(pg_programs.address(url))["dbname"] == "name"
