"""A writer in a process of its own: batches go to it whole and come back answered, so that it and the event loop of the
server need not share one interpreter. Who is asked what, tried again or taken apart stays with the `Committer`; what an
event loop asks goes by a second line (`line`), and comes here when that fails.

Its death is a lost connection: the batch is sent again to a new one, which looks up what became of it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from ledger.store.apart_bytes import batch_bytes, read_answers, read_said
from ledger.store.child import Child
from ledger.store.loader import Kept
from ledger.store.queue import Asked
from ledger.store.transaction import Transactions

HOLD, GO_ON = b"hold", b"go on"
"""Beside batches, the writer is told to wait while the server writes something itself."""


class Apart:
    """`Transactions`, but its batches run elsewhere; `work` runs here. The committer's thread owns it."""

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._clock = clock
        self._here = Transactions(engine, clock, alone=True)
        self._child: Child | None = None
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
            if self._child is not None:
                with suppress(OSError):
                    self._child.tell(GO_ON)

    def take_stream(self) -> socket.socket | None:
        """The end of a second line to the writer that runs now, which is then the caller's; None when it was taken."""
        with self._taking:
            stream, self._stream = self._stream, None
        return stream

    def disconnect(self) -> None:
        """Let the writer end: it stops when nobody is at the other end of the line."""
        self._end(at_once=False)

    @property
    def pid(self) -> int | None:
        """Of the writer that runs now."""
        return None if self._child is None else self._child.pid

    def _ask(self, said: bytes) -> bytes:
        child = self._child or self._start()
        try:
            child.tell(said)
            return child.hear()
        except OSError:
            self._end(at_once=True)  # it may only be slow: two must not answer one batch
            raise

    def _start(self) -> Child:
        ours, theirs = socket.socketpair()
        with theirs:
            child = self._child = Child("ledger.store.apart_main", theirs)
        with suppress(OSError):  # it has died already: whoever asks it will hear
            child.tell(self._engine.url.render_as_string(hide_password=False).encode())
        with self._taking:
            self._stream = ours
        return child

    def _end(self, *, at_once: bool) -> None:
        self._here.disconnect()
        child, self._child = self._child, None
        stream = self.take_stream()
        if stream is not None:
            stream.close()
        if child is not None:
            child.end(at_once=at_once)
