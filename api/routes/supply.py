"""Issue, redeem, grant, charge; reverse. Above the policy's threshold a second person approves (202)."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Caller, How, asking, command_id, require
from api.moving import WAITING, move
from api.schemas.payments import EntryWrittenOut
from api.schemas.supply import FeeBody, GrantBody, IssueBody, RedemptionBody, ReversalBody
from ledger.core.commands import ChargeFee, Grant, Issue, Redeem, Reverse

router = APIRouter(tags=["supply"])


@router.post("/v1/issues", status_code=201, response_model=EntryWrittenOut, responses=WAITING)
async def issue(
    body: IssueBody,
    caller: Caller = require("issues.create"),
    how: How = asking(),
) -> Response:
    """Units to a member against the euros received for them."""
    command = Issue(
        id=command_id(caller, body.id, how.key), community=caller.community, actor=caller.principal.actor,
        account=body.account, currency=body.currency, amount=body.amount, euros=body.euros,
    )  # fmt: skip
    return await move(caller, "issues.create", command, how.dry_run)


@router.post("/v1/redemptions", status_code=201, response_model=EntryWrittenOut, responses=WAITING)
async def redeem(
    body: RedemptionBody,
    caller: Caller = require("redemptions.create"),
    how: How = asking(),
) -> Response:
    """A professional's units destroyed, euros less the commission released."""
    command = Redeem(
        id=command_id(caller, body.id, how.key), community=caller.community, actor=caller.principal.actor,
        account=body.account, currency=body.currency, amount=body.amount, invoice=body.invoice,
    )  # fmt: skip
    return await move(caller, "redemptions.create", command, how.dry_run)


@router.post("/v1/grants", status_code=201, response_model=EntryWrittenOut)
async def grant(
    body: GrantBody,
    caller: Caller = require("grants.create"),
    how: How = asking(),
) -> Response:
    """A purse funded from its programme's budget."""
    command = Grant(
        id=command_id(caller, body.id, how.key), community=caller.community, actor=caller.principal.actor,
        account=body.account, amount=body.amount, once=body.once,
    )  # fmt: skip
    return await move(caller, "grants.create", command, how.dry_run)


@router.post("/v1/fees", status_code=201, response_model=EntryWrittenOut)
async def charge(
    body: FeeBody,
    caller: Caller = require("fees.create"),
    how: How = asking(),
) -> Response:
    """Dues or a fee from a member to the association."""
    command = ChargeFee(
        id=command_id(caller, body.id, how.key), community=caller.community, actor=caller.principal.actor,
        account=body.account, amount=body.amount, purpose=body.purpose,
    )  # fmt: skip
    return await move(caller, "fees.create", command, how.dry_run)


@router.post(
    "/v1/entries/{entry}/reversal", status_code=201, response_model=EntryWrittenOut, responses=WAITING
)
async def reverse(
    entry: UUID,
    body: ReversalBody,
    caller: Caller = require("entries.reverse"),
    how: How = asking(),
) -> Response:
    """Every movement of an entry the other way round: once, within the window, by somebody who did not enter it."""
    command = Reverse(
        id=command_id(caller, body.id, how.key), community=caller.community, actor=caller.principal.actor,
        entry=entry, force=body.force,
    )  # fmt: skip
    return await move(caller, "entries.reverse", command, how.dry_run)
