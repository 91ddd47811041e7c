"""`/desk/members/<member>/dues/taken`: dues paid in units: taken from the member's account and noted, in one step (MLC-15)."""

from __future__ import annotations

import asyncio
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.pages.desk import persons
from api.pages.desk.member import one
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.units import write_day
from api.pages.frame.visit import Visit
from api.submitting import submit
from ledger.core.commands import ChargeFee

router = page_router()


class Taken(Filled):
    """From which account, and for how long. `uid` was made with the page; entry and note have it both."""

    uid: UUID
    account: str
    taken_months: int = Field(12, ge=1, le=120)


@router.post("/desk/members/{member}/dues/taken")
@or_again(one)
async def take(member: UUID, visit: Visit = page("fees.create", step_up=True)) -> Response:
    """Units to the association, dues noted. Sent again after a failure, it does what is missing."""
    sent, caller, use = visit.read(Taken), visit.caller, visit.use
    found = await asyncio.to_thread(use.identity.people.get, caller.community, member)
    some = await asyncio.to_thread(persons.owned, visit, found)
    if sent.account not in [uid for uid, _ in persons.payable(visit, some)]:
        raise visit.misfilled({"account": visit.text("Choose one of the list.")})
    held = next(each for each in some if str(each.account.uid) == sent.account)
    amount, by = visit.money("taken", held.unit), caller.principal.actor
    await submit(
        caller, ChargeFee(id=sent.uid, community=caller.community, actor=by, account=held.account.uid, amount=amount)
    )
    paid = await asyncio.to_thread(
        use.association.dues.receive, caller.community, sent.uid, member, amount, held.unit.code, sent.taken_months, by
    )
    through = write_day(persons.noon(paid.through), visit.lang, visit.face.timezone)
    return visit.go(f"/desk/members/{member}", visit.text("Dues are paid through %(day)s.", day=through))
