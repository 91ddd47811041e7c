"""`/desk/money`: issue and redeem, with what it does to the guarantee; reconversions that members asked for."""

from __future__ import annotations

import asyncio
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.association.reconversions import Reconversion
from api.pages.desk.hours import association
from api.pages.desk.moving import Payable, accounts, chosen, do, picking
from api.pages.desk.persons import may, rules
from api.pages.desk.rules import currencies
from api.pages.desk.today import money
from api.pages.desk.weighing import Effect, weigh, weighed
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.core.accounts import AccountKind, Model
from ledger.core.commands import Issue, Redeem
from ledger.core.money import share
from ledger.service import new_id

router = page_router()

PROFESSIONAL = frozenset({AccountKind.BUSINESS, AccountKind.ASSOCIATION, AccountKind.PUBLIC})
"""Whose units the ledger redeems (MLC-4)."""


@router.get("/desk/money")
def overview(visit: Visit = page("desk.read")) -> Response:
    """What is out, what backs it, who wants euros."""
    use, c = visit.use, visit.caller.community
    asked = use.association.reconversions.waiting(c)
    names = use.identity.names(c, [each.account for each in asked])
    units = {each.currency: use.facts.currency(c, each.currency) for each in asked}
    some = currencies(visit)
    time = [each for each in some if each.model is Model.TIME]
    return visit.show(
        "desk/money.html", money=money(visit), asked=asked, names=names, units=units, may=may(visit, "issues.create"),
        models={each.model for each in some}, hours=bool(time) and time == some, gives=time and may(visit, "hours.give"),
        own=[(use.ledger.reader.account(c, association(c, each)), each) for each in time],
    )  # fmt: skip


@router.get("/desk/money/issue")
def issue(visit: Visit = page("issues.create")) -> Response:
    """Units against euros received."""
    picked = picking(visit, accounts(visit, Model.BACKED))
    return visit.show("desk/issue.html", picked=picked, uid=visit.form.get("uid") or new_id())


class Issued(Filled):
    """Whom, how much. `uid` was made with the page."""

    uid: UUID
    account: str


def _issue(visit: Visit) -> tuple[Issue, Payable]:
    sent = visit.read(Issued)
    to = chosen(visit, accounts(visit, Model.BACKED), sent.account)
    amount = visit.money("amount", to.unit)
    command = Issue(
        id=sent.uid, community=visit.caller.community, actor=visit.caller.principal.actor, account=to.account.uid,
        currency=to.unit.code, amount=amount, euros=amount,
    )  # fmt: skip
    return command, to


@router.post("/desk/money/issue/check")
@or_again(issue)
def check_issue(visit: Visit = page("issues.create")) -> Response:
    """What it would do to the guarantee; nothing is written."""
    command, to = _issue(visit)
    amount = visit.amount(command.amount, to.unit)
    said = [(visit.text("To"), to.name), (visit.text("Euros received, units issued"), amount)]
    return weighed(visit, command, "/desk/money/issue", said)


@router.post("/desk/money/issue")
@or_again(issue)
async def issue_now(visit: Visit = page("issues.create", step_up=True)) -> Response:
    """Create the units; above the threshold a second person does."""
    command, to = await asyncio.to_thread(_issue, visit)
    said = visit.text("%(amount)s issued to %(name)s.", amount=visit.amount(command.amount, to.unit), name=to.name)
    return await do(visit, "issues.create", command, said, "/desk/money")


REDEEMED = (Model.BACKED, Model.EARMARKED)
"""What professionals get euros for."""


@router.get("/desk/money/redeem")
def redeem(visit: Visit = page("redemptions.create")) -> Response:
    """Units of a professional back for euros."""
    some = [each for each in accounts(visit, *REDEEMED) if each.account.kind in PROFESSIONAL]
    return visit.show("desk/redeem.html", picked=picking(visit, some), uid=visit.form.get("uid") or new_id())


class Redeemed(Filled):
    """Whose, against which invoice."""

    uid: UUID
    account: str
    invoice: str = Field(max_length=64)


