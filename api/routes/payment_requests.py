"""Payment requests: ask to be paid by a link, pay what is asked, say no."""

from __future__ import annotations

import asyncio
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api import introducing, presenting
from api.asking import payment_of, visible
from api.deps import Caller, Key, command_id, require
from api.identity.requests import Asked, check_pays
from api.introducing import again
from api.params import Cursor, DryRun, Limit, Prefer, minimal, page, respond
from api.paying import balance_after
from api.schemas.common import SECOND
from api.schemas.payments import ReceiptOut
from api.schemas.requests import Acceptance, NothingBody, RequestBody, RequestOut, RequestsOut
from api.submitting import submit

router = APIRouter(tags=["payment requests"])

LISTING = "payment_requests"
IdOrToken = Path(
    pattern=r"^[0-9A-Za-z-]{1,64}$", description="The id of the request or the token of its link."
)


@router.post("/v1/payment-requests", status_code=201, response_model=RequestOut, responses=again(RequestOut))
def ask(
    body: RequestBody,
    request: Request,
    caller: Caller = require("payment_requests.create"),
    idempotency_key: Key = None,
) -> Response:
    """Ask to be paid, by one account or by whoever has the link."""
    caller.must_own(body.payee, "payee")
    asked = Asked(
        payee=body.payee, amount=body.amount, currency=body.currency, memo=body.memo or "", payer=body.payer
    )
    made, replayed = caller.use.identity.requests.make(
        caller.community, command_id(caller, body.id, idempotency_key), caller.principal.actor, asked,
        body.expires_in * SECOND,
    )  # fmt: skip
    (said,) = introducing.requests(caller, [made], str(request.base_url))
    return respond(200 if replayed else 201, said)


@router.get("/v1/payment-requests", response_model=RequestsOut)
def list_requests(
    request: Request,
    caller: Caller = require("payment_requests.read"),
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Requests for or to the caller's accounts, newest first."""
    at = caller.use.cursors.page(cursor, LISTING, caller.principal.actor, {})
    after = None
    if at.position is not None:
        created_at, _, uid = str(at.position).partition(" ")
        after = (int(created_at), UUID(uid))
    found = caller.use.identity.requests.page(caller.community, caller.principal.accounts, after, limit)
    items = introducing.requests(caller, found, str(request.base_url))
    last = f"{found[-1].created_at} {found[-1].id}" if found else None
    return respond(200, page(caller, LISTING, at.filters, items, limit, last, caller.principal.actor))


@router.get("/v1/payment-requests/{key}", response_model=RequestOut)
def read(
    request: Request, key: str = IdOrToken, caller: Caller = require("payment_requests.read")
) -> Response:
    """A request as it stands; one addressed to an account, by its id, only for the two sides."""
    (said,) = introducing.requests(caller, [visible(caller, key)], str(request.base_url))
    return respond(200, said)


@router.post("/v1/payment-requests/{key}/acceptance", status_code=201, response_model=ReceiptOut)
async def accept(
    body: Acceptance,
    key: str = IdOrToken,
    caller: Caller = require("payment_requests.accept"),
    dry_run: DryRun = False,
    prefer: Prefer = None,
) -> Response:
    """Pay what is asked; the payment's id is the request's `payment`, so that it is never paid twice."""
    found = await asyncio.to_thread(visible, caller, key)
    command, memo = payment_of(caller, found, body)
    check_pays(found, command)
    outcome = await submit(caller, command, memo, dry_run=dry_run)
    if outcome.ts is not None:
        await asyncio.to_thread(caller.use.identity.requests.paid, caller.community, found, outcome.ts)
    unit = await caller.use.facts.currency_async(caller.community, command.currency)
    said = presenting.receipt(outcome, command, unit)
    if not minimal(prefer):
        said["balance"] = await balance_after(caller, command.payer, outcome)
    return respond(outcome.status, said)


@router.post("/v1/payment-requests/{key}/rejection", response_model=RequestOut)
def reject(
    request: Request,
    body: NothingBody | None = None,
    key: str = IdOrToken,
    caller: Caller = require("payment_requests.reject"),
) -> Response:
    """Say no, or give up asking; for whoever may read the request."""
    found = visible(caller, key)
    (said,) = introducing.requests(
        caller, [caller.use.identity.requests.reject(caller.community, found.id)], str(request.base_url)
    )
    return respond(200, said)
