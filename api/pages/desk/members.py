"""`/desk/members`: everybody, by name; somebody new; who has applied by the public form (D1)."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid5

from pydantic import Field
from starlette.responses import Response

from api.deps import Caller
from api.holders import first_keys
from api.identity.directory import position
from api.identity.people import Member, Profile
from api.pages.desk import persons
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.submitting import submit
from ledger.community.membership import MemberKind, MemberState
from ledger.core.accounts import AccountKind
from ledger.core.commands import OpenAccount
from ledger.service import new_id

router = page_router()

PAGE = 40


@router.get("/desk/members")
def everybody(visit: Visit = page("desk.read")) -> Response:
    """Members by name, town or contact, by state and by kind."""
    query, c, roster = visit.request.query_params, visit.caller.community, visit.use.identity.roster
    words, state, kind = query.get("q", "").strip()[:80], query.get("state", ""), query.get("kind", "")
    after = _after(query.get("after", ""))
    found = roster.page(
        c, query=words, state=MemberState(state) if state in set(MemberState) else None,
        kind=MemberKind(kind) if kind in set(MemberKind) else None, after=after, limit=PAGE + 1,
    )  # fmt: skip
    shown = found[:PAGE]
    more = visit.here(after=_position(shown[-1])) if len(found) > PAGE else ""
    return visit.show(
        "desk/members.html", found=shown, words=words, state=state, kind=kind, more=more, persons=persons,
        first="/desk/members" if after else "", counts=roster.count(c), may=persons.may(visit),
        states=persons.options(visit, persons.STATES), kinds=persons.options(visit, persons.KINDS),
    )  # fmt: skip


def _position(member: Member) -> str:
    name, uid = position(member)
    return f"{uid}{name}"


def _after(text: str) -> tuple[str, UUID] | None:
    """A place in the list, as `_position` writes it; the start for anything else."""
    head = text[:36]
    plain = head.replace("-", "")
    return (text[36:], UUID(head)) if len(plain) == 32 and set(plain) <= set("0123456789abcdef") else None


@router.get("/desk/members/new")
def new(visit: Visit = page("members.create")) -> Response:
    """Somebody who joins at the desk."""
    return visit.show(
        "desk/member_new.html", uid=visit.form.get("uid") or new_id(), kinds=persons.options(visit, persons.KINDS),
        units=persons.units(visit),
    )  # fmt: skip


class NewMember(Filled):
    """Who joins. `uid` was made with the page, so that a form sent twice is one member."""

    uid: UUID
    name: str = Field(max_length=120)
    kind: MemberKind = MemberKind.PERSON
    contact: str = Field("", max_length=200)
    place: str = Field("", max_length=80)
    listed: bool = False
    unit: list[str] = Field(default_factory=list)


@router.post("/desk/members/new")
@or_again(new)
async def create(visit: Visit = page("members.create")) -> Response:
    """A member, with an account in each unit that was ticked."""
    sent = visit.read(NewMember)
    profile = Profile(
        name=sent.name, kind=sent.kind, contact=sent.contact, place=sent.place, listed=sent.listed
    )
    people = visit.use.identity.people
    found, _ = await asyncio.to_thread(people.create, visit.caller.community, sent.uid, profile)
    await open_accounts(visit.caller, found, sent.unit, sent.uid)
    said = visit.text("%(name)s is a member now.", name=found.name)
    return visit.go(f"/desk/members/{found.id}", said)


@router.get("/desk/members/applications")
def applications(visit: Visit = page("desk.read")) -> Response:
    """Who has applied, oldest first."""
    waiting = visit.use.association.applications.waiting(visit.caller.community)
    agreements, c = visit.use.association.agreements, visit.caller.community
    files = {member.id: some[-1].id for member, _ in waiting if (some := agreements.of(c, member.id))}
    sponsors = persons.names(visit, {said.sponsor for _, said in waiting if said.sponsor is not None})
    return visit.show(
        "desk/applications.html", waiting=waiting, sponsors=sponsors, persons=persons, may=persons.may(visit), files=files,
        units=persons.units(visit),
    )  # fmt: skip


class Welcome(Filled):
    """What to do with an application."""

    answer: str
    received: bool = False
    unit: list[str] = Field(default_factory=list)


@router.post("/desk/members/applications/{member}")
@or_again(applications)
async def answer(member: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Let somebody in, with the accounts and, if they have come, the dues; or decline."""
    sent, caller = visit.read(Welcome), visit.caller
    if sent.answer == "decline":
        left = await asyncio.to_thread(_becomes, caller, member, MemberState.LEFT)
        return visit.go("/desk/members/applications", visit.text("%(name)s was not let in.", name=left.name))
    found = await asyncio.to_thread(_becomes, caller, member, MemberState.ACTIVE)
    await open_accounts(caller, found, sent.unit, member)
    if sent.received:
        await asyncio.to_thread(_first_dues, caller, member)
    return visit.go(f"/desk/members/{member}", visit.text("%(name)s is a member now.", name=found.name))


def _becomes(caller: Caller, member: UUID, state: MemberState) -> Member:
    """An applicant's new state. Raises 404 for who never applied."""
    caller.use.association.applications.get(caller.community, member)
    people = caller.use.identity.people
    found = people.get(caller.community, member)
    people.change(caller.community, member, found.version, {"state": state}, caller.principal.actor)
    return caller.use.identity.states.enforce(caller.community, member, caller.principal.actor)


def _first_dues(caller: Caller, member: UUID) -> None:
    said = caller.use.association.applications.get(caller.community, member)
    uid = uuid5(member, "first dues")
    caller.use.association.dues.receive(
        caller.community, uid, member, said.cents, "EUR", 12, caller.principal.actor
    )


async def open_accounts(caller: Caller, member: Member, codes: list[str], uid: UUID) -> None:
    """An account in each currency, at the rules' own line and ceiling; asked again with the same `uid`, nothing more."""
    for code in codes:
        command_id = uuid5(uid, f"account in {code}")
        account = uuid5(command_id, "account")
        keys = await asyncio.to_thread(first_keys, caller, member.id, command_id)
        command = OpenAccount(
            id=command_id, community=caller.community, actor=caller.principal.actor, account=account, currency=code,
            kind=AccountKind(member.kind.value), keys=keys,
        )  # fmt: skip
        await submit(caller, command)
        await asyncio.to_thread(caller.use.identity.account_opened, caller.community, member.id, account)
