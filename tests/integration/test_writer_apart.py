"""A writer in a process of its own answers as one in a thread does, and its death loses and doubles nothing."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, text

from ledger.core import commands as c
from ledger.core.errors import Code, Corrupt, Rejected, Unavailable
from ledger.core.journal import Receipt
from ledger.core.signing import signing_input
from ledger.service import Ledger
from ledger.store.apart import Apart
from ledger.store.verify import verify
from tests.integration.store_work import begin, open_store
from tests.integration.test_committer import entries, pay

ROOT = Path(__file__).parents[2]
KILLED = 4
"""How often the writer is killed under load."""

SERVING = """
import os, pickle, sys
from tests.integration.store_work import open_store
url, file = sys.argv[1:]
if __name__ == "__main__":
    ledger = open_store(url, writer_apart=True)
    print(ledger.committer._transactions.pid, flush=True)
    while True:
        ledger.submit_many(pickle.load(open(file, "rb")))
"""


def writer_of(ledger: Ledger) -> int:
    """The process that writes now."""
    apart = ledger.committer._transactions
    assert isinstance(apart, Apart) and apart.pid is not None
    return apart.pid


def runs(pid: int) -> bool:
    """Whether a process is there and not only waiting to be buried."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def ended(pid: int) -> bool:
    """Whether it ends within five seconds."""
    until = time.monotonic() + 5
    while runs(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not runs(pid)


def test_every_answer_is_that_of_a_thread(engine_url: str, tmp_path: Path) -> None:
    """The same commands on two ledgers: receipts, refusals and repetitions, of every kind of command."""
    told = []
    for url, apart in ((engine_url, True), (f"sqlite:///{tmp_path / 'thread.db'}", False)):
        with open_store(url, writer_apart=apart) as ledger:
            work, heard = begin(ledger, seed=5), []
            for _ in range(6):
                some = work.some(40)
                answers = ledger.submit_many(some)
                work.heard(some, answers)
                heard += answers + ledger.submit_many(some[:5])
            told.append([_plainly(answer) for answer in heard])
        report = verify(url)
        assert report.ok, report.findings
    assert told[0] == told[1]
    assert {"Receipt", "Rejected"} <= {each[0] for each in told[0]} and any(each[-1] is True for each in told[0])


def _plainly(answer: object) -> tuple[object, ...]:
    if isinstance(answer, Receipt):
        return "Receipt", answer.seq, answer.transfers, answer.left, answer.replayed
    return type(answer).__name__, repr(answer)


def test_a_writer_killed_again_and_again_doubles_nothing(engine_url: str) -> None:
    with open_store(engine_url, writer_apart=True) as ledger:
        work = begin(ledger)
        before, commands = entries(ledger), iter([pay(work) for _ in range(20_000)])
        over = threading.Event()

        def kill() -> None:
            for number in range(KILLED):
                while entries(ledger) < before + 40 * (number + 1):
                    time.sleep(0.005)
                os.kill(writer_of(ledger), signal.SIGKILL)
            over.set()

        def send(_: int) -> list[Receipt]:
            return [_insist(ledger, command) for command in iter(lambda: None if over.is_set() else next(commands), None)]

        with ThreadPoolExecutor(9) as pool:
            killing = pool.submit(kill)
            receipts = [receipt for some in pool.map(send, range(8)) for receipt in some]
            killing.result()
        assert ledger.committer.stats.retries > 0, "nobody was killed in the middle"
        assert entries(ledger) == before + len(receipts)
        assert {receipt.seq for receipt in receipts} == set(range(before + 1, entries(ledger) + 1))
    report = verify(engine_url)
    assert report.ok, report.findings


def _insist(ledger: Ledger, command: object) -> Receipt:
    while True:
        with suppress(Unavailable):
            return ledger.submit(command)  # type: ignore[arg-type]


def test_it_ends_with_its_ledger(engine_url: str) -> None:
    with open_store(engine_url, writer_apart=True) as ledger:
        begin(ledger)
        writer = writer_of(ledger)
        assert runs(writer)
    assert ended(writer)


def test_it_does_not_outlive_its_server(engine_url: str, tmp_path: Path) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
    file = tmp_path / "commands"
    file.write_bytes(pickle.dumps([pay(work) for _ in range(50)]))
    command = [sys.executable, "-c", SERVING, engine_url, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        writer = int(server.stdout.readline())
        assert runs(writer)
        server.kill()
    assert ended(writer)
    with open_store(engine_url) as ledger:
        assert isinstance(ledger.submit(pay(work)), Receipt), "the database is free for the next server"


def test_what_the_database_refuses_is_said_and_may_be_sent_again(engine_url: str) -> None:
    """A table is away for a while: Unavailable or Corrupt, nothing written, and afterwards the same command goes through."""
    with open_store(engine_url, writer_apart=True) as ledger:
        work = begin(ledger)
        before, command = entries(ledger), pay(work)
        engine = create_engine(engine_url.replace("postgresql://", "postgresql+psycopg://"))
        for old, new in (("transfer", "mislaid"), ("mislaid", "transfer")):
            with engine.begin() as connection:
                connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
            (answer,) = ledger.submit_many([command])
            if new == "mislaid":
                assert isinstance(answer, Unavailable if "sqlite" in engine_url else Corrupt)
                assert "transfer" in str(answer)
                assert entries(ledger) == before
        engine.dispose()
        assert isinstance(answer, Receipt) and not answer.replayed and entries(ledger) == before + 1


def test_a_signature_is_checked_over_there(engine_url: str) -> None:
    """A forged one is refused without a trace in the journal, and does not touch who came in the same batch."""
    with open_store(engine_url, writer_apart=True) as ledger:
        work, device = begin(ledger), Ed25519PrivateKey.generate()
        key = device.public_key().public_bytes_raw()
        plain = [one for one in (pay(work) for _ in range(3)) if isinstance(one, c.Pay)]
        ledger.submit(work.make(c.AddKey, account=plain[0].payer, key=key))
        before = entries(ledger)
        good, forged = (
            replace(command, signature=c.Signature(key, value))
            for command, value in (
                (plain[0], device.sign(signing_input(plain[0], key))),
                (plain[1], device.sign(signing_input(plain[0], key))),
            )
        )

        async def all_at_once() -> list[object]:
            asked = (ledger.submit_async(command) for command in (good, forged, plain[2]))
            return list(await asyncio.gather(*asked, return_exceptions=True))

        first, second, third = asyncio.run(all_at_once())
        assert isinstance(first, Receipt)
        assert isinstance(second, Rejected) and second.code is Code.SIGNATURE_INVALID
        assert isinstance(third, Rejected) and third.code is Code.SIGNATURE_REQUIRED
        assert entries(ledger) == before + 1
        again = replace(forged, signature=c.Signature(key, device.sign(signing_input(forged, key))))
        assert isinstance(ledger.submit(again), Receipt), "the refusal was not kept under its id"


def test_work_of_the_house_runs_beside_it(engine_url: str) -> None:
    """A checkpoint is signed in the server, over what the other process has written."""
    with open_store(engine_url, writer_apart=True) as ledger:
        community = ledger.found_community("HOUSE")
        assert ledger.checkpoint(community).splitlines()[1] == "1"
