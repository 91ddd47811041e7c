"""The time that a figure is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

DAY = 86_400
WEEK = 7 * DAY
YEAR = 31_557_600
"""Seconds of a Julian year, 365.25 days: rates per year are over this."""


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds since 1970 UTC. Movements count when start <= time < stop; stocks are integrated over [start, end]."""

    start: int
    end: int
    stop: int

    @classmethod
    def between(cls, start: int, end: int) -> Window:
        """A time of the calendar: what happens at `end` belongs to the next window."""
        return cls(start, end, end)

    @classmethod
    def whole(cls, first: int, last: int) -> Window:
        """From the first movement of a record to its last, which counts."""
        return cls(first, last, last + 1)

    @property
    def seconds(self) -> int:
        """Its length."""
        return self.end - self.start

    def text(self) -> tuple[str, str]:
        """Start and end as RFC 3339 in UTC."""
        return moment_text(self.start), moment_text(self.end)


def moment_text(at: int) -> str:
    """Seconds since 1970 as RFC 3339 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
