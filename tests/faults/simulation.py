"""Clients, queue and writer in one thread under a seeded scheduler, on a SQLite file, with failures at every step.

The queue, the writer, its retries and the database are the real ones; only what starts the writer's thread is replaced,
so that the scheduler says when it runs. Chance comes from the seed alone: the same seed gives the same trace.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import select

from ledger.core.commands import Command
from ledger.core.errors import Rejected, Unavailable
from ledger.core.journal import Receipt, command_bytes, decode
from ledger.service import Ledger, check, open_ledger
from ledger.store import committer, schema
from ledger.store.answers import fingerprint
from ledger.store.committer import Committer, Limits
from ledger.store.queue import Asked, Group, ThreadGroup
from tests.choices import Choices
from tests.faults.orders import KINDS, otherwise
from tests.model import Second
from tests.scenario import Pure, Scene
from tests.world import DAY, SECOND, START

HOUR = 3_600 * SECOND
JUMPS = (*[1_000] * 6, SECOND, SECOND, 60 * SECOND, -1, -SECOND, -HOUR, HOUR, DAY)
CLIENTS = 4


class Crash(BaseException):
    """The process is gone: nobody is answered, nothing in memory is left."""


FAILURES: tuple[Callable[[], BaseException], ...] = (
    partial(sqlite3.OperationalError, "disk I/O error"),
    partial(OSError, "no space left on device"),
    partial(RuntimeError, "a defect"),
    partial(sqlite3.IntegrityError, "a constraint"),
    KeyboardInterrupt,
    Crash,
)


class Resting:
    """Stands for the writer's thread: the scheduler runs its work itself."""

    def __init__(self, **_: Any) -> None:
        pass

    def start(self) -> None:
        """Nothing runs by itself."""

    join = start


@dataclass
class Client:
    """Has sent `group` and waits, or is about to send `commands` (again)."""

    number: int
    commands: list[Command] = field(default_factory=list)
    group: Group | None = None


