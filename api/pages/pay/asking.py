"""`/p/<token>`: a payment request, opened by any telephone; one confirmation pays it."""

from __future__ import annotations

import asyncio
from uuid import UUID

from fastapi import Path
from starlette.responses import Response

from api.asking import payment_of
from api.identity.errors import not_found, wrong_state
from api.identity.requests import Request, check_pays
from api.memos import plain_memo
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import anybody, page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.pay import orders
from api.paying import own_signature
from api.signed import read_signed
from api.submitting import submit
from ledger.core.commands import Pay, PlaceHold

router = page_router()

Token = Path(pattern=r"^[0-9A-Za-z-]{1,64}$")


def found_by(visit: Visit, token: str) -> tuple[UUID, Request]:
    """The community of a request, and the request. Raises Refused (404)."""
    community = visit.use.identity.requests.community_of(token)
    if community is None:
        raise not_found("payment request")
    return community, visit.use.identity.requests.get(community, token)


@router.get("/p/{token}")
def ask(visit: Visit = anybody("payment_requests.accept"), token: str = Token) -> Response:
    """Who asks, how much, what stays; and one way to say yes."""
    community, found = found_by(visit, token)
    use, caller = visit.use, visit.known
    visit.community = community
    unit = use.facts.currency(community, found.currency)
    payee = use.identity.names(community, [found.payee]).get(found.payee, "")
    shown = {
        "asked": found, "unit": unit, "payee": payee, "token": token, "way": None, "some": [], "own": False,
        "crossing": False, "receipt": "", "home": "", "order": None,
    }  # fmt: skip
    if caller is None or found.state != "open":
        if caller is not None and found.state == "paid" and _is_mine(visit, found):
            shown["receipt"] = f"/receipt/{found.payment}"
        return visit.show("pay/ask.html", **shown)
    some = orders.ways(caller, community, found)
    chosen = next((way for way in some if str(way.account.uid) == visit.request.query_params.get("from")), None)
    way = chosen or (some[0] if some else None)
    crossing = caller.community != community
    if way is not None and way.link is not None:
        use.association.crossings.check(way.link, found.amount)
    return visit.show(
        "pay/ask.html",
        **shown | {
            "way": way, "some": some, "own": found.payee in caller.principal.accounts, "crossing": crossing,
            "purse_name": lambda each: orders.purse_name(visit, each),
            "home": use.identity.communities.name(caller.community) or use.facts.community(caller.community).code,
            "order": None if way is None or way.short(found.amount) else orders.order(visit, community, found, way),
        },
    )  # fmt: skip


class Yes(Filled):
    """The account that pays, and what its device signed."""

    payer: UUID
    signed: str = ""


@router.post("/p/{token}")
@or_again(ask)
async def pay(visit: Visit = page("payment_requests.accept"), token: str = Token) -> Response:
    """Pay what is asked; sent twice, paid once."""
    community, found = await asyncio.to_thread(found_by, visit, token)
    if community != visit.caller.community:
        return await asyncio.to_thread(_cross, visit, community, found)
    sent, caller = visit.read(Yes), visit.caller
    if sent.signed:
        command = read_signed(sent.signed, Pay)
        own_signature(caller, command)
        caller.must_own(command.payer, "payer")
        kept = plain_memo(visit.use.secret, caller.community, found.payment, found.memo or None, None)
    else:
        command, kept = payment_of(caller, found, orders.accepted(caller, found, sent.payer))
    check_pays(found, command)
    outcome = await submit(caller, command, kept)
    if outcome.ts is not None:
        await asyncio.to_thread(visit.use.identity.requests.paid, community, found, outcome.ts)
    return visit.go(f"/receipt/{command.id}?new=1")


def _cross(visit: Visit, community: UUID, found: Request) -> Response:
    """Pay a request of another community by the convention with it."""
    sent, caller = visit.read(Yes), visit.caller
    if found.state != "open":
        raise wrong_state(f"request_{found.state}", f"this request is {found.state}; ask for a new one")
    caller.must_own(sent.payer, "payer")
    way = next((each for each in orders.ways(caller, community, found) if each.account.uid == sent.payer), None)
    if way is None or way.link is None:
        raise wrong_state("no_link", "there is no convention between the two communities for this currency")
    if sent.signed:
        command = read_signed(sent.signed, PlaceHold)
        own_signature(caller, command)
        caller.must_own(command.payer, "payer")
    else:
        command = orders.hold(caller, way, found.amount)
    if command.amount != found.amount:
        raise wrong_state("amount_differs", "this is signed for another amount; open the page again")
    crossed = visit.use.association.crossings.pay(way.link, command, found.payee, found.payment)
    for each in (community, caller.community):
        visit.use.hub.wrote(each)
    if crossed.state == "failed":
        raise wrong_state("crossing_failed", f"nothing was paid: {crossed.reason}")
    return visit.go(f"/receipt/{command.id}?new=1")


def _is_mine(visit: Visit, found: Request) -> bool:
    """Whether the visitor's community holds the payment of a request, and they are a side of it."""
    known = visit.known
    return known is not None and (found.payee in known.principal.accounts or found.payer in known.principal.accounts)
