"""What fails or dies while a process beside the ledger stores a large batch on SQLite: all of the batch or nothing."""

from __future__ import annotations

import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import create_engine, select, text

from ledger.core.errors import Corrupt, Unavailable
from ledger.core.journal import Receipt
from ledger.store import schema
from ledger.store.child import Child
from ledger.store.transaction import STEPS
from ledger.store.verify import verify
from tests.integration.lite_scene import (
    LARGE,
    Played,
    beside,
    check_fresh,
    large,
    many_parts,
    played_on,
    process_of,
)
from tests.integration.store_work import begin, open_store
from tests.integration.test_committer import entries
from tests.integration.test_writer_apart import ended, runs

ROOT = Path(__file__).parents[2]

DYING = """
import os, pickle, signal, sys, time
from ledger.store import lite_rows, transaction, writer
from tests.integration.store_work import open_store
from tests.integration.lite_scene import process_of
lite_rows.WAIT, transaction.FEW, writer.SENT, writer.PUMPED = 30.0, 10, 4, 1
url, file, step = sys.argv[1:]
def act(now):
    if now == step:
        print(process_of(ledger), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
ledger = open_store(url, on_step=act)
ledger.submit_many(pickle.load(open(file, "rb")))
time.sleep(30)
"""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    many_parts(monkeypatch)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ricochet.db'}"


@pytest.fixture
def played(url: str) -> Iterator[Played]:
    yield from played_on(url)


@pytest.mark.parametrize("step", STEPS)
def test_the_process_is_killed_at_a_step(played: Played, step: str) -> None:
    ledger, work, hook = played
    check_fresh(ledger, large(work))
    victim = process_of(ledger)

    def kill(now: str) -> None:
        if now == step and runs(victim):
            os.kill(victim, signal.SIGKILL)
            assert ended(victim)

    hook.act = kill
    check_fresh(ledger, large(work))
    assert ledger.committer.stats.retries == (step not in ("committed", "answered"))
    check_fresh(ledger, large(work))
    assert process_of(ledger) != victim
    assert not Path(f"/proc/{victim}").exists(), "it was buried"


def test_what_was_told_to_commit_and_died_is_looked_up(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is in the database, and we did not hear so."""
    ledger, work, _ = played
    check_fresh(ledger, large(work))
    really, heard = Child.hear, 0

    def hear(self: Child) -> bytes:
        nonlocal heard
        said, heard = really(self), heard + 1
        if heard == len(("begun", "changed", "committed")):
            os.kill(self.pid, signal.SIGKILL)
            return really(self)
        return said

    monkeypatch.setattr(Child, "hear", hear)
    check_fresh(ledger, large(work))
    assert ledger.committer.stats.retries == 1 and heard > 3


@pytest.mark.parametrize("step", STEPS)
def test_the_ledger_is_killed_at_a_step(url: str, tmp_path: Path, step: str) -> None:
    with open_store(url) as ledger:
        work = begin(ledger)
        flight = [*work.some(40), *large(work)]
        before = entries(ledger)
    file = tmp_path / "flight"
    file.write_bytes(pickle.dumps(flight))
    command = [sys.executable, "-c", DYING, url, str(file), step]
    died = subprocess.run(command, cwd=ROOT, timeout=60, stdout=subprocess.PIPE)
    assert died.returncode == -signal.SIGKILL
    assert ended(int(died.stdout)), "it does not outlive its ledger"
    with open_store(url) as ledger:
        survived = entries(ledger) - before
        assert (survived > 0) == (step in ("committed", "answered"))
        answers = ledger.submit_many(flight)
        committed = {answer.seq for answer in answers if isinstance(answer, Receipt)}
        assert committed == set(range(before + 1, entries(ledger) + 1))
        assert all(isinstance(answer, Receipt) for answer in answers[-LARGE:])
    report = verify(url)
    assert report.ok, report.findings


def test_it_is_killed_again_and_again(played: Played) -> None:
    """At any moment, from outside, while batches follow each other."""
    ledger, work, _ = played
    random, over = Random(4), threading.Event()

    def kill() -> None:
        for _ in range(8):
            time.sleep(random.uniform(0.0, 0.4))
            pid = beside(ledger).pid
            if pid is not None and runs(pid):
                os.kill(pid, signal.SIGKILL)
        over.set()

    killer = threading.Thread(target=kill)
    killer.start()
    while not over.is_set():
        check_fresh(ledger, large(work, 60))
    killer.join()
    check_fresh(ledger, large(work))
    assert ledger.committer.stats.isolated == 0


def test_what_the_database_refuses_is_said_as_ever(played: Played, url: str) -> None:
    ledger, work, _ = played
    check_fresh(ledger, large(work))
    engine = create_engine(url)
    commands = large(work)
    for old, new in (("transfer", "mislaid"), ("mislaid", "transfer")):
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
        if new == "mislaid":
            answers = ledger.submit_many(commands)
            assert {type(answer) for answer in answers} == {Unavailable} and "transfer" in str(answers[0])
            assert ledger.committer.stats.isolated == 0
    engine.dispose()
    check_fresh(ledger, commands)


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({}, sqlite3.IntegrityError, "append-only table transfer"),
        ({"leg": 9, "credit_no": 1, "debit_no": 1}, sqlite3.IntegrityError, "transfer_two_accounts"),
        ({"leg": 9, "credit_no": 99}, sqlite3.IntegrityError, "FOREIGN KEY"),
        ({"leg": 9, "posted": "one"}, sqlite3.IntegrityError, "cannot store TEXT"),
        ({"leg": 9, "posted": 2**63}, sqlite3.DataError, "OverflowError"),
        ({"one": "more"}, sqlite3.ProgrammingError, "bindings"),
    ],
    ids=["again", "check", "foreign key", "type", "size", "shape"],
)
def test_a_row_that_does_not_fit_stops_everything(
    played: Played, changed: dict[str, object], error: type[Exception], said: str
) -> None:
    """Its reason is kept until something is asked; keys, checks, types and triggers are those of every writer."""
    ledger, work, _ = played
    check_fresh(ledger, large(work))
    with ledger.database.read.connect() as connection:
        known = dict(connection.execute(select(schema.transfer).limit(1)).mappings().one())
    rows = beside(ledger)
    rows.begin()
    rows.put(schema.transfer, [tuple((known | changed).values())])
    rows.put(schema.transfer, [tuple((known | {"leg": 8}).values())])
    with pytest.raises(error, match=said):
        rows.change([])
    with pytest.raises(error, match=said):
        rows.commit()
    rows.close()
    check_fresh(ledger, large(work))


def test_books_that_are_not_as_the_database_knows_them_are_corrupt(played: Played) -> None:
    ledger, work, _ = played
    check_fresh(ledger, large(work))
    for kept in ledger.committer.kept.values():
        for held in kept.books.accounts.values():
            held.version += 1
    answers = ledger.submit_many(large(work))
    assert {type(answer) for answer in answers} <= {Receipt, Corrupt}
    assert ledger.committer.stats.retries > 0