def _redeem(visit: Visit) -> tuple[Redeem, Payable]:
    sent = visit.read(Redeemed)
    of = chosen(visit, accounts(visit, *REDEEMED), sent.account)
    amount = visit.money("amount", of.unit)
    command = Redeem(
        id=sent.uid, community=visit.caller.community, actor=visit.caller.principal.actor, account=of.account.uid,
        currency=of.unit.code, amount=amount, invoice=sent.invoice,
    )  # fmt: skip
    return command, of


@router.post("/desk/money/redeem/check")
@or_again(redeem)
def check_redeem(visit: Visit = page("redemptions.create")) -> Response:
    """What it would do to the guarantee; nothing is written."""
    command, of = _redeem(visit)
    commission = share(command.amount, rules(visit, command.currency).commission_bp)
    euros = visit.amount(command.amount - commission, of.unit, bare=True) + " €"
    said = [
        (visit.text("Of"), of.name), (visit.text("Amount"), visit.amount(command.amount, of.unit)),
        (visit.text("Invoice"), command.invoice), (visit.text("Commission"), visit.amount(commission, of.unit)),
        (visit.text("To pay out in euros"), euros),
    ]  # fmt: skip
    return weighed(visit, command, "/desk/money/redeem", said)


@router.post("/desk/money/redeem")
@or_again(redeem)
async def redeem_now(visit: Visit = page("redemptions.create", step_up=True)) -> Response:
    """Destroy the units and release the euros less the commission."""
    command, of = await asyncio.to_thread(_redeem, visit)
    said = visit.text("%(amount)s of %(name)s redeemed.", amount=visit.amount(command.amount, of.unit), name=of.name)
    return await do(visit, "redemptions.create", command, said, "/desk/money")


def _request(request: UUID, visit: Visit) -> tuple[Reconversion, Redeem]:
    """A request and the command that would grant it."""
    c = visit.caller.community
    found = visit.use.association.reconversions.get(c, request)
    command = Redeem(
        id=found.redemption, community=c, actor=visit.caller.principal.actor, account=found.account,
        currency=found.currency, amount=found.amount, invoice=found.invoice,
    )  # fmt: skip
    return found, command


def unweighed(request: UUID, visit: Visit, effect: Effect | None = None, refused: str = "") -> Response:
    """One request and what would be paid in euros."""
    use, c = visit.use, visit.caller.community
    found, _ = _request(request, visit)
    unit = use.facts.currency(c, found.currency)
    commission = share(found.amount, rules(visit, found.currency).commission_bp)
    return visit.show(
        "desk/reconversion.html", asked=found, unit=unit, commission=commission, effect=effect, refused=refused,
        name=use.identity.names(c, [found.account]).get(found.account, ""), back=found.amount - commission,
    )  # fmt: skip


def impossible(request: UUID, visit: Visit) -> Response:
    """The request, and why the ledger would refuse it now: looking at it is no fault."""
    refused, visit.fault = "" if visit.fault is None else visit.fault.said, None
    return unweighed(request, visit, refused=refused)


@router.get("/desk/money/reconversions/{request}")
@or_again(impossible)
def reconversion(request: UUID, visit: Visit = page("redemptions.create")) -> Response:
    """One request: what would be paid in euros and what that does, tried out without writing."""
    found, command = _request(request, visit)
    return unweighed(request, visit, weigh(visit.use, command) if found.state == "asked" else None)


@router.post("/desk/money/reconversions/{request}")
@or_again(unweighed)
async def reconvert(request: UUID, visit: Visit = page("redemptions.create", step_up=True)) -> Response:
    """Redeem what was asked for."""
    _, command = await asyncio.to_thread(_request, request, visit)
    return await do(visit, "redemptions.create", command, visit.text("Redeemed. Pay the euros out now."), "/desk/money")


class No(Filled):
    """Why not."""

    reasons: str = Field(max_length=500)


@router.post("/desk/money/reconversions/{request}/decline")
@or_again(unweighed)
def decline(request: UUID, visit: Visit = page("redemptions.create")) -> Response:
    """Say no, and why; the member reads it."""
    sent = visit.read(No)
    visit.use.association.reconversions.decline(visit.caller.community, request, visit.caller.principal.actor, sent.reasons)
    return visit.go("/desk/money", visit.text("The member is told why."))
