"""`/wallet/exchanges`: the board of offers and requests of time, one's own, and those that one has taken up."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.association.exchanges import Exchange, Offer
from api.identity.errors import not_found
from api.identity.names import search_key
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import Held, holdings, member_of
from ledger.community.exchanges import Deal, Listing
from ledger.core.errors import Code, Rejected
from ledger.core.policy import Sphere

router = page_router()

LONGEST = 12 * 60
"""Minutes that one exchange may take, as the list offers them."""


@dataclass(frozen=True, slots=True)
class Posted:
    """An offer or a request, with the name of who posted it."""

    offer: Offer
    name: str


@dataclass(frozen=True, slots=True)
class Met:
    """An exchange of the visitor: what it is about, with whom, and whether it waits for the visitor."""

    exchange: Exchange
    offer: Offer
    name: str
    mine: bool
    gives: bool


def time_account(visit: Visit) -> Held:
    """Where the visitor's hours are. Raises Rejected without one."""
    found = next((each for each in holdings(visit) if each.time), None)
    if found is None:
        raise Rejected(
            Code.ACCOUNT_NOT_FOUND, "you have no account in hours; ask your association for one", "account"
        )
    return found


def my_turn(exchange: Exchange, member: UUID) -> bool:
    """Whether an exchange waits for a member's word."""
    if exchange.state is Deal.PROPOSED:
        return exchange.proposed_by != member
    waits = {Deal.DONE_BY_GIVER: exchange.receiver, Deal.DONE_BY_RECEIVER: exchange.giver}
    return exchange.state is Deal.AGREED or waits.get(exchange.state) == member


def name_of(visit: Visit, member: UUID) -> str:
    """What the other side is called."""
    return visit.use.identity.people.get(visit.caller.community, member).name


def lengths(held: Held) -> list[int]:
    """The minutes that can be chosen: steps of the unit, a quarter of an hour where it says none."""
    step = max(held.policy.step, 15)
    return list(range(step, LONGEST + 1, step))


@router.get("/wallet/exchanges")
def board(visit: Visit = page("exchanges.read")) -> Response:
    """What is offered and asked, and what is mine."""
    mine, c, life = member_of(visit), visit.caller.community, visit.use.association.exchanges
    query = visit.request.query_params
    words, kind = search_key(query.get("q", "")[:80]), query.get("kind", "")
    some = [each for each in life.board(c) if each.member != mine.id and kind in ("", each.kind)]
    some = [each for each in some if words in search_key(f"{each.title} {each.category} {each.text}")]
    own = [
        each
        for state in (Listing.PROPOSED, Listing.OPEN, Listing.DECLINED)
        for each in life.board(c, state, mine.id)
    ]
    met = [_met(visit, each, mine.id) for each in life.of(c, mine.id)]
    return visit.show(
        "wallet/exchanges.html", some=[Posted(each, name_of(visit, each.member)) for each in some], own=own, met=met,
        held=next((each for each in holdings(visit) if each.time), None), words=query.get("q", ""), kind=kind,
        states=Listing, deals=Deal,
    )  # fmt: skip


def _met(visit: Visit, each: Exchange, member: UUID) -> Met:
    found = visit.use.association.exchanges.get(visit.caller.community, each.id, member)
    offer = visit.use.association.exchanges.offer(visit.caller.community, each.listing)
    return Met(
        found, offer, name_of(visit, each.other(member)), my_turn(found, member), found.giver == member
    )


@router.get("/wallet/exchanges/new")
def new(visit: Visit = page("exchanges.use")) -> Response:
    """Offer or ask for something."""
    held = time_account(visit)
    known = sorted(
        {each.category for each in visit.use.association.exchanges.board(visit.caller.community)},
        key=search_key,
    )
    return visit.show("wallet/exchange_new.html", known=known, spheres=held.policy.spheres)


class NewListing(Filled):
    """An offer or a request."""

    kind: str
    title: str = Field(max_length=80)
    category: str = Field(max_length=40)
    text: str = Field("", max_length=1_000)
    sphere: Sphere = Sphere.INDIVIDUAL


@router.post("/wallet/exchanges/new")
@or_again(new)
def post(visit: Visit = page("exchanges.use")) -> Response:
    """It then waits for the coordinator."""
    sent, held = visit.read(NewListing), time_account(visit)
    if sent.sphere is Sphere.ASSOCIATIVE:
        raise visit.misfilled({"sphere": visit.text("The association gives hours for its tasks itself: ask the coordinator.")})
    visit.use.association.exchanges.post(
        visit.caller.community, member_of(visit).id, held.account.uid, kind=sent.kind, title=sent.title,
        category=sent.category, text=sent.text, sphere=sent.sphere,
    )  # fmt: skip
    said = visit.text("Thank you. The coordinator looks at it, and then everybody can see it.")
    return visit.go("/wallet/exchanges", said)


@router.get("/wallet/exchanges/offers/{offer}")
def offer(offer: UUID, visit: Visit = page("exchanges.read")) -> Response:
    """One offer or request; take it up, or take one's own away."""
    found, mine = visit.use.association.exchanges.offer(visit.caller.community, offer), member_of(visit)
    if found.state is not Listing.OPEN and found.member != mine.id:
        raise not_found("offer")
    held = next((each for each in holdings(visit) if each.time), None)
    met = visit.use.association.exchanges.of(visit.caller.community, mine.id)
    under_way = next((each for each in met if each.listing == offer and each.state not in (Deal.PAID, Deal.CANCELLED)), None)
    return visit.show(
        "wallet/offer.html", offer=found, own=found.member == mine.id, name=name_of(visit, found.member), held=held,
        under_way=under_way,
        lengths=[] if held is None else [(each, visit.amount(each, held.unit)) for each in lengths(held)], states=Listing,
    )  # fmt: skip


class Minutes(Filled):
    """How long."""

    minutes: int = Field(gt=0, le=LONGEST)


@router.post("/wallet/exchanges/offers/{offer}")
@or_again(offer)
def take_up(offer: UUID, visit: Visit = page("exchanges.use")) -> Response:
    """Say how long it takes; the other side agrees or proposes something else."""
    held, minutes = time_account(visit), visit.read(Minutes).minutes
    if minutes not in lengths(held):
        raise visit.misfilled({"minutes": visit.text("Choose one of the list.")})
    made = visit.use.association.exchanges.propose(
        visit.caller.community, offer, member_of(visit).id, minutes
    )
    return visit.go(
        f"/wallet/exchanges/{made.id}",
        visit.text("Proposed. Now the other side says yes or proposes something else."),
    )


@router.post("/wallet/exchanges/offers/{offer}/end")
def end(offer: UUID, visit: Visit = page("exchanges.use")) -> Response:
    """Take one's own offer away."""
    visit.use.association.exchanges.close(visit.caller.community, offer, member_of(visit).id)
    return visit.go("/wallet/exchanges", visit.text("It is no longer shown."))
