"""`/till/day`: the day's payments, what of them was given back, the sums by teller, and tickets to print."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter
from starlette.responses import Response

from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.units import moment_of
from api.pages.frame.visit import Visit
from api.pages.till.register import Drawer, drawer_of, drawers
from api.pages.till.tellers import at_the_till
from ledger.core.journal import Reason
from ledger.store.views import Line

router = page_router()

PAGE = 200
_DATE: TypeAdapter[date | str | None] = TypeAdapter(Annotated[date | str | None, Field(union_mode="left_to_right")])
DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Taken:
    """One line of the day: a payment received, or given back (`amount` below 0)."""

    payment: UUID
    at: int
    amount: int
    name: str
    """Of the payer where they are listed, else ""."""
    teller: str
    memo: str
    back: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """What one teller took. `name` "" is the owner."""

    name: str
    count: int
    received: int
    refunded: int

    @property
    def net(self) -> int:
        """Received less given back."""
        return self.received - self.refunded


def bounds(day: date, timezone: str) -> tuple[int, int]:
    """Beginning and end of a local day, ns."""
    zone = ZoneInfo(timezone)
    ends = [datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1))]
    return int(ends[0].timestamp()) * 10**9, int(ends[1].timestamp()) * 10**9


def lines_of(visit: Visit, drawer: Drawer, start: int, end: int) -> list[Line]:
    """Payments received and given back in a time, newest first."""
    reader, c, uid = visit.use.ledger.reader, visit.caller.community, drawer.account.uid
    found: list[Line] = []
    before = drawer.account.version + 1
    while before > 1:
        some = reader.statement(c, uid, before_version=before, limit=PAGE)
        found += [each for each in some if start <= each.ts < end and each.reason in _TOLD]
        if not some or some[-1].ts < start:
            break
        before = some[-1].version
    return found


_TOLD = frozenset({Reason.PAYMENT, Reason.CAPTURE, Reason.REFUND})


def takings(visit: Visit, drawer: Drawer, start: int, end: int) -> list[Taken]:
    """The day's lines with who paid and who took it."""
    use, c = visit.use, visit.caller.community
    lines = lines_of(visit, drawer, start, end)
    owners = use.identity.people.owners(c, {line.counterparty for line in lines})
    listed = {uid: name for uid, (member, name) in owners.items() if use.identity.people.get(c, member).listed}
    memos = use.ledger.reader.memos(c, [line.seq for line in lines])
    tellers = _tellers(visit, drawer, start)
    return [
        Taken(
            line.command_id, line.ts, line.posted, listed.get(line.counterparty, ""),
            tellers.get(line.command_id, ""), memos.get(line.seq, ""), line.reason == Reason.REFUND,
        )
        for line in lines
    ]  # fmt: skip


def _tellers(visit: Visit, drawer: Drawer, start: int) -> dict[UUID, str]:
    """By payment, the name of the teller who asked for it."""
    use, c = visit.use, visit.caller.community
    requests, after = [], None
    while some := use.identity.requests.page(c, [drawer.account.uid], after, PAGE):
        requests += [each for each in some if each.created_at >= start - DAY_NS]
        if some[-1].created_at < start - DAY_NS or len(some) < PAGE:
            break
        after = (some[-1].created_at, some[-1].id)
    takers = use.association.tellers.takers(c, [each.id for each in requests])
    member = visit.caller.principal.member
    names = {each.id: each.name for each in use.association.tellers.of(c, member)} if member else {}
    return {each.payment: names.get(takers[each.id], "") for each in requests if each.id in takers}


def summed(taken: list[Taken]) -> list[Sums]:
    """The day by teller, then nobody's."""
    by: dict[str, list[Taken]] = defaultdict(list)
    for each in taken:
        by[each.teller].append(each)
    return [
        Sums(
            name, sum(not each.back for each in some), sum(each.amount for each in some if not each.back),
            -sum(each.amount for each in some if each.back),
        )
        for name, some in sorted(by.items(), key=lambda pair: (pair[0] == "", pair[0]))
    ]  # fmt: skip


@router.get("/till/day")
def day(visit: Visit = page("till.use")) -> Response:
    """A day's list and sums."""
    chosen = _day(visit)
    drawer = drawer_of(visit, visit.request.query_params.get("account", ""))
    start, end = bounds(chosen, visit.face.timezone)
    taken = takings(visit, drawer, start, end)
    sums = summed(taken)
    total = Sums("", sum(s.count for s in sums), sum(s.received for s in sums), sum(s.refunded for s in sums))
    return visit.show(
        "till/day.html", drawer=drawer, others=drawers(visit), day=chosen, start=start, taken=taken, sums=sums,
        total=total, before=(chosen - timedelta(days=1)).isoformat(), teller=at_the_till(visit),
        after=(chosen + timedelta(days=1)).isoformat() if chosen < _today(visit) else "",
    )  # fmt: skip


def _today(visit: Visit) -> date:
    return moment_of(visit.use.clock(), visit.face.timezone).date()


def _day(visit: Visit) -> date:
    found = _DATE.validate_python(visit.request.query_params.get("day") or None)
    return found if isinstance(found, date) and 2000 <= found.year <= 9000 else _today(visit)
