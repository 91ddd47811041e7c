"""A writer in a process of its own: batches go to it whole and come back answered, so that it and the event loop of the
server need not share one interpreter. Who is asked what, tried again or taken apart stays with the `Committer`; what an
event loop asks goes by a second line (`line`), and comes here when that fails.

Its death is a lost connection: the batch is sent again to a new one, which looks up what became of it.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from ledger.store.apart_bytes import SIZE, batch_bytes, message, read_answers, read_said
from ledger.store.line import PATIENCE
from ledger.store.loader import Kept
from ledger.store.queue import Asked
from ledger.store.transaction import Transactions

ENDING = 10
"""Seconds that a writer has to end by itself."""

HOLD, GO_ON = b"hold", b"go on"
"""Beside batches, the writer is told to wait while the server writes something itself."""


class Apart:
    """`Transactions`, but its batches run elsewhere; `work` runs here. The committer's thread owns it."""

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._clock = clock
        self._here = Transactions(engine, clock)
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._stream: socket.socket | None = None
        self._taking = threading.Lock()
        self.kept: Mapping[UUID, Kept] = {}
        """The books are in the other process."""
        self.behind = 0
        self._start()

    def run(self, asked: Sequence[Asked]) -> None:
        """Commit a batch and set every answer. Raises Failed, or OSError when the writer went away, with nothing answered."""
        said = read_said(self._ask(batch_bytes(asked, self._clock())))
        if said.failed is not None:
            raise said.failed
        self.behind = said.behind
        for one, answer in zip(asked, read_answers(said.plain, asked), strict=True):
            one.answer = answer

    def work(self, task: Callable[[Connection], Any]) -> Any:
        """Run something else in a transaction of this process, while the other waits."""
        with suppress(OSError):  # a writer that is gone waits too
            self._ask(HOLD)
        try:
            return self._here.work(task)
        finally:
            if self._line is not None:
                with suppress(OSError):
                    tell(self._line, GO_ON)

    def take_stream(self) -> socket.socket | None:
        """The end of a second line to the writer that runs now, which is then the caller's; None when it was taken."""
        with self._taking:
            stream, self._stream = self._stream, None
        return stream

    def disconnect(self) -> None:
        """Let the writer end: it stops when nobody is at the other end of the line."""
        self._here.disconnect()
        process, self._process = self._process, None
        line, self._line = self._line, None
        for end in (line, self.take_stream()):
            if end is not None:
                end.close()
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
        our_stream, their_stream = socket.socketpair()
        with theirs, their_stream:
            ends = [theirs.fileno(), their_stream.fileno()]
            command = [sys.executable, "-m", "ledger.store.apart_main", *map(str, ends)]
            self._process = subprocess.Popen(command, pass_fds=ends, stdin=subprocess.DEVNULL)
        ours.settimeout(PATIENCE)
        self._line = ours
        with suppress(OSError):  # it has died already: whoever asks it will hear
            tell(ours, self._engine.url.render_as_string(hide_password=False).encode())
        with self._taking:
            self._stream = our_stream

    def _give_up(self) -> None:
        if self._process is not None:
            self._process.kill()  # it may only be slow: two must not answer one batch
        self.disconnect()


def tell(line: socket.socket, said: bytes) -> None:
    """Send one message."""
    line.sendall(message(said))


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
