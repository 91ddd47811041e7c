"""Whom to pay, from which account, how much: what a person typed becomes one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit
from uuid import UUID

from wallet_cli.amounts import Unit, read_amount
from wallet_cli.answers import Account, Listed, Request, read
from wallet_cli.errors import Misused, Refused
from wallet_cli.session import Session
from wallet_cli.words import _


@dataclass(frozen=True)
class Payee:
    """An account to pay. `currency` None: not known, so it must be the payer's."""

    account: str
    name: str
    currency: str | None = None


@dataclass(frozen=True)
class Order:
    """One payment before it is signed. Amounts are minor units of `unit`."""

    payer: Account
    payee: Payee
    amount: int
    unit: Unit
    deal: int | None = None
    sphere: str | None = None
    activity: str = ""
    memo: str = ""
    request: Request | None = None


def find_payees(session: Session, text: str) -> list[Payee]:
    """The accounts that a name or an account id means; several when a member has several. Raises Refused."""
    account = as_uuid(text)
    if account:
        return [Payee(account, session.names.get(account, account))]
    found = read(Listed, session.server.get("/v1/directory/resolve", name=text.strip()))
    if not found.accounts:
        raise Refused(_("{name} has no account that can be paid.", name=found.name), "no_account")
    session.met((each.id, found.name) for each in found.accounts)
    return [Payee(each.id, found.name, each.currency) for each in found.accounts]


def choose(
    accounts: Sequence[Account], payees: Sequence[Payee], currency: str | None, source: str | None
) -> tuple[Account, Payee]:
    """The one pair of accounts that fits; Misused or Refused says what to add when none or several do."""
    mine = [each for each in accounts if each.state != "closed" and each.form == "digital"]
    if source:
        mine = [each for each in mine if each.id == source.lower()]
        if not mine:
            raise Misused(
                _("{account} is none of your accounts; ricochet-wallet balance lists them.", account=source)
            )
    if currency:
        mine = [each for each in mine if each.currency.lower() == currency.lower()]
        if not mine:
            raise Misused(_("You have no account in {currency}.", currency=currency))
    pairs = [
        (payer, payee)
        for payer in mine
        for payee in payees
        if payee.currency in (None, payer.currency) and payee.account != payer.id
    ]
    if not pairs:
        if any(payee.account == payer.id for payer in mine for payee in payees):
            raise Misused(_("That is your own account."))
        theirs = ", ".join(sorted({payee.currency or "?" for payee in payees}))
        raise Refused(
            _(
                "{name} takes {currencies}, and you have no such account.",
                name=payees[0].name,
                currencies=theirs,
            ),
            "no_common_currency",
        )
    if len(pairs) > 1:
        raise _which(pairs)
    return pairs[0]


def _which(pairs: Sequence[tuple[Account, Payee]]) -> Misused:
    codes = sorted({payer.currency for payer, _payee in pairs})
    if len(codes) > 1:
        return Misused(_("Say in which currency: --currency {codes}", codes=" / ".join(codes)))
    payers = sorted({payer.id for payer, _payee in pairs})
    if len(payers) > 1:
        return Misused(
            _("You have several accounts; say which one pays: --from {accounts}", accounts=" / ".join(payers))
        )
    payees = sorted({payee.account for _payer, payee in pairs})
    return Misused(
        _(
            "{name} has several accounts; give the one to pay: {accounts}",
            name=pairs[0][1].name,
            accounts=" / ".join(payees),
        )
    )


def by_amount(pair: tuple[Account, Payee], session: Session, amount: str) -> Order:
    """The order with its amount read in the payer's currency."""
    payer, payee = pair
    unit = session.enrolment.unit(payer.currency, payer.scale)
    return Order(payer, replace(payee, currency=payer.currency), read_amount(amount, unit), unit)


def with_deal(order: Order, deal: str | None) -> Order:
    """The order as part of a price whose rest is paid in euros."""
    if deal is None:
        return order
    if order.unit.time:
        raise Misused(_("An exchange of time has no price in euros; leave --deal out."))
    whole = read_amount(deal, order.unit)
    if whole < order.amount:
        raise Misused(_("--deal is the whole price, at least the amount that is paid here."))
    return replace(order, deal=whole)


# --- payment requests ---


def request_key(text: str) -> str | None:
    """The token of a payment link, or None when the text is no link. Only our own server is ever asked for it."""
    if "://" not in text:
        return None
    try:
        parts = urlsplit(text.strip()).path.rstrip("/").split("/")
    except ValueError:
        parts = []
    if len(parts) < 2 or parts[-2] != "p" or not parts[-1]:
        raise Misused(_("{text} is not a payment link; one looks like https://example.org/p/…", text=text))
    return parts[-1]


def fetch_request(session: Session, text: str) -> Request:
    """The payment request behind a link, a token or an id."""
    key = request_key(text) or text.strip()
    return read(Request, session.server.get(f"/v1/payment-requests/{quote(key, safe='')}"))


def order_for(session: Session, request: Request, source: str | None) -> Order:
    """The order that answers a request: its amount, payee and currency are the request's. Refused unless it is open."""
    if request.state != "open":
        raise Refused(
            {
                "paid": _("This request has been paid already; nothing was paid now."),
                "rejected": _("This request was rejected; ask for a new link."),
                "expired": _("This request has expired; ask for a new link."),
            }.get(request.state, _("This request is not open any more.")),
            f"request_{request.state}",
        )
    session.met([(request.payee, request.payee_name)])
    name = request.payee_name or session.names.get(request.payee, request.payee)
    payer, payee = choose(session.accounts(), [Payee(request.payee, name, request.currency)], None, source)
    unit = session.enrolment.unit(payer.currency, payer.scale)
    return Order(payer, payee, request.amount, unit, memo=request.memo or "", request=request)


def as_uuid(text: str) -> str | None:
    """The text as a UUID in its usual form, or None."""
    try:
        return str(UUID(text.strip())) if len(text.strip()) >= 32 else None
    except ValueError:
        return None
