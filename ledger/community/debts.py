"""How long a member of a mutual credit may stand below zero (MUT-8): after nine months the reminder, after twelve euros."""

from __future__ import annotations

from enum import StrEnum

DAY = 86_400
REMIND_DAYS = 274
"""Nine months: three before the debt is due in euros."""
DUE_DAYS = 365


class Standing(StrEnum):
    """What a debt without a break has come to."""

    FINE = "fine"
    REMIND = "remind"
    DUE = "due"


def standing(since: int, now: int) -> Standing:
    """By the moment at which the account went below zero; both in seconds since 1970."""
    days = (now - since) // DAY
    if days >= DUE_DAYS:
        return Standing.DUE
    return Standing.REMIND if days >= REMIND_DAYS else Standing.FINE


def months(since: int, now: int) -> int:
    """Whole months between two moments in seconds, a month being the twelfth of 365 days."""
    return max(now - since, 0) // DAY * 12 // DUE_DAYS
