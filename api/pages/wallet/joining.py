"""`/join/<community>`: the public form of who wants to join; the association lets them in when it has their dues (D1)."""

from __future__ import annotations

from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from api.identity.people import Profile
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import anybody
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.community.dues import DuesRules
from ledger.community.membership import MemberKind
from ledger.core.accounts import Currency, Model
from ledger.service import new_id

router = page_router()

Code = Path(pattern=r"^[A-Za-z0-9-]{2,36}$")
EUROS = Currency(0, "€", 2, Model.MIRROR)


@router.get("/join/{code}")
def form(visit: Visit = anybody(), code: str = Code) -> Response:
    """Who you are, whom your exchange supports, what you give, and what you agree to."""
    visit.community = visit.use.facts.community(code).uid
    life = visit.use.association
    sponsors = life.applications.sponsors(visit.community)
    return visit.show(
        "wallet/join.html", code=code, sponsors=[(each.id, each.name) for each in sponsors], euros=EUROS,
        rules=life.own_rules.of(visit.community).dues,
        uid=visit.form.get("uid") or new_id(), kinds=MemberKind,
    )  # fmt: skip


class Applying(Filled):
    """The form. `uid` was made with the page, so that a form sent twice is one application."""

    uid: UUID
    kind: MemberKind = MemberKind.PERSON
    name: str = Field(max_length=120)
    contact: str = Field(max_length=200, min_length=5)
    place: str = Field(max_length=80)
    sponsor: UUID | None = None
    charter: bool = False
    newsletter: bool = False
    listed: bool = False


@router.post("/join/{code}")
@or_again(form)
def apply(visit: Visit = anybody(), code: str = Code) -> Response:
    """Keep it for the association."""
    visit.community = visit.use.facts.community(code).uid
    sent = visit.read(Applying)
    faults = {} if sent.charter else {"charter": visit.text("Say that you agree, or talk to the association first.")}
    cents, wrong = offered(visit, sent.kind, visit.use.association.own_rules.of(visit.community).dues)
    if faults | wrong:
        raise visit.misfilled(faults | wrong)
    profile = Profile(
        name=sent.name, kind=sent.kind, contact=sent.contact, place=sent.place, locale=visit.lang, listed=sent.listed,
    )  # fmt: skip
    visit.use.association.applications.apply(
        visit.community, sent.uid, profile, sponsor=sent.sponsor, newsletter=sent.newsletter, cents=cents
    )
    return visit.go(f"/join/{code}/thanks")


def offered(visit: Visit, kind: MemberKind, rules: DuesRules) -> tuple[int, dict[str, str]]:
    """The cents of a year that the form offers, and what is wrong with them: persons give the lowest dues or more."""
    cents = visit.money("dues", EUROS, zero=True) if visit.form.get("dues") else 0
    if kind is MemberKind.PERSON and cents < rules.person_floor:
        least = visit.amount(rules.person_floor, EUROS)
        return cents, {"dues": visit.text("Dues are free from %(least)s a year on.", least=least)}
    return cents, {}


@router.get("/join/{code}/thanks")
def thanks(visit: Visit = anybody(), code: str = Code) -> Response:
    """What happens now."""
    visit.community = visit.use.facts.community(code).uid
    return visit.show("wallet/joined.html", code=code)
