"""What one caller may ask of us: bodies of bounded size, and so many requests a minute.

Rates are counted by each process in memory. A caller is its API key; without one, its address.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from limits import parse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.heads import header
from api.edge.windows import Windows
from api.problems import Problem


class Rate(NamedTuple):
    """What a caller has left in the present window, for the headers of its answers."""

    policy: str
    quota: int
    window: int
    left: int
    seconds: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """`RateLimit-Policy` and `RateLimit`."""
        return [
            _policy(self.policy, self.quota, self.window),
            (b"ratelimit", f'"{self.policy}";r={self.left};t={self.seconds}'.encode()),
        ]


@lru_cache(maxsize=16)
def _policy(name: str, quota: int, window: int) -> tuple[bytes, bytes]:
    return b"ratelimit-policy", f'"{name}";q={quota};w={window}'.encode()


class Rates:
    """Counts requests. `keyed` and `anonymous` are like 1200/minute."""

    def __init__(self, keyed: str, anonymous: str, clock: Callable[[], float] = time.time) -> None:
        self._windows = Windows(clock)
        given = {"key": parse(keyed), "address": parse(anonymous)}
        self._policies = {name: (item.amount, item.get_expiry()) for name, item in given.items()}
        """How many requests, in a window of how many seconds."""
        self._clock = clock

    def key(self, caller: str) -> Rate:
        """Count a request of an API key. Raises Problem 429 when it had too many."""
        return self._hit("key", caller)

    def address(self, address: str) -> Rate:
        """Count a request without a valid key. Raises Problem 429 when the address had too many."""
        return self._hit("address", address)

    def tested(self, address: str) -> None:
        """Raises Problem 429 when an address has used up its requests without a valid key; counts nothing."""
        quota, window = self._policies["address"]
        now = self._clock()
        used, ends = self._windows.look(f"address/{address}", now)
        if used >= quota:
            raise _too_many(Rate("address", quota, window, 0, max(0, math.ceil(ends - now))))

    def _hit(self, policy: str, caller: str) -> Rate:
        quota, window = self._policies[policy]
        now = self._clock()
        used, ends = self._windows.hit(f"{policy}/{caller}", window, now)
        state = Rate(policy, quota, window, max(0, quota - used), max(0, math.ceil(ends - now)))
        if used > quota:
            raise _too_many(state)
        return state


def _too_many(state: Rate) -> Problem:
    headers = {name.decode(): value.decode() for name, value in state.headers()}
    seconds = max(1, state.seconds)
    return Problem(
        429, "rate_limited", f"too many requests; try again in {seconds} seconds",
        headers={**headers, "retry-after": str(seconds)},
    )  # fmt: skip


class TooLarge(HTTPException):
    """The body is longer than the address takes."""

    def __init__(self) -> None:
        super().__init__(413)


class Bodies:
    """Stops a body that grows over its limit while it is read. `larger` has limits of its own, by path.

    An address with a NUL in it is stopped too: no thing of ours is called so, and PostgreSQL takes none.
    """

    def __init__(self, app: ASGIApp, limit: int, larger: dict[str, int]) -> None:
        self.app = app
        self._limit = limit
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; refuse before reading where the length is announced."""
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            raise HTTPException(404)
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self._limit)
        length = header(scope, b"content-length")
        if length is not None and (not length.isdecimal() or int(length) > limit):
            raise TooLarge
        left = limit

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        await self.app(scope, counted, send)
