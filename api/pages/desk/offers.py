"""`/desk/members/offers`: offers and requests of time that wait for the coordinator (TIME-8)."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.pages.desk import persons
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.community.exchanges import Listing

router = page_router()


@router.get("/desk/members/offers")
def waiting(visit: Visit = page("desk.read")) -> Response:
    """Oldest first: who waits longest is looked at first."""
    found = visit.use.association.exchanges.board(visit.caller.community, Listing.PROPOSED)[::-1]
    return visit.show(
        "desk/offers.html", found=found, names=persons.names(visit, {each.member for each in found}),
        may=persons.may(visit),
    )  # fmt: skip


class Answer(Filled):
    """The coordinator's answer."""

    allow: bool
    reasons: str = Field("", max_length=500)


@router.post("/desk/members/offers/{offer}")
@or_again(waiting)
def decide(offer: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Let it through, or say why not."""
    sent, caller = visit.read(Answer), visit.caller
    found = visit.use.association.exchanges.decide(
        caller.community, offer, caller.principal.actor, allow=sent.allow, reasons=sent.reasons
    )
    said = (
        visit.text("“%(title)s” is on the board.", title=found.title)
        if sent.allow
        else visit.text("“%(title)s” was declined; the member reads why.", title=found.title)
    )
    return visit.go("/desk/members/offers", said)
