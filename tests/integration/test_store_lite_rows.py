"""On SQLite a process beside the ledger stores a large batch while it is decided; who it is, and when it is not there."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.journal import Receipt
from ledger.core.policy import Policy
from ledger.service import new_id, open_ledger
from ledger.store import lite_rows, transaction
from ledger.store.child import Child
from ledger.store.transaction import STEPS
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
from tests.integration.store_work import Work, begin, open_store
from tests.integration.test_committer import entries
from tests.integration.test_writer_apart import runs, writer_of


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    many_parts(monkeypatch)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ricochet.db'}"


@pytest.fixture
def played(url: str) -> Iterator[Played]:
    yield from played_on(url)


def test_steps_are_told_in_order(played: Played) -> None:
    ledger, work, hook = played
    hook.steps.clear()
    check_fresh(ledger, large(work))
    assert tuple(hook.steps) == STEPS and runs(process_of(ledger))


def test_batches_of_both_sizes_and_other_work_take_turns(played: Played) -> None:
    ledger, work, _ = played
    count = text("SELECT count(*) FROM transfer")
    for _ in range(3):
        check_fresh(ledger, large(work))
        check_fresh(ledger, large(work, 2))
        assert ledger.work(lambda connection: connection.execute(count).scalar_one()) > LARGE
    assert ledger.committer.stats.retries == 0


def test_a_community_may_begin_in_a_large_batch(played: Played) -> None:
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


def test_a_lock_of_somebody_else_is_waited_for(played: Played) -> None:
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
