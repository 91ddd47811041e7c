"""What a programme's purses were granted, spent and gave back month by month, and which months may be shown (PRIV-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select

from ledger.core.accounts import AccountKind, Currency
from ledger.core.journal import Reason
from ledger.store.reader import Reader
from ledger.store.schema import account, entry, transfer
from ledger.store.schema import community as communities

SECOND = 10**9


@dataclass(slots=True)
class Month:
    """Amounts in minor units, net of what was reversed or given back."""

    granted: int = 0
    spent: int = 0
    expired: int = 0
    purses: set[int] = field(default_factory=set)
    """Whose purses moved, and `shops`: who was paid or gave back (numbers of accounts)."""
    shops: set[int] = field(default_factory=set)


Months = dict[date, Month]
"""By the first day of the month, UTC as in the reports; those in which nothing moved are left out."""


def months(reader: Reader, community: UUID, unit: Currency) -> dict[str, Months]:
    """By programme, every month in which a purse of the currency moved."""
    number = select(communities.c.community_id).where(communities.c.uid == community).scalar_subquery()
    mine = and_(account.c.community_id == number, account.c.currency_no == unit.no)
    purse = select(account.c.no).where(mine, account.c.kind == AccountKind.PURSE.value)
    dated = and_(entry.c.community_id == transfer.c.community_id, entry.c.seq == transfer.c.seq)
    moves = (
        select(entry.c.ts, transfer.c.debit_no, transfer.c.credit_no, transfer.c.posted, transfer.c.reason)
        .join(entry, dated)
        .where(transfer.c.community_id == number, transfer.c.currency_no == unit.no, transfer.c.posted > 0)
        .where(or_(transfer.c.debit_no.in_(purse), transfer.c.credit_no.in_(purse)))
    )
    found: dict[str, Months] = {}
    with reader.connected() as connection:
        kinds = {
            row.no: (row.kind, row.programme)
            for row in connection.execute(select(account.c.no, account.c.kind, account.c.programme).where(mine))
        }
        for ts, debit, credit, posted, reason in connection.execute(moves):
            out = kinds[debit][0] == AccountKind.PURSE.value
            held, other = (debit, credit) if out else (credit, debit)
            each = found.setdefault(kinds[held][1], {}).setdefault(_month(ts), Month())
            each.purses.add(held)
            if kinds[other][0] != AccountKind.FUNDER.value:
                each.spent += posted if out else -posted
                each.shops.add(other)
            elif reason == Reason.PURSE_EXPIRY:
                each.expired += posted
            else:
                each.granted += -posted if out else posted
    return found


def shown(some: Mapping[date, Month], persons: int, shops: int) -> set[date]:
    """The months that may be shown beside the total: enough purses moved and, where they were used, at enough shops.

    What all hidden months make together can be computed from the total, so that they too must be enough together:
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
