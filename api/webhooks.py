"""Webhooks: the journal read by number and told to whoever subscribed, as Standard Webhooks writes it.

Each subscription has a cursor in the database, which moves past an entry only when the entry was taken or is of no
interest. So nothing is skipped, whatever stops; an entry whose answer we did not hear is sent again, with the same
`webhook-id`: the id of the entry. Several processes share the work by leases.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import structlog
from standardwebhooks import Webhook

from api import presenting
from api.calls import Caller, NoCall, open_line
from api.edge.logs import places
from api.facts import Facts, Named, touched
from api.identity.hooks import Hooks, Subscription
from api.identity.people import People
from api.schemas.common import moment
from ledger.core.journal import Entry
from ledger.store.reader import Reader
from ledger.store.views import EntryView

SECOND = 10**9
LEASE = 60 * SECOND
PAGE = 100
"""Entries read, and at most told, in one turn of a subscription."""
TOGETHER = 16
"""Subscriptions served at the same time."""
DELAYS = (5, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 86_400)
"""Seconds before each new attempt: four days, and then the subscription is disabled."""
JITTER_BP = 2_000
"""Each delay is longer or shorter by up to so many basis points, so that those who failed together do not come back together."""


class _Stopped(Exception):
    """This subscription is not served any further in this turn."""


class Deliverer:
    """Calls the subscribers. One for each process."""

    def __init__(
        self,
        hooks: Hooks,
        people: People,
        reader: Reader,
        facts: Facts,
        *,
        clock: Callable[[], int],
        private: bool = False,
        poll_seconds: float = 1,
        chance: random.Random | None = None,
    ) -> None:
        """`private` lets it call loopback and private addresses; for tests."""
        self._hooks = hooks
        self._people = people
        self._reader = reader
        self._facts = facts
        self._clock = clock
        self._private = private
        self._poll = poll_seconds
        self._chance = chance or random.SystemRandom()

    async def run(self) -> None:
        """Deliver until cancelled; for a task of the application's lifespan."""
        while True:
            busy = False
            try:
                busy = await self.turn()
            except Exception as error:  # noqa: BLE001 - whatever it is, deliveries go on
                _log(error)
            if not busy:
                await asyncio.sleep(self._poll)

    async def turn(self) -> bool:
        """Serve everybody who is due, once; whether some may have more waiting."""
        due = await asyncio.to_thread(self._hooks.due, self._clock())
        together = asyncio.Semaphore(TOGETHER)

        async def served(one: Subscription) -> bool:
            async with together:
                try:
                    return await self._serve(one)
                except Exception as error:  # noqa: BLE001 - one bad subscription does not stop the others
                    _log(error)
                    return False

        return any(await asyncio.gather(*(served(one) for one in due)))

    async def _serve(self, one: Subscription) -> bool:
        """One turn of one subscription; whether it went well and more may wait."""
        now = self._clock()
        if not await asyncio.to_thread(self._hooks.lease, one, now, now + LEASE):
            return False
        try:
            return await self._deliver(one)
        finally:
            await asyncio.shield(asyncio.to_thread(self._hooks.release, one))

    async def _deliver(self, one: Subscription) -> bool:
        page = await asyncio.to_thread(self._read, one)
        told = [(view, text) for view, text in page if text is not None]
        try:
            if told:
                async with open_line(one.url, private=self._private) as line:
                    one = await self._tell(one, line, told)
            if page and page[-1][0].seq > one.cursor:  # the rest is of no interest
                await self._advance(one, page[-1][0].seq, "")
        except NoCall as reason:
            await self._failed(one, str(reason))
            return False
        except _Stopped:
            return False
        return len(page) == PAGE

    async def _tell(self, one: Subscription, line: Caller, told: list[tuple[EntryView, str]]) -> Subscription:
        """Tell entries one after the other; the subscription behind the last. Raises _Stopped where it may not go on."""
        secrets = await asyncio.to_thread(self._hooks.secrets, one)
        for view, text in told:
            try:
                status = str(await line.post(text.encode(), self._headers(secrets, view.command_id, text)))
            except NoCall as reason:
                status = str(reason)
            if not status.startswith("2"):
                await self._failed(one, status)
                raise _Stopped
            one = await self._advance(one, view.seq, status)
        return one

    def _headers(self, secrets: list[bytes], uid: UUID, message: str) -> dict[str, str]:
        """Signed with every secret that is valid now."""
        at = datetime.fromtimestamp(self._clock() // SECOND, UTC)
        signatures = [Webhook(secret).sign(str(uid), at, message) for secret in secrets]
        return {
            "content-type": "application/json",
            "user-agent": "ricochet-webhooks/1",
            "webhook-id": str(uid),
            "webhook-timestamp": str(self._clock() // SECOND),
            "webhook-signature": " ".join(signatures),
        }

    async def _advance(self, one: Subscription, seq: int, status: str) -> Subscription:
        """The subscription with its cursor moved. Raises _Stopped when it is not ours to move any more."""
        if not await asyncio.to_thread(self._hooks.advance, one, seq, status, self._clock() + LEASE):
            raise _Stopped
        return replace(one, cursor=seq, failures=0)

    async def _failed(self, one: Subscription, status: str) -> None:
        """Try again later, longer each time; give up when told to, or after days."""
        if status == "410":
            await asyncio.to_thread(self._hooks.disable, one, "gone", status)
        elif one.failures >= len(DELAYS):
            await asyncio.to_thread(self._hooks.disable, one, "failing", status)
        else:
            share = 10_000 + self._chance.randint(-JITTER_BP, JITTER_BP)
            wait = DELAYS[one.failures] * SECOND * share // 10_000
            await asyncio.to_thread(self._hooks.failed, one, status, self._clock() + wait)

    def _read(self, one: Subscription) -> list[tuple[EntryView, str | None]]:
        """The next entries, each with what is to be said of it: None for what is of no interest."""
        views = self._reader.entries(one.community, one.cursor, PAGE)
        entries = [view.decoded() for view in views]
        named = self._facts.accounts_of(one.community, entries)
        theirs = None
        if one.member is not None:
            theirs = frozenset(self._people.get(one.community, one.member).accounts)
        return [
            (view, message(one, view, entry, named, theirs))
            for view, entry in zip(views, entries, strict=True)
        ]


def _log(error: Exception) -> None:
    structlog.get_logger().warning("webhooks", error=type(error).__name__, at_code=places(error))


def message(
    one: Subscription, view: EntryView, entry: Entry, named: dict[int, Named], theirs: frozenset[UUID] | None
) -> str | None:
    """The JSON for a subscription, or None. With `theirs`, only the transfers that touch these accounts are told."""
    if one.events and view.command not in one.events:
        return None
    if theirs is not None and theirs.isdisjoint(touched(entry, named)):
        return None
    moved = [
        each
        for each in entry.transfers
        if theirs is None or not theirs.isdisjoint({named[each.debit].uid, named[each.credit].uid})
    ]
    data = {
        "community": str(one.community), "seq": view.seq, "id": str(view.command_id), "at": moment(view.ts),
        "command": view.command, "transfers": presenting.transfers(moved, named),
    }  # fmt: skip
    return json.dumps({"type": f"entry.{view.command}", "timestamp": moment(view.ts), "data": data})
