"""`/desk/members/<member>/accounts/<account>`: line, ceiling, freeze, terms, closing, with the formula at hand (MUT-4)."""

from __future__ import annotations

import asyncio
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.pages.desk import history, persons
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled, Form
from api.pages.frame.guard import must_be_there, page
from api.pages.frame.surface import page_router
from api.pages.frame.units import read_amount
from api.pages.frame.visit import Visit
from api.submitting import submit
from ledger.core.accounts import Freeze, Model
from ledger.core.commands import CloseAccount, Command, FreezeAccount, SetCeiling, SetLine, SetTerms
from ledger.core.limits import credit_line
from ledger.service import new_id

router = page_router()

LINES = 12
HUNDRED = 100


@router.get("/desk/members/{member}/accounts/{account}")
def one(member: UUID, account: UUID, visit: Visit = page("desk.read")) -> Response:
    """One account: what it may, what moved last, and what the formula would give it."""
    found, held = persons.one_of(visit, member, account)
    c, reader = visit.caller.community, visit.use.ledger.reader
    lines = reader.statement(c, account, limit=LINES)
    names = visit.use.identity.names(c, {each.counterparty for each in lines})
    return visit.show(
        "desk/account.html", member=found, held=held, persons=persons, may=persons.may(visit), lines=lines, names=names,
        uid=visit.form.get("uid") or new_id(), limits=history.limits(visit, held),
        freezes=[(each.name.lower(), visit.text(persons.FREEZES[each])) for each in Freeze],
        mutual=held.unit.model is Model.MUTUAL, settles=persons.may(visit, "commands.settle_debt"),
        proposed=_proposed(visit, held), asked=visit.request.query_params,
    )  # fmt: skip


def _proposed(visit: Visit, held: persons.Owned) -> int | None:
    """The line that the rules' formula gives for the figures of the query; None without figures."""
    query = Form({name: [value] for name, value in visit.request.query_params.items()})
    turnover, sales = (read_amount(query.get(name), held.unit) for name in ("turnover", "sales"))
    years = query.get("years")
    if turnover is None or sales is None or min(turnover, sales) < 0 or not (years.isascii() and years.isdigit()):
        return None
    return credit_line(turnover, sales, int(years[:4]), held.policy)


class Change(Filled):
    """The id of the change, made with the page."""

    uid: UUID


class Frozen(Change):
    """What the account refuses from now on."""

    freeze: str


class Terms(Change):
    """Activity codes, and the share of a price that is taken in units."""

    sectors: str = Field("", max_length=400)
    share: int = Field(0, ge=0, le=100)


async def _do(visit: Visit, member: UUID, account: UUID, command: Command, said: str) -> Response:
    """Submit a change of an account of the member's."""
    await asyncio.to_thread(persons.one_of, visit, member, account)
    await submit(visit.caller, command)
    return visit.go(f"/desk/members/{member}/accounts/{account}", said)


@router.post("/desk/members/{member}/accounts/{account}/line")
@or_again(one)
async def line(member: UUID, account: UUID, visit: Visit = page("accounts.update")) -> Response:
    """How far it may go below zero; who raises it proves to be there."""
    _, held = await asyncio.to_thread(persons.one_of, visit, member, account)
    sent, caller, asked = visit.read(Change), visit.caller, visit.money("line", held.unit, zero=True)
    if held.line is not None and asked > held.line:
        await asyncio.to_thread(must_be_there, visit)  # credit that others will carry
    command = SetLine(
        id=sent.uid, community=caller.community, actor=caller.principal.actor, account=account, line=asked
    )
    return await _do(visit, member, account, command, visit.text("That is the line now."))


@router.post("/desk/members/{member}/accounts/{account}/ceiling")
@or_again(one)
async def ceiling(member: UUID, account: UUID, visit: Visit = page("accounts.update")) -> Response:
    """The most it may hold; empty for no ceiling."""
    _, held = await asyncio.to_thread(persons.one_of, visit, member, account)
    sent, caller = visit.read(Change), visit.caller
    most = visit.money("ceiling", held.unit, zero=True) if visit.form.get("ceiling").strip() else None
    command = SetCeiling(
        id=sent.uid, community=caller.community, actor=caller.principal.actor, account=account, ceiling=most
    )
    return await _do(visit, member, account, command, visit.text("That is the ceiling now."))


@router.post("/desk/members/{member}/accounts/{account}/freeze")
@or_again(one)
async def freeze(member: UUID, account: UUID, visit: Visit = page("accounts.update")) -> Response:
    """Refuse what goes out, what comes in, or both; or nothing."""
    sent, caller = visit.read(Frozen), visit.caller
    if sent.freeze.upper() not in Freeze.__members__:
        raise visit.misfilled({"freeze": visit.text("Choose one of the list.")})
    bits = Freeze[sent.freeze.upper()]
    command = FreezeAccount(
        id=sent.uid, community=caller.community, actor=caller.principal.actor, account=account,
        debits=bool(bits & Freeze.DEBITS), credits=bool(bits & Freeze.CREDITS),
    )  # fmt: skip
    return await _do(visit, member, account, command, visit.text(persons.FREEZES[bits]) + ".")


@router.post("/desk/members/{member}/accounts/{account}/terms")
@or_again(one)
async def terms(member: UUID, account: UUID, visit: Visit = page("accounts.update")) -> Response:
    """What a firm sells, and how much of a price it takes in units."""
    sent, caller = visit.read(Terms), visit.caller
    command = SetTerms(
        id=sent.uid, community=caller.community, actor=caller.principal.actor, account=account,
        sectors=tuple(sent.sectors.split()), acceptance_bp=sent.share * HUNDRED,
    )  # fmt: skip
    return await _do(visit, member, account, command, visit.text("Those are the terms now."))


@router.post("/desk/members/{member}/accounts/{account}/closure")
@or_again(one)
async def close(member: UUID, account: UUID, visit: Visit = page("accounts.close")) -> Response:
    """Close an account that holds nothing, for good."""
    sent, caller = visit.read(Change), visit.caller
    command = CloseAccount(
        id=sent.uid, community=caller.community, actor=caller.principal.actor, account=account
    )
    return await _do(visit, member, account, command, visit.text("That account is closed."))
