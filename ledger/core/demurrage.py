"""Demurrage: a charge on units that lie idle, first in first out (DEM-2, DEM-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from ledger.core import checks
from ledger.core.accounts import AccountKind, Books, Freeze, Lot, Model
from ledger.core.charges import account_set
from ledger.core.checks import DAY
from ledger.core.commands import ChargeDemurrage
from ledger.core.draft import Draft
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision, Reason
from ledger.core.money import BP, round_half_up
from ledger.core.policy import Policy


class Span(NamedTuple):
    """A part of a period, ns, and the parameters in force in it."""

    start: int
    through: int
    policy: Policy


def lots(balance: int, received: Iterable[Lot]) -> list[Lot]:
    """What an account still holds, oldest first, given what it received, oldest first.

    The oldest units are spent first, so what is left are the newest credits that sum to the balance.
    """
    kept: list[Lot] = []
    for amount, since in reversed(list(received)):
        if balance <= 0:
            break
        kept.append(Lot(min(amount, balance), since))
        balance -= amount
    kept.reverse()
    return kept


def idle_days(since: int, start: int, through: int, free_days: int) -> int:
    """Whole days beyond the free ones in (start, through]; consecutive periods add up to the whole."""
    free_until = since + free_days * DAY
    return max(0, through - free_until) // DAY - max(0, start - free_until) // DAY


def spans(books: Books, currency: int, start: int, through: int) -> list[Span]:
    """The period (start, through] cut where the rules changed: each day is charged by its own rate (CORE-8)."""
    cuts = sorted({version.since for version in books.policies[currency] if start < version.since < through})
    return [Span(a, b, books.policy(currency, a)) for a, b in pairwise([start, *cuts, through])]


def charge_on(held: Iterable[Lot], period: Sequence[Span]) -> int:
    """The charge for a period in minor units: rate / 365 a day on each lot, rounded half up once."""
    yearly = sum(
        amount * idle_days(since, start, through, policy.demurrage_free_days) * policy.demurrage_bp_year
        for amount, since in held
        for start, through, policy in period
    )
    return round_half_up(yearly, BP * 365)


def charge(command: ChargeDemurrage, books: Books, now: int) -> Decision:
    """From the account to the common fund, and the account remembers up to when it was charged."""
    checks.moment_field(command.through, "through")
    checks.not_in_future(command.through, now, "through")
    held = checks.account(books, command.account)
    unit = checks.currency_of(books, held)
    checks.model(unit, Model.BACKED, Model.MUTUAL, field="account")
    policy = books.policy(unit.no, command.through)
    if held.kind in (AccountKind.ISSUANCE, AccountKind.COMMON_FUND) or held.kind.value in policy.demurrage_exempt:
        raise Rejected(Code.FLOW_NOT_ALLOWED, f"{held.kind} accounts pay no demurrage", "account")
    if held.frozen & Freeze.DEBITS:
        raise Rejected(Code.ACCOUNT_FROZEN, "account: payments from this account are blocked", "account")
    if command.through <= held.charged_through:
        raise Rejected(Code.ALREADY_CHARGED, "this account was charged through that moment before", "through")
    period = spans(books, unit.no, held.charged_through, command.through)
    if not any(span.policy.demurrage_bp_year for span in period):
        raise Rejected(Code.NOTHING_TO_DO, f"{unit.code} has no demurrage; set demurrage_bp_year first", "account")
    due = charge_on(lots(held.balance, books.credits.get(held.no, ())), period)
    due = min(due, max(held.balance - held.debits_held, 0))
    draft = Draft(books)
    if due:
        fund = checks.technical(books, unit.code, AccountKind.COMMON_FUND, held.form)
        draft.move(held, fund, due, Reason.DEMURRAGE, payer="account")
    draft.add(account_set(held, charged_through=command.through))
    return draft.done()
