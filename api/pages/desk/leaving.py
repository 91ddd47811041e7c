"""`/desk/members/leaving`: who has said that they leave; notice, and once the accounts are empty, the end (MUT-15)."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid5

from starlette.responses import Response

from api.association.leavings import Leaving, Stage, Wish
from api.identity.errors import wrong_state
from api.identity.people import Member
from api.pages.desk import persons
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.texts import later
from api.pages.frame.visit import Visit
from api.submitting import submit
from ledger.community.membership import MemberState
from ledger.core.accounts import AccountState, Currency, Model
from ledger.core.commands import CloseAccount, Leave
from ledger.service import new_id

router = page_router()

WISHES: dict[Wish, str] = {
    Wish.SPEND: later("spends it first"), Wish.GIVE: later("gives it away"), Wish.EUROS: later("in euros"),
}  # fmt: skip
STAGES: dict[Stage, str] = {
    Stage.ASKED: later("Has asked"), Stage.NOTICED: later("Spends down"), Stage.WITHDRAWN: later("Stays"),
    Stage.DONE: later("Has left"),
}  # fmt: skip


@router.get("/desk/members/leaving")
def waiting(visit: Visit = page("desk.read")) -> Response:
    """Who has asked or spends down, oldest first."""
    found = visit.use.association.leavings.waiting(visit.caller.community)
    return visit.show(
        "desk/leavings.html", found=found, names=persons.names(visit, {each.member for each in found}), wishes=WISHES,
        stages=STAGES, asked=Stage.ASKED,
    )  # fmt: skip


@router.get("/desk/members/{member}/leaving")
def leaving(member: UUID, visit: Visit = page("desk.read")) -> Response:
    """What leaving means for what the member has or owes, and the next step."""
    found = visit.use.identity.people.get(visit.caller.community, member)
    held = [each for each in persons.owned(visit, found) if each.open]
    asked: Leaving | None = visit.use.association.leavings.of(visit.caller.community, member)
    return visit.show(
        "desk/leaving.html", member=found, held=held, uid=visit.form.get("uid") or new_id(), may=persons.may(visit),
        persons=persons, asked=asked if asked and asked.open else None, wishes=WISHES, left=found.state is MemberState.LEFT,
        open=[each for each in held if _may_leave(each)], full=[each for each in held if not _empty(each)],
        treasurer=persons.may(visit, "commands.forfeit"), now=visit.use.clock(), models=Model, euros=_euros,
        may_leave=found.state in (MemberState.ACTIVE, MemberState.LAPSED, MemberState.SUSPENDED), states=AccountState,
    )  # fmt: skip


class Notice(Filled):
    """The id of the notice, made with the page."""

    uid: UUID


@router.post("/desk/members/{member}/leaving")
@or_again(leaving)
async def leave(member: UUID, visit: Visit = page("commands.leave")) -> Response:
    """The member gives notice: every open account may spend down and receives no more."""
    sent, caller = visit.read(Notice), visit.caller
    found, held = await asyncio.to_thread(_who, visit, member)
    for each in held:
        if _may_leave(each):
            uid = uuid5(sent.uid, str(each.account.uid))
            await submit(
                caller,
                Leave(id=uid, community=caller.community, actor=caller.principal.actor, account=each.account.uid),
            )
    life = visit.use.association.leavings
    await asyncio.to_thread(life.noticed, caller.community, member, caller.principal.actor)
    said = visit.text("%(name)s has given notice and can still spend what is there.", name=found.name)
    return visit.go(f"/desk/members/{member}/leaving", said)


@router.post("/desk/members/{member}/farewell")
@or_again(leaving)
async def farewell(member: UUID, visit: Visit = page("accounts.close")) -> Response:
    """Close the empty accounts and note that the member has left. What is on a card stays until its programme ends."""
    sent, caller = visit.read(Notice), visit.caller
    found, held = await asyncio.to_thread(_who, visit, member)
    if any(not _empty(each) for each in held):
        raise wrong_state("account_not_empty", "an account still holds or owes something; it must be empty first")
    for each in held:
        if not each.account.programme:
            uid = uuid5(sent.uid, f"close {each.account.uid}")
            await submit(
                caller,
                CloseAccount(id=uid, community=caller.community, actor=caller.principal.actor, account=each.account.uid),
            )
    await asyncio.to_thread(_gone, visit, found)
    return visit.go(f"/desk/members/{member}", visit.text("%(name)s has left.", name=found.name))


def _who(visit: Visit, member: UUID) -> tuple[Member, list[persons.Owned]]:
    found = visit.use.identity.people.get(visit.caller.community, member)
    return found, [each for each in persons.owned(visit, found) if each.open]


def _gone(visit: Visit, found: Member) -> None:
    use, c, by = visit.use, visit.caller.community, visit.caller.principal.actor
    use.identity.people.change(c, found.id, found.version, {"state": MemberState.LEFT}, by)
    use.identity.states.enforce(c, found.id, by)
    use.association.leavings.done(c, found.id, by)


def _euros(unit: Currency) -> Currency:
    """Euros in the steps of a currency, in which its debts are settled at par (MUT-8)."""
    return Currency(0, "€", unit.scale, Model.MIRROR)


def _may_leave(held: persons.Owned) -> bool:
    return held.account.state is AccountState.OPEN and not held.account.programme


def _empty(held: persons.Owned) -> bool:
    """Whether it can be closed; a card's purse is closed with its programme."""
    account = held.account
    return bool(account.programme) or not (account.balance or account.debits_held or account.credits_held)
