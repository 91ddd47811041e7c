"""What never changes once it is known, kept in memory: codes of communities, currencies, numbers of accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from ledger.core.accounts import Currency, Transfer
from ledger.core.checkpoint import vkey
from ledger.core.errors import Code, Rejected
from ledger.core.journal import AccountOpened, AccountSet, Entry, HoldPlaced, KeyAdded, KeyRevoked
from ledger.store.reader import Reader
from ledger.store.verify import origin_of
from ledger.store.views import CommunityView

MOST = 500_000
"""Account numbers kept; beyond it we forget them all and begin again."""


class Named(NamedTuple):
    """The account that a number means, and what it holds."""

    uid: UUID
    currency: Currency


class Facts:
    """Reads through to the database for what it has not seen. Safe to share between threads."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._communities: dict[UUID | str, CommunityView] = {}
        self._currencies: dict[UUID, dict[int, Currency]] = {}
        self._codes: dict[UUID, dict[str, Currency]] = {}
        self._accounts: dict[UUID, dict[int, Named]] = {}

    def community(self, key: UUID | str) -> CommunityView:
        """By uuid or code. Raises Rejected community_not_found."""
        found = self._communities.get(key)
        if found is None:
            found = self._reader.community(key)
            self._communities[found.uid] = self._communities[found.code] = found
        return found

    async def uid(self, code: str) -> UUID:
        """The uuid of a community's code, for coroutines."""
        return (await self._view(code)).uid

    async def code(self, uid: UUID) -> str:
        """The code of a community's uuid, for coroutines."""
        return (await self._view(uid)).code

    async def _view(self, key: UUID | str) -> CommunityView:
        found = self._communities.get(key)
        return await asyncio.to_thread(self.community, key) if found is None else found

    def vkey(self, c: UUID) -> str:
        """The verifier key of a community's checkpoints and receipts; asked each time, as it may be replaced."""
        return vkey(origin_of(c), self._reader.public_key(c))

    def knows(self, c: UUID, code: str) -> bool:
        """Whether `currency` answers from memory."""
        return code in self._codes.get(c, ())

    def currency(self, c: UUID, code: str) -> Currency:
        """By code. Raises Rejected currency_not_found."""
        if not self.knows(c, code):
            self._load(c)
        found = self._codes[c].get(code)
        if found is None:
            raise Rejected(Code.CURRENCY_NOT_FOUND, f"no currency {code} here", "currency")
        return found

    async def currency_async(self, c: UUID, code: str) -> Currency:
        """`currency` for coroutines: the database is asked in a thread."""
        found = self._codes.get(c, {}).get(code)
        return await asyncio.to_thread(self.currency, c, code) if found is None else found

    def unit(self, c: UUID, no: int, seen: Reader | None = None) -> Currency:
        """A currency by its number; who reads from a snapshot names it, so as not to wait for a second connection."""
        if no not in self._currencies.get(c, {}):
            self._load(c, seen)
        return self._currencies[c][no]

    def accounts(self, c: UUID, numbers: Iterable[int]) -> dict[int, Named]:
        """What the numbers mean."""
        known = self._accounts.setdefault(c, {})
        wanted = set(numbers)
        missing = wanted - known.keys()
        if missing:
            if len(known) > MOST:
                known, missing = {}, wanted
                self._accounts[c] = known
            for no, (uid, unit) in self._reader.numbered(c, missing).items():
                known[no] = Named(uid, self.unit(c, unit))
        return {no: known[no] for no in wanted}

    def named(self, c: UUID, transfers: Iterable[Transfer]) -> dict[int, Named]:
        """What the numbers in some transfers mean."""
        return self.accounts(c, {no for t in transfers for no in (t.debit, t.credit)})

    def accounts_of(self, c: UUID, entries: Iterable[Entry]) -> dict[int, Named]:
        """What the numbers in some entries mean: transfers, and effects on accounts."""
        return self.accounts(c, {no for entry in entries for no in numbers_of(entry)})

    def _load(self, c: UUID, seen: Reader | None = None) -> None:
        found = (seen or self._reader).currencies(c)
        self._currencies[c] = {unit.no: unit for unit in found}
        self._codes[c] = {unit.code: unit for unit in found}


def numbers_of(entry: Entry) -> set[int]:
    """The account numbers that an entry speaks of."""
    numbers = {no for t in entry.transfers for no in (t.debit, t.credit)}
    for effect in entry.effects:
        match effect:
            case AccountSet(no=no) | KeyAdded(account=no) | KeyRevoked(account=no):
                numbers.add(no)
            case HoldPlaced(debit=debit, credit=credit):
                numbers |= {debit, credit}
    return numbers


def touched(entry: Entry, named: Mapping[int, Named]) -> set[UUID]:
    """The accounts that an entry moved, opened or changed."""
    opened = {effect.uid for effect in entry.effects if isinstance(effect, AccountOpened)}
    return opened | {named[no].uid for no in numbers_of(entry)}
