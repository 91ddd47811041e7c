"""What is the visitor's own: the member, the accounts with their units and rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from api.identity.errors import not_found
from api.identity.people import Member
from api.pages.frame.visit import Visit
from api.problems import hidden
from ledger.core.accounts import Account, AccountState, Currency, Form, Freeze, Model
from ledger.core.policy import Policy, Programme


@dataclass(frozen=True, slots=True)
class Held:
    """An account of the visitor, its unit, and the rules in force now."""

    account: Account
    unit: Currency
    policy: Policy

    @property
    def purse(self) -> Programme | None:
        """The programme of a purse; None for any other account."""
        return self.policy.programme(self.account.programme) if self.account.programme else None

    @property
    def is_purse(self) -> bool:
        """Whether it is one of a card's purses."""
        return bool(self.account.programme)

    def spent_out(self, now: int) -> bool:
        """Whether it is a purse whose programme has ended, with nothing left: of no use any more."""
        purse = self.purse
        return purse is not None and 0 < purse.ends_at <= now and not self.account.balance

    @property
    def can_pay(self) -> bool:
        """Whether payments may leave it at all."""
        return not self.account.frozen & Freeze.DEBITS and self.account.form is Form.DIGITAL

    @property
    def can_receive(self) -> bool:
        """Whether payments may come in: to notes they are made by hand."""
        open_one = self.account.state is AccountState.OPEN and not self.account.frozen & Freeze.CREDITS
        return open_one and not self.is_purse and not self.notes

    @property
    def notes(self) -> bool:
        """Whether it counts notes."""
        return self.account.form is Form.PAPER

    @property
    def time(self) -> bool:
        """Whether it holds hours."""
        return self.unit.model is Model.TIME


def member_of(visit: Visit) -> Member:
    """Whose wallet it is. Raises 404 for a key of nobody."""
    member = visit.caller.principal.member
    if member is None:
        raise not_found("member")
    return visit.use.identity.people.get(visit.caller.community, member)


def holdings(visit: Visit) -> list[Held]:
    """The accounts that are not closed: money first, then hours, then purses, each oldest first."""
    caller, reader = visit.caller, visit.use.ledger.reader
    with reader.snapshot() as seen:
        found = [seen.account(caller.community, uid) for uid in caller.principal.accounts]
    held = [holding(visit, each) for each in found if each.state is not AccountState.CLOSED]
    return sorted(held, key=lambda each: (each.is_purse, each.time, each.account.no))


def holding(visit: Visit, account: Account) -> Held:
    """An account with its unit and rules."""
    unit = visit.use.facts.unit(visit.caller.community, account.currency)
    return Held(account, unit, rules(visit, unit.code))


def rules(visit: Visit, currency: str) -> Policy:
    """A currency's rules as they are now."""
    versions = visit.use.ledger.reader.policies(visit.caller.community, currency)
    now = visit.use.clock()
    return next((each.policy for each in reversed(versions) if each.since <= now), versions[0].policy)


def one_of(visit: Visit, named: str | UUID) -> Held:
    """The holding of an account of one's own, or the first where none is named. Raises 404."""
    some = holdings(visit)
    for each in some:
        if not named or str(each.account.uid) == str(named):
            return each
    raise hidden("account")


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def read_id(text: str) -> UUID | None:
    """An id out of an address; None when it is none."""
    return UUID(text) if _ID.fullmatch(text) else None
