"""The live journal: one poller for each process, however many listen.

A listener keeps the number of the last entry it has seen. What is newer comes from a window in memory, or from the
database for who is far behind; so nobody misses an entry, and a slow listener costs the others nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

import structlog

from api.edge.logs import places
from api.facts import Facts, Named, numbers_of, touched
from ledger.core.errors import LedgerError
from ledger.core.journal import Entry
from ledger.store.reader import Reader
from ledger.store.views import EntryView

WINDOW = 1_000
"""Entries of each community kept for those who are nearly up to date."""
PAGE = 200


class Seen(NamedTuple):
    """An entry, read and decoded once for everybody who listens."""

    view: EntryView
    entry: Entry
    accounts: dict[int, Named]
    """What the account numbers in it mean."""

    def touches(self, uids: frozenset[UUID]) -> bool:
        """Whether the entry moved, opened or changed one of these accounts."""
        return not uids.isdisjoint(touched(self.entry, self.accounts))


class _Feed:
    """What is new in one community, from entry `base` + 1 on."""

    def __init__(self, base: int) -> None:
        self.base = base
        self.listeners = 0
        self.window: deque[Seen] = deque()
        self.changed = asyncio.Event()

    @property
    def head(self) -> int:
        return self.base + len(self.window)

    def add(self, entries: list[Seen]) -> None:
        if not entries:
            return
        self.window.extend(entries)
        while len(self.window) > WINDOW:
            self.window.popleft()
            self.base += 1
        self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def after(self, seq: int) -> list[Seen]:
        skipped = seq - self.base
        return [self.window[i] for i in range(skipped, min(len(self.window), skipped + PAGE))]


class Hub:
    """Everybody who listens in this process. Used from one event loop."""

    def __init__(self, reader: Reader, facts: Facts, poll_ms: int) -> None:
        self._reader = reader
        self._facts = facts
        self._seconds = poll_ms / 1_000
        self._feeds: dict[UUID, _Feed] = {}
        self._hurry = asyncio.Event()
        self._closed = False

    def wrote(self, community: UUID) -> None:
        """This process has just committed an entry: look at once if anybody listens."""
        if community in self._feeds:
            self._hurry.set()

    def close(self) -> None:
        """End every stream, so that the server can stop; its listeners come back with their last number."""
        self._closed = True
        self._hurry.set()
        for feed in self._feeds.values():
            feed.wake()

    async def run(self) -> None:
        """Poll until closed; for a task of the application's lifespan."""
        while not self._closed:
            self._hurry.clear()
            try:
                for community, feed in list(self._feeds.items()):
                    await self._poll(community, feed)
            except LedgerError as error:
                structlog.get_logger().warning("stream", error=type(error).__name__, at_code=places(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), self._seconds if self._feeds else None)

    async def _poll(self, community: UUID, feed: _Feed) -> None:
        entries = await asyncio.to_thread(self._read, community, feed.head)
        feed.add(entries)
        if len(entries) == PAGE:
            self._hurry.set()

    async def follow(self, community: UUID, after: int) -> AsyncIterator[Seen]:
        """Every entry after a number, in order, without end."""
        feed = await self._join(community)
        try:
            while not self._closed:
                changed = feed.changed
                if after < feed.base:
                    entries = await asyncio.to_thread(self._read, community, after)
                else:
                    entries = feed.after(after)
                for seen in entries:
                    yield seen
                    after = seen.view.seq
                if not entries:
                    await changed.wait()
        finally:
            feed.listeners -= 1
            if not feed.listeners:
                self._feeds.pop(community, None)

    async def _join(self, community: UUID) -> _Feed:
        if community not in self._feeds:
            head = await asyncio.to_thread(self._reader.head, community)
            self._feeds.setdefault(community, _Feed(head.seq))
        feed = self._feeds[community]
        feed.listeners += 1
        self._hurry.set()
        return feed

    def _read(self, community: UUID, after: int) -> list[Seen]:
        views = self._reader.entries(community, after, PAGE)
        entries = [view.decoded() for view in views]
        named = self._facts.accounts_of(community, entries)
        return [
            Seen(view, entry, {no: named[no] for no in numbers_of(entry)})
            for view, entry in zip(views, entries, strict=True)
        ]
