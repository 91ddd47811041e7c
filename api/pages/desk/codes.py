"""`/desk/members/codes`: enrolment codes for a whole list of people, as a sheet to print, cut and hand out (D10)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from api.association import programmes
from api.identity.people import Member
from api.pages.desk.programmes import standing
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.problems import not_found

router = page_router()

MOST = 100
"""Of one sheet."""
LIFE = 14 * 86_400 * 10**9
"""How long a code of a sheet works: paper takes longer to arrive than a telephone across the counter."""


@dataclass(frozen=True, slots=True)
class Card:
    """One person's part of a sheet."""

    name: str
    code: str
    link: str


class Wanted(Filled):
    """For whom: "" for every person, else a programme as CURRENCY/code; `again`: those who hold a code too."""

    of: str = ""
    again: bool = False


@router.get("/desk/members/codes")
def choose(visit: Visit = page("members.enrol")) -> Response:
    """For whom the sheet would be; nothing is made."""
    query = visit.request.query_params
    of, again = query.get("of", ""), query.get("again") == "true"
    some = _persons(visit, of, again)
    groups = [("", visit.text("Every person"))] + [
        (key, visit.text("Purses of %(programme)s", programme=key.partition("/")[2])) for key in _programmes(visit)
    ]
    return visit.show(
        "desk/codes.html", groups=groups, of=of, again=again, many=len(some), most=MOST, first=_members(visit, some[:MOST])
    )


@router.post("/desk/members/codes")
def make(visit: Visit = page("members.enrol", step_up=True)) -> Response:
    """The sheet, shown once: a code for one device of each of the first who have none."""
    sent, c, identity = visit.read(Wanted), visit.caller.community, visit.use.identity
    cards, ends = [], 0
    for member in _members(visit, _persons(visit, sent.of, sent.again)[:MOST]):
        code, ends = identity.devices.invite(c, member.id, visit.caller.principal.actor, life=LIFE, instead=True)
        cards.append(Card(member.name, code, identity.invitation(code, str(visit.request.base_url))))
    if not cards:
        return visit.go("/desk/members/codes", visit.text("Everybody on this list has a device or a code."))
    return visit.show("desk/codes_sheet.html", cards=cards, ends=ends)


def _persons(visit: Visit, of: str, again: bool) -> list[UUID]:
    """Who needs a code, by name. Raises 404 for a programme that is none."""
    c, use = visit.caller.community, visit.use
    some = use.identity.unenrolled.of(c, again=again)
    if not of:
        return some
    programme = _programmes(visit).get(of)
    if programme is None:
        raise not_found("programme")
    purses = programmes.purses(use.ledger.reader, c, programme.unit)
    held = [each.uid for each in purses if each.programme == programme.programme.code]
    owners = {member for member, _ in use.identity.people.owners(c, held).values()}
    return [uid for uid in some if uid in owners]


def _programmes(visit: Visit) -> dict[str, programmes.Standing]:
    return {f"{each.unit.code}/{each.programme.code}": each for each in standing(visit)}


def _members(visit: Visit, some: list[UUID]) -> list[Member]:
    """The same, in the same order."""
    known = visit.use.identity.roster.among(visit.caller.community, some)
    return [known[uid] for uid in some if uid in known]
