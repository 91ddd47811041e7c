"""Reports for pages: computed once for each entry number, kept for a while, never waited for too long."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import monotonic
from typing import Any
from uuid import UUID

from api.deps import Services
from api.edge import logs
from api.reporting import Wanted
from ledger.core.accounts import Model

PATIENCE = 2.5
"""Seconds that a page waits for a report before it says that it is being computed."""
MOST = 200
"""Reports kept in memory."""
GLANCE = 0.3
"""Seconds that a page which only shows a report beside other things waits for it."""
TURN = 0.1
"""Seconds after which a report that waits for others looks again whether it is its turn."""
MINUTE = 60.0
"""Seconds for which what such a page shows need not be found again."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """A currency of a community."""

    community: UUID
    code: str
    name: str
    currency: str
    scale: int
    model: Model

    @property
    def key(self) -> str:
        """As forms name it."""
        return f"{self.code}:{self.currency}"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months: the first day of the first, and the first day after the last."""

    start: date
    end: date

    @classmethod
    def of(cls, first: str, last: str) -> Period | None:
        """From two months ("2026-01"); None when they are no months, or the wrong way round."""
        ends = [month_of(first), month_of(last)]
        if ends[0] is None or ends[1] is None or ends[0] > ends[1]:
            return None
        return cls(ends[0], _next(ends[1]))

    def ended(self, now: date) -> Period | None:
        """The months before the month `now`: two looks at that one would show what was paid in between. None: it has none."""
        return Period(self.start, min(self.end, now)) if self.start < now else None

    @property
    def first(self) -> str:
        """The first month, "2026-01"."""
        return self.start.isoformat()[:7]

    @property
    def last(self) -> str:
        """The last month."""
        before = self.end.toordinal() - 1
        return date.fromordinal(before).isoformat()[:7]


def this_month(now: int) -> date:
    """The first day of the month of a moment (ns), UTC as in the reports."""
    return datetime.fromtimestamp(now // 10**9, UTC).date().replace(day=1)


def month_of(text: str) -> date | None:
    """The first day of a month such as "2026-01"; None for anything else."""
    year, dash, month = text.partition("-")
    if dash != "-" or not (year.isdecimal() and month.isdecimal() and text.isascii()):
        return None
    return date(int(year), int(month), 1) if 1990 <= int(year) <= 2200 and 1 <= int(month) <= 12 else None


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def pilots(use: Services) -> list[Pilot]:
    """Every currency of members, by community and code."""
    found = []
    for community in use.ledger.reader.communities():
        name = use.identity.communities.name(community.uid) or community.code
        found += [
            Pilot(community.uid, community.code, name, unit.code, unit.scale, unit.model)
            for unit in use.ledger.reader.currencies(community.uid)
            if unit.model is not Model.MIRROR
        ]
    return sorted(found, key=lambda each: (each.name, each.currency))


def last_year(use: Services, some: list[Pilot]) -> Period:
    """The twelve months up to the last one in which one of them wrote an entry."""
    latest = max((use.ledger.reader.head(each.community).ts for each in some), default=use.clock())
    return _year(_next(this_month(latest)))


def ended_year(use: Services, some: list[Pilot]) -> Period:
    """The same for readers of aggregates: the last of the twelve months has ended."""
    return _year(min(last_year(use, some).end, this_month(use.clock())))


def _year(end: date) -> Period:
    return Period(end.replace(year=end.year - 1), end)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found last, as of an entry, at a moment of this process; `value` None: it could not be found."""

    value: Any
    entry: int
    at: float


class Looking:
    """The reports that pages have asked for."""

    def __init__(self) -> None:
        self._seen: OrderedDict[Hashable, Seen] = OrderedDict()
        self._kept: OrderedDict[tuple[Hashable, int], Any] = OrderedDict()
        self._running: dict[tuple[Hashable, int], asyncio.Task[Any]] = {}

    async def get(self, use: Services, wanted: Wanted) -> Any:
        """The report, JSON as values and files as they are; None while it is computed or waits for others.

        A refusal is raised.
        """

        async def make() -> Any:
            while use.reports.full(wanted):  # a page of many pilots asks for more than are computed at once
                await asyncio.sleep(TURN)
            content, _ = await use.reports.make(wanted)
            return json.loads(content) if wanted.form == "json" else content

        return await self.found(use, wanted.community, wanted, make)

    async def found(self, use: Services, community: UUID, what: Hashable, make: Callable[[], Awaitable[Any]]) -> Any:
        """What `make` finds at a community's last entry, by the name `what`; None while it looks."""
        head = await asyncio.to_thread(use.ledger.reader.head, community)
        at = (what, head.seq)
        if at in self._kept:
            self._kept.move_to_end(at)
            return self._kept[at]
        if at not in self._running and sum(not task.done() for task in self._running.values()) >= MOST:
            return None
        task = self._begun(at, lambda: self._keep(at, make))
        done, _ = await asyncio.wait([task], timeout=PATIENCE)
        if not done:
            return None
        self._running.pop(at, None)
        return task.result()

    async def glance(
        self, use: Services, community: UUID, what: Hashable, make: Callable[[], Awaitable[Any]]
    ) -> Seen | None:
        """What `make` found last under the name `what`, found again beside the page when it is old; None: not yet.

        It never fails: what could not be found is seen as None, and looked for again after a minute.
        """
        head, seen = await asyncio.to_thread(use.ledger.reader.head, community), self._seen.get(what)
        old = seen is None or (monotonic() - seen.at > MINUTE and (seen.value is None or seen.entry < head.seq))
        if old:
            task = self._begun((what, 0), lambda: self._see(what, head.seq, make))
            await asyncio.wait([task], timeout=GLANCE)
        return self._seen.get(what)

    async def _see(self, what: Hashable, entry: int, make: Callable[[], Awaitable[Any]]) -> None:
        value = None
        with logs.Noting("figures beside a page"):
            value = await make()
        self._seen[what] = Seen(value, entry, monotonic())
        self._running.pop((what, 0), None)
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)

    def _begun(self, at: tuple[Hashable, int], make: Callable[[], Coroutine[Any, Any, Any]]) -> asyncio.Task[Any]:
        """The task that finds it; the one that runs already, if it is of this loop."""
        task = self._running.get(at)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = self._running[at] = asyncio.create_task(make())
        return task

    async def _keep(self, at: tuple[Hashable, int], make: Callable[[], Awaitable[Any]]) -> Any:
        found = await make()
        self._kept[at] = found
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return found


def wanted(pilot: Pilot, period: Period, name: str = "all", form: str = "json", lang: str = "en") -> Wanted:
    """What a page asks of the reports: aggregates, always."""
    return Wanted(
        community=pilot.community, name=name, currency=pilot.currency, start=period.start.isoformat(),
        end=period.end.isoformat(), entry=None, aggregates=True, form=form, lang=lang,
    )  # fmt: skip

