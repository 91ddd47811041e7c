"""`/desk/money/hours`: the association pays hours for its own tasks, such as folding the newsletter (TIME-3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.identity.names import search_key
from api.pages.desk.moving import Payable, accounts
from api.pages.desk.persons import rules
from api.pages.desk.rules import currencies
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.texts import later
from api.pages.frame.visit import Visit
from api.submitting import submit
from ledger.core.accounts import AccountKind, Currency, Form, Freeze, Model
from ledger.core.checks import technical_uid
from ledger.core.commands import PayBatch, Payee
from ledger.core.policy import Sphere
from ledger.service import new_id

router = page_router()

TASKS: dict[str, str] = {
    "newsletter": later("The newsletter"), "reception": later("Opening hours and welcome"),
    "committee": later("Work of a committee"), "event": later("A celebration or a market"), "other": later("Another task"),
    "board": later("A meeting of the board"),
}  # fmt: skip
"""What the association gives hours for; those that the rules do not credit are not offered."""
MOST = 200
"""People in one list."""


@dataclass(frozen=True, slots=True)
class Given:
    """Hours for some members, each the same."""

    unit: Currency
    minutes: int
    task: str
    people: tuple[Payable, ...]
    command: PayBatch


class Asked(Filled):
    """Who did what. `uid` was made with the page."""

    uid: UUID
    currency: str = Field(max_length=12)
    task: str
    people: str = Field(max_length=20_000)


def association(c: UUID, unit: Currency) -> UUID:
    """The account from which a community gives hours."""
    return technical_uid(c, unit.code, AccountKind.OPERATOR, Form.DIGITAL, "")


@router.get("/desk/money/hours")
def hours(visit: Visit = page("hours.give")) -> Response:
    """Who did something for the association, and how long."""
    some = [each for each in currencies(visit) if each.model is Model.TIME]
    left_out = {code for each in some for code in rules(visit, each.code).not_credited}
    return visit.show(
        "desk/hours.html", units=some, uid=visit.form.get("uid") or new_id(),
        tasks=[(code, visit.text(word)) for code, word in TASKS.items() if code not in left_out],
        not_credited=[visit.text(TASKS.get(code, code)) for code in sorted(left_out)],
    )  # fmt: skip


@router.post("/desk/money/hours/check")
@or_again(hours)
def check(visit: Visit = page("hours.give")) -> Response:
    """Whom the names mean; nothing is written."""
    given = _read(visit)
    for each in given.people:
        _room(visit, each, given.minutes)
    visit.use.ledger.dry_run(given.command)
    return visit.show("desk/hours_check.html", given=given, task=visit.text(TASKS[given.task]), kept=visit.form.kept())


@router.post("/desk/money/hours")
@or_again(hours)
async def give(visit: Visit = page("hours.give", step_up=True)) -> Response:
    """The hours move to everybody of the list, or to nobody."""
    given = await asyncio.to_thread(_read, visit)
    await submit(visit.caller, given.command)
    amount = visit.amount(given.minutes, given.unit)
    said = visit.many(
        "%(hours)s given to one member.", "%(hours)s each given to %(num)s members.", len(given.people), hours=amount
    )
    return visit.go("/desk/money", said)


def _read(visit: Visit) -> Given:
    sent, caller = visit.read(Asked), visit.caller
    unit = next((each for each in currencies(visit) if each.code == sent.currency and each.model is Model.TIME), None)
    if unit is None:
        raise visit.misfilled({"currency": visit.text("Choose one of the list.")})
    if sent.task not in TASKS:
        raise visit.misfilled({"task": visit.text("Choose one of the list.")})
    minutes = visit.money("hours", unit)
    some = [each for each in accounts(visit, Model.TIME) if each.unit.code == unit.code]
    people = tuple(_meant(visit, some, sent.people.splitlines()))
    if not 0 < len(people) <= MOST:
        raise visit.misfilled({"people": visit.text("Type at least one name and at most %(most)s.", most=MOST)})
    command = PayBatch(
        id=sent.uid, community=caller.community, actor=caller.principal.actor, payer=association(caller.community, unit),
        currency=unit.code, payees=tuple(Payee(each.account.uid, minutes) for each in people),
        sphere=Sphere.ASSOCIATIVE if rules(visit, unit.code).spheres else None, activity=sent.task,
    )  # fmt: skip
    return Given(unit, minutes, sent.task, people, command)


def _meant(visit: Visit, some: list[Payable], lines: Iterable[str]) -> Iterable[Payable]:
    """Each member of a list once: by the whole name, else by a part of it or a contact that is nobody else's."""
    known = visit.use.identity.roster.among(visit.caller.community, {each.member for each in some})
    found: dict[UUID, Payable] = {}
    for line in filter(None, map(str.strip, lines)):
        key = search_key(line)
        whole = [each for each in some if search_key(each.name) == key]
        part = [each for each in some if key and key in search_key(each.name)]
        reached = [each for each in some if known[each.member].contact.casefold() == line.casefold()]
        those = {each.member: each for each in whole or reached or part}
        if len(those) > 1:
            said = visit.text("“%(name)s” may be several members: type the whole name, or their e-mail or telephone.", name=line)
            raise visit.misfilled({"people": said})
        if not those:
            raise visit.misfilled({"people": visit.text("Nobody called “%(name)s” has an account in hours.", name=line)})
        found |= those
    return found.values()


def _room(visit: Visit, to: Payable, minutes: int) -> None:
    """Whether somebody can receive so much; the ledger would say which line, not who."""
    held = to.account
    if held.frozen & Freeze.CREDITS:
        raise visit.misfilled({"people": visit.text("%(name)s receives nothing now: look at the member’s page.", name=to.name)})
    if held.ceiling is not None and held.balance + held.credits_held + minutes > held.ceiling:
        most = visit.amount(held.ceiling, to.unit)
        raise visit.misfilled({"people": visit.text("%(name)s would hold more than %(most)s.", name=to.name, most=most)})
