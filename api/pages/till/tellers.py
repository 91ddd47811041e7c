"""`/till/tellers`: who stands at the till, by PIN; the owner adds people, gives new PINs, lets them go."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from api.association.tellers import Teller
from api.identity.errors import forbidden
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit

router = page_router()


def member_of(visit: Visit) -> UUID:
    """The merchant whose till it is. Raises 403 for a key that belongs to no member."""
    member = visit.caller.principal.member
    if member is None:
        raise forbidden("not_allowed", "a till belongs to a member; sign in as one")
    return member


def at_the_till(visit: Visit) -> Teller | None:
    """Who has typed a PIN in this browser; None for the owner."""
    if not visit.signed_in.teller:
        return None
    some = visit.use.association.tellers.of(visit.caller.community, member_of(visit))
    return next((each for each in some if str(each.id) == visit.signed_in.teller and each.active), None)


def owner_only(visit: Visit) -> None:
    """Raises 403 while a teller is at the till: the owner takes over first."""
    if visit.signed_in.teller:
        raise forbidden("owner_only", "only the owner does this; let the owner take over the till first")


@router.get("/till/tellers")
def tellers(visit: Visit = page("till.use")) -> Response:
    """Who may stand here, and who does."""
    some = visit.use.association.tellers.of(visit.caller.community, member_of(visit))
    names = [(each.id, each.name) for each in some if each.active]
    return visit.show(
        "till/tellers.html", some=some, names=names, teller=at_the_till(visit), owner=not visit.signed_in.teller
    )


class Pin(Filled):
    """A PIN typed at the till."""

    teller: UUID
    pin: str


@router.post("/till/tellers/enter")
@or_again(tellers)
def enter(visit: Visit = page("till.use")) -> Response:
    """A teller takes over with the PIN."""
    sent = visit.read(Pin)
    found = visit.use.association.tellers.enter(visit.caller.community, member_of(visit), sent.teller, sent.pin)
    visit.use.identity.sessions.set_teller(visit.signed_in.community, visit.signed_in.id, str(found.id))
    return visit.go("/till", visit.text("%(name)s is at the till.", name=found.name))


@router.post("/till/tellers/leave")
def leave(visit: Visit = page("till.use", step_up=True)) -> Response:
    """The owner takes over again, and proves to be the owner."""
    visit.use.identity.sessions.set_teller(visit.signed_in.community, visit.signed_in.id, "")
    return visit.go("/till/tellers", visit.text("You are at the till yourself."))


class NewTeller(Filled):
    """Somebody new."""

    name: str
    new_pin: str


@router.post("/till/tellers/add")
@or_again(tellers)
def add(visit: Visit = page("till.use", step_up=True)) -> Response:
    """One more person, with a PIN. By then the owner has a passkey to take over with, which no teller can make."""
    owner_only(visit)
    sent = visit.read(NewTeller)
    made = visit.use.association.tellers.add(visit.caller.community, member_of(visit), sent.name, sent.new_pin)
    return visit.go("/till/tellers", visit.text("%(name)s can now take payments with the PIN.", name=made.name))


class Change(Filled):
    """A new PIN, or leaving and coming back."""

    changed_pin: str = ""
    active: bool | None = None


@router.post("/till/tellers/{teller}")
@or_again(tellers)
def change(teller: UUID, visit: Visit = page("till.use")) -> Response:
    """A new PIN unlocks; who has gone can come back."""
    owner_only(visit)
    sent = visit.read(Change)
    visit.use.association.tellers.change(
        visit.caller.community, member_of(visit), teller, pin=sent.changed_pin or None, active=sent.active
    )
    return visit.go("/till/tellers", visit.text("That is changed."))
