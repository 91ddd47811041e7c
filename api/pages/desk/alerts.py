"""`/desk/alerts`: patterns to look at, each with its entries, set aside with a note: work, never a verdict (AML-3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from api.association.set_aside import Looked
from api.deps import Services
from api.identity.permissions import allowed
from api.pages.desk.rules import currencies
from api.pages.frame.again import or_again
from api.pages.frame.changes import in_force
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.looking import Looking, Period, Pilot, last_year
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.core.accounts import Currency, Model

router = page_router()
looking = Looking()

SPEAKS = (Model.BACKED, Model.MUTUAL, Model.TIME)
"""Kinds of currency in which there is something to look for."""
SECOND = 10**9
DAY = 86_400 * SECOND
MOST = 50
"""Alerts shown, the weightiest first."""
MOST_ENTRIES = 8


@dataclass(frozen=True, slots=True)
class Work:
    """An alert with its accounts by name. `seen` None: still to look at."""

    alert: Any
    """`ledger.analytics.people.alerts.Alert`"""
    unit: Currency
    names: tuple[tuple[UUID, str], ...]
    """Members with their names."""
    entries: tuple[tuple[int, UUID], ...]
    """Numbers and ids of the newest."""
    since: int
    """When it began, ns; 0 where that does not matter."""
    seen: Looked | None


@router.get("/desk/alerts")
async def alerts(visit: Visit = page("desk.read")) -> Response:
    """What the last twelve months show in every currency, without what was set aside; and that below."""
    c, use = visit.caller.community, visit.use
    units = [each for each in await asyncio.to_thread(currencies, visit) if each.model in SPEAKS]
    found = await asyncio.gather(*(_of(visit, unit) for unit in units))
    seen = await asyncio.to_thread(use.association.set_aside.of, c)
    told = [(unit, each) for unit, some in zip(units, found, strict=True) for each in some or ()]
    told.sort(key=lambda each: (each[1].id in seen, -each[1].amount))
    names = await asyncio.to_thread(_names, visit, (account for _, each in told for account in each.accounts))
    work = [
        Work(
            each, unit, tuple(names[UUID(uid)] for uid in each.accounts if UUID(uid) in names),
            await asyncio.to_thread(_entries, visit, each), each.since * SECOND, seen.get(each.id),
        )
        for unit, each in told[:MOST]
    ]  # fmt: skip
    waiting = sum(each is None for each in found)
    answer = visit.show(
        "desk/alerts.html", waiting=waiting, open=[each for each in work if each.seen is None],
        done=[each for each in work if each.seen is not None], none=not units,
        may=allowed(visit.caller.principal, "alerts.decide"),
    )  # fmt: skip
    if waiting and not visit.fault:
        answer.headers["refresh"] = "4"
    return answer


async def _of(visit: Visit, unit: Currency) -> list[Any] | None:
    """The alerts of a currency; None while they are looked for."""
    use, c = visit.use, visit.caller.community
    multiple, period = await asyncio.to_thread(_asked, use, c, unit)
    today = use.clock() // DAY  # debts grow old without an entry

    async def make() -> list[Any]:
        return await sought(use, c, unit)

    found: list[Any] | None = await looking.found(use, c, ("alerts", c, unit.code, multiple, period, today), make)
    return found


async def sought(use: Services, c: UUID, unit: Currency) -> list[Any]:
    """The alerts of a currency in the last twelve months, set aside or not; however long it takes."""
    multiple, period = await asyncio.to_thread(_asked, use, c, unit)

    now = use.clock() // SECOND

    def find(scene: Any) -> list[Any]:
        found: list[Any] = import_module("ledger.analytics.people.alerts").alerts(scene, multiple, now)
        return found

    return await use.reports.look(find, c, unit.code, period.start, period.end)


def _asked(use: Services, c: UUID, unit: Currency) -> tuple[int, Period]:
    """The rule about hoarding that is in force, and the months to look at."""
    versions = use.ledger.reader.policies(c, unit.code)
    period = last_year(use, [Pilot(c, "", "", unit.code, unit.scale, unit.model)])
    return in_force(versions, use.clock()).hoarding_multiple, period


def _names(visit: Visit, accounts: Iterable[str]) -> dict[UUID, tuple[UUID, str]]:
    uids = {UUID(each) for each in accounts}
    return visit.use.identity.people.owners(visit.caller.community, uids) if uids else {}


def _entries(visit: Visit, alert: Any) -> tuple[tuple[int, UUID], ...]:
    reader, c = visit.use.ledger.reader, visit.caller.community
    return tuple((seq, reader.entry_at(c, seq).command_id) for seq in sorted(alert.entries)[-MOST_ENTRIES:])


Alert = Path(pattern=r"^[0-9a-f]{32}$")


class Note(Filled):
    """What somebody found when they looked."""

    currency: str = Field(max_length=12)
    note: str = Field(max_length=1_000)


@router.post("/desk/alerts/{alert}")
@or_again(alerts)
async def set_aside(visit: Visit = page("alerts.decide"), alert: str = Alert) -> Response:
    """Set an alert aside; the note stays."""
    sent, c = visit.read(Note), visit.caller.community
    unit = await visit.use.facts.currency_async(c, sent.currency)
    put = visit.use.association.set_aside.put
    await asyncio.to_thread(put, c, alert, unit.code, sent.note, visit.caller.principal.actor)
    return visit.go("/desk/alerts", visit.text("Set aside, with your note."))


@router.post("/desk/alerts/{alert}/again")
def look_again(visit: Visit = page("alerts.decide"), alert: str = Alert) -> Response:
    """Put it back on the list."""
    visit.use.association.set_aside.take_back(visit.caller.community, alert)
    return visit.go("/desk/alerts", visit.text("It is on the list again."))
