"""What we remember of keys, so that a request need not ask the database who is calling.

Each key is remembered with the revision it was read at, and believed as long as that is the newest revision we know.
A change made by this process is known at once, one made by another process within `recheck` nanoseconds.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from api.identity.principal import Principal

LARGEST = 50_000


class Known(NamedTuple):
    """A key as it was read: who it belongs to and until when (ns; None: for good), at which revision."""

    principal: Principal
    expires_at: int | None
    revision: int


class KeyCache:
    """Keys by the hash of their token; used from one event loop, told of revisions from any thread."""

    def __init__(
        self,
        find: Callable[[bytes], Known | None],
        newest: Callable[[], int],
        clock: Callable[[], int],
        recheck: int,
    ) -> None:
        """`find` reads one key and the revision in one snapshot, `newest` the revision alone."""
        self._find = find
        self._newest = newest
        self._clock = clock
        self._recheck = recheck
        self._checked_at = 0
        self._revision = 0
        self._known: OrderedDict[bytes, Known] = OrderedDict()

    def seen(self, revision: int) -> None:
        """A revision that is in force: what was read before it is asked again."""
        self._revision = max(self._revision, revision)

    async def get(self, digest: bytes) -> Principal | None:
        """Who the key belongs to; None when it is unknown, expired or revoked."""
        now = self._clock()
        if not 0 <= now - self._checked_at < self._recheck:  # a clock set back puts nothing off
            self._checked_at = now
            self.seen(await asyncio.to_thread(self._newest))
        known = self._known.get(digest)
        if known is None or known.revision < self._revision:
            known = await asyncio.to_thread(self._find, digest)
            if known is None:
                self._known.pop(digest, None)
                return None
            self.seen(known.revision)
            self._keep(digest, known)
        if known.expires_at is not None and known.expires_at <= now:
            return None
        return known.principal

    def _keep(self, digest: bytes, known: Known) -> None:
        self._known[digest] = known
        self._known.move_to_end(digest)
        if len(self._known) > LARGEST:
            self._known.popitem(last=False)
