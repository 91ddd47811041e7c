"""`/desk/approvals`: what waits for a second person, who may be that person, and their yes or no (GOV-5)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from api.identity.approvals import Proposal, same_person
from api.identity.permissions import ACTIONS, allowed
from api.identity.principal import PLATFORM_ROLES, Role
from api.pages.desk.acting import names_of
from api.pages.desk.told import told
from api.pages.frame.again import or_again
from api.pages.frame.changes import changes, in_force
from api.pages.frame.guard import page
from api.pages.frame.people import role_names
from api.pages.frame.surface import page_router
from api.pages.frame.units import write_moment
from api.pages.frame.visit import Visit
from api.submitting import submit
from ledger.core.commands import ChangePolicy, MoveReserve, Reverse

router = page_router()

MOST = 100
"""Proposals looked at; each waits a week at the most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal with its asker's name. `mine`: the visitor asked; `may`: the visitor may approve; else `why` not."""

    proposal: Proposal
    by: str
    facts: list[tuple[str, str]]
    mine: bool
    may: bool
    why: str


def open_ones(visit: Visit) -> list[Proposal]:
    """What waits for a second person."""
    return visit.use.identity.approvals.page(visit.caller.community, "open", None, MOST)


def may_decide(visit: Visit, proposal: Proposal) -> bool:
    """Whether the visitor can be the second person."""
    principal = visit.caller.principal
    able = allowed(principal, "approvals.decide") and allowed(principal, proposal.action)
    return able and not same_person(principal, proposal)


@router.get("/desk/approvals")
def approvals(visit: Visit = page("approvals.list")) -> Response:
    """What waits, each with buttons for who may decide it, and for anybody else who may."""
    some, me = open_ones(visit), visit.caller.principal
    names = names_of(visit, {each.command.actor for each in some})
    asked = [
        Asked(
            each, names[each.command.actor], _told(visit, each.command), same_person(me, each), may_decide(visit, each),
            "" if may_decide(visit, each) else _why(visit, each),
        )
        for each in some
    ]  # fmt: skip
    return visit.show("desk/approvals.html", some=asked)


def _why(visit: Visit, proposal: Proposal) -> str:
    """Why the visitor cannot approve, and who can."""
    able = ACTIONS[proposal.action] & ACTIONS["approvals.decide"] - PLATFORM_ROLES
    me = visit.caller.principal
    if same_person(me, proposal) and me.maker is not None:
        return visit.text("Until a colleague confirms your key, you count as who made it: see “Your account”.")
    if same_person(me, proposal):
        return visit.text("You asked for this: somebody else has to approve it.")
    if visit.caller.principal.roles == {Role.AUDITOR}:
        return visit.text("You read and decide nothing. Who approves this: %(roles)s.", roles=role_names(able, visit.lang))
    return visit.text("This is not yours to approve. Who approves it: %(roles)s.", roles=role_names(able, visit.lang))


def _told(visit: Visit, command: object) -> list[tuple[str, str]]:
    """What a command asks, as labels and words."""
    use, c = visit.use, visit.caller.community
    said: list[tuple[str, str]] = []
    account = getattr(command, "account", None)
    if account is not None:
        said.append((visit.text("Account of"), use.identity.names(c, [account]).get(account, str(account))))
    currency, amount = getattr(command, "currency", None), getattr(command, "amount", None)
    if currency and amount is not None:
        said.append((visit.text("Amount"), visit.amount(amount, use.facts.currency(c, currency))))
    if isinstance(command, Reverse):
        (past,) = told(visit, [use.ledger.reader.entry(c, command.entry)])
        sum_of = "" if past.amount is None or past.unit is None else visit.amount(past.amount, past.unit)
        said.append((visit.text("Entry"), " · ".join(each for each in (past.what, past.who, sum_of) if each)))
    further = (("invoice", visit.text("Invoice")), ("resolution", visit.text("Resolution")))
    if isinstance(command, MoveReserve):
        way = visit.text("Into the fund") if command.euros > 0 else visit.text("Out of the fund")
        said.append((way, visit.amount(abs(command.euros), use.facts.currency(c, command.currency), bare=True) + " €"))
    if isinstance(command, ChangePolicy):
        said += _rules(visit, command)
    for name, label in further:
        if getattr(command, name, ""):
            said.append((label, str(getattr(command, name))))
    return said


def _rules(visit: Visit, command: ChangePolicy) -> list[tuple[str, str]]:
    """What a change of rules would change, and from when."""
    use, c = visit.use, visit.caller.community
    unit, since = use.facts.currency(c, command.currency), command.since
    before = in_force(use.ledger.reader.policies(c, command.currency), since)
    return [
        (visit.text("Currency"), command.currency),
        (visit.text("From"), write_moment(since, visit.lang, visit.face.timezone)),
        *((what, f"{old} → {new}") for what, old, new in changes(visit, before, command.policy, unit)),
    ]


@router.post("/desk/approvals/{approval}/yes")
@or_again(approvals)
async def approve(approval: UUID, visit: Visit = page("approvals.decide", step_up=True)) -> Response:
    """The second person says yes: it is done."""
    caller, proposals = visit.caller, visit.use.identity.approvals
    found, command = await asyncio.to_thread(proposals.ready, caller.principal, caller.community, approval)
    await submit(caller, command, dry_run=True)  # a refusal now must not use the id up
    outcome = await submit(caller, command)
    await asyncio.to_thread(proposals.approved, caller.community, found, caller.principal.actor, outcome.ts or 0)
    return visit.go("/desk/approvals", visit.text("Approved and done."))


@router.post("/desk/approvals/{approval}/no")
@or_again(approvals)
def reject(approval: UUID, visit: Visit = page("approvals.decide")) -> Response:
    """Turned down, or taken back by who asked."""
    visit.use.identity.approvals.reject(visit.caller.principal, visit.caller.community, approval)
    return visit.go("/desk/approvals", visit.text("It will not be done."))
