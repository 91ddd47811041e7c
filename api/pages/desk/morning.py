"""What Today shows of figures that take a moment: who was active, how near the law's limits are, what stands out.

They are found beside the page and shown as of an entry; until there are some, the page says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from api.deps import Services
from api.pages.desk.alerts import SPEAKS, sought
from api.pages.desk.rules import currencies
from api.pages.frame.looking import Looking
from api.pages.frame.visit import Visit
from ledger.community.membership import MemberState
from ledger.core.accounts import Currency, Model

looking = Looking()

LIMIT_CENTS = 100_000_000
"""Of LEG-3 and LEG-4: 1,000,000 € paid in twelve months, or in circulation."""
NOT_REGISTERED = (MemberState.LEFT, MemberState.PENDING)
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Morning:
    """`active`: members with a payment in 90 days. `paid`: cents paid in twelve months in backed currencies, None
    without one. `alerts`: ids of all, those set aside too. `ready` False: not yet; True with None: it could not be found."""

    ready: bool = False
    entry: int = 0
    active: int | None = None
    paid: int | None = None
    alerts: frozenset[str] | None = None


async def morning(visit: Visit) -> Morning:
    """The newest that is known; waits for a third of a second at the most."""
    use, c = visit.use, visit.caller.community
    units = await asyncio.to_thread(currencies, visit)
    today = datetime.fromtimestamp(use.clock() // 10**9, UTC).date()

    async def make() -> Morning:
        return await _found(use, c, units, today)

    seen = await looking.glance(use, c, ("morning", c, today), make)
    if seen is None:
        return Morning()
    found: Morning = seen.value or Morning()
    return Morning(True, seen.entry, found.active, found.paid, found.alerts)


async def _found(use: Services, c: UUID, units: list[Currency], today: date) -> Morning:
    def pulse(scene: Any) -> Any:
        return import_module("ledger.analytics.people.pulse").pulse(scene)

    active, paid = set[str](), 0
    for unit in units:  # one after the other: others wait for reports too
        felt = await use.reports.look(pulse, c, unit.code, today - timedelta(days=364), today + timedelta(days=1))
        active |= felt.active
        paid += cents(felt.paid, unit) if unit.model is Model.BACKED else 0
    alerts = [each.id for unit in units if unit.model in SPEAKS for each in await sought(use, c, unit)]
    backed = any(unit.model is Model.BACKED for unit in units)
    members = await asyncio.to_thread(_owners, use, c, {UUID(each) for each in active})
    return Morning(True, 0, members, paid if backed else None, frozenset(alerts))


def cents(minor: int, unit: Currency) -> int:
    """An amount of a backed currency, which is at par, in cents of a euro."""
    scale: int = 10**unit.scale
    return minor * 100 // scale


def _owners(use: Services, c: UUID, accounts: set[UUID]) -> int:
    """How many registered members have one of these accounts."""
    return sum(not accounts.isdisjoint(each) for each in _registered(use, c))


def _registered(use: Services, c: UUID) -> Iterable[tuple[UUID, ...]]:
    after: UUID | None = None
    while some := use.identity.people.page(c, after, None, PAGE):
        yield from (each.accounts for each in some if each.state not in NOT_REGISTERED)
        after = some[-1].id
