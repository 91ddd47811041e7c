"""What a leaver leaves behind: units that were not spent in time, a debt settled in euros or written off (MUT-11, MUT-15)."""

from __future__ import annotations

import asyncio
from uuid import UUID

from starlette.responses import Response

from api.pages.desk import persons
from api.pages.desk.debts import settled
from api.pages.desk.leaving import Notice, leaving
from api.pages.desk.moving import do
from api.pages.frame.again import or_again
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.core.commands import Forfeit, WriteOff

router = page_router()


@router.post("/desk/members/{member}/accounts/{account}/forfeit")
@or_again(leaving)
async def forfeit(member: UUID, account: UUID, visit: Visit = page("commands.forfeit", step_up=True)) -> Response:
    """After the time to spend, what is left goes to the fund that the rules name."""
    sent, caller = visit.read(Notice), visit.caller
    await asyncio.to_thread(persons.one_of, visit, member, account)
    command = Forfeit(id=sent.uid, community=caller.community, actor=caller.principal.actor, account=account)
    return await do(visit, "commands.forfeit", command, visit.text("The account is empty."), _back(member))


@router.post("/desk/members/{member}/accounts/{account}/settled")
@or_again(leaving)
async def settle(member: UUID, account: UUID, visit: Visit = page("commands.settle_debt", step_up=True)) -> Response:
    """Euros came for a debt; the debt becomes the association's."""
    return await settled(visit, member, account, visit.read(Notice).uid, _back(member))


@router.post("/desk/members/{member}/accounts/{account}/written-off")
@or_again(leaving)
async def write_off(member: UUID, account: UUID, visit: Visit = page("commands.write_off", step_up=True)) -> Response:
    """Nobody will pay this debt: the loss fund bears it, then all."""
    sent, caller = visit.read(Notice), visit.caller
    await asyncio.to_thread(persons.one_of, visit, member, account)
    command = WriteOff(id=sent.uid, community=caller.community, actor=caller.principal.actor, account=account)
    return await do(visit, "commands.write_off", command, visit.text("The debt is written off."), _back(member))


def _back(member: UUID) -> str:
    return f"/desk/members/{member}/leaving"
