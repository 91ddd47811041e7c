"""Set an amount aside, pay it, give it back."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api import presenting
from api.deps import Caller, How, asking, command_id, require
from api.identity.errors import forbidden
from api.params import respond
from api.paying import own_signature
from api.problems import hidden
from api.schemas.accounts import CommandIdBody
from api.schemas.holds import CaptureBody, HoldAsked, HoldBody, HoldOut, HoldWrittenOut, SignedHoldBody
from api.signed import read_signed
from api.submitting import Outcome, submit
from ledger.core.commands import CaptureHold, PlaceHold, VoidHold

router = APIRouter(tags=["holds"])


@router.post("/v1/holds", status_code=201, response_model=HoldWrittenOut)
async def place(
    body: HoldAsked,
    caller: Caller = require("holds.place"),
    how: How = asking(),
) -> Response:
    """Set an amount aside for a payee. It counts against what is available, and moves nothing yet."""
    command = _command(caller, body, how.key)
    caller.must_own(command.payer, "payer")
    return await _written(caller, command.id, await submit(caller, command, dry_run=how.dry_run))


@router.get("/v1/holds/{hold}", response_model=HoldOut)
def read(hold: UUID, caller: Caller = require("holds.read")) -> Response:
    """A hold and what became of it."""
    said = _hold(caller, hold)
    if not (caller.owns(UUID(said["payer"])) or caller.owns(UUID(said["payee"]))):
        raise hidden("hold")
    return respond(200, said)


@router.post("/v1/holds/{hold}/capture", status_code=201, response_model=HoldWrittenOut)
async def capture(
    hold: UUID,
    body: CaptureBody,
    caller: Caller = require("holds.capture"),
    how: How = asking(),
) -> Response:
    """Pay a hold in whole or in part. The payee does it."""
    uid = command_id(caller, body.id, how.key)
    await asyncio.to_thread(_must_be_payee, caller, hold)
    command = CaptureHold(
        id=uid, community=caller.community, actor=caller.principal.actor, hold=hold, amount=body.amount
    )
    return await _written(caller, hold, await submit(caller, command, dry_run=how.dry_run))


@router.post("/v1/holds/{hold}/void", status_code=201, response_model=HoldWrittenOut)
async def void(
    hold: UUID,
    body: CommandIdBody,
    caller: Caller = require("holds.void"),
    how: How = asking(),
) -> Response:
    """Give a hold back. The payee or the association does it; the payer waits until it expires."""
    uid = command_id(caller, body.id, how.key)
    await asyncio.to_thread(_must_be_payee, caller, hold)
    command = VoidHold(id=uid, community=caller.community, actor=caller.principal.actor, hold=hold)
    return await _written(caller, hold, await submit(caller, command, dry_run=how.dry_run))


def _command(caller: Caller, body: HoldBody | SignedHoldBody, key: str | None) -> PlaceHold:
    if isinstance(body, SignedHoldBody):
        command = read_signed(body.signed, PlaceHold)
        own_signature(caller, command)
        return command
    return PlaceHold(
        id=command_id(caller, body.id, key), community=caller.community, actor=caller.principal.actor,
        payer=body.payer, payee=body.payee, amount=body.amount, currency=body.currency,
        seconds=body.expires_in or 0, activity=body.activity or "",
    )  # fmt: skip


def _hold(caller: Caller, hold: UUID) -> dict[str, Any]:
    found = caller.use.ledger.reader.hold(caller.community, hold)
    named = caller.use.facts.accounts(caller.community, (found.debit, found.credit))
    return presenting.hold(found, named, caller.use.clock())


def _must_be_payee(caller: Caller, hold: UUID) -> None:
    said = _hold(caller, hold)
    if not (caller.owns(UUID(said["payer"])) or caller.owns(UUID(said["payee"]))):
        raise hidden("hold")
    if not caller.owns(UUID(said["payee"])):
        raise forbidden(
            "not_allowed", "only the payee may do this; a hold that is not used expires by itself"
        )


async def _written(caller: Caller, hold: UUID, outcome: Outcome) -> Response:
    said = presenting.written(outcome)
    named = await asyncio.to_thread(caller.use.facts.named, caller.community, outcome.transfers)
    said["transfers"] = presenting.transfers(outcome.transfers, named)
    if not outcome.dry:
        said["hold"] = await asyncio.to_thread(_hold, caller, hold)
    return respond(outcome.status, said)
