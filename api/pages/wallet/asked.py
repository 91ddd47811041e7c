"""`/wallet/requests`: ask for an amount with a code or a link; say yes or no to what others ask."""

from __future__ import annotations

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
from api.pages.wallet.mine import holdings, one_of, read_id
from api.problems import hidden
from ledger.service import new_id

router = page_router()

PAGE = 50


def open_to_me(visit: Visit) -> list[tuple[Request, str]]:
    """Open requests that name an account of the visitor as payer, with who asks; newest first."""
    own, c = visit.caller.principal.accounts, visit.caller.community
    found = visit.use.identity.requests.page(c, own, limit=PAGE)
    mine = [each for each in found if each.state == "open" and each.payer in own]
    names = visit.use.identity.names(c, {each.payee for each in mine})
    return [(each, names.get(each.payee, "")) for each in mine]


@router.get("/wallet/requests")
def requests(visit: Visit = page("payment_requests.read")) -> Response:
    """What others ask of me, and what I ask for."""
    own, c = visit.caller.principal.accounts, visit.caller.community
    found = [each for each in visit.use.identity.requests.page(c, own, limit=PAGE) if each.payee in own]
    names = visit.use.identity.names(c, {each.payer for each in found if each.payer is not None})
    return visit.show(
        "wallet/requests.html", to_me=open_to_me(visit), mine=[(each, _name(names, each)) for each in found],
        unit_of=lambda code: visit.use.facts.currency(c, code),
    )  # fmt: skip


@router.get("/wallet/requests/new")
def new(visit: Visit = page("payment_requests.create")) -> Response:
    """How much, what for, and of whom if one person is meant."""
    to = visit.form.get("to") or visit.request.query_params.get("to", "")
    some = [each for each in holdings(visit) if each.can_receive]
    payer = _named(visit, to) if to else None
    if payer is not None:
        some = [each for each in some if each.account.currency == payer[1]]
    chosen = next(
        (each for each in some if str(each.account.uid) == visit.form.get("account")),
        some[0] if some else None,
    )
    return visit.show(
        "wallet/request_new.html", some=some, chosen=chosen, to=to, name=payer[0] if payer else "",
        uid=visit.form.get("uid") or new_id(),
    )  # fmt: skip


class NewRequest(Filled):
    """What is asked for. `uid` was made with the page, so that a form sent twice asks once."""

    uid: UUID
    account: str
    to: UUID | None = None
    memo: str = Field("", max_length=140)


@router.post("/wallet/requests/new")
@or_again(new)
def make(visit: Visit = page("payment_requests.create")) -> Response:
    """Ask."""
    sent, caller = visit.read(NewRequest), visit.caller
    held = one_of(visit, sent.account)
    amount = visit.money("amount", held.unit)
    asked = Asked(
        payee=held.account.uid, amount=amount, currency=held.unit.code, memo=sent.memo, payer=sent.to,
    )  # fmt: skip
    if sent.to is not None:
        _named(visit, str(sent.to))
    made, _ = visit.use.identity.requests.make(caller.community, sent.uid, caller.principal.actor, asked)
    return visit.go(f"/wallet/requests/{made.id}")


@router.get("/wallet/requests/{request}")
def shown(request: UUID, visit: Visit = page("payment_requests.read")) -> Response:
    """A request of mine: its code and link, and whether it is paid."""
    found = _mine(visit, request)
    c = visit.caller.community
    return visit.show(
        "wallet/request.html", asked=found, unit=visit.use.facts.currency(c, found.currency),
        link=visit.use.identity.link(found.token, str(visit.request.base_url)),
        payer=visit.use.identity.names(c, [found.payer]).get(found.payer, "") if found.payer else "",
    )  # fmt: skip


@router.post("/wallet/requests/{request}/rejection")
@or_again(requests)
def reject(request: UUID, visit: Visit = page("payment_requests.reject")) -> Response:
    """Say no to a request, or give up asking."""
    own, c = visit.caller.principal.accounts, visit.caller.community
    found = visit.use.identity.requests.get(c, request)
    if found.payee not in own and found.payer not in own:
        raise not_found("payment request")
    visit.use.identity.requests.reject(c, found.id)
    if found.payer in own:
        return visit.go("/wallet/requests", visit.text("You said no. Nothing was paid."))
    return visit.go("/wallet/requests", visit.text("You no longer ask for it."))


def _name(names: dict[UUID, str], each: Request) -> str:
    """Who is asked; "" for whoever has the link."""
    return names.get(each.payer, "") if each.payer is not None else ""


def _mine(visit: Visit, request: UUID) -> Request:
    found = visit.use.identity.requests.get(visit.caller.community, request)
    if found.payee not in visit.caller.principal.accounts:
        raise not_found("payment request")
    return found


def _named(visit: Visit, account: str) -> tuple[str, int]:
    """Name and currency of the member who is asked. Raises 404."""
    uid, c = read_id(account), visit.caller.community
    name = visit.use.identity.names(c, [uid]).get(uid) if uid else None
    if uid is None or name is None or uid in visit.caller.principal.accounts:
        raise hidden("account")
    return name, visit.use.ledger.reader.account(c, uid).currency
