"""`/desk/members/<member>`: the profile, the state, the accounts, the dues, the devices, the enrolment code (D1)."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.identity.errors import not_found
from api.identity.people import Member
from api.pages.desk import history, persons
from api.pages.desk.members import open_accounts
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled, Revision
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.texts import LANGUAGES, NAMES
from api.pages.frame.units import write_day
from api.pages.frame.visit import Visit
from ledger.community.membership import TRANSITIONS, MemberKind, MemberState
from ledger.service import new_id

router = page_router()


@router.get("/desk/members/{member}")
def one(member: UUID, visit: Visit = page("desk.read")) -> Response:
    """Everything about one member that the visitor may see."""
    c, use = visit.caller.community, visit.use
    found = use.identity.people.get(c, member)
    held = persons.owned(visit, found)
    have = {each.unit.code for each in held if each.open}
    return visit.show(
        "desk/member.html", member=found, held=held, persons=persons, may=persons.may(visit), kinds=MemberKind,
        states=MemberState, nexts=sorted(TRANSITIONS[found.state]), devices=_devices(visit, found),
        units=[each for each in persons.units(visit) if each.code not in have], uid=visit.form.get("uid") or new_id(),
        paid=persons.dues_of(visit, found), payable=persons.payable(visit, held), files=use.association.agreements.of(c, member),
        became=history.memberships(visit, found), today=use.association.dues.today(),
        tongues=[(each, NAMES[each]) for each in LANGUAGES],
    )  # fmt: skip


def _devices(visit: Visit, member: Member) -> Any:
    """The devices with what each may do; None for who may not see them."""
    if not persons.may(visit, "devices.list"):
        return None
    return visit.use.identity.standings.of(visit.caller.community, member.id)


class Profile(Filled):
    """What the association changes."""

    name: str = Field(max_length=120)
    contact: str = Field("", max_length=200)
    place: str = Field("", max_length=80)
    locale: str = "fr"
    sectors: str = Field("", max_length=400)
    listed: bool = False
    version: Revision


@router.post("/desk/members/{member}/profile")
@or_again(one)
def change(member: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Keep the profile."""
    sent = visit.read(Profile)
    if sent.locale not in LANGUAGES:
        raise visit.misfilled({"locale": visit.text("Choose one of the list.")})
    changes = sent.model_dump(exclude={"version", "sectors"}) | {"sectors": tuple(sent.sectors.split())}
    visit.use.identity.people.change(visit.caller.community, member, sent.version, changes)
    return visit.go(f"/desk/members/{member}", visit.text("That is kept."))


class NewState(Filled):
    """What the membership becomes."""

    state: MemberState
    version: Revision


@router.post("/desk/members/{member}/state")
@or_again(one)
def become(member: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Suspend, let back in, note as gone; the accounts are frozen or thawed with it."""
    sent, c = visit.read(NewState), visit.caller.community
    visit.use.identity.people.change(c, member, sent.version, {"state": sent.state}, visit.caller.principal.actor)
    found = visit.use.identity.states.enforce(c, member, visit.caller.principal.actor)
    state = visit.text(persons.STATES[found.state])
    return visit.go(f"/desk/members/{member}", visit.text("%(name)s: %(state)s.", name=found.name, state=state))


@router.post("/desk/members/{member}/forgotten")
@or_again(one)
def forget(member: UUID, visit: Visit = page("members.erase", step_up=True)) -> Response:
    """Forget who somebody was who has left; the pseudonymous journal stays."""
    visit.use.identity.erasure.erase(visit.caller.community, member, visit.caller.principal.actor)
    visit.use.association.exchange_notes.forget(visit.caller.community, member)
    return visit.go("/desk/members", visit.text("Name, contact and messages are forgotten."))


class NewAccounts(Filled):
    """Units in which to open an account."""

    uid: UUID
    unit: list[str] = Field(min_length=1)


@router.post("/desk/members/{member}/accounts")
@or_again(one)
async def open_more(member: UUID, visit: Visit = page("accounts.open")) -> Response:
    """Further accounts, at the rules' own line and ceiling."""
    sent = visit.read(NewAccounts)
    found = await asyncio.to_thread(visit.use.identity.people.get, visit.caller.community, member)
    await open_accounts(visit.caller, found, sent.unit, sent.uid)
    return visit.go(f"/desk/members/{member}", visit.text("That is opened."))


@router.post("/desk/members/{member}/enrolment")
def enrol(member: UUID, visit: Visit = page("members.enrol", step_up=True)) -> Response:
    """A code by which one device of the member is let in, shown once. The first pays with nobody else's yes."""
    identity, c = visit.use.identity, visit.caller.community
    found = identity.people.get(c, member)
    code, ends = identity.devices.invite(c, member, visit.caller.principal.actor, instead=True)
    link = identity.invitation(code, str(visit.request.base_url))
    return visit.show("desk/enrolment.html", member=found, code=code, link=link, ends=ends)


@router.post("/desk/members/{member}/devices/{device}/revocation")
def revoke(member: UUID, device: UUID, visit: Visit = page("desk.operate")) -> Response:
    """A lost or stolen device signs no more, at once."""
    identity, c = visit.use.identity, visit.caller.community
    if identity.devices.get(c, device).member != member:
        raise not_found("device")
    identity.devices.revoke(c, device, visit.caller.principal.actor)
    return visit.go(f"/desk/members/{member}", visit.text("That device signs no more."))


class Received(Filled):
    """Dues that came. `uid` was made with the page."""

    uid: UUID
    months: int = Field(12, ge=1, le=120)
    paid_on: date


@router.post("/desk/members/{member}/dues")
@or_again(one)
def receive(member: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Note dues; who had lapsed is active again."""
    sent, caller = visit.read(Received), visit.caller
    dues = visit.use.association.dues
    if sent.paid_on > dues.today():
        raise visit.misfilled({"paid_on": visit.text("Type a day that is not in the future.")})
    cents = visit.money("dues", persons.EUROS, zero=True)
    paid = dues.receive(
        caller.community, sent.uid, member, cents, "EUR", sent.months, caller.principal.actor, sent.paid_on
    )
    through = write_day(persons.noon(paid.through), visit.lang, visit.face.timezone)
    return visit.go(f"/desk/members/{member}", visit.text("Dues are paid through %(day)s.", day=through))
