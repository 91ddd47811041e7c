"""A writer in a process of its own: batches go to it whole and come back answered, so that it and the event loop of the
server need not share one interpreter. Who is asked what, tried again or taken apart stays with the `Committer`.

Its death is a lost connection: the batch is sent again to a new one, which looks up what became of it.
"""

from __future__ import annotations

import marshal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from ledger.store.apart_bytes import SIZE, batch_bytes, read_answers
from ledger.store.loader import Kept
from ledger.store.queue import Asked
from ledger.store.transaction import Transactions

PATIENCE = 90
"""Seconds until a writer that says nothing is given up; the database gives up before."""
ENDING = 10
"""Seconds that a writer has to end by itself."""

GOOD, BAD = b"g", b"b"
"""How an answer begins: a batch's answers, or why there are none."""


class Failed(Exception):
    """The writer's database failed. `temporary`: the same batch may succeed later."""

    def __init__(self, said: str, temporary: bool) -> None:
        super().__init__(said)
        self.temporary = temporary


class Apart:
    """`Transactions`, but its batches run elsewhere; `work` runs here. The committer's thread owns it."""

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._clock = clock
        self._here = Transactions(engine, clock)
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self.kept: Mapping[UUID, Kept] = {}
        """The books are in the other process."""
        self.behind = 0
        self._start()

    def run(self, asked: Sequence[Asked]) -> None:
        """Commit a batch and set every answer. Raises Failed, or OSError when the writer went away, with nothing answered."""
        said = self._ask(batch_bytes(asked, self._clock()))
        if said[:1] == BAD:
            raise Failed(*marshal.loads(said[1:]))
        self.behind = int.from_bytes(said[1:9], "big", signed=True)
        for one, answer in zip(asked, read_answers(said[9:], asked), strict=True):
            one.answer = answer

    def work(self, task: Callable[[Connection], Any]) -> Any:
        """Run something else in a transaction of this process."""
        return self._here.work(task)

    def disconnect(self) -> None:
        """Let the writer end: it stops when nobody is at the other end of the line."""
        self._here.disconnect()
        process, self._process = self._process, None
        line, self._line = self._line, None
        if line is not None:
            line.close()
        if process is not None:
            try:
                process.wait(ENDING)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def pid(self) -> int | None:
        """Of the writer that runs now."""
        return None if self._process is None else self._process.pid

    def _ask(self, said: bytes) -> bytes:
        if self._line is None:
            self._start()
        assert self._line is not None
        try:
            tell(self._line, said)
            answer = hear(self._line)
        except OSError:
            self._give_up()
            raise
        if answer is None:
            self._give_up()
            raise ConnectionError("the writer's process has ended; a new one begins")
        return answer

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "ledger.store.apart_main", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        ours.settimeout(PATIENCE)
        self._line = ours
        with suppress(OSError):  # it has died already: whoever asks it will hear
            tell(ours, self._engine.url.render_as_string(hide_password=False).encode())

    def _give_up(self) -> None:
        if self._process is not None:
            self._process.kill()  # it may only be slow: two must not answer one batch
        self.disconnect()


def tell(line: socket.socket, said: bytes) -> None:
    """Send one message."""
    line.sendall(SIZE.pack(len(said)) + said)


def hear(line: socket.socket) -> bytes | None:
    """The next message; None when the other end is gone."""
    head = _exactly(line, SIZE.size)
    return None if head is None else _exactly(line, SIZE.unpack(head)[0])


def _exactly(line: socket.socket, size: int) -> bytes | None:
    got = bytearray()
    while len(got) < size:
        some = line.recv(min(size - len(got), 1 << 20))
        if not some:
            return None
        got += some
    return bytes(got)
