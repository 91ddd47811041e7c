"""`/till/sale/<request>/stream`: what becomes of a sale, as it happens (server-sent events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.identity.requests import Request
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.till.register import own_request

router = page_router()

LOOK = 1.0
"""Seconds after which the request is read even if nothing was written: it may have been refused or be over."""
LONGEST = 900
"""Looks after which the browser has to come again, with its session."""


def _watched(request: UUID, visit: Visit = page("till.use")) -> tuple[Visit, Request]:
    return visit, own_request(visit, request)


@router.get("/till/sale/{request}/stream", response_class=EventSourceResponse)
async def stream(watched: Annotated[tuple[Visit, Request], Depends(_watched)]) -> AsyncIterator[ServerSentEvent]:
    """The state at once, then whenever it changes, until it is no more open."""
    visit, found = watched
    community, told = visit.caller.community, ""
    async with _woken(visit, found.payee) as written:
        for _ in range(LONGEST):
            written.clear()
            now = await asyncio.to_thread(visit.use.identity.requests.get, community, found.id)
            if now.state != told:
                told = now.state
                yield ServerSentEvent(raw_data=json.dumps({"state": told}), event="sale")
            if told != "open":
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(written.wait(), LOOK)


@asynccontextmanager
async def _woken(visit: Visit, payee: UUID) -> AsyncIterator[asyncio.Event]:
    """An event that is set whenever an entry touches the payee's account."""
    written = asyncio.Event()
    async with AsyncExitStack() as stack:
        listening = asyncio.create_task(_listen(visit, payee, written))
        stack.callback(listening.cancel)
        yield written


async def _listen(visit: Visit, payee: UUID, written: asyncio.Event) -> None:
    """Wake the stream whenever an entry touches the payee's account."""
    community = visit.caller.community
    head = await asyncio.to_thread(visit.use.ledger.reader.head, community)
    async for seen in visit.use.hub.follow(community, head.seq):
        if seen.touches(frozenset({payee})):
            written.set()
