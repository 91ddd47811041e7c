"""request: ask to be paid, with a QR code and a link."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from uuid6 import uuid7

from wallet_cli.amounts import Unit, read_amount, write_amount, write_moment
from wallet_cli.answers import Account, Request, read
from wallet_cli.cli import command
from wallet_cli.errors import Misused, NoAnswer, Refused
from wallet_cli.orders import as_uuid, find_payees
from wallet_cli.session import Session
from wallet_cli.words import _

POLL_SECONDS = 2
_UNITS = {"m": 60, "h": 3600, "d": 86_400, "j": 86_400}


def request(
    session: Session,
    amount: Annotated[str, typer.Argument(help="How much: 12.50, or 1h30 for time.")],
    currency: Annotated[str | None, typer.Option(help="Code of the currency, when you have several.")] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Id of your account that receives, when you have several.")
    ] = None,
    payer: Annotated[
        str | None, typer.Option("--payer", help="Who shall pay: a name or an account; else anybody.")
    ] = None,
    memo: Annotated[str, typer.Option(help="A line for you and the payer.")] = "",
    expires: Annotated[str | None, typer.Option(help="How long it stays open: 15m, 2h, 3d.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is paid, rejected or expired.")] = False,
    qr: Annotated[
        bool, typer.Option("--qr", help="Draw the QR code also where there is no terminal.")
    ] = False,
) -> None:
    """Ask to be paid."""
    account = _account(session.accounts(), currency, to)
    unit = session.enrolment.unit(account.currency, account.scale)
    body: dict[str, Any] = {
        "id": str(uuid7()), "payee": account.id, "amount": read_amount(amount, unit), "currency": unit.code,
    }  # fmt: skip
    if memo.strip():
        body["memo"] = memo.strip()
    if expires:
        body["expires_in"] = _seconds(expires)
    if payer:
        body["payer"] = _payer(session, payer, unit.code)
    made = _ask_twice(session, body)
    if not session.screen.as_json or wait:
        _show(session, made, unit, qr, aside=session.screen.as_json)
    if wait:
        made = _until_decided(session, made)
    if session.screen.answer(made.plain()):
        return
    if wait:
        amount_text = write_amount(made.amount, unit)
        session.screen.line(_("Paid: {amount} has arrived.", amount=amount_text), "bold green")


def _account(accounts: list[Account], currency: str | None, to: str | None) -> Account:
    fitting = [
        each
        for each in accounts
        if each.state == "open"
        and (to is None or each.id == to.lower())
        and (currency is None or each.currency.lower() == currency.lower())
    ]
    if not fitting:
        raise Misused(_("You have no such account; ricochet-wallet balance lists them."))
    if len(fitting) > 1 and len({each.currency for each in fitting}) > 1:
        codes = " / ".join(sorted({each.currency for each in fitting}))
        raise Misused(_("Say in which currency: --currency {codes}", codes=codes))
    if len(fitting) > 1:
        ids = " / ".join(each.id for each in fitting)
        raise Misused(_("You have several accounts; say which one receives: --to {accounts}", accounts=ids))
    return fitting[0]


def _payer(session: Session, text: str, currency: str) -> str:
    account = as_uuid(text)
    if account:
        return account
    fitting = [each for each in find_payees(session, text) if each.currency == currency]
    if len(fitting) != 1:
        raise Refused(
            _("{name} has no account in {currency}, or several; give its id.", name=text, currency=currency),
            "no_account",
        )
    return fitting[0].account


def _ask_twice(session: Session, body: dict[str, Any]) -> Request:
    """The same id both times: one request, however often it is sent."""
    try:
        return read(Request, session.server.once("POST", "/v1/payment-requests", body))
    except NoAnswer:
        return read(Request, session.server.once("POST", "/v1/payment-requests", body))


def _show(session: Session, made: Request, unit: Unit, qr: bool, aside: bool) -> None:
    if not aside and (qr or session.screen.terminal):
        session.screen.picture(made.link)
    rows = [
        (_("Amount"), write_amount(made.amount, unit)),
        (_("Memo"), made.memo or ""),
        (_("Link"), made.link),
    ]
    if made.expires_at:
        rows.append((_("Open until"), write_moment(made.expires_at)))
    session.screen.pairs(rows, aside=aside)


def _until_decided(session: Session, made: Request) -> Request:
    """Ask until the request is paid. Refused when it is rejected or expires; a lost connection is only mentioned."""
    session.screen.note(_("Waiting for the payment. Ctrl-C ends the waiting; the link stays good."), "dim")
    heard = True
    while made.state == "open":
        session.world.sleep(POLL_SECONDS)
        try:
            made = read(Request, session.server.get(made.path))
            heard = True
        except NoAnswer as error:
            if heard:
                session.screen.note(_("{reason} Still waiting.", reason=error.sentence), "yellow")
            heard = False
    if made.state == "rejected":
        raise Refused(_("The request was rejected; nothing was paid."), "request_rejected", request=made.id)
    if made.state != "paid":
        raise Refused(_("The request has expired; nothing was paid."), "request_expired", request=made.id)
    return made


def _seconds(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,5})\s*([mhdj])(?:in)?", text.strip(), re.ASCII | re.IGNORECASE)
    if not found or not int(found.group(1)):
        raise Misused(_("{text} is not a duration; write it like 15m, 2h or 3d.", text=text))
    return int(found.group(1)) * _UNITS[found.group(2).lower()]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    command(app, "request", help="Ask to be paid: a QR code and a link.")(request)
