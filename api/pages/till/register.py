"""`/till`: type an amount, show its code; `/till/sale/<request>` is green when the ledger says that it is paid."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.identity.errors import not_found
from api.identity.requests import Asked, Request
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.till.tellers import at_the_till
from ledger.core.accounts import Account, AccountState, Currency, Form, Model
from ledger.core.errors import Code, Rejected
from ledger.core.limits import Split, mixed_payment
from ledger.service import new_id

router = page_router()

LIFE = 900 * 10**9
"""How long a code at the till can be paid, ns."""


@dataclass(frozen=True, slots=True)
class Drawer:
    """An account that takes payments here."""

    account: Account
    unit: Currency


def drawers(visit: Visit) -> list[Drawer]:
    """The merchant's own accounts that a telephone can pay, so none of notes, oldest first."""
    caller, use = visit.caller, visit.use
    held = [use.ledger.reader.account(caller.community, uid) for uid in caller.principal.accounts]
    open_ones = [each for each in held if each.state is AccountState.OPEN and each.form is Form.DIGITAL]
    some = [each for each in open_ones if not each.programme]
    return [
        Drawer(each, use.facts.unit(caller.community, each.currency)) for each in sorted(some, key=lambda each: each.no)
    ]


def drawer_of(visit: Visit, named: str = "") -> Drawer:
    """The drawer of an account, or the first. Raises Rejected when there is none."""
    some = drawers(visit)
    for each in some:
        if str(each.account.uid) == named or not named:
            return each
    raise Rejected(Code.ACCOUNT_NOT_FOUND, "no account of yours takes payments; ask your association for one", "account")


def split(visit: Visit, drawer: Drawer, price: int) -> Split:
    """What of a price is taken in units by the rate that this account accepts (MUT-6)."""
    use = visit.use
    policy = use.ledger.reader.policies(visit.caller.community, drawer.unit.code)[-1].policy
    return mixed_payment(price, drawer.account.acceptance_bp, policy)


def own_request(visit: Visit, request: UUID) -> Request:
    """A request for one of the merchant's accounts. Raises Refused (404)."""
    found = visit.use.identity.requests.get(visit.caller.community, request)
    if not visit.caller.owns(found.payee):
        raise not_found("payment request")
    return found


@router.get("/till")
def till(visit: Visit = page("till.use")) -> Response:
    """The keys, and what was taken today."""
    drawer = drawer_of(visit, visit.form.get("account") or visit.request.query_params.get("account", ""))
    return visit.show(
        "till/till.html", drawer=drawer, others=drawers(visit), teller=at_the_till(visit), uid=new_id(),
        mixed=drawer.unit.model is Model.MUTUAL and 0 < drawer.account.acceptance_bp < 10_000,
        backed=drawer.unit.model is Model.BACKED,
    )  # fmt: skip


class Sale(Filled):
    """A new sale. `uid` was made with the page, so that a form sent twice asks once."""

    uid: UUID
    account: str
    how: str = "units"
    memo: str = Field("", max_length=140)


@router.post("/till")
@or_again(till)
def sell(visit: Visit = page("till.use")) -> Response:
    """Ask for an amount and show its code."""
    sent, caller = visit.read(Sale), visit.caller
    drawer = drawer_of(visit, sent.account)
    price, memo = visit.money("amount", drawer.unit), sent.memo
    amount = price
    if sent.how == "mixed":
        amount, euros = split(visit, drawer, price)
        told = visit.text(
            "%(price)s in all: %(units)s here and %(euros)s € besides",
            price=visit.amount(price, drawer.unit, bare=True), units=visit.amount(amount, drawer.unit),
            euros=visit.amount(euros, drawer.unit, bare=True),
        )  # fmt: skip
        memo = f"{memo}. {told}" if memo else told
    asked = Asked(payee=drawer.account.uid, amount=amount, currency=drawer.unit.code, memo=memo)
    made, _ = visit.use.identity.requests.make(caller.community, sent.uid, caller.principal.actor, asked, LIFE)
    teller = at_the_till(visit)
    if teller is not None:
        visit.use.association.tellers.sold(caller.community, teller, made.id)
    return visit.go(f"/till/sale/{made.id}")


@router.get("/till/sale/{request}")
def sale(request: UUID, visit: Visit = page("till.use")) -> Response:
    """A sale as the ledger knows it now."""
    found = own_request(visit, request)
    unit = visit.use.facts.currency(visit.caller.community, found.currency)
    link = visit.use.identity.link(found.token, str(visit.request.base_url))
    return visit.show("till/sale.html", asked=found, unit=unit, link=link, teller=at_the_till(visit))


@router.post("/till/sale/{request}/cancel")
@or_again(sale)
def cancel(request: UUID, visit: Visit = page("till.use")) -> Response:
    """Give up asking; what is paid already stays paid and is shown so."""
    found = own_request(visit, request)
    visit.use.identity.requests.reject(visit.caller.community, found.id)
    return visit.go(f"/till/sale/{request}")
