"""The committer's inbox: bounded by count and bytes, full means a quick no, and everybody in it is answered once."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ledger.core.commands import Command, PayBatch
from ledger.core.errors import LedgerError, Unavailable
from ledger.core.journal import Receipt
from ledger.store.writer import Memo

COMMAND_BYTES = 600
"""Rough memory of a waiting command."""
PAYEE_BYTES = 60

FULL = "too many commands are waiting; send the same command again in a second"

Answer = Receipt | LedgerError


class Asked:
    """A command that waits for its answer."""

    __slots__ = ("answer", "body", "command", "memo", "seen", "wrapped_key")

    def __init__(
        self, command: Command, memo: Memo | None = None, wrapped_key: bytes = b"", seen: int | None = None
    ) -> None:
        self.command = command
        self.memo = memo
        self.wrapped_key = wrapped_key
        self.seen = seen
        """The number of the last entry that the caller saw on the command's account; None: whatever it is."""
        self.answer: Answer | None = None
        self.body: bytes | None = None
        """The entry that was tried last: if it is found after an unknown commit, it was ours."""


class Group:
    """Commands put in together; whoever put them in hears when all have their answers."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.asked = asked
        if len(asked) == 1:
            self.weight, self.bytes = weight(asked[0].command), _size(asked[0])
        else:
            self.weight = sum(weight(one.command) for one in asked)
            self.bytes = sum(_size(one) for one in asked)


class ThreadGroup(Group):
    """Commands of a thread that waits for all their answers."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        super().__init__(asked)
        self._pending = threading.Lock()
        self._pending.acquire()

    def wait(self) -> None:
        """Until `answered`."""
        self._pending.acquire()

    def answered(self) -> None:
        """Wake whoever waits; every `asked` has its answer."""
        self._pending.release()


class AsyncGroup(Group):
    """Commands of a coroutine, which awaits `future`; it is resolved on its own loop when all are answered."""

    def __init__(self, asked: Sequence[Asked], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(asked)
        self.loop = loop
        self.future: asyncio.Future[None] = loop.create_future()


class Task(ThreadGroup):
    """Work for the writer thread in a transaction of its own, outside the journal: a checkpoint, a purge."""

    def __init__(self, work: Callable[..., Any]) -> None:
        super().__init__([])
        self.work = work
        self.result: Any = None
        self.error: BaseException | None = None


def weight(command: Command) -> int:
    """How much of a batch a command takes: its payments."""
    return len(command.payees) if isinstance(command, PayBatch) else 1


def _size(one: Asked) -> int:
    size = COMMAND_BYTES
    if isinstance(one.command, PayBatch):
        size += PAYEE_BYTES * len(one.command.payees)
    return size if one.memo is None else size + len(one.memo.text)


def deliver(groups: Iterable[Group]) -> None:
    """Answer every group; coroutines by one call into each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[AsyncGroup]] = {}
    for group in groups:
        if isinstance(group, AsyncGroup):
            by_loop.setdefault(group.loop, []).append(group)
        elif isinstance(group, ThreadGroup):
            group.answered()
    for loop, waiting in by_loop.items():
        try:
            loop.call_soon_threadsafe(resolve, waiting)
        except RuntimeError:  # the loop is closed: nobody is waiting any more
            continue


def resolve(groups: Sequence[AsyncGroup]) -> None:
    """Let coroutines go on, on their own loop; every `asked` has its answer."""
    for group in groups:
        if not group.future.done():  # its client may have gone away
            group.future.set_result(None)


class Inbox:
    """Groups in the order they came."""

    def __init__(self, max_weight: int, max_bytes: int) -> None:
        self._max_weight = max_weight
        self._max_bytes = max_bytes
        self._groups: deque[Group] = deque()
        self._weight = 0
        self._bytes = 0
        self.closed = False
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """Payments in the queue."""
        return self._weight

    def put(self, group: Group) -> None:
        """Add a group. Raises Unavailable at once when the queue is full or closed. An empty queue takes any group."""
        with self._changed:
            if self.closed:
                raise Unavailable("the ledger is closing; send the same command again")
            if self._groups and (
                self._weight + group.weight > self._max_weight or self._bytes + group.bytes > self._max_bytes
            ):
                raise Unavailable(FULL)
            self._groups.append(group)
            self._weight += group.weight
            self._bytes += group.bytes
            self._changed.notify()

    def take(self, most: int) -> list[Group]:
        """Wait, then take everything up to a weight of `most` (at least one group); [] when closed and empty.

        A `Task` comes alone.
        """
        with self._changed:
            while not self._groups:
                if self.closed:
                    return []
                self._changed.wait()
            taken = [self._pop()]
            heavy = taken[0].weight
            while self._groups and not isinstance(taken[0], Task) and not isinstance(self._groups[0], Task):
                heavy += self._groups[0].weight
                if heavy > most:
                    break
                taken.append(self._pop())
            return taken

    def close(self) -> None:
        """Take no more; what is in stays to be taken."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def _pop(self) -> Group:
        group = self._groups.popleft()
        self._weight -= group.weight
        self._bytes -= group.bytes
        return group
