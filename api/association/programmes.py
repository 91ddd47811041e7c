"""Public programmes: what was granted to purses, spent, left and expired, and what nobody used (PUB-3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from ledger.core.accounts import Account, AccountKind, AccountState, Currency, Form, Model
from ledger.core.checks import technical_uid
from ledger.core.policy import Programme
from ledger.store.reader import Reader

PAGE = 5_000
MERCHANTS = (AccountKind.BUSINESS, AccountKind.ASSOCIATION, AccountKind.PUBLIC)


@dataclass(frozen=True, slots=True)
class Standing:
    """A programme as it stands; amounts in minor units of `unit`."""

    unit: Currency
    programme: Programme
    purses: int
    """Purses that are not closed."""
    untouched: int | None
    """Those from which nothing was spent; None once some have expired, for then a purse does not tell any more."""
    granted: int
    left: int
    expired: int
    shops: int
    """Merchants of its trades that have received anything."""

    @property
    def spent(self) -> int:
        """At merchants."""
        return self.granted - self.expired - self.left

    @property
    def budget_left(self) -> int:
        """What may still be granted; what has expired may be granted again."""
        return self.programme.budget - self.granted + self.expired

    @property
    def used_bp(self) -> int | None:
        """Share of what was granted that was spent, basis points rounded down; None while nothing was granted."""
        return self.spent * 10_000 // self.granted if self.granted else None


def standings(reader: Reader, community: UUID, now: int) -> list[Standing]:
    """Every programme of the rules in force at a moment (ns), by currency."""
    found = []
    for unit, programmes in in_force(reader, community, now):
        some = list(purses(reader, community, unit)) if programmes else []
        merchants = [each for kind in MERCHANTS for each in _open(reader, community, unit, kind) if each.credits_posted]
        for programme in programmes:
            mine = [each for each in some if each.programme == programme.code]
            funder = technical_uid(community, unit.code, AccountKind.FUNDER, Form.DIGITAL, programme.code)
            of = reader.account(community, funder)
            untouched = None if of.credits_posted else sum(not each.debits_posted for each in mine)
            left = sum(each.balance for each in mine)
            some_shops = sum(_takes(each, programme) for each in merchants)
            found.append(
                Standing(unit, programme, len(mine), untouched, of.debits_posted, left, of.credits_posted, some_shops)
            )
    return found


def in_force(reader: Reader, community: UUID, now: int) -> Iterator[tuple[Currency, tuple[Programme, ...]]]:
    """The currencies of programmes, each with those of its rules at a moment (ns)."""
    for unit in reader.currencies(community):
        if unit.model is Model.EARMARKED:
            versions = reader.policies(community, unit.code)
            policy = next((each.policy for each in reversed(versions) if each.since <= now), versions[0].policy)
            yield unit, policy.programmes


def purses(reader: Reader, community: UUID, unit: Currency) -> Iterator[Account]:
    """The purses of a currency that are not closed."""
    return _open(reader, community, unit, AccountKind.PURSE)


def owed(reader: Reader, community: UUID, unit: Currency) -> list[Account]:
    """Merchants' accounts with units that the programme has not paid yet, the largest first."""
    some = [each for kind in MERCHANTS for each in _open(reader, community, unit, kind) if each.balance > 0]
    return sorted(some, key=lambda each: -each.balance)


def _takes(merchant: Account, programme: Programme) -> bool:
    return not programme.sectors or not set(programme.sectors).isdisjoint(merchant.sectors)


def _open(reader: Reader, community: UUID, unit: Currency, kind: AccountKind) -> Iterator[Account]:
    after = 0
    while some := reader.accounts(community, unit.code, kind, after, PAGE):
        yield from (each for each in some if each.state is not AccountState.CLOSED)
        after = some[-1].no
