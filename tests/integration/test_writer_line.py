"""An event loop's own line to a writer apart: nothing is lost, doubled or left waiting, whatever happens to either end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from ledger.core import commands as c
from ledger.core.errors import Code, Corrupt, Rejected, Unavailable
from ledger.core.journal import Receipt
from ledger.service import Ledger
from ledger.store import apart, line
from ledger.store.child import Messages, message
from ledger.store.committer import Limits
from ledger.store.verify import verify
from tests.integration.store_work import begin, open_store
from tests.integration.test_committer import entries, pay
from tests.integration.test_writer_apart import runs, writer_of

MANY = 300


async def all_at_once(ledger: Ledger, commands: list[c.Command]) -> list[Receipt | BaseException]:
    """What becomes of each, all asked in one turn of the loop."""
    async with asyncio.timeout(20):  # whoever waits for ever is noticed before the line's own patience ends
        return list(await asyncio.gather(*map(ledger.submit_async, commands), return_exceptions=True))


def receipts(answers: list[Receipt | BaseException]) -> list[Receipt]:
    """All of them, if all are receipts."""
    found = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len(found) == len(answers), [answer for answer in answers if not isinstance(answer, Receipt)][:3]
    return found


@contextmanager
def writer_held(ledger: Ledger) -> Iterator[None]:
    """The writer waits meanwhile, as it does while the server writes something itself."""
    inside, over = threading.Event(), threading.Event()

    def wait(_: object) -> None:
        inside.set()
        over.wait(30)

    holding = threading.Thread(target=ledger.committer.work, args=[wait])
    holding.start()
    assert inside.wait(30)
    try:
        yield
    finally:
        over.set()
        holding.join()


def test_each_is_answered_once_with_its_own_receipt(engine_url: str) -> None:
    with open_store(engine_url, writer_apart=True) as ledger:
        work = begin(ledger)
        before, stats = entries(ledger), ledger.committer.stats
        batches, counted = stats.batches, stats.commands
        amounts = [1 + number % 9 for number in range(MANY)]
        commands = [pay(work, amount) for amount in amounts]
        answers = receipts(asyncio.run(all_at_once(ledger, commands)))
        assert [answer.command_id for answer in answers] == [command.id for command in commands]
        assert [answer.transfers[0].posted for answer in answers] == amounts
        assert [answer.seq for answer in answers] == list(range(before + 1, before + 1 + MANY))
        assert entries(ledger) == before + MANY and ledger.committer.waiting == 0
        assert stats.commands - counted == MANY and stats.batches - batches <= MANY // line.AT_ONCE + 1
        assert stats.retries == 0
    report = verify(engine_url)
    assert report.ok, report.findings


def test_a_writer_killed_under_coroutines_doubles_nothing(engine_url: str) -> None:
    with open_store(engine_url, writer_apart=True) as ledger:
        work = begin(ledger)
        before, commands = entries(ledger), iter([pay(work) for _ in range(1_200)])
        killed: set[int] = set()

        async def send() -> list[Receipt]:
            found = []
            for command in commands:
                while True:
                    try:
                        found.append(await ledger.submit_async(command))
                        break
                    except Unavailable:
                        await asyncio.sleep(0.01)
            return found

        async def kill() -> None:
            for number in range(4):
                while await asyncio.to_thread(entries, ledger) < before + 200 * (number + 1):
                    await asyncio.sleep(0.002)
                killed.add(writer_of(ledger))
                os.kill(writer_of(ledger), signal.SIGKILL)

        async def run() -> list[list[Receipt]]:
            killing = asyncio.create_task(kill())
            async with asyncio.timeout(40):
                found = await asyncio.gather(*[send() for _ in range(24)])
                await killing
                return found

        found = [receipt for some in asyncio.run(run()) for receipt in some]
        assert len(killed) == 4
        assert len(found) == 1_200 and entries(ledger) == before + 1_200
        assert {receipt.seq for receipt in found} == set(range(before + 1, before + 1_201))
    report = verify(engine_url)
    assert report.ok, report.findings


def test_more_than_a_socket_holds_goes_through(engine_url: str) -> None:
    """Batches of many payees, told while the writer does not listen."""
    with open_store(engine_url, writer_apart=True) as ledger:
        work = begin(ledger)
        payer, *others = work.people["RIV"]
        lines = tuple(c.Payee(other, 1) for other in others[:2]) * 100
        before = entries(ledger)
        commands = [
            work.make(c.PayBatch, payer=payer, currency="RIV", payees=lines, activity="x" * 30) for _ in range(20)
        ]

        async def run() -> list[Receipt | BaseException]:
            await ledger.submit_async(pay(work))
            told = ledger.committer._line
            assert told is not None
            told._end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
            with writer_held(ledger):
                asked = asyncio.create_task(all_at_once(ledger, commands))
                await asyncio.sleep(0.2)
                assert told._writing, "the socket is full"
                assert ledger.committer.waiting == 4_000, "nothing is answered, and the loop goes on"
            return await asked

        answers = asyncio.run(run())
        assert all(len(answer.transfers) == 200 for answer in receipts(answers))
        assert entries(ledger) == before + 21


def test_too_many_are_turned_away_at_once(engine_url: str) -> None:
    with open_store(engine_url, writer_apart=True, limits=Limits(max_batch=4, max_waiting=8)) as ledger:
        work = begin(ledger)

        async def run() -> list[Receipt | BaseException]:
            with writer_held(ledger):
                some = [pay(work) for _ in range(8)]
                asked = asyncio.create_task(all_at_once(ledger, some))
                await asyncio.sleep(0.05)
                assert ledger.committer.waiting == 8
                with pytest.raises(Unavailable, match="too many"):
                    async with asyncio.timeout(5):
                        await ledger.submit_async(pay(work))
            return await asked

        assert len(receipts(asyncio.run(run()))) == 8
        assert isinstance(ledger.submit(pay(work)), Receipt)


def test_who_waits_when_the_ledger_closes_is_answered(engine_url: str) -> None:
    with open_store(engine_url, writer_apart=True) as ledger:
        work, before = begin(ledger), entries(ledger)

        async def run() -> list[Receipt | BaseException]:
            with writer_held(ledger):
                some = [pay(work) for _ in range(40)]
                asked = asyncio.create_task(all_at_once(ledger, some))
                await asyncio.sleep(0.05)
                closing = asyncio.create_task(asyncio.to_thread(ledger.committer.close))
                await asyncio.sleep(0.05)
                assert not closing.done() and not asked.done()
            await closing
            with pytest.raises(Unavailable, match="closing"):
                await ledger.submit_async(pay(work))
            return await asked

        assert not any(receipt.replayed for receipt in receipts(asyncio.run(run())))
        assert entries(ledger) == before + 40


def test_a_ledger_closed_by_its_own_loop_leaves_nobody_waiting(engine_url: str) -> None:
    with open_store(engine_url, writer_apart=True) as ledger:
        work, before = begin(ledger), entries(ledger)

        async def run() -> list[Receipt | BaseException]:
            some = [pay(work) for _ in range(40)]
            asked = asyncio.create_task(all_at_once(ledger, some))
            while ledger.committer.waiting < 40:
                await asyncio.sleep(0)
            ledger.committer.close()
            return await asked

        assert len(receipts(asyncio.run(run()))) == 40 and entries(ledger) == before + 40


def test_a_second_loop_is_answered_too(engine_url: str) -> None:
    with open_store(engine_url, writer_apart=True) as ledger:
        work, before = begin(ledger), entries(ledger)
        for _ in range(3):
            assert len(receipts(asyncio.run(all_at_once(ledger, [pay(work) for _ in range(20)])))) == 20
        assert entries(ledger) == before + 60


def test_what_the_database_refuses_is_said_by_the_thread(engine_url: str) -> None:
    with open_store(engine_url, writer_apart=True) as ledger:
        work, before = begin(ledger), entries(ledger)
        commands = [pay(work) for _ in range(3)]
        engine = create_engine(engine_url.replace("postgresql://", "postgresql+psycopg://"))
        for old, new in (("transfer", "mislaid"), ("mislaid", "transfer")):
            with engine.begin() as connection:
                connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
            answers = asyncio.run(all_at_once(ledger, commands))
            if new == "mislaid":
                assert {type(answer) for answer in answers} == {Unavailable if "sqlite" in engine_url else Corrupt}
                assert all("transfer" in str(answer) for answer in answers) and entries(ledger) == before
        engine.dispose()
        assert not any(receipt.replayed for receipt in receipts(answers)) and entries(ledger) == before + 3


def test_a_writer_that_says_nothing_is_given_up(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(engine_url, writer_apart=True) as ledger:
        work, before = begin(ledger), entries(ledger)
        first, thread = writer_of(ledger), ledger.committer._transactions
        assert isinstance(thread, apart.Apart) and thread._child is not None
        thread._child._line.settimeout(0.5)
        monkeypatch.setattr(line, "PATIENCE", 0.5)
        os.kill(first, signal.SIGSTOP)
        answers = receipts(asyncio.run(all_at_once(ledger, [pay(work) for _ in range(20)])))
        assert len(answers) == 20 and entries(ledger) == before + 20
        assert not runs(first) and writer_of(ledger) != first


@given(st.lists(st.binary(max_size=40), max_size=8), st.lists(st.integers(1, 30), min_size=1))
def test_messages_come_whole_out_of_any_pieces(said: list[bytes], pieces: list[int]) -> None:
    stream, messages, at = b"".join(map(message, said)), Messages(), 0
    heard: list[bytes] = []
    while stream:
        size = pieces[at % len(pieces)]
        heard += messages.feed(stream[:size])
        stream, at = stream[size:], at + 1
    assert heard == said



def test_what_cannot_be_written_down_does_not_stop_the_others(engine_url: str) -> None:
    """A signed command that has no bytes is refused alone, though it is looked at while others are stored."""
    with open_store(engine_url, writer_apart=True) as ledger:
        work, before = begin(ledger), entries(ledger)
        odd = replace(pay(work), currency=b"RIV", signature=c.Signature(bytes(32), bytes(64)))  # type: ignore[call-arg]
        answers = asyncio.run(all_at_once(ledger, [pay(work), odd, *(pay(work) for _ in range(40))]))
        assert isinstance(answers[1], Rejected) and answers[1].code is Code.SIGNATURE_INVALID
        assert len(receipts([*answers[:1], *answers[2:]])) == 41
        assert entries(ledger) == before + 41 and ledger.committer.stats.retries == 0
