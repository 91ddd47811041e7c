"""The journal by number, and live."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from api import presenting
from api.deps import Caller, require
from api.params import Limit, respond
from api.problems import shape
from api.schemas.journal import JournalOut
from ledger.core.money import MAX_AMOUNT

router = APIRouter(tags=["journal"])

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


def _follow_from(
    caller: Caller = require("journal.stream"),
    after: After | None = None,
    last_event_id: Annotated[int | None, Header(ge=0, le=MAX_AMOUNT)] = None,
) -> tuple[Caller, int]:
    """Who listens, and from where: Last-Event-ID, else `after`, else from now on."""
    head = caller.use.ledger.reader.head(caller.community).seq
    start = last_event_id if last_event_id is not None else head if after is None else after
    if start > head:
        raise shape("after", f"the journal ends at {head}; you have seen a longer one, compare checkpoints")
    return caller, start


@router.get("/v1/journal/stream", response_class=EventSourceResponse)
async def stream(
    following: Annotated[tuple[Caller, int], Depends(_follow_from)],
) -> AsyncIterator[ServerSentEvent]:
    """Entries as they are written (server-sent events); the event's id is the entry's number."""
    caller, start = following
    own = caller.principal.accounts if caller.own else None
    with caller.use.metrics.listening():
        async for seen in caller.use.hub.follow(caller.community, start):
            if own is None or seen.touches(own):
                said = presenting.entry(seen.view, seen.entry, seen.accounts, own)
                yield ServerSentEvent(
                    raw_data=json.dumps(said, separators=(",", ":")), event="entry", id=str(seen.view.seq)
                )
