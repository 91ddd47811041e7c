"""Group commit: many callers, each answered exactly once, each command carried out at most once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from ledger.core import commands as c
from ledger.core.errors import Code, LedgerError, Rejected, Unavailable
from ledger.core.journal import Receipt
from ledger.service import Ledger
from ledger.store import schema
from ledger.store.committer import Limits
from ledger.store.transaction import STEPS
from tests.integration.store_work import SECOND, Clock, Work, begin, open_store


class Hook:
    """Told each step of a commit; does what the test wants there."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.act: Callable[[str], None] | None = None

    def __call__(self, step: str) -> None:
        self.steps.append(step)
        if self.act is not None:
            self.act(step)


class Gate(Hook):
    """Stops the writer at a step until it is opened."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.opened = threading.Event()
        self._at = step

    def close(self) -> None:
        """Stop the next batch."""
        self.act = self._wait

    def _wait(self, step: str) -> None:
        if step == self._at:
            self.reached.set()
            assert self.opened.wait(30)


def until(true: Callable[[], bool]) -> None:
    """Wait for another thread, half a minute at the most."""
    for _ in range(30_000):
        if true():
            return
        time.sleep(0.001)
    pytest.fail("the other thread did not get there")


def pay(work: Work, amount: int = 1) -> c.Command:
    """A payment that the rules allow."""
    payer, payee = work.people["RIV"][:2]
    return work.make(c.Pay, payer=payer, payee=payee, amount=amount, currency="RIV")


def entries(ledger: Ledger) -> int:
    """How many the journals hold."""
    with ledger.database.read.connect() as connection:
        return connection.execute(select(func.count()).select_from(schema.entry)).scalar_one()


def submit(ledger: Ledger, command: c.Command) -> Receipt | LedgerError:
    """The answer, whichever it is."""
    try:
        return ledger.submit(command)
    except LedgerError as error:
        return error


def test_steps_are_told_in_order(engine_url: str) -> None:
    hook = Hook()
    with open_store(engine_url, on_step=hook) as ledger:
        work = begin(ledger)
        hook.steps.clear()
        ledger.submit(pay(work))
    assert tuple(hook.steps) == STEPS


def test_many_callers_share_transactions(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        before, batches = entries(ledger), ledger.committer.stats.batches
        commands = [pay(work) for _ in range(300)]
        with ThreadPoolExecutor(24) as pool:
            receipts = list(pool.map(ledger.submit, commands))
        assert sorted(receipt.seq for receipt in receipts) == list(range(before + 1, before + 301))
        assert [receipt.command_id for receipt in receipts] == [command.id for command in commands]
        assert ledger.committer.stats.batches - batches < 300


def test_the_same_command_from_many_callers_is_carried_out_once(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        before, command = entries(ledger), pay(work)
        with ThreadPoolExecutor(16) as pool:
            receipts = list(pool.map(ledger.submit, [command] * 64))
        assert {receipt.seq for receipt in receipts} == {before + 1}
        assert sorted(receipt.replayed for receipt in receipts) == [False] + [True] * 63
        assert entries(ledger) == before + 1


def test_an_id_that_comes_twice_in_a_transaction_is_decided_once(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        good, bad = pay(work), replace(pay(work), amount=10**12)  # type: ignore[call-arg]
        stats = ledger.committer.stats
        before, batches = entries(ledger), stats.batches
        answers = ledger.submit_many([good, bad, good, bad, good])
        assert [isinstance(answer, Receipt) and answer.replayed for answer in answers[::2]] == [
            False,
            True,
            True,
        ]
        assert answers[1] == answers[3] == Rejected(Code.INSUFFICIENT_FUNDS, "", "payer")
        assert (entries(ledger), stats.batches) == (before + 1, batches + 1)
        assert (stats.retries, stats.isolated) == (0, 0), "the database had to refuse what was decided twice"


def test_one_id_with_many_contents_is_carried_out_once(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        command = pay(work)
        answers = ledger.submit_many([replace(command, amount=1 + line) for line in range(5)])  # type: ignore[call-arg]
        assert isinstance(answers[0], Receipt)
        assert answers[1:] == [Rejected(Code.ID_REUSED, "", "amount")] * 4
        other = work.make(c.SetLine, account=work.people["RIV"][0], line=1)
        assert submit(ledger, replace(other, id=command.id)) == Rejected(Code.ID_REUSED, "", "command")


def test_a_refusal_is_the_answer_for_ever(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        payer, payee = work.people["RIV"][:2]
        much = work.make(c.Pay, payer=payer, payee=payee, amount=5_001, currency="RIV")
        first = submit(ledger, much)
        assert isinstance(first, Rejected) and first.code is Code.INSUFFICIENT_FUNDS
        ledger.submit(work.make(c.SetLine, account=payer, line=9_000))
        again = submit(ledger, much)
        assert isinstance(again, Rejected) and repr(again) == repr(first)
        assert submit(ledger, replace(much, amount=1)) == Rejected(Code.ID_REUSED, "", "")  # type: ignore[call-arg]
        assert isinstance(submit(ledger, replace(much, id=work.uid())), Receipt)
    with open_store(engine_url) as ledger:
        assert repr(submit(ledger, much)) == repr(first)


def test_an_unknown_community_is_refused_and_nothing_is_written(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        before = entries(ledger)
        stranger = replace(pay(work), community=work.uid())
        for _ in range(2):
            answer = submit(ledger, stranger)
            assert isinstance(answer, Rejected) and answer.code is Code.COMMUNITY_NOT_FOUND
        assert entries(ledger) == before


def test_a_full_queue_says_no_at_once_and_recovers(engine_url: str) -> None:
    gate = Gate("locked")
    with open_store(engine_url, on_step=gate, limits=Limits(max_batch=4, max_waiting=8)) as ledger:
        work = begin(ledger)
        gate.close()
        with ThreadPoolExecutor(20) as pool:
            inside = pool.submit(ledger.submit, pay(work))
            assert gate.reached.wait(30)
            waiting = [pool.submit(ledger.submit, pay(work)) for _ in range(8)]
            until(lambda: ledger.committer.waiting == 8)
            answer = submit(ledger, pay(work))
            assert isinstance(answer, Unavailable) and "waiting" in answer.detail
            gate.opened.set()
            assert all(isinstance(future.result(30), Receipt) for future in [inside, *waiting])
        assert isinstance(submit(ledger, pay(work)), Receipt)


def test_a_large_batch_payment_counts_as_many(engine_url: str) -> None:
    gate = Gate("locked")
    with open_store(engine_url, on_step=gate, limits=Limits(max_batch=8, max_waiting=8)) as ledger:
        work = begin(ledger)
        payer, *others = work.people["RIV"]
        many = work.make(
            c.PayBatch, payer=payer, currency="RIV", payees=tuple(c.Payee(uid, 1) for uid in others * 4)
        )
        gate.close()
        with ThreadPoolExecutor(4) as pool:
            inside = pool.submit(ledger.submit, pay(work))
            assert gate.reached.wait(30)
            alone = pool.submit(ledger.submit, many)
            until(lambda: ledger.committer.waiting == 20)
            assert isinstance(submit(ledger, pay(work)), Unavailable)
            gate.opened.set()
            assert inside.result(30).seq + 1 == alone.result(30).seq


def test_closing_drains_and_then_refuses(engine_url: str) -> None:
    gate = Gate("decided")
    ledger = open_store(engine_url, on_step=gate)
    work = begin(ledger)
    gate.close()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(ledger.submit, pay(work))]
        assert gate.reached.wait(30)
        waiting += [pool.submit(ledger.submit, pay(work)) for _ in range(4)]
        until(lambda: ledger.committer.waiting == 4)
        closing = pool.submit(ledger.close)
        until(lambda: ledger.committer.closed)
        assert isinstance(submit(ledger, pay(work)), Unavailable)
        gate.opened.set()
        closing.result(30)
        assert all(isinstance(future.result(30), Receipt) for future in waiting)


def test_a_clock_set_back_is_noticed_and_time_goes_on(engine_url: str) -> None:
    clock = Clock()
    with open_store(engine_url, clock=clock) as ledger:
        work = begin(ledger)
        first = ledger.submit(pay(work))
        assert ledger.committer.stats.clock_behind == 0
        clock.now -= 3_600 * SECOND
        later = [ledger.submit(pay(work)).ts for _ in range(3)]
        assert later == [first.ts + 1, first.ts + 2, first.ts + 3]
        assert 3_599 * SECOND < ledger.committer.stats.clock_behind < 3_601 * SECOND
        clock.now += 2 * 3_600 * SECOND
        assert ledger.submit(pay(work)).ts == clock.now
