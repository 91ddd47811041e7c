"""Counters of requests in memory for the library `limits`, without a thread or a lock on the way of a request."""

from __future__ import annotations

import time
from collections.abc import Callable

from limits.storage import Storage

MOST = 100_000
"""Callers remembered; then those whose window is over are forgotten, and after that everybody."""


class Windows(Storage):
    """Fixed windows, used from one event loop."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._windows: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        """None of its own."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window that begins now if there is none and lasts `expiry` seconds."""
        return self.hit(key, expiry, self._clock(), amount)[0]

    def hit(self, key: str, expiry: int, now: float, amount: int = 1) -> tuple[int, float]:
        """`incr` at a moment: the count, and when the window ends. The library wraps what it knows, which costs more."""
        count, ends = self._windows.get(key, (0, 0.0))
        if ends <= now:
            count, ends = 0, now + expiry
            if len(self._windows) >= MOST:
                self._forget(now)
        counted = self._windows[key] = (count + amount, ends)
        return counted

    def look(self, key: str, now: float) -> tuple[int, float]:
        """`get` at a moment, and when the window ends; now, without one."""
        count, ends = self._windows.get(key, (0, 0.0))
        return (count, ends) if ends > now else (0, now)

    def get(self, key: str) -> int:
        """The count in the present window."""
        return self.look(key, self._clock())[0]

    def get_expiry(self, key: str) -> float:
        """When the present window ends; now, without one."""
        return max(self._windows.get(key, (0, 0.0))[1], self._clock())

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int:
        """Forget everybody; how many that were."""
        many = len(self._windows)
        self._windows.clear()
        return many

    def clear(self, key: str) -> None:
        """Forget one."""
        self._windows.pop(key, None)

    def _forget(self, now: float) -> None:
        self._windows = {key: window for key, window in self._windows.items() if window[1] > now}
        if len(self._windows) >= MOST:
            self._windows.clear()
