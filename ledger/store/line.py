"""An event loop's own line to a writer in a process of its own (`apart`): commands leave at the end of a turn of the loop,
answers come as events. A thread in between would have to win the interpreter from the loop, twice for each batch.

Only what goes well is answered here. What the writer could not do, or had not said when it died, goes back to the
committer's thread, which tries again, takes apart and says why.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ledger.core.errors import Unavailable
from ledger.store.apart_bytes import batch_bytes, read_answers, read_said
from ledger.store.child import PATIENCE, Messages, message
from ledger.store.queue import FULL, Asked, AsyncGroup, resolve

LOOKS = 9
"""How often, within our patience, it is looked whether the writer still speaks."""
AT_ONCE = 16
"""Commands told, and callers woken, at once: with more, the loop and the writer wait for each other by turns; with fewer,
batches are small and messages many."""
READ = 1 << 18
"""Bytes taken from the socket at once."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much may wait, and how much goes into one message: payments, and rough bytes of memory."""

    waiting: int
    bytes: int
    message: int


class Line:
    """One end of a socket pair, used by one event loop until the writer is gone. `close` may be called from any thread."""

    def __init__(
        self,
        end: socket.socket,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], int],
        room: Room,
        answered: Callable[[Sequence[Asked], int], None],
        hand_back: Callable[[Sequence[AsyncGroup]], None],
    ) -> None:
        """`answered` hears of each batch, with how far (ns) the clock is behind; `hand_back` gets what has no answer."""
        self.loop = loop
        self.open = True
        """Whether it takes more."""
        self._end = end
        self._clock = clock
        self._room = room
        self._answered = answered
        self._hand_back = hand_back
        self._told: deque[AsyncGroup] = deque()
        """Without an answer yet, in the order they were told."""
        self._fresh: list[AsyncGroup] = []
        """To be told at the end of this turn."""
        self._weight = 0
        self._bytes = 0
        self._unsent = bytearray()
        self._writing = False
        self._looking = False
        self._heard_at = 0.0
        self._messages = Messages()
        self._changing = threading.Lock()
        self._idle = threading.Condition(self._changing)
        end.setblocking(False)
        loop.add_reader(end, self._read)

    @property
    def waiting(self) -> int:
        """Payments without an answer."""
        return self._weight

    def put(self, group: AsyncGroup) -> bool:
        """Tell the writer; False when the line is closed. Raises Unavailable when too many wait. The loop's thread only."""
        with self._changing:
            if not self.open:
                return False
            if self._told and (
                self._weight + group.weight > self._room.waiting or self._bytes + group.bytes > self._room.bytes
            ):
                raise Unavailable(FULL)
            if not self._told:
                self._heard_at = self.loop.time()
            self._told.append(group)
            self._weight += group.weight
            self._bytes += group.bytes
        self._fresh.append(group)
        if len(self._fresh) == 1:
            self.loop.call_soon(self._tell)
        elif len(self._fresh) >= AT_ONCE:
            self._tell()
        return True

    def close(self, seconds: float) -> None:
        """Take no more, wait for the answers so long, and hand back what has none by then."""
        with self._changing:
            self.open = False
            if not self.loop.is_closed() and not _runs_here(self.loop):
                self._idle.wait_for(lambda: not self._told, seconds)
            left = self._all()
        self._hand_back(left)
        if self.loop.is_closed():
            self._end.close()

    # --- the loop's thread ---

    def _tell(self) -> None:
        """Send what this turn has brought, in messages that one transaction can take."""
        fresh, self._fresh = self._fresh, []
        if not fresh:
            return
        some: list[Asked] = []
        heavy = 0
        for group in fresh:
            if some and heavy + group.weight > self._room.message:
                self._unsent += message(batch_bytes(some, self._clock()))
                some, heavy = [], 0
            some += group.asked
            heavy += group.weight
        self._unsent += message(batch_bytes(some, self._clock()))
        self._send()
        if not self._looking:
            self._looking = True
            self.loop.call_later(PATIENCE / LOOKS, self._look)

    def _send(self) -> None:
        try:
            del self._unsent[: self._end.send(self._unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._lose()
            return
        if bool(self._unsent) is not self._writing:
            self._writing = not self._writing
            if self._writing:
                self.loop.add_writer(self._end, self._send)
            else:
                self.loop.remove_writer(self._end)

    def _read(self) -> None:
        some = b""
        try:
            some = self._end.recv(READ)
        except BlockingIOError:
            return
        except OSError:
            pass  # as good as an end
        if not some:
            self._lose()
            return
        for said in self._messages.feed(some):
            self._hear(said)

    def _hear(self, said: bytes) -> None:
        """The answers to the oldest of those told; a line that is closed has handed them back already."""
        count, behind, answers, failed = read_said(said)
        groups: list[AsyncGroup] = []
        asked: list[Asked] = []
        with self._changing:
            self._heard_at = self.loop.time()
            while self._told and len(asked) < count:
                group = self._told.popleft()
                self._weight -= group.weight
                self._bytes -= group.bytes
                groups.append(group)
                asked += group.asked
            if not self._told:
                self._idle.notify_all()
        if failed is not None:
            self._hand_back(groups)
        elif groups:
            for one, answer in zip(asked, read_answers(answers, asked), strict=True):
                one.answer = answer
            self._answered(asked, behind)
            self._wake(groups)

    def _wake(self, groups: Sequence[AsyncGroup]) -> None:
        """Let them go on; not all in one turn, so that the first of them are answered while the others are at work."""
        resolve(groups[:AT_ONCE])
        if len(groups) > AT_ONCE:
            self.loop.call_soon(self._wake, groups[AT_ONCE:])

    def _look(self) -> None:
        """Whether the writer is silent for too long."""
        self._looking = bool(self._told)
        if self._looking and self.loop.time() - self._heard_at > PATIENCE:
            self._lose()
        elif self._looking:
            self.loop.call_later(PATIENCE / LOOKS, self._look)

    def _lose(self) -> None:
        """Nobody is at the other end any more."""
        self.loop.remove_reader(self._end)
        if self._writing:
            self.loop.remove_writer(self._end)
        self._end.close()
        with self._changing:
            self.open = False
            left = self._all()
        self._hand_back(left)

    def _all(self) -> list[AsyncGroup]:
        """Everything without an answer; the lock is held."""
        left = list(self._told)
        self._told.clear()
        self._weight = self._bytes = 0
        self._idle.notify_all()
        return left


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    with suppress(RuntimeError):
        return asyncio.get_running_loop() is loop
    return False
