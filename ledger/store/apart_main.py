"""The writer's process (`apart`): commits what comes over the two sockets that its parent gave it, until the parent is gone.

One line asks and waits, a batch at a time. The other streams: all that has come by it when the last batch is done is the
next one. While the database stores that, the signatures of the one after are checked.
"""

from __future__ import annotations

import socket
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from select import POLLIN, poll

from sqlalchemy import event

from ledger.core.commands import MAX_BATCH
from ledger.core.errors import Code, Rejected
from ledger.core.signing import must_hold
from ledger.store.apart import HOLD
from ledger.store.apart_bytes import answers_said, failure_said, read_batch
from ledger.store.child import Messages, hear, tell
from ledger.store.collecting import collecting_later, collecting_seldom
from ledger.store.committer import temporary
from ledger.store.engine import make_engine, one_line, parse_url
from ledger.store.line import READ
from ledger.store.pg_bulk import MEANWHILE
from ledger.store.pg_flight import Meanwhile
from ledger.store.queue import Asked, weight
from ledger.store.transaction import Transactions


def main(line: socket.socket, stream: socket.socket) -> None:
    """Serve one parent. The first message of `line` is the database's address."""
    url = hear(line)
    if url is None:
        return
    streamed = _Streamed(stream)
    writer = _Writer(url.decode(), streamed.check_one)
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
                    asked, now = read_batch(said)
                    for one in asked:
                        _check(one)
                    tell(line, writer.commit(asked, now))
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
        self._unchecked: deque[Asked] = deque()
        """Whose signatures were not looked at yet: the last of those that wait."""
        self._checked = 0
        """How many of those that wait, the first of them, were."""

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
                    self._unchecked += asked
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def check_one(self) -> bool:
        """Look at a signature of what waits, while the database is at work; False when there is none."""
        if not self._unchecked:
            self.read()
        if not self._unchecked:
            return False
        _check(self._unchecked.popleft())
        self._checked += 1
        return True

    def take(self) -> tuple[list[Asked], int]:
        """As much as one transaction takes, in the order it came, checked; at least one message."""
        asked, now, heavy = self._batches.popleft()
        while self._batches and heavy + self._batches[0][2] <= MAX_BATCH:
            more, at, weighs = self._batches.popleft()
            asked += more
            now, heavy = max(now, at), heavy + weighs
        while self._checked < len(asked):
            self.check_one()
        self._checked -= len(asked)
        return asked, now


class _Writer:
    def __init__(self, url: str, meanwhile: Meanwhile) -> None:
        self._now = 0
        engine = make_engine(parse_url(url), writer=True)
        event.listen(engine, "connect", lambda _, record: record.info.update({MEANWHILE: meanwhile}))
        self._transactions = Transactions(engine, lambda: self._now, alone=True)

    def commit(self, asked: Sequence[Asked], now: int) -> bytes:
        """Commit a batch, its signatures checked, by the parent's clock (ns); what to say of it."""
        with collecting_later():
            self._now = now
            good = [one for one in asked if one.answer is None]
            try:
                if good:
                    self._transactions.run(good)
            except Exception as error:  # noqa: BLE001 - the committer decides what to make of it
                return failure_said(len(asked), one_line(error), temporary(error))
            answers = [one.answer for one in asked if one.answer is not None]
            return answers_said(answers, self._transactions.behind)


def _check(one: Asked) -> None:
    """A signature that does not hold is answered before the journal hears of it, as it is in a server without us."""
    try:
        must_hold(one.command)
    except Rejected as refused:
        one.answer = refused
    except Exception as error:  # noqa: BLE001 - what cannot be written down was not signed, and must not stop the others
        said = f"what was signed cannot be written down ({type(error).__name__}); sign it again"
        one.answer = Rejected(Code.SIGNATURE_INVALID, said, "signature")


if __name__ == "__main__":
    main(*[socket.socket(fileno=int(each)) for each in sys.argv[1:]])
