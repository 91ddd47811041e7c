"""Requests that take too long are ended: one look in a while at all that run. A timer for each costs many times as much."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

LOOKS = 10
"""In the time that a request has: how often it is looked, so how exactly it ends."""


class Deadlines:
    """`with deadlines: await …`: what has not ended after `seconds` (and a tenth) is cancelled there; raises TimeoutError."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[asyncio.Task[Any], float] = {}
        """What runs, the oldest first."""
        self._late: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        """The event loop that will look again."""

    def __enter__(self) -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self._until[task] = loop.time() + self._seconds
        if loop is not self._loop:
            self._loop = loop
            loop.call_later(self._seconds / LOOKS, self._look, loop)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        del self._until[task]
        if task in self._late:
            self._late.remove(task)
            if task.uncancel() == 0 and kind is asyncio.CancelledError:  # else somebody else has cancelled it too
                raise TimeoutError from error

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, until in self._until.items():
            if until > now:
                break
            if task not in self._late:
                self._late.add(task)
                task.cancel()
        if self._until:
            loop.call_later(self._seconds / LOOKS, self._look, loop)
        elif loop is self._loop:
            self._loop = None
