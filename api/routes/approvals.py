"""Four eyes: what waits for a second person, and what that person says."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import introducing, presenting
from api.deps import Caller, require
from api.params import Cursor, DryRun, Limit, page, respond
from api.schemas.payments import EntryWrittenOut
from api.schemas.requests import NothingBody, ProposalOut, ProposalsOut
from api.submitting import submit

router = APIRouter(tags=["approvals"])

State = Annotated[Literal["open", "approved", "rejected", "expired"] | None, Query()]


@router.get("/v1/approvals", response_model=ProposalsOut)
def list_approvals(
    caller: Caller = require("approvals.list"), state: State = None, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Proposals by id, in one state if one is given."""
    at = caller.use.cursors.page(cursor, "approvals", caller.community, {"state": state})
    after = None if at.position is None else UUID(str(at.position))
    found = caller.use.identity.approvals.page(caller.community, at.filters.get("state"), after, limit)
    items = [introducing.proposal(each) for each in found]
    last = str(found[-1].id) if found else None
    return respond(200, page(caller, "approvals", at.filters, items, limit, last))


@router.get("/v1/approvals/{approval}", response_model=ProposalOut)
def read(approval: UUID, caller: Caller = require("approvals.list")) -> Response:
    """One proposal."""
    return respond(200, introducing.proposal(caller.use.identity.approvals.get(caller.community, approval)))


@router.post("/v1/approvals/{approval}/approval", status_code=201, response_model=EntryWrittenOut)
async def approve(
    approval: UUID,
    body: NothingBody | None = None,
    caller: Caller = require("approvals.decide"),
    dry_run: DryRun = False,
) -> Response:
    """Approve what somebody else asked for; needs the role that the command itself needs."""
    approvals = caller.use.identity.approvals
    found, command = await asyncio.to_thread(approvals.ready, caller.principal, caller.community, approval)
    outcome = await submit(caller, command, dry_run=True)  # a refusal now must not use the id up
    if not dry_run:
        outcome = await submit(caller, command)
        await asyncio.to_thread(
            approvals.approved, caller.community, found, caller.principal.actor, outcome.ts or 0
        )
    named = await asyncio.to_thread(caller.use.facts.named, caller.community, outcome.transfers)
    moved = presenting.transfers(outcome.transfers, named)
    return respond(outcome.status, presenting.written(outcome) | {"transfers": moved})


@router.post("/v1/approvals/{approval}/rejection", response_model=ProposalOut)
def reject(
    approval: UUID, body: NothingBody | None = None, caller: Caller = require("approvals.decide")
) -> Response:
    """Turn a proposal down, or take one's own back."""
    found = caller.use.identity.approvals.reject(caller.principal, caller.community, approval)
    return respond(200, introducing.proposal(found))
