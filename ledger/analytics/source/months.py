"""Months and years in UTC, from day numbers: SQL groups by day, which every engine counts alike."""

from __future__ import annotations

from datetime import UTC, datetime

from ledger.analytics.source.window import DAY

DAY_OF = "CAST(floor({column} / 86400.0) AS BIGINT)"
"""SQL for the day number of a column of seconds: `DAY_OF.format(column="time")`."""


def month_of(day: int) -> str:
    """The month of a day number (days since 1970-01-01), as 2026-11."""
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m")
