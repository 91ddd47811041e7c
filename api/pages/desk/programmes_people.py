"""`/desk/programmes/…/people`: purses for a list of people, who become members where they are none (PUB-2)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from uuid import UUID, uuid5

from pydantic import Field
from starlette.responses import Response

from api.association import programmes
from api.association.programmes import Standing
from api.holders import first_keys
from api.identity.people import Member, Profile
from api.pages.desk.programmes import Named, Unit, one, one_of
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.submitting import submit
from ledger.community.membership import MemberKind, MemberState
from ledger.core.accounts import AccountKind
from ledger.core.commands import OpenAccount

router = page_router()

MOST = 500
_COLUMNS = re.compile(r"[;\t]")


class People(Filled):
    """A list, a person a line. `uid` was made with the page, so that a list sent twice is one."""

    uid: UUID
    people: str = Field(max_length=60_000)


@dataclass(frozen=True, slots=True)
class Listed:
    """A line. `member` is who has the same name and contact here; `has`: and a purse of the programme."""

    name: str
    contact: str
    member: Member | None
    has: bool


def _read(visit: Visit, of: Standing) -> list[Listed]:
    """The lines of the form, each person once. Raises Misfilled."""
    lines: dict[tuple[str, str], None] = {}
    for number, text in enumerate(visit.read(People).people.splitlines(), 1):
        name, contact = ([each.strip() for each in _COLUMNS.split(text)] + [""])[:2]
        if not name and not contact:
            continue
        if not name or len(name) > 120 or len(contact) > 200:
            said = visit.text("Line %(number)s: a name of up to 120 characters comes first.", number=number)
            raise visit.misfilled({"people": said})
        lines[name, contact] = None
    if not 0 < len(lines) <= MOST:
        raise visit.misfilled({"people": visit.text("Type at least one name and at most %(most)s.", most=MOST)})
    c, roster = visit.caller.community, visit.use.identity.roster
    every = programmes.purses(visit.use.ledger.reader, c, of.unit)
    have = {each.uid for each in every if each.programme == of.programme.code}
    found = []
    for name, contact in lines:
        same = [
            each
            for each in roster.page(c, query=contact or name)
            if (each.name, each.contact) == (name, contact) and each.state is not MemberState.LEFT
        ]
        member = same[0] if len(same) == 1 else None
        found.append(Listed(name, contact, member, member is not None and not have.isdisjoint(member.accounts)))
    return found


@router.post("/desk/programmes/{currency}/{programme}/people/check")
@or_again(one)
def check_people(visit: Visit = page("members.create"), currency: str = Unit, programme: str = Named) -> Response:
    """Who of the list is new; nothing is written."""
    of = one_of(visit, currency, programme)
    return visit.show("desk/programme_people.html", of=of, some=_read(visit, of), kept=visit.form.kept())


@router.post("/desk/programmes/{currency}/{programme}/people")
@or_again(one)
async def open_purses(
    visit: Visit = page("members.create"), currency: str = Unit, programme: str = Named
) -> Response:
    """Members and purses for those who have none; sent again after a failure, it does what is missing."""
    of = await asyncio.to_thread(one_of, visit, currency, programme)
    some, uid = await asyncio.to_thread(_read, visit, of), visit.read(People).uid
    missing = [each for each in some if not each.has]
    for each in missing:
        await _open(visit, of, each, uid)
    n = len(missing)
    said = visit.many(
        "%(num)s purse is open. The treasurer can fill it now.", "%(num)s purses are open. The treasurer can fill them now.", n
    )
    return visit.go(f"/desk/programmes/{currency}/{programme}", said)


def _joined(visit: Visit, each: Listed, uid: UUID) -> Member:
    """Who is on a line: the member known, or a new one."""
    if each.member is not None:
        return each.member
    profile = Profile(name=each.name, kind=MemberKind.PERSON, contact=each.contact)
    made = uuid5(uid, f"{each.name}\n{each.contact}")
    return visit.use.identity.people.create(visit.caller.community, made, profile)[0]


async def _open(visit: Visit, of: Standing, each: Listed, uid: UUID) -> None:
    caller = visit.caller
    member = await asyncio.to_thread(_joined, visit, each, uid)
    command_id = uuid5(member.id, f"purse {of.unit.code} {of.programme.code} {uid}")
    account = uuid5(command_id, "account")
    keys = await asyncio.to_thread(first_keys, caller, member.id, command_id)
    await submit(
        caller,
        OpenAccount(
            id=command_id, community=caller.community, actor=caller.principal.actor, account=account,
            currency=of.unit.code, kind=AccountKind.PURSE, programme=of.programme.code, keys=keys,
        ),
    )  # fmt: skip
    await asyncio.to_thread(visit.use.identity.account_opened, caller.community, member.id, account)
