"""On SQLite a process beside the ledger stores a large batch while it is decided: all of it or nothing, whoever dies."""

from __future__ import annotations

import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import create_engine, select, text

from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.errors import Corrupt, Unavailable
from ledger.core.journal import Receipt
from ledger.core.policy import Policy
from ledger.service import Ledger, new_id, open_ledger
from ledger.store import lite_rows, schema, transaction, writer
from ledger.store.child import Child
from ledger.store.lite_rows import LiteRows
from ledger.store.transaction import STEPS, Transactions
from ledger.store.verify import verify
from tests.integration.store_work import Work, begin, open_store
from tests.integration.test_committer import Hook, entries
from tests.integration.test_writer_apart import ended, runs, writer_of

ROOT = Path(__file__).parents[2]
LARGE = 20
"""Commands that count as a large batch here."""

DYING = """
import os, pickle, signal, sys, time
from ledger.store import lite_rows, transaction, writer
from tests.integration.store_work import open_store
from tests.integration.test_store_lite_rows import process_of
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
    """Batches of twenty have many parts, and wait for the process when it starts."""
    monkeypatch.setattr(lite_rows, "WAIT", 30.0)
    monkeypatch.setattr(transaction, "FEW", LARGE - 1)
    monkeypatch.setattr(writer, "SENT", 4)
    monkeypatch.setattr(writer, "PUMPED", 1)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ricochet.db'}"


@pytest.fixture
def played(url: str) -> Iterator[tuple[Ledger, Work, Hook]]:
    """A ledger with a community, and the steps of its commits; whatever was done to it, it is clean at the end."""
    hook = Hook()
    with open_store(url, on_step=hook) as ledger:
        work = begin(ledger, members=4)
        yield ledger, work, hook
        hook.act = None
    report = verify(url)
    assert report.ok, report.findings


def beside(ledger: Ledger) -> LiteRows:
    transactions = ledger.committer._transactions
    assert isinstance(transactions, Transactions) and transactions._beside is not None
    return transactions._beside


def process_of(ledger: Ledger) -> int:
    """The process that stores."""
    pid = beside(ledger).pid
    assert pid is not None
    return pid


def large(work: Work, count: int = LARGE) -> list[c.Command]:
    """Payments there and back."""
    pair = work.people["RIV"][:2]
    return [
        work.make(c.Pay, payer=pair[at % 2], payee=pair[1 - at % 2], amount=1, currency="RIV")
        for at in range(count)
    ]


def check_fresh(ledger: Ledger, commands: list[c.Command]) -> None:
    """Each is carried out once, now."""
    before = entries(ledger)
    answers = ledger.submit_many(commands)
    assert [answer.seq for answer in answers if isinstance(answer, Receipt)] == list(
        range(before + 1, before + len(commands) + 1)
    )
    assert not any(answer.replayed for answer in answers if isinstance(answer, Receipt))
    assert entries(ledger) == before + len(commands)


def test_steps_are_told_in_order(played: tuple[Ledger, Work, Hook]) -> None:
    ledger, work, hook = played
    hook.steps.clear()
    check_fresh(ledger, large(work))
    assert tuple(hook.steps) == STEPS and runs(process_of(ledger))


def test_batches_of_both_sizes_and_other_work_take_turns(played: tuple[Ledger, Work, Hook]) -> None:
    ledger, work, _ = played
    count = text("SELECT count(*) FROM transfer")
    for _ in range(3):
        check_fresh(ledger, large(work))
        check_fresh(ledger, large(work, 2))
        assert ledger.work(lambda connection: connection.execute(count).scalar_one()) > LARGE
    assert ledger.committer.stats.retries == 0


def test_a_community_may_begin_in_a_large_batch(played: tuple[Ledger, Work, Hook]) -> None:
    ledger, _, _ = played
    work = Work(9, new_id())
    accounts = [work.uid() for _ in range(LARGE)]
    policy = Policy(default_line=1_000)
    commands = [
        work.make(c.Found, code="LATER", public_key=bytes(32)),
        work.make(c.DefineCurrency, code="UNIT", scale=0, model=Model.MUTUAL, policy=policy),
        *[
            work.make(c.OpenAccount, account=uid, currency="UNIT", kind=AccountKind.PERSON)
            for uid in accounts
        ],
        *[work.make(c.Pay, payer=accounts[0], payee=uid, amount=1, currency="UNIT") for uid in accounts[1:]],
    ]
    answers = ledger.submit_many(commands)
    assert [answer.seq for answer in answers if isinstance(answer, Receipt)] == list(
        range(1, len(commands) + 1)
    )
    assert ledger.committer.stats.retries == 0


@pytest.mark.parametrize("step", STEPS)
def test_the_process_is_killed_at_a_step(played: tuple[Ledger, Work, Hook], step: str) -> None:
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
    played: tuple[Ledger, Work, Hook], monkeypatch: pytest.MonkeyPatch
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


def test_what_the_database_refuses_is_said_as_ever(played: tuple[Ledger, Work, Hook], url: str) -> None:
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
    played: tuple[Ledger, Work, Hook], changed: dict[str, object], error: type[Exception], said: str
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


def test_books_that_are_not_as_the_database_knows_them_are_corrupt(played: tuple[Ledger, Work, Hook]) -> None:
    ledger, work, _ = played
    check_fresh(ledger, large(work))
    for kept in ledger.committer.kept.values():
        for held in kept.books.accounts.values():
            held.version += 1
    answers = ledger.submit_many(large(work))
    assert {type(answer) for answer in answers} <= {Receipt, Corrupt}
    assert ledger.committer.stats.retries > 0


def test_a_lock_of_somebody_else_is_waited_for(played: tuple[Ledger, Work, Hook]) -> None:
    ledger, work, _ = played
    check_fresh(ledger, large(work))
    with closing(sqlite3.connect(ledger.database.write.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        commands = large(work)
        sender = threading.Thread(target=check_fresh, args=(ledger, commands))
        before = entries(ledger)
        sender.start()
        time.sleep(0.3)
        assert entries(ledger) == before
        other.execute("ROLLBACK")
        sender.join(20)
    assert entries(ledger) == before + LARGE and ledger.committer.stats.retries == 0


def test_it_ends_with_its_ledger_and_not_by_signals_to_all(
    url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_store(url) as ledger:
        work = begin(ledger, members=4)
        check_fresh(ledger, large(work))
        pid = process_of(ledger)
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(pid, number)
        check_fresh(ledger, large(work))
        assert process_of(ledger) == pid and ledger.committer.stats.retries == 0
    assert not Path(f"/proc/{pid}").exists(), "ended and buried"
    assert not Path(f"{ledger.database.write.url.database}-wal").exists(), (
        "the last connection emptied the log"
    )
    assert capfd.readouterr() == ("", "")


def test_nothing_is_started_for_small_batches_or_readers(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "FEW", 128)
    with open_store(url) as ledger:
        work = begin(ledger)
        check_fresh(ledger, large(work, 128))
        ledger.work(lambda connection: None)
        assert beside(ledger).pid is None
    with open_ledger(url, read_only=True) as ledger:
        assert ledger.reader.communities() and ledger._committer is None


def refused(module: str) -> Child:
    raise OSError("no more processes")


@pytest.mark.parametrize(
    "start",
    [refused, lambda module: Child("ledger.store.no_such_module")],
    ids=["no process", "one that ends at once"],
)
def test_without_the_process_a_large_batch_goes_the_old_way(
    url: str, monkeypatch: pytest.MonkeyPatch, start: Callable[[str], Child]
) -> None:
    asked = 0

    def counted(module: str) -> Child:
        nonlocal asked
        asked += 1
        return start(module)

    monkeypatch.setattr(lite_rows, "Child", counted)
    with open_store(url) as ledger:
        work = begin(ledger)
        for _ in range(3):
            check_fresh(ledger, large(work))
        assert asked == 1 and ledger.committer.stats.retries == 0 and beside(ledger).pid is None


def test_nor_while_it_starts_or_where_there_is_one_core(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite_rows, "WAIT", 0.0)
    with open_store(url) as ledger:
        work = begin(ledger)
        check_fresh(ledger, large(work))
        while not beside(ledger).ready():
            time.sleep(0.02)
        check_fresh(ledger, large(work))
    monkeypatch.setattr(os, "sched_getaffinity", lambda of: {0})
    with open_store(url) as ledger:
        check_fresh(ledger, large(work))
        assert beside(ledger).pid is None


def test_a_writer_apart_starts_no_other(url: str) -> None:
    """The second core is the server's."""
    with open_store(url, writer_apart=True) as ledger:
        work = begin(ledger)
        for _ in range(3):
            check_fresh(ledger, large(work, 200))
        pid = writer_of(ledger)
        assert Path(f"/proc/{pid}/task/{pid}/children").read_text() == ""


def test_it_is_killed_again_and_again(played: tuple[Ledger, Work, Hook]) -> None:
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
