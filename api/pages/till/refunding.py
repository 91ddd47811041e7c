"""`/till/refund/<payment>`: part of a payment given back, or all of it; signed by the till's device where it has one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.paying import signed_refund
from api.problems import hidden
from api.schemas.common import to_b64
from api.submitting import submit
from ledger.core import signing
from ledger.core.accounts import Account, Currency
from ledger.core.commands import Pay, Refund
from ledger.service import new_id

router = page_router()


@dataclass(frozen=True, slots=True)
class Received:
    """A payment that was received on one of the merchant's accounts. `back`: minor units given back so far."""

    payment: UUID
    amount: int
    back: int
    left: int
    at: int
    unit: Currency
    drawer: Account


def received(visit: Visit, payment: UUID) -> Received:
    """Raises 404 for what is no payment to the merchant."""
    caller, reader = visit.caller, visit.use.ledger.reader
    view = reader.entry(caller.community, payment)
    found = view.decoded()
    command = found.command
    if not isinstance(command, Pay) or not caller.owns(command.payee):
        raise hidden("entry")
    links = reader.links(caller.community, view.seq)
    back = max([link.total for link in links if link.role == "refunded"], default=0)
    undone = any(link.role == "reversed" for link in links)
    return Received(
        payment, command.amount, back, 0 if undone else command.amount - back, found.ts,
        visit.use.facts.currency(caller.community, command.currency), reader.account(caller.community, command.payee),
    )  # fmt: skip


@router.get("/till/refund/{payment}")
def refund(payment: UUID, visit: Visit = page("payments.refund")) -> Response:
    """A payment received, and how much of it can still be given back."""
    return visit.show(
        "till/refund.html", of=received(visit, payment), uid=visit.form.get("uid") or new_id(), command=None, order=None
    )


class Back(Filled):
    """A refund; `uid` was made with the page, so that a form sent twice gives back once."""

    uid: UUID
    signed: str = ""


def _command(visit: Visit, of: Received) -> Refund:
    sent, caller = visit.read(Back), visit.caller
    if sent.signed:
        return signed_refund(caller, sent.signed, of.payment)
    return Refund(
        id=sent.uid, community=caller.community, actor=caller.principal.actor, payment=of.payment,
        amount=visit.money("amount", of.unit),
    )  # fmt: skip


@router.post("/till/refund/{payment}/check")
@or_again(refund)
def check(payment: UUID, visit: Visit = page("payments.refund")) -> Response:
    """Once more before the device signs it. Nothing is written."""
    of = received(visit, payment)
    command = _command(visit, of)
    if (command.amount or 0) > of.left:
        most = visit.amount(of.left, of.unit)
        raise visit.misfilled({"amount": visit.text("At most %(amount)s can still be given back.", amount=most)})
    order = {"command": signing.payload(command), "keys": [to_b64(key) for key in of.drawer.keys]}
    return visit.show("till/refund.html", of=of, uid=command.id, command=command, order=order)


@router.post("/till/refund/{payment}")
@or_again(refund)
async def give_back(payment: UUID, visit: Visit = page("payments.refund")) -> Response:
    """Give part of it back, or the rest."""
    of = await asyncio.to_thread(received, visit, payment)
    command = _command(visit, of)
    await submit(visit.caller, command)
    return visit.go(
        "/till/day", visit.text("%(amount)s given back.", amount=visit.amount(command.amount or of.left, of.unit))
    )
