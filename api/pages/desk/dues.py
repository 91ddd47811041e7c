"""`/desk/members/dues`: whom to remind, and who lapses, seen before it is done (MLC-15, MLC-16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from starlette.responses import Response

from api.identity.people import Member
from api.pages.desk import persons
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.community.membership import MemberState

router = page_router()

SOON = 30
"""Days ahead that reminders look."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """A member whose dues end soon, or ended `late` days ago (0: not yet)."""

    member: Member
    through: date
    late: int


@router.get("/desk/members/dues")
def overview(visit: Visit = page("desk.read")) -> Response:
    """Reminders, soonest first, and who lapses today."""
    c, life = visit.caller.community, visit.use.association
    dues, rules = life.dues, life.own_rules.of(c).dues
    today, ending = dues.today(), dues.reminders(c, SOON)
    known = visit.use.identity.roster.among(c, {uid for uid, _ in ending})
    reminded = [
        Reminded(known[uid], day, max((today - day).days, 0))
        for uid, day in ending
        if uid in known and known[uid].state in (MemberState.ACTIVE, MemberState.LAPSED)
    ]
    return visit.show(
        "desk/dues.html", reminded=reminded, lapsing=dues.lapsing(c, rules), rules=rules, days=SOON, persons=persons,
        may=persons.may(visit), states=MemberState,
    )  # fmt: skip


class Seen(Filled):
    """Whom the preview named; nobody else is changed."""

    member: list[UUID]


@router.post("/desk/members/dues/lapse")
@or_again(overview)
def lapse(visit: Visit = page("desk.operate")) -> Response:
    """Those of the preview spend down and receive no more, if the preview still holds."""
    c, life, sent = visit.caller.community, visit.use.association, visit.read(Seen)
    dues, rules = life.dues, life.own_rules.of(c).dues
    if {member.id for member, _ in dues.lapsing(c, rules)} != set(sent.member):
        said = visit.text("The list has changed meanwhile. Look at it once more.")
        raise visit.misfilled({"member": said})
    done = dues.lapse(c, rules, visit.caller.principal.actor)
    return visit.go(
        "/desk/members/dues",
        visit.many("%(num)s membership has lapsed.", "%(num)s memberships have lapsed.", len(done)),
    )
