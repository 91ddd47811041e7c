"""Formulas that propose a limit or a split; the operator and the till use them before a command is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.core.accounts import Account
from ledger.core.money import share
from ledger.core.policy import Policy, Programme


class Split(NamedTuple):
    """A price in two parts, minor units of each."""

    units: int
    other: int


def credit_line(turnover_12m: int, expected_network_sales: int, age_years: int, policy: Policy) -> int:
    """MUT-4: min(cap, p x yearly turnover, months x expected monthly network sales), minor units.

    `expected_network_sales` is per month. A firm younger than the policy's minimum gets 0 (or a guaranteed line
    that the operator sets by hand). Never above the hard cap of the turnover.
    """
    if age_years < policy.line_min_age_years:
        return 0
    line = min(
        share(turnover_12m, policy.line_turnover_bp),
        share(turnover_12m, policy.line_hard_cap_bp),
        policy.line_cap_months * expected_network_sales,
    )
    return line if policy.line_cap is None else min(line, policy.line_cap)


def mixed_payment(price: int, acceptance_bp: int, policy: Policy) -> Split:
    """MUT-6: the units a firm must take of a price, binding up to the cap of a deal; the rest is euros."""
    units = share(price, acceptance_bp)
    if policy.acceptance_cap is not None:
        units = min(units, policy.acceptance_cap)
    return Split(units, price - units)


def purse_part(lines: Iterable[tuple[str, int]], programme: Programme) -> Split:
    """PUB-2: what a purse may pay of a cart of (activity, amount) lines, and what is left to other means."""
    eligible = other = 0
    for activity, amount in lines:
        if not programme.sectors or activity in programme.sectors:
            eligible += amount
        else:
            other += amount
    return Split(eligible, other)


def hoards(held: Account, policy: Policy) -> bool:
    """MUT-5: a positive balance above a multiple of the line asks for the broker."""
    return held.floor is not None and held.floor < 0 and held.balance > policy.hoarding_multiple * -held.floor