class Simulation:
    """One run; `trace` says everything that happened, `told` how often each sort of answer came."""

    def __init__(self, seed: int, folder: Path, template: Path) -> None:
        self.random = random.Random(seed)
        self.trace: list[str] = []
        self.told: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._url = f"sqlite:///{folder / f'{seed}.db'}"
        shutil.copy(template, folder / f"{seed}.db")
        self._scene = Scene()
        pure = Pure(self._scene)
        self._model: Second = self._scene.second(pure.books)
        self._keys = {account.no: self._scene.key_of(account.uid) for account in pure.books.by_no.values()}
        self._choices = Choices(self.random.choice, self._scene, self._model)
        self._known = {command.id for command in self._scene.setup()}
        self._outcomes: dict[UUID, tuple[Any, ...]] = {}
        self.now = START + 2 * DAY
        self._fault_rate = self.random.choice([0.0, 0.02, 0.1])
        self._clients = [Client(number) for number in range(CLIENTS)]
        self._salts = random.Random(seed)
        self._open()

    # --- the process ---

    def _open(self) -> None:
        limits = Limits(
            max_batch=self.random.choice([1, 3, 100]), max_waiting=self.random.choice([2, 10, 1_000])
        )
        with patch.object(threading, "Thread", Resting):
            self._ledger: Ledger = open_ledger(
                self._url, clock=self._clock, salts=self._salts.randbytes, limits=limits, on_step=self._on_step, migrate=False,
            )  # fmt: skip
        self._committer: Committer = self._ledger.committer

    def _crash(self) -> None:
        """Lose everything in memory, start again; the clients find out and will ask again."""
        self._committer._transactions.disconnect()
        self._ledger.database.close()
        for client in self._clients:
            client.group = None
        self._open()

    def _clock(self) -> int:
        return self.now

    def _on_step(self, step: str) -> None:
        if self.random.random() < self._fault_rate:
            fault = self.random.choice(FAILURES)()
            self.faults[f"{type(fault).__name__} at {step}"] += 1
            self._say(f"{type(fault).__name__} at {step}")
            raise fault

    def _say(self, what: str) -> None:
        self.trace.append(what)

    # --- the scheduler ---

    def run(self, turns: int) -> None:
        """So many turns, then without faults until everybody is answered."""
        for _ in range(turns):
            self._turn()
        self._fault_rate = 0
        while any(client.commands for client in self._clients):
            for client in self._clients:
                if client.commands and client.group is None:
                    self._send(client)
            self._write()
        self._ledger.close()
        self._ledger.database.close()

    def _turn(self) -> None:
        self.now = max(START + 2 * DAY, self.now + self.random.choice(JUMPS))
        client = self.random.choice(self._clients)
        what = self.random.random()
        if what < 0.35 and self._committer.waiting:
            self._write()
        elif client.group is None:
            if not client.commands:
                client.commands = [self._choose() for _ in range(self.random.choice([1, 1, 2, 5]))]
            self._send(client)
        elif what > 0.9:
            self._say(f"{client.number} waits no longer")
            client.group = None  # what it sent stays in the queue; it will send it again beside it

    def _choose(self) -> Command:
        if self._choices.sent and self.random.random() < 0.1:
            return otherwise(self.random.choice(self._choices.sent[-8:]), self.random)
        return self._choices.command(self.random.choice(KINDS))

    def _send(self, client: Client) -> None:
        for command in list(client.commands):
            try:
                check(command, None)
            except Rejected:
                client.commands.remove(command)
        if not client.commands:
            return
        group = ThreadGroup([Asked(command) for command in client.commands])
        try:
            self._committer._inbox.put(group)
        except Unavailable:
            self.told["full"] += 1
            self._say(f"{client.number} is turned away")
            return
        client.group = group
        self._say(f"{client.number} sends {[str(command.id) for command in client.commands]}")

    def _write(self) -> None:
        """One batch of the writer; then look at what became of it."""
        groups = self._committer._inbox.take(self._committer.limits.max_batch)
        try:
            with patch.object(time, "sleep", lambda seconds: None):
                self._serve(groups)
            crashed = False
        except Crash:
            crashed = True
        asked = [one for group in groups for one in group.asked]
        if crashed:
            self._crash()
        self._check_outcomes(asked)
        if not crashed:
            for client in self._clients:
                if client.group in groups:
                    self._hear(client)

    def _serve(self, groups: list[Group]) -> None:
        """The writer's own way, except that a crash gets through."""
        crash: list[Crash] = []
        really = committer._finish

        def finish(some: Any, error: BaseException | None = None) -> None:
            if isinstance(error, Crash):
                crash.append(error)
            really(some, error)

        with patch.object(committer, "_finish", finish):
            self._committer._serve(groups)
        if crash:
            raise crash[0]

    # --- what must hold ---

    def _hear(self, client: Client) -> None:
        assert client.group is not None
        for one in client.group.asked:
            answer = one.answer
            assert answer is not None, "somebody was not answered"
            self.told[getattr(answer, "code", type(answer).__name__)] += 1
            self._say(f"{client.number} hears {answer!r}")
            if isinstance(answer, Receipt | Rejected):
                self._check_answer(one.command, answer)
                client.commands.remove(one.command)
        client.group = None

    def _check_answer(self, command: Command, answer: Receipt | Rejected) -> None:
        kind, content, *told = self._outcomes[command.id]
        same = content == fingerprint(command)
        if isinstance(answer, Receipt):
            assert same and kind == "entry" and told == [answer.seq, answer.ts, answer.transfers]
        elif answer.code == "id_reused":
            assert not same, "its own earlier use is no other use"
        else:
            assert same and kind == "refused" and told == [answer.code.value, answer.field]

    def _check_outcomes(self, asked: list[Asked]) -> None:
        """What is new in the tables is what the second ledger says, in the order in which it was asked."""
        entries, refusals = self._stored({one.command.id for one in asked} - self._known)
        for one in asked:
            command = one.command
            if command.id in self._known:
                continue
            if command.id in entries:
                entry = decode(entries[command.id].body)
                assert command.id not in refusals, "an id has one outcome"
                if command_bytes(entry.command) != command_bytes(command):
                    continue
                told = tuple(
                    (self._keys[t.debit], self._keys[t.credit], t.posted, t.held) for t in entry.transfers
                )
                assert self._model.submit(command, entry.ts) == told, command
                self._outcomes[command.id] = (
                    "entry",
                    fingerprint(command),
                    entry.seq,
                    entry.ts,
                    entry.transfers,
                )
                self._known.add(command.id)
            elif command.id in refusals:
                row = refusals[command.id]
                if row.fingerprint != fingerprint(command):
                    continue
                assert self._model.submit(command, row.ts) == (row.code, row.field), command
                self._outcomes[command.id] = ("refused", row.fingerprint, row.code, row.field)
                self._known.add(command.id)

    def _stored(self, ids: set[UUID]) -> tuple[dict[UUID, Any], dict[UUID, Any]]:
        with self._ledger.database.read.connect() as connection:
            return (
                {row.command_id: row for row in connection.execute(select(schema.entry).where(schema.entry.c.command_id.in_(ids)))},
                {row.command_id: row for row in connection.execute(select(schema.refusal).where(schema.refusal.c.command_id.in_(ids)))},
            )  # fmt: skip

    @property
    def url(self) -> str:
        """The database that it leaves."""
        return self._url
