"""The journal by number, and live."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from api import presenting
from api.deps import Caller, bearer, require
from api.identity.permissions import allowed
from api.identity.principal import Principal
from api.params import Limit, respond
from api.problems import shape
from api.schemas.journal import JournalOut
from ledger.core.money import MAX_AMOUNT

router = APIRouter(tags=["journal"])

ACTION = "journal.stream"
After = Annotated[int, Query(ge=0, le=MAX_AMOUNT, description="Entries after this number.")]


@router.get("/v1/journal", response_model=JournalOut)
def read(caller: Caller = require("journal.read"), after: After = 0, limit: Limit = 50) -> Response:
    """Entries by number; nothing is ever skipped."""
    with caller.use.ledger.reader.snapshot() as seen:
        head = seen.head(caller.community).seq
        views = seen.entries(caller.community, after, limit)
    entries = [view.decoded() for view in views]
    named = caller.use.facts.accounts_of(caller.community, entries)
    items = [presenting.entry(view, entry, named) for view, entry in zip(views, entries, strict=True)]
    return respond(200, {"items": items, "head": head})


class Following(NamedTuple):
    """Who listens, and from where."""

    caller: Caller
    start: int
    token: str

    async def principal(self) -> Principal | None:
        """Who that is now: a stream outlives keys, and members get new accounts."""
        found = await self.caller.use.identity.authenticate(self.token)
        return found if found is not None and allowed(found, ACTION) else None


def _following(
    request: Request,
    caller: Caller = require(ACTION),
    after: After | None = None,
    last_event_id: Annotated[int | None, Header(ge=0, le=MAX_AMOUNT)] = None,
) -> Following:
    """From Last-Event-ID on, else `after`, else from now on."""
    head = caller.use.ledger.reader.head(caller.community).seq
    start = last_event_id if last_event_id is not None else head if after is None else after
    if start > head:
        raise shape("after", f"the journal ends at {head}; you have seen a longer one, compare checkpoints")
    return Following(caller, start, bearer(request))


@router.get("/v1/journal/stream", response_class=EventSourceResponse)
async def stream(
    following: Annotated[Following, Depends(_following)],
) -> AsyncIterator[ServerSentEvent]:
    """Entries as they are written (server-sent events); the event's id is the entry's number."""
    caller = following.caller
    with caller.use.metrics.listening():
        async for seen in caller.use.hub.follow(caller.community, following.start):
            principal = await following.principal()
            if principal is None:
                return
            own = principal.accounts if caller.own else None
            if own is None or seen.touches(own):
                said = presenting.entry(seen.view, seen.entry, seen.accounts, own)
                yield ServerSentEvent(
                    raw_data=json.dumps(said, separators=(",", ":")), event="entry", id=str(seen.view.seq)
                )
