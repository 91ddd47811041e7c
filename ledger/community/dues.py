"""Dues: what a member owes a year or a month, how far they are paid, and when a membership lapses (MLC-15, MLC-16).

Money is euro cents; days are `datetime.date`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ledger.core.errors import Code, Rejected

GRACE_DAYS = 60
"""How long after the end of what was paid a member still counts as paid up (CORE-9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuesRules:
    """What an association asks. The defaults are those of the Eusko."""

    person_floor: int = 500
    """The least a person may give for a year: the price is free above it."""
    person_suggested: int = 1_500
    starter: int = 500
    """A month, for a firm of at most two years without employees."""
    small: int = 700
    """A month, up to five full-time posts."""
    large: int = 1_200
    """A month, beyond."""
    grace_days: int = GRACE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """What the grid looks at."""

    years: int
    posts: Decimal
    """Full-time posts, employees and owners alike."""
    employees: int
    rebate_percent: int = 0
    """25 or 50 for a partner label."""
    further_shop: bool = False
    """A second shop pays half."""


def person_dues(offered: int, rules: DuesRules) -> int:
    """A year of a person's dues. Raises Rejected below the floor."""
    if offered < rules.person_floor:
        raise Rejected(
            Code.INVALID_FIELD, f"amount: dues are free from {rules.person_floor / 100:.2f} € a year on", "amount"
        )
    return offered


def firm_dues(firm: Firm, rules: DuesRules) -> int:
    """A month of a firm's dues by the grid, rebates applied one after the other, half cents up."""
    if firm.rebate_percent not in (0, 25, 50):
        raise Rejected(Code.INVALID_FIELD, "rebate_percent: a partner label gives 25 or 50", "rebate_percent")
    if firm.years <= 2 and firm.employees == 0:
        monthly = rules.starter
    else:
        monthly = rules.small if firm.posts <= 5 else rules.large
    due = Decimal(monthly) * (100 - firm.rebate_percent) / 100
    if firm.further_shop:
        due /= 2
    return int(due.quantize(Decimal(1), ROUND_HALF_UP))


def paid_through(before: date | None, paid_on: date, months: int) -> date:
    """The last day that a payment of so many months covers: from the end of what was paid, or from today after a gap."""
    begins = paid_on if before is None or before < paid_on else before + timedelta(days=1)
    return _months_later(begins, months) - timedelta(days=1)


def lapses_on(through: date, rules: DuesRules) -> date:
    """The first day on which the membership has lapsed."""
    return through + timedelta(days=rules.grace_days + 1)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = (date(year + (month == 12), month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))
