"""The writer's process (`apart`): reads batches from the socket that its parent gave it, until the parent is gone."""

from __future__ import annotations

import marshal
import signal
import socket
import sys

from ledger.core.errors import Rejected
from ledger.core.signing import must_hold
from ledger.store.apart import BAD, GOOD, hear, tell
from ledger.store.apart_bytes import answers_bytes, read_batch
from ledger.store.collecting import collecting_later, collecting_seldom
from ledger.store.committer import temporary
from ledger.store.engine import make_engine, one_line, parse_url
from ledger.store.queue import Asked
from ledger.store.transaction import Transactions


def main(line: socket.socket) -> None:
    """Serve one parent. The first message is the database's address."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent is told too, and lets us go when all are answered
    url = hear(line)
    if url is None:
        return
    writer = _Writer(url.decode())
    with collecting_seldom():
        while (said := hear(line)) is not None:
            tell(line, writer.serve(said))


class _Writer:
    def __init__(self, url: str) -> None:
        self._now = 0
        self._transactions = Transactions(make_engine(parse_url(url), writer=True), lambda: self._now)

    def serve(self, said: bytes) -> bytes:
        """Commit a batch; its answers, or why there are none."""
        with collecting_later():
            asked, self._now = read_batch(said)
            good = [one for one in asked if _signed_well(one)]
            try:
                if good:
                    self._transactions.run(good)
            except Exception as error:  # noqa: BLE001 - the committer decides what to make of it
                return BAD + marshal.dumps((one_line(error), temporary(error)))
            return GOOD + self._transactions.behind.to_bytes(8, "big", signed=True) + _answers(asked)


def _signed_well(one: Asked) -> bool:
    """A signature that does not hold is answered before the journal hears of it, as it is in a server without us."""
    try:
        must_hold(one.command)
    except Rejected as refused:
        one.answer = refused
    return one.answer is None


def _answers(asked: list[Asked]) -> bytes:
    return answers_bytes([one.answer for one in asked if one.answer is not None])


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
