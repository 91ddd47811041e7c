"""Reports for HTTP: computed beside the event loop, few at once; and what is known of members, without their names."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib import import_module
from pathlib import Path
from time import monotonic
from types import ModuleType
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, func, inspect, select

from api.association.schema import dues, link
from api.identity.people import accounts_of
from api.identity.schema import member
from ledger.analytics.source.facts import MemberFact
from ledger.core.errors import Rejected, Unavailable
from ledger.store.reader import Reader

T = TypeVar("T")

SECOND = 10**9
DAY = 86_400
PAGE = 500
AT_ONCE = 2
WAITING = 8
"""Reports that are computed at once, and that may wait, in one process; more are asked to come again."""
SLOW_SECONDS = 5
KEPT_SECONDS = 120
"""A report that took so long is kept so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a request asks for, as it says it."""

    community: UUID
    name: str
    """An indicator, or all."""
    currency: str | None
    start: str | None
    end: str | None
    entry: int | None
    aggregates: bool
    """Only what the rule of secrecy lets through."""
    form: str
    lang: str
    pilots: tuple[str, ...] = ()
    """Other communities to stand beside it, as CODE or CODE:CURRENCY."""


def _computing() -> ModuleType:
    """What computes is large: it is loaded by the first report, not by every server."""
    return import_module("api.computing")


Made = tuple[str | bytes, str]
"""What is sent, and its media type."""


class Reports:
    """The workers that compute reports in one process."""

    def __init__(self, reader: Reader, folder: Path, clock: Callable[[], int]) -> None:
        """`folder` keeps the extracts; `clock` (ns) says which months have ended."""
        self._reader, self.folder, self._clock = reader, folder, clock
        self._workers = ThreadPoolExecutor(AT_ONCE, "ricochet-reports")
        self._asked: dict[Wanted, Future[Made]] = {}

    def close(self) -> None:
        """Wait for what is being computed."""
        self._workers.shutdown(cancel_futures=True)

    async def listing(self, lang: str) -> list[dict[str, Any]]:
        """What each indicator is, in a language."""
        found: list[dict[str, Any]] = await asyncio.to_thread(lambda: _computing().listing(lang))
        return found

    def full(self, wanted: Wanted) -> bool:
        """Whether `make` would refuse this one now, because too many others wait."""
        waiting = sum(not each.done() for each in self._asked.values())
        return wanted not in self._asked and waiting >= AT_ONCE + WAITING

    async def make(self, wanted: Wanted) -> Made:
        """A report. Raises Rejected for what cannot be asked, Unavailable when too many wait.

        Who asks the same while it is computed hears the same. When nobody waits any more it is computed to its end and
        kept for a while, if it took long: so a request that was answered too late may be sent again.
        """
        future = self._asked.get(wanted)
        if future is None:
            if self.full(wanted):
                raise Unavailable("too many reports are being computed; ask again in a minute")
            future = self._asked[wanted] = self._workers.submit(self._compute, wanted)
            began, loop = monotonic(), asyncio.get_running_loop()
            future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._ended, wanted, began))
        return await asyncio.shield(asyncio.wrap_future(future))

    async def look(self, of: Callable[[Any], T], community: UUID, currency: str, start: date, end: date) -> T:
        """What `of` finds in the scene of a currency from `start` up to `end`, in a worker's thread."""

        def look() -> T:
            facts = facts_of(self._reader, community)
            return of(_computing().scene(self._reader, self.folder, community, currency, (start, end), facts))

        return await asyncio.wrap_future(self._workers.submit(look))

    def _compute(self, wanted: Wanted) -> Made:
        facts = facts_of(self._reader, wanted.community)
        made: Made = _computing().make(self._reader, self.folder, wanted, facts, self._clock() // SECOND)
        return made

    def _ended(self, wanted: Wanted, began: float) -> None:
        if monotonic() - began < SLOW_SECONDS:
            del self._asked[wanted]
        else:
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self._asked.pop, wanted)


def facts_of(reader: Reader, community: UUID) -> list[MemberFact]:
    """What figures may know of a community's members: pseudonyms, kinds, places, sectors and dates."""
    with reader.connected() as connection:
        there = set(inspect(connection).get_table_names())
        if member.name not in there:
            return []
        paid: dict[UUID, str] = {}
        if dues.name in there:
            query = select(dues.c.member, func.max(dues.c.through)).where(dues.c.community == community)
            paid = {row[0]: row[1] for row in connection.execute(query.group_by(dues.c.member))}
        mirrors = {}
        if link.name in there:
            agreed = select(link.c.account, link.c.id, link.c.other).where(link.c.community == community)
            mirrors = {row[0]: (row[1], row[2]) for row in connection.execute(agreed)}
        rows = connection.execute(select(member).where(member.c.community == community)).all()
        facts = []
        for start in range(0, len(rows), PAGE):
            some = rows[start : start + PAGE]
            held = accounts_of(connection, community, [row.id for row in some])
            for row in some:
                own = tuple(each for each in held.get(row.id, ()) if each not in mirrors)
                facts.append(_fact(row, own, paid.get(row.id)))
    return facts + [
        MemberFact(member=uid, accounts=(account,), mirrors=_code(reader, other))
        for account, (uid, other) in mirrors.items()
    ]


def _code(reader: Reader, community: UUID) -> str:
    """Of a community that has moved out only the id is left."""
    try:
        return reader.community(community).code
    except Rejected:
        return str(community)


def _fact(row: Row[Any], accounts: tuple[UUID, ...], through: str | None) -> MemberFact:
    return MemberFact(
        member=row.id,
        kind=row.kind,
        state=row.state,
        area=row.place or None,
        sectors=tuple(json.loads(row.sectors)),
        joined=row.created_at // SECOND,
        dues_until=None if through is None else _end_of(through),
        accounts=accounts,
    )


def _end_of(day: str) -> int:
    """The last second of a day, UTC."""
    midnight = datetime.combine(date.fromisoformat(day), time(), UTC)
    return int(midnight.timestamp()) + DAY - 1
