"""`/desk/members/<member>/accounts/<account>/debt`: euros came for a debt of a member who stays (MUT-8)."""

from __future__ import annotations

import asyncio
from uuid import UUID

from starlette.responses import Response

from api.pages.desk import persons
from api.pages.desk.account import Change, one
from api.pages.desk.moving import do
from api.pages.frame.again import or_again
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.submitting import was_done
from ledger.core.commands import SettleDebt

router = page_router()


async def settled(visit: Visit, member: UUID, account: UUID, uid: UUID, path: str) -> Response:
    """Take over as much of a debt as the field `euros` says, at most all of it; then go to a page."""
    caller = visit.caller
    _, held = await asyncio.to_thread(persons.one_of, visit, member, account)
    amount = visit.money("euros", held.unit)
    if amount > -held.account.balance and not await asyncio.to_thread(was_done, caller, uid):
        debt = visit.amount(-held.account.balance, held.unit)
        raise visit.misfilled({"euros": visit.text("Type at most the debt, %(debt)s.", debt=debt)})
    command = SettleDebt(id=uid, community=caller.community, actor=caller.principal.actor, account=account, amount=amount)
    return await do(visit, "commands.settle_debt", command, visit.text("That much of the debt is settled."), path)


@router.post("/desk/members/{member}/accounts/{account}/debt")
@or_again(one)
async def settle(member: UUID, account: UUID, visit: Visit = page("commands.settle_debt", step_up=True)) -> Response:
    """The debt becomes the association's; the member's account comes up by as much."""
    sent = visit.read(Change)
    return await settled(visit, member, account, sent.uid, f"/desk/members/{member}/accounts/{account}")
