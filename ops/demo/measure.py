"""What the ledger's own records say and no indicator does (`ops.demo.figures` asks those): nothing here knows how the
records came about.

A `Record` holds the transfers of one currency. Entries that were reversed are left out together with their
reversals: they happened and were undone. Amounts are minor units; rates are exact fractions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from ledger.core.accounts import AccountKind, Form
from ledger.core.journal import Entry, Reason
from ledger.service import Ledger
from ledger.store import schema

K = AccountKind
PEOPLE = frozenset({K.PERSON, K.PURSE})
FIRMS = frozenset({K.BUSINESS})
PAID = (Reason.PAYMENT, Reason.CAPTURE)


class Held(NamedTuple):
    """An account at the end of the record."""

    uid: UUID
    kind: AccountKind
    form: Form
    floor: int | None
    programme: str
    balance: int


class Move(NamedTuple):
    """One transfer that posted an amount, from account number to account number, at a moment (ns)."""

    seq: int
    at: int
    reason: int
    payer: int
    payee: int
    amount: int


@dataclass(frozen=True, slots=True)
class Record:
    """Accounts by number, and what moved between them, oldest first."""

    accounts: dict[int, Held]
    moves: list[Move]

    def kind(self, no: int) -> AccountKind:
        """Whom an account is for."""
        return self.accounts[no].kind

    def between(self, since: int, until: int) -> Record:
        """The moves of a time; the accounts stay as they are at the end."""
        return Record(self.accounts, [move for move in self.moves if since <= move.at < until])

    def chosen(
        self,
        reasons: Collection[int],
        payers: Collection[AccountKind] = frozenset(K),
        payees: Collection[AccountKind] = frozenset(K),
    ) -> Iterator[Move]:
        """Moves for some reasons between some kinds of accounts."""
        kinds = self.accounts
        for move in self.moves:
            if move.reason in reasons and kinds[move.payer].kind in payers and kinds[move.payee].kind in payees:
                yield move


def load(ledger: Ledger, community: UUID, currency: str) -> Record:
    """Read one currency's record from the tables."""
    account, entry, transfer, link = schema.account, schema.entry, schema.transfer, schema.link
    with ledger.reader.connected() as connection:
        here = select(schema.community.c.community_id).where(schema.community.c.uid == community)
        number = connection.execute(here).scalar_one()
        units = select(schema.currency.c.no).where(
            schema.currency.c.community_id == number, schema.currency.c.code == currency
        )
        unit = connection.execute(units).scalar_one()
        undone = {
            seq
            for pair in connection.execute(
                select(link.c.target_seq, link.c.seq).where(
                    link.c.community_id == number, link.c.role == "reversed"
                )
            )
            for seq in pair
        }
        rows = connection.execute(
            select(
                account.c.no, account.c.uid, account.c.kind, account.c.form, account.c.floor, account.c.programme,
                account.c.credits_posted - account.c.debits_posted,
            ).where(account.c.community_id == number, account.c.currency_no == unit)
        )  # fmt: skip
        accounts = {row[0]: Held(row[1], K(row[2]), Form(row[3]), *row[4:]) for row in rows}
        moved = (
            select(
                transfer.c.seq, entry.c.ts, transfer.c.reason, transfer.c.debit_no, transfer.c.credit_no,
                transfer.c.posted,
            )
            .join(entry, (entry.c.community_id == transfer.c.community_id) & (entry.c.seq == transfer.c.seq))
            .where(transfer.c.community_id == number, transfer.c.currency_no == unit, transfer.c.posted > 0)
            .order_by(transfer.c.seq, transfer.c.leg)
        )  # fmt: skip
        moves = [Move(*row) for row in connection.execute(moved) if row[0] not in undone]
    return Record(accounts, moves)


def total(moves: Iterable[Move]) -> int:
    """What some moves moved."""
    return sum(move.amount for move in moves)


def balances(record: Record, kinds: Collection[AccountKind]) -> int:
    """What accounts of some kinds hold together."""
    return sum(held.balance for held in record.accounts.values() if held.kind in kinds)


def conversions(record: Record) -> int:
    """Euros that people changed into units."""
    return total(record.chosen((Reason.ISSUE,), payees=PEOPLE | FIRMS))


def redemptions(record: Record) -> int:
    """Units that were changed back, commission included."""
    return total(record.chosen((Reason.REDEEM,)))


def gifts(record: Record) -> int:
    """Units issued to associations: the gift of the sponsors' conversions."""
    return total(record.chosen((Reason.ISSUE,), payees={K.ASSOCIATION}))


def active(record: Record, kinds: Collection[AccountKind]) -> set[int]:
    """Accounts that paid or were paid."""
    moves = list(record.chosen(PAID))
    seen = {move.payer for move in moves} | {move.payee for move in moves}
    return {no for no in seen if record.kind(no) in kinds}


def month_of(at: int) -> tuple[int, int]:
    """Year and month of a moment."""
    day = datetime.fromtimestamp(at // 10**9, UTC)
    return day.year, day.month


def regular_top_up(record: Record, months: int) -> Fraction:
    """The mean monthly conversion of the accounts that converted in each of so many months."""
    of: dict[int, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for move in record.chosen((Reason.ISSUE,), payees=PEOPLE):
        if record.accounts[move.payee].form is Form.DIGITAL:
            of[move.payee][month_of(move.at)] += move.amount
    regular = [sum(by_month.values()) for by_month in of.values() if len(by_month) == months]
    return Fraction(sum(regular), months * len(regular)) if regular else Fraction(0)


def household_months(record: Record) -> int:
    """How many times a household received its allowance, counted by account and month."""
    return len({(move.payee, month_of(move.at)) for move in record.chosen((Reason.GRANT,))})


def most_granted(record: Record) -> dict[str, int]:
    """By programme: the most that was ever granted less expired."""
    now: dict[str, int] = defaultdict(int)
    most: dict[str, int] = defaultdict(int)
    for move in record.moves:
        if move.reason == Reason.GRANT:
            programme = record.accounts[move.payee].programme
            now[programme] += move.amount
            most[programme] = max(most[programme], now[programme])
        elif move.reason == Reason.PURSE_EXPIRY:
            now[record.accounts[move.payer].programme] -= move.amount
    return dict(most)


def opened_before(ledger: Ledger, community: UUID, record: Record, until: int) -> int:
    """Firms whose account was opened before a moment (ns)."""
    account, entry = schema.account, schema.entry
    with ledger.reader.connected() as connection:
        found = connection.execute(
            select(account.c.uid)
            .join(
                entry,
                (entry.c.community_id == account.c.community_id) & (entry.c.seq == account.c.opened_seq),
            )
            .join(schema.community, schema.community.c.community_id == account.c.community_id)
            .where(schema.community.c.uid == community, entry.c.ts < until)
        )
        ours = {held.uid for held in record.accounts.values() if held.kind in FIRMS}
        return len(ours.intersection(found.scalars()))


def entries(ledger: Ledger, community: UUID) -> Iterator[Entry]:
    """The journal of a community, decoded."""
    after = 0
    while page := ledger.reader.entries(community, after, 1_000):
        yield from (view.decoded() for view in page)
        after = page[-1].seq
