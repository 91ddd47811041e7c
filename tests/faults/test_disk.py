"""SQLite on a full disk, on a file that may not be written, and without its write-ahead log."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.core.accounts import AccountKind, Model
from ledger.core.commands import Command, DefineCurrency, OpenAccount, Pay
from ledger.core.journal import Receipt
from ledger.core.policy import Policy
from ledger.service import Ledger, new_id, open_ledger
from ledger.store import lite_rows, transaction
from ledger.store.verify import verify
from tests.faults.disk import in_a_process, open_as_nobody, reach_the_limit, work_until_full
from tests.faults.heard import Heard, Notebook, read_notes
from tests.faults.orders import found, orders, running_clock
from tests.faults.outcome import problems
from tests.faults.worker import Job, send
from tests.integration.store_work import MASTER
from tests.scenario import Scene

ROOM = 200_000
"""Bytes that may still be written."""


def job_for(folder: Path) -> tuple[Job, str]:
    url = f"sqlite:///{folder / 'ricochet.db'}"
    scene = found(url)
    return Job(url, folder / "notes", [orders(scene, 3, 400)], time.monotonic_ns()), url


def check_nothing_lost(job: Job) -> None:
    """What was said before the disk was full still holds, and everything was done once in the end."""
    notes = read_notes(job.notes)
    heard = [note for note in notes if isinstance(note, Heard)]
    done = {note.told[1] for note in heard if note.told[0] == "entry" and note.told[4]}
    before = {
        answer.seq
        for note in notes
        if not isinstance(note, Heard)
        for answer in note
        if isinstance(answer, Receipt)
    }
    assert before and before <= done
    assert [note.command for note in heard if note.final] == list(job.orders[0])
    assert problems(job.url, Scene(), heard) == []


def test_files_that_may_not_grow(tmp_path: Path) -> None:
    job, _ = job_for(tmp_path)
    assert in_a_process(reach_the_limit, job, ROOM) == 0
    check_nothing_lost(job)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 4 MiB."""
    folder = Path(tempfile.mkdtemp(prefix="ricochet-disk-"))
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "ricochet", folder], capture_output=True)
    if done.returncode:
        folder.rmdir()
        pytest.skip("only root may mount a small disk; test_files_that_may_not_grow says the same without")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


@pytest.mark.parametrize("way", ["thread", "process", "beside"])
def test_a_full_disk(small_disk: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "beside":
        monkeypatch.setattr(transaction, "FEW", 0)
        monkeypatch.setattr(lite_rows, "WAIT", 30.0)
    job, url = job_for(small_disk)
    with open_ledger(
        url, clock=running_clock(job.began), migrate=False, writer_apart=way == "process"
    ) as ledger:
        filler = small_disk / "filler"
        free = shutil.disk_usage(small_disk).free
        filler.write_bytes(bytes(free - ROOM))
        work_until_full(ledger, job)
        filler.unlink()
        send(ledger, Notebook(job.notes), job.orders[0])
    check_nothing_lost(job)


def test_a_file_that_may_not_be_written() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ricochet-read-only-"))
    try:
        folder.chmod(0o777)
        _, url = job_for(folder)
        (folder / "ricochet.db").chmod(0o444)
        (folder / "ricochet.db-writer").chmod(0o666)
        assert in_a_process(open_as_nobody, url, folder / "said") == 0
        writing, reading = read_notes(folder / "said")
        assert writing.startswith("CannotOpen: ") and "may not be written by this process" in writing
        assert reading == "opened, 1 communities"
        (folder / "ricochet.db").chmod(0o666)
        (folder / "ricochet.db-writer").chmod(0o444)
        (folder / "said").unlink()
        assert in_a_process(open_as_nobody, url, folder / "said") == 0
        assert "choose a folder you may write to" in read_notes(folder / "said")[0]
        assert verify(url).ok
    finally:
        shutil.rmtree(folder)


def town(ledger: Ledger) -> tuple[Callable[[], Command], UUID]:
    """A community whose checkpoints can be signed; what pays in it."""
    community, actor, accounts = ledger.found_community("WAL"), new_id(), [new_id(), new_id()]
    about: dict[str, Any] = {"community": community, "actor": actor}
    policy = Policy(default_line=10**6)
    ledger.submit(
        DefineCurrency(id=new_id(), **about, code="RIV", scale=2, model=Model.MUTUAL, policy=policy)
    )
    for account in accounts:
        ledger.submit(
            OpenAccount(id=new_id(), **about, account=account, currency="RIV", kind=AccountKind.PERSON)
        )
    payer, payee = accounts
    return lambda: Pay(id=new_id(), **about, payer=payer, payee=payee, amount=1, currency="RIV"), community


def test_without_its_log_after_an_orderly_stop(tmp_path: Path) -> None:
    database = tmp_path / "ricochet.db"
    with open_ledger(f"sqlite:///{database}", master_key=MASTER) as ledger:
        pay, community = town(ledger)
        last = max(receipt.seq for receipt in map(ledger.submit, [pay() for _ in range(20)]))
        note = ledger.checkpoint(community)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    assert verify(f"sqlite:///{database}", against=[note]).findings == ()
    with open_ledger(f"sqlite:///{database}", master_key=MASTER) as ledger:
        assert ledger.submit(pay()).seq == last + 1


def test_without_its_log_after_a_crash_the_loss_is_seen_from_outside(tmp_path: Path) -> None:
    """The log is part of the database: who removes it loses what was in it. A checkpoint kept elsewhere says so."""
    database, copy = tmp_path / "ricochet.db", tmp_path / "copy.db"
    with open_ledger(f"sqlite:///{database}", master_key=MASTER) as ledger:
        pay, community = town(ledger)
        with closing(sqlite3.connect(database)) as other:
            other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        kept = ledger.reader.head(community).seq
        ledger.submit_many([pay() for _ in range(20)])
        note = ledger.checkpoint(community)
        shutil.copy(database, copy)  # as a crash leaves it, less its log
    assert verify(f"sqlite:///{copy}").findings == (), "by itself it looks whole"
    seen = verify(f"sqlite:///{copy}", against=[note])
    assert [finding.check for finding in seen.findings] == ["external"]
    assert seen.communities[0].entries == kept
