"""The writer's process (`apart`): commits what comes over the two sockets that its parent gave it, until the parent is gone.

One line asks and waits, a batch at a time. The other streams: all that has come by it when the last batch is done is the
next one.
"""

from __future__ import annotations

import signal
import socket
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from select import POLLIN, poll

from ledger.core.commands import MAX_BATCH
from ledger.core.errors import Rejected
from ledger.core.signing import must_hold
from ledger.store.apart import HOLD, hear, tell
from ledger.store.apart_bytes import Messages, answers_said, failure_said, read_batch
from ledger.store.collecting import collecting_later, collecting_seldom
from ledger.store.committer import temporary
from ledger.store.engine import make_engine, one_line, parse_url
from ledger.store.line import READ
from ledger.store.queue import Asked, weight
from ledger.store.transaction import Transactions


def main(line: socket.socket, stream: socket.socket) -> None:
    """Serve one parent. The first message of `line` is the database's address."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent is told too, and lets us go when all are answered
    url = hear(line)
    if url is None:
        return
    writer = _Writer(url.decode())
    streamed = _Streamed(stream)
    ready = poll()
    ready.register(line, POLLIN)
    ready.register(stream, POLLIN)
    with collecting_seldom():
        while True:
            readable = {descriptor for descriptor, _ in ready.poll(0 if streamed.waiting else None)}
            if line.fileno() in readable:
                said = hear(line)
                if said is None:
                    return
                if said == HOLD:
                    tell(line, HOLD)
                    if hear(line) is None:
                        return
                else:
                    tell(line, writer.commit(*read_batch(said)))
            if stream.fileno() in readable and not streamed.read():
                ready.unregister(stream)
            if streamed.waiting:
                with suppress(OSError):  # nobody wants to know any more
                    tell(stream, writer.commit(*streamed.take()))


class _Streamed:
    """What has come by the stream and waits."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._messages = Messages()
        self._batches: deque[tuple[list[Asked], int, int]] = deque()
        """Commands, the clock (ns), and how many payments they are."""

    @property
    def waiting(self) -> bool:
        """Whether there is something to commit."""
        return bool(self._batches)

    def read(self) -> bool:
        """Take what is there; False when no more will come."""
        try:
            while some := self._stream.recv(READ, socket.MSG_DONTWAIT):
                for said in self._messages.feed(some):
                    asked, now = read_batch(said)
                    self._batches.append((asked, now, sum([weight(one.command) for one in asked])))
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def take(self) -> tuple[list[Asked], int]:
        """As much as one transaction takes, in the order it came; at least one message."""
        asked, now, heavy = self._batches.popleft()
        while self._batches and heavy + self._batches[0][2] <= MAX_BATCH:
            more, at, weighs = self._batches.popleft()
            asked += more
            now, heavy = max(now, at), heavy + weighs
        return asked, now


class _Writer:
    def __init__(self, url: str) -> None:
        self._now = 0
        self._transactions = Transactions(make_engine(parse_url(url), writer=True), lambda: self._now)

    def commit(self, asked: Sequence[Asked], now: int) -> bytes:
        """Commit a batch by the parent's clock (ns); what to say of it."""
        with collecting_later():
            self._now = now
            good = [one for one in asked if _signed_well(one)]
            try:
                if good:
                    self._transactions.run(good)
            except Exception as error:  # noqa: BLE001 - the committer decides what to make of it
                return failure_said(len(asked), one_line(error), temporary(error))
            answers = [one.answer for one in asked if one.answer is not None]
            return answers_said(answers, self._transactions.behind)


def _signed_well(one: Asked) -> bool:
    """A signature that does not hold is answered before the journal hears of it, as it is in a server without us."""
    try:
        must_hold(one.command)
    except Rejected as refused:
        one.answer = refused
    return one.answer is None


if __name__ == "__main__":
    main(*[socket.socket(fileno=int(each)) for each in sys.argv[1:]])
