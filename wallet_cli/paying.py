"""Shows an order, asks, signs it with the device key, and keeps it on the disk until its outcome is known."""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from ledger.core import signing
from ledger.core.commands import Pay, Signature
from ledger.core.policy import Sphere
from wallet_cli import pending as store
from wallet_cli.amounts import from_ns, write_amount, write_moment, write_number
from wallet_cli.answers import Paid
from wallet_cli.errors import Refused
from wallet_cli.orders import Order
from wallet_cli.pending import Pending
from wallet_cli.sending import Outcome, send
from wallet_cli.session import Session
from wallet_cli.words import _

SALT = 16
"""Random bytes before a memo's hash, so that it cannot be guessed."""


def carry_out(session: Session, order: Order, *, yes: bool, settled: list[Outcome]) -> Outcome:
    """Ask, sign, send. When the payment is one that was just confirmed after a lost answer, that is the outcome.

    `settled` is what `settle(before_paying=True)` said. Raises Refused, NoAnswer, Unproven.
    """
    for earlier in settled:
        if earlier.payment.same_as(order.payer.id, order.payee.account, order.amount, order.unit.code):
            session.screen.note(
                _("That is this payment; nothing more was sent. To pay once more, run the command again.")
            )
            return _answered(earlier)
    _show(session, order)
    if not yes and not session.confirm(_("Pay now? [y/N]")):
        raise Refused(_("Nothing was paid."), "not_confirmed")
    payment = _sign(session, order)
    store.keep(session.folder, payment)
    return _answered(send(session, payment, first=True))


def sphere_name(sphere: str) -> str:
    """What a sphere of a time currency is called."""
    names = {"individual": _("individual"), "collective": _("collective"), "associative": _("associative")}
    return names.get(sphere, sphere)


def _answered(outcome: Outcome) -> Outcome:
    if outcome.refused:
        raise outcome.refused
    return outcome


def _show(session: Session, order: Order) -> None:
    """Who, how much, what stays; on stderr, before the question."""
    unit, payer = order.unit, order.payer
    rows = [
        (_("To"), order.payee.name),
        (_("Account"), order.payee.account if order.payee.account != order.payee.name else ""),
        (_("Amount"), write_amount(order.amount, unit)),
    ]
    if order.deal is not None:
        rows.append((_("Whole price"), write_amount(order.deal, unit)))
        rows.append((_("In euros, apart"), f"{write_number(order.deal - order.amount, unit)} EUR"))
    if order.sphere:
        rows.append((_("Sphere"), sphere_name(order.sphere)))
    rows.append((_("Memo"), order.memo))
    if payer.available is not None:
        rows.append((_("You can spend"), write_amount(payer.available, unit)))
        rows.append((_("Then stays"), write_amount(payer.available - order.amount, unit)))
    else:
        rows.append((_("Balance"), write_amount(payer.posted, unit)))
    session.screen.pairs(rows, aside=True)
    if payer.available is not None and payer.available < order.amount:
        missing = write_amount(order.amount - payer.available, unit)
        session.screen.note(
            _("You are {missing} short; the server will probably refuse.", missing=missing), "yellow"
        )


def _sign(session: Session, order: Order) -> Pending:
    """The payment as the bytes to send."""
    enrolment = session.enrolment
    key = session.secrets.private_key()
    salt = os.urandom(SALT) if order.memo else b""
    request = order.request
    command = Pay(
        id=UUID(request.payment) if request else UUID(str(uuid7())),
        community=UUID(enrolment.community),
        actor=UUID(enrolment.member),
        payer=UUID(order.payer.id),
        payee=UUID(order.payee.account),
        amount=order.amount,
        currency=order.unit.code,
        deal=order.deal,
        sphere=Sphere(order.sphere) if order.sphere else None,
        activity=order.activity,
        memo_hash=sha256(salt + order.memo.encode()).digest() if salt else None,
    )
    public = key.public_key().public_bytes_raw()
    signature = Signature(public, key.sign(signing.signing_input(command, public)))
    body: dict[str, Any] = {"signed": signing.compact(replace(command, signature=signature))}
    if salt:
        body |= {"memo": order.memo, "memo_salt": signing.b64(salt)}
    path = f"{request.path}/acceptance" if request else "/v1/payments"
    return Pending(
        id=str(command.id), community=enrolment.community, path=path, body=body, payer=order.payer.id,
        payee=order.payee.account, payee_name=order.payee.name, amount=order.amount, currency=order.unit.code,
        scale=order.unit.scale, time=order.unit.time, made_at=from_ns(session.world.clock()),
    )  # fmt: skip


def show_paid(session: Session, outcome: Outcome) -> None:
    """The receipt, for people or in JSON."""
    payment, paid = outcome.payment, outcome.paid
    assert paid is not None
    if session.screen.answer({**paid.plain(), "payee_name": payment.payee_name}):
        return
    said = _(
        "Paid {amount} to {payee}.",
        amount=write_amount(payment.amount, payment.unit),
        payee=payment.payee_name,
    )
    session.screen.line(said, "bold green")
    if paid.replayed:
        session.screen.line(_("The server had recorded it already: it was paid once."))
    session.screen.pairs(_receipt_rows(payment, paid))


def _receipt_rows(payment: Pending, paid: Paid) -> list[tuple[str, str]]:
    rows = [
        (_("Entry"), str(paid.seq)),
        (_("Date"), write_moment(paid.at)),
    ]
    if paid.balance:
        rows.append((_("Balance"), write_amount(paid.balance.posted, payment.unit)))
        if paid.balance.available is not None and paid.balance.available != paid.balance.posted:
            rows.append((_("You can spend"), write_amount(paid.balance.available, payment.unit)))
    return [*rows, (_("Receipt"), f"ricochet-wallet receipt save {paid.seq}")]
