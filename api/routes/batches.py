"""Pay many at once: all or nothing."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import presenting
from api.batches import DESCRIPTION, read_batch
from api.deps import Caller, How, asking, command_id, require
from api.edge.direct import direct
from api.params import respond
from api.paying import balance_after, own_signature
from api.schemas.payments import BatchBody, BatchOut, SignedBody
from api.signed import read_signed
from api.submitting import submit
from ledger.core.commands import PayBatch, Payee

router = APIRouter(tags=["payments"])


@router.post("/v1/payment-batches", status_code=201, response_model=BatchOut, openapi_extra=DESCRIPTION)
@direct
async def pay_batch(
    request: Request,
    caller: Caller = require("payments.batch"),
    how: How = asking(),
) -> Response:
    """One payer, up to 8,190 payees. JSON, or application/x-ndjson: a header line, then a payee a line."""
    command = _command(caller, await read_batch(request), how.key)
    caller.must_own(command.payer, "payer")
    outcome = await submit(caller, command, dry_run=how.dry_run)
    unit = await caller.use.facts.currency_async(command.community, command.currency)
    said = presenting.written(outcome) | {
        "payer": str(command.payer), "currency": unit.code, "scale": unit.scale, "payees": len(command.payees),
        "amount": sum(line.amount for line in command.payees), "fee": presenting.fee(outcome.transfers),
    }  # fmt: skip
    if not how.minimal:
        said["balance"] = await balance_after(caller, command.payer, outcome)
    return respond(outcome.status, said)


def _command(caller: Caller, body: BatchBody | SignedBody, key: str | None) -> PayBatch:
    if isinstance(body, SignedBody):
        command = read_signed(body.signed, PayBatch)
        own_signature(caller, command)
        return command
    return PayBatch(
        id=command_id(caller, body.id, key), community=caller.community, actor=caller.principal.actor,
        payer=body.payer, currency=body.currency,
        payees=tuple(Payee(line.payee, line.amount) for line in body.payees),
    )  # fmt: skip
