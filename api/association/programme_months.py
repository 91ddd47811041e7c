"""What a programme's purses were granted, spent and gave back month by month, and which months may be shown (PRIV-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from ledger.core.accounts import AccountKind, Currency
from ledger.core.journal import Reason
from ledger.store.reader import Reader
from ledger.store.schema import account, entry, transfer
from ledger.store.schema import community as communities

SECOND = 10**9
PURSE = AccountKind.PURSE.value


@dataclass(slots=True)
class Month:
    """Amounts in minor units, net of what was reversed or given back."""

    granted: int = 0
    spent: int = 0
    expired: int = 0
    purses: set[int] = field(default_factory=set)
    """Whose purses moved, and `shops`: who was paid or gave back (numbers of accounts)."""
    shops: set[int] = field(default_factory=set)
    users: set[int] = field(default_factory=set)
    """The purses from which something was spent."""

    def copy(self) -> Month:
        """Another one with the same in it."""
        return together([self])


Months = dict[date, Month]
"""By the first day of the month, UTC as in the reports; those in which nothing moved are left out."""


class ProgrammeMonths:
    """By programme, every month in which a purse moved. A journal only grows: each question reads what came since the last."""

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, int], tuple[int, dict[str, Months]]] = {}
        """Of a community's currency: up to which entry, and what is in them; never changed, only replaced."""
        self._reading = Lock()

    def of(self, reader: Reader, community: UUID, unit: Currency) -> dict[str, Months]:
        """As of the last entry; not to be changed."""
        with self._reading, reader.snapshot() as seen:
            known, found = self._known.get((community, unit.no), (0, {}))
            last = seen.head(community).seq
            if last > known:
                with seen.connected() as connection:
                    found = _with(found, connection.execute(_moves(community, unit, known, last)))
                self._known[community, unit.no] = (last, found)
            return found


def _moves(community: UUID, unit: Currency, after: int, last: int) -> Select[Any]:
    """What moved into and out of purses in the entries after `after` up to `last`."""
    number = select(communities.c.community_id).where(communities.c.uid == community).scalar_subquery()
    payer, payee = account.alias("payer"), account.alias("payee")

    def side(held: Any, column: Any) -> Any:
        return and_(held.c.community_id == number, held.c.no == column)

    return (
        select(
            entry.c.ts, transfer.c.debit_no, payer.c.kind, payer.c.programme, transfer.c.credit_no, payee.c.kind,
            payee.c.programme, transfer.c.posted, transfer.c.reason,
        )
        .join_from(transfer, entry, and_(entry.c.community_id == number, entry.c.seq == transfer.c.seq))
        .join(payer, side(payer, transfer.c.debit_no))
        .join(payee, side(payee, transfer.c.credit_no))
        .where(transfer.c.community_id == number, transfer.c.seq > after, transfer.c.seq <= last)
        .where(transfer.c.currency_no == unit.no, transfer.c.posted > 0)
        .where(or_(payer.c.kind == PURSE, payee.c.kind == PURSE))
    )  # fmt: skip


def _with(before: Mapping[str, Months], moves: Iterable[Any]) -> dict[str, Months]:
    """What was known, and these moves."""
    found = {programme: dict(some) for programme, some in before.items()}
    ours: set[tuple[str, date]] = set()
    for ts, debit, debit_kind, debit_of, credit, credit_kind, credit_of, posted, reason in moves:
        out = debit_kind == PURSE
        programme, held, other, kind = (
            (debit_of, debit, credit, credit_kind) if out else (credit_of, credit, debit, debit_kind)
        )
        at, some = _month(ts), found.setdefault(programme, {})
        if (programme, at) not in ours:
            ours.add((programme, at))
            some[at] = some[at].copy() if at in some else Month()
        each = some[at]
        each.purses.add(held)
        if kind != AccountKind.FUNDER.value:
            each.spent += posted if out else -posted
            each.shops.add(other)
            if out:
                each.users.add(held)
        elif reason == Reason.PURSE_EXPIRY:
            each.expired += posted
        else:
            each.granted += -posted if out else posted
    return found


def together(some: Iterable[Month]) -> Month:
    """Several months as one."""
    found = Month()
    for each in some:
        found.granted, found.spent = found.granted + each.granted, found.spent + each.spent
        found.expired += each.expired
        found.purses |= each.purses
        found.shops |= each.shops
        found.users |= each.users
    return found


def ended(some: Mapping[date, Month], now: date) -> Months:
    """Those before the month `now`. The one under way changes with each payment: two looks at it show one person's."""
    return {month: each for month, each in some.items() if month < now}


def shown(some: Mapping[date, Month], persons: int, shops: int) -> set[date]:
    """The months that may be shown: enough purses moved and, where they were used, at enough shops.

    What all of them make together may be known from elsewhere, so that the hidden ones too must be enough together:
    until they are, the smallest of the others is hidden with them.
    """

    def enough(purses: set[int], paid: set[int], used: bool) -> bool:
        return len(purses) >= persons and (len(paid) >= shops or not used)

    good = {month for month, each in some.items() if enough(each.purses, each.shops, bool(each.shops))}
    for month in sorted(good, key=lambda at: (len(some[at].purses), len(some[at].shops), at)):
        hidden = [each for at, each in some.items() if at not in good]
        purses, paid = (set[int]().union(*sets) for sets in ((h.purses for h in hidden), (h.shops for h in hidden)))
        if not hidden or enough(purses, paid, bool(paid)):
            break
        good.discard(month)
    return good


def _month(ts: int) -> date:
    return datetime.fromtimestamp(ts // SECOND, UTC).date().replace(day=1)
