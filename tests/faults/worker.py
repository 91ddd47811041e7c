"""A process with a ledger and some clients, that may be killed at any step of a commit."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from ledger.core.commands import Command
from ledger.service import Ledger, open_ledger
from ledger.store import lite_rows, transaction
from tests.faults import breaking
from tests.faults.heard import Heard, Notebook, heard
from tests.faults.orders import running_clock, say

SECONDS = 120
TRIES = 40
"""How often a client asks again for what could not be answered."""


@dataclass(frozen=True)
class Job:
    """What one process does."""

    url: str
    notes: Path
    orders: Sequence[Sequence[Command]]
    """One client, a thread, for each."""
    began: int
    """When the clock of the test started."""
    seed: int = 0
    most: int = 6
    """Commands that a client sends at once."""
    kill_at: str = ""
    kill_after: int = 1
    """Kill the process when it reaches `kill_at` for the so manieth time."""
    beside: bool = False
    """Kill the one that stores for it instead (SQLite)."""
    few: int = transaction.FEW
    """Commands up to which a batch is decided whole before the database hears of it."""
    broken: Sequence[str] = field(default=())
    """Parts of the design to leave out; see `breaking`."""


@dataclass(frozen=True)
class Counts:
    """The writer's counters at the end: whether the second line of defence ever acted."""

    retries: int
    isolated: int


def start(*jobs: Job) -> list[BaseProcess]:
    """Each job in a process of its own, forked from one that has no threads and no connections; they begin together."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.worker"])
    processes: list[BaseProcess] = [context.Process(target=run, args=(job,), daemon=True) for job in jobs]
    for process in processes:
        process.start()
    _await(
        lambda: all(_mark(job, "ready").exists() for job in jobs) or not all(p.is_alive() for p in processes)
    )
    for job in jobs:
        _mark(job, "go").touch()
    return processes


def _mark(job: Job, name: str) -> Path:
    return job.notes.with_name(f"{job.notes.name} {name}")


def _await(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, "another process did not get there"
        time.sleep(0.002)


def finish(process: BaseProcess) -> int:
    """Wait, and return the exit code: the signal's number below zero when it was killed."""
    process.join(SECONDS)
    assert process.exitcode is not None, "the process does not end"
    return process.exitcode


def run(job: Job) -> None:
    """Every client sends its orders; then the ledger is closed in good order."""
    breaking.leave_out(job.broken)
    transaction.FEW, lite_rows.WAIT = job.few, float(SECONDS)
    notebook = Notebook(job.notes)
    reached = 0

    def on_step(step: str) -> None:
        nonlocal reached
        if job.broken and step == "read":
            time.sleep(0.005)  # time for the others, so that what is broken shows
        if step == job.kill_at:
            reached += 1
            if reached == job.kill_after:
                os.kill(beside(ledger) if job.beside else os.getpid(), signal.SIGKILL)

    with open_ledger(job.url, clock=running_clock(job.began), on_step=on_step, migrate=False) as ledger:
        clients = [
            threading.Thread(
                target=_client, args=(ledger, notebook, list(some), Random(job.seed + n), job.most)
            )
            for n, some in enumerate(job.orders)
        ]
        _mark(job, "ready").touch()
        _await(_mark(job, "go").exists)
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        stats = ledger.committer.stats
        notebook.write([Counts(stats.retries, stats.isolated)])


def beside(ledger: Ledger) -> int:
    """The process that stores large batches of a ledger on SQLite."""
    transactions = ledger.committer._transactions
    assert isinstance(transactions, transaction.Transactions) and transactions._beside is not None
    pid = transactions._beside.pid
    assert pid is not None, "no large batch has come by"
    return pid


def _client(ledger: Ledger, notebook: Notebook, orders: list[Command], random: Random, most: int) -> None:
    while orders:
        size = random.randint(1, most)
        send(ledger, notebook, orders[:size])
        del orders[:size]


def send(ledger: Ledger, notebook: Notebook, commands: Sequence[Command]) -> list[Heard]:
    """Send until each has its answer; what was heard is written down before anything else."""
    said: list[Heard] = []
    for _ in range(TRIES):
        asked = time.monotonic_ns()
        answers = say(ledger, commands)
        now = time.monotonic_ns()
        told = [heard(command, asked, now, answer) for command, answer in zip(commands, answers, strict=True)]
        notebook.write(told)
        said += told
        commands = [each.command for each in told if each.told[0] == "Unavailable"]
        if not commands:
            break
        time.sleep(0.05)
    return said
