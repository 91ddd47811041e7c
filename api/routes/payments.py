"""Pay a member, look a payment up, give it back."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api import presenting
from api.deps import Caller, How, asking, command_id, require
from api.edge.direct import direct
from api.identity.errors import forbidden
from api.memos import plain_memo, signed_memo
from api.params import respond
from api.paying import balance_after, of_one_payment, own_signature, signed_refund
from api.problems import hidden
from api.schemas.payments import (
    Payment,
    PaymentBody,
    PaymentOut,
    ReceiptOut,
    Refunding,
    RefundOut,
    SignedBody,
    SignedRefundBody,
)
from api.signed import read_signed
from api.submitting import submit
from ledger.core.commands import Pay, Refund
from ledger.core.journal import Reason
from ledger.service import Memo, memo_hash

router = APIRouter(tags=["payments"])


@router.post("/v1/payments", status_code=201, response_model=ReceiptOut)
@direct
async def pay(
    body: Payment,
    caller: Caller = require("payments.create"),
    how: How = asking(),
) -> Response:
    """Pay. By a member's device: `signed`. By a key, from an account without devices: the fields themselves."""
    command, memo = read_payment(caller, body, how.key)
    caller.must_own(command.payer, "payer")
    outcome = await submit(caller, command, memo, dry_run=how.dry_run)
    unit = await caller.use.facts.currency_async(command.community, command.currency)
    said = presenting.receipt(outcome, command, unit)
    if not how.minimal:
        said["balance"] = await balance_after(caller, command.payer, outcome)
    return respond(outcome.status, said)


def read_payment(caller: Caller, body: PaymentBody | SignedBody, key: str | None) -> tuple[Pay, Memo | None]:
    """The command that a payment's body means, and its memo."""
    if isinstance(body, SignedBody):
        command = read_signed(body.signed, Pay)
        own_signature(caller, command)
        return command, signed_memo(body.memo, body.memo_salt)
    uid = command_id(caller, body.id, key)
    memo = plain_memo(caller.use.secret, caller.community, uid, body.memo, body.memo_salt)
    command = Pay(
        id=uid, community=caller.community, actor=caller.principal.actor, payer=body.payer, payee=body.payee,
        amount=body.amount, currency=body.currency, deal=body.deal, sphere=body.sphere,
        activity=body.activity or "", memo_hash=None if memo is None else memo_hash(memo),
    )  # fmt: skip
    return command, memo


@router.get("/v1/payments/{payment}", response_model=PaymentOut)
def read(payment: UUID, caller: Caller = require("payments.read")) -> Response:
    """A payment as it stands now: what of it was given back, and its memo for the two members."""
    facts, c = caller.use.facts, caller.community
    with caller.use.ledger.reader.snapshot() as seen:
        found = of_one_payment(seen.entry(c, payment))
        command = found.command
        if not isinstance(command, Pay) or not (caller.owns(command.payer) or caller.owns(command.payee)):
            raise hidden("entry")
        links = seen.links(c, found.seq)
        memo = seen.memo(c, found.seq) if caller.own else None
    said = presenting.receipt(presenting.past(found), command, facts.currency(c, command.currency))
    said["refunded"] = max([link.total for link in links if link.role == "refunded"], default=0)
    said["reversed"] = any(link.role == "reversed" for link in links)
    said["memo"] = None if memo is None else memo.text
    return respond(200, said)


@router.post("/v1/payments/{payment}/refunds", status_code=201, response_model=RefundOut)
async def refund(
    payment: UUID,
    body: Refunding,
    caller: Caller = require("payments.refund"),
    how: How = asking(),
) -> Response:
    """Give part of a payment back or, without amount, the rest of it. The payee does it, by a device if they have one."""
    if isinstance(body, SignedRefundBody):
        command = signed_refund(caller, body.signed, payment)
    else:
        command = Refund(
            id=command_id(caller, body.id, how.key), community=caller.community, actor=caller.principal.actor,
            payment=payment, amount=body.amount,
        )  # fmt: skip
    await asyncio.to_thread(_must_be_payee, caller, payment)
    outcome = await submit(caller, command, dry_run=how.dry_run)
    return respond(outcome.status, await asyncio.to_thread(_refunded, caller, payment, outcome))


def _must_be_payee(caller: Caller, payment: UUID) -> None:
    found = caller.use.ledger.reader.entry(caller.community, payment).decoded()
    main = next((t for t in found.transfers if t.reason in (Reason.PAYMENT, Reason.CAPTURE)), None)
    named = caller.use.facts.accounts_of(caller.community, [found])
    if main is None or not (caller.owns(named[main.debit].uid) or caller.owns(named[main.credit].uid)):
        raise hidden("entry")
    if not caller.owns(named[main.credit].uid):
        raise forbidden("not_allowed", "only who received a payment gives it back; ask them")


def _refunded(caller: Caller, payment: UUID, outcome: Any) -> dict[str, Any]:
    named = caller.use.facts.named(caller.community, outcome.transfers)
    moved = presenting.transfers(outcome.transfers, named)
    back = next(each for each in moved if each["reason"] == "refund")
    return presenting.written(outcome) | {
        "payment": str(payment), "amount": back["posted"], "currency": back["currency"], "scale": back["scale"],
        "transfers": moved,
    }  # fmt: skip
