"""`/desk`: the figures of the day, what waits for somebody, and how near the law's limits are (LEG-3, LEG-4)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from api.pages.desk import morning as figures
from api.pages.desk.morning import LIMIT_CENTS, NOT_REGISTERED, Morning, cents
from api.pages.desk.persons import EUROS, may
from api.pages.desk.waiting import acts, waiting
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.units import moment_of
from api.pages.frame.visit import Visit
from ledger.core.accounts import Currency, Form, Model

router = page_router()

PAYMENTS = ("pay", "pay_batch", "capture_hold")
"""Commands by which somebody is paid."""


@dataclass(frozen=True, slots=True)
class Money:
    """One form of a currency: units out, euros behind them (None where nothing must)."""

    unit: Currency
    form: Form
    circulation: int
    reserve: int | None

    @property
    def ratio_bp(self) -> int | None:
        """Guarantee ratio in basis points; None without units or without a reserve (MLC-2)."""
        if self.reserve is None or not self.circulation:
            return None
        return self.reserve * 10_000 // self.circulation


def money(visit: Visit) -> list[Money]:
    """What is out, by currency and form."""
    use, c = visit.use, visit.caller.community
    return [
        Money(use.facts.currency(c, each.currency), each.form, each.circulation, each.reserve)
        for each in use.ledger.reader.supply(c)
        if each.model is not Model.MIRROR
    ]


@dataclass(frozen=True, slots=True)
class Gauge:
    """How near a limit of the law is, in cents; `said` None: not known yet."""

    said: int | None

    @property
    def percent(self) -> int:
        """Of the limit, rounded down."""
        return (self.said or 0) * 100 // LIMIT_CENTS


def gauges(some: list[Money], known: Morning) -> tuple[Gauge, Gauge] | None:
    """Payments of twelve months (LEG-3), and what circulates in every form (LEG-4); None without a backed currency.

    The law looks at the issuer: backed currencies count together.
    """
    backed = [each for each in some if each.unit.model is Model.BACKED]
    circulating = sum(cents(each.circulation, each.unit) for each in backed)
    return (Gauge(known.paid), Gauge(circulating)) if backed else None


def _seen(visit: Visit, known: Morning) -> dict[str, Any]:
    """What can be read at once."""
    use, c = visit.use, visit.caller.community
    now = moment_of(use.clock(), visit.face.timezone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    reader, some, states = use.ledger.reader, money(visit), use.identity.roster.count(c)
    aside = set(use.association.set_aside.of(c)) if known.alerts else set()
    return {
        "day": now.date().isoformat(), "head": reader.head(c), "money": some, "gauges": gauges(some, known),
        "paid": reader.count(c, reader.first_since(c, int(midnight.timestamp()) * 10**9), PAYMENTS),
        "registered": sum(count for state, count in states.items() if state not in NOT_REGISTERED),
        "dues": use.association.dues.paid_up(c), "waiting": waiting(visit, len((known.alerts or set()) - aside)),
        "needs": use.association.needs.unmet(c)[:5],
    }  # fmt: skip


@router.get("/desk")
async def today(visit: Visit = page("desk.read")) -> Response:
    """The desk in the morning."""
    known = await figures.morning(visit)
    seen = await asyncio.to_thread(_seen, visit, known)
    answer = visit.show(
        "desk/today.html", **seen, known=known, acts=acts(visit), keys=may(visit, "keys.list"), euros=EUROS,
        limit=LIMIT_CENTS // 100,
    )  # fmt: skip
    if not known.ready:
        answer.headers["refresh"] = "3"
    return answer
