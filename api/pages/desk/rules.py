"""`/desk/rules`: the rules in force and how they came to be; a change, tried on last year's movements first (GOV-3)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from typing import Any
from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from api.identity.permissions import allowed
from api.pages.desk import policies
from api.pages.frame.again import or_again
from api.pages.frame.changes import changes, in_force
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.looking import Looking, Period, Pilot, last_year
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.submitting import Outcome, submit_or_ask
from ledger.community.membership import MemberKind
from ledger.core.accounts import Currency, Model
from ledger.core.commands import ChangePolicy
from ledger.core.policy import Policy
from ledger.service import new_id

router = page_router()
looking = Looking()

Code = Path(pattern=r"^[A-Z0-9-]{2,12}$")
GIFT_BP = 300
"""What associations get of a conversion where nothing else is said: MLC-8."""
GIFTS = ("gift_now", "gift_then")
"""Two fields of the form: the gift is the association's, no rule of the ledger, but it is weighed with the commission."""


def currencies(visit: Visit) -> list[Currency]:
    """The currencies of members."""
    found = visit.use.ledger.reader.currencies(visit.caller.community)
    return [each for each in found if each.model is not Model.MIRROR]


@router.get("/desk/rules")
def rules(visit: Visit = page("desk.read")) -> Response:
    """Every currency with its rules as they are, and those to come."""
    c, now, reader = visit.caller.community, visit.use.clock(), visit.use.ledger.reader
    found = []
    for unit in currencies(visit):
        versions = reader.policies(c, unit.code)
        policy = in_force(versions, now)
        coming = [each.since for each in versions if each.since > now]
        found.append((unit, policies.parameters(visit, unit, policy), coming))
    return visit.show("desk/rules.html", found=found, may=_may(visit))


@router.get("/desk/rules/{currency}")
def history(visit: Visit = page("desk.read"), currency: str = Code) -> Response:
    """Every version, newest first: what changed, from when, by which entry and vote."""
    c, now = visit.caller.community, visit.use.clock()
    unit = visit.use.facts.currency(c, currency)
    versions = visit.use.ledger.reader.policies(c, currency)
    at_once = in_force(versions, now)
    lines = [
        (each, changes(visit, versions[at - 1].policy, each.policy, unit) if at else [], _vote(visit, each.seq))
        for at, each in enumerate(versions)
    ]
    return visit.show(
        "desk/rules_of.html", unit=unit, lines=lines[::-1], now=now, current=at_once, may=_may(visit),
        offered=bool(policies.OF.get(unit.model)),
    )  # fmt: skip


def _vote(visit: Visit, seq: int) -> str:
    """The vote that an entry names; "" for none."""
    command = visit.use.ledger.reader.entry_at(visit.caller.community, seq).decoded().command
    return command.resolution if isinstance(command, ChangePolicy) else ""


def _may(visit: Visit) -> bool:
    return allowed(visit.caller.principal, "policies.change")


def _now(visit: Visit, currency: str) -> tuple[Currency, Policy]:
    c = visit.caller.community
    versions = visit.use.ledger.reader.policies(c, currency)
    return visit.use.facts.currency(c, currency), in_force(versions, visit.use.clock())


@router.get("/desk/rules/{currency}/change")
def change(visit: Visit = page("policies.change"), currency: str = Code) -> Response:
    """The form of a change."""
    unit, policy = _now(visit, currency)
    since, said = (policies.today(visit) + timedelta(days=30)).replace(day=1), visit.request.query_params
    if "since" in said:  # back from the preview
        policy, since = policies.proposed(visit, unit, policy)
    return visit.show(
        "desk/rules_change.html", unit=unit, lines=policies.parameters(visit, unit, policy), since=since,
        gifts=[policies.percent(visit, policies.share_of(said.get(name, ""), GIFT_BP, scaled=True)) for name in GIFTS],
    )  # fmt: skip


class Dated(Filled):
    """From which day."""

    since: date = Field(le=policies.LAST)


@router.post("/desk/rules/{currency}/change")
@or_again(change)
def weigh(visit: Visit = page("policies.change"), currency: str = Code) -> Response:
    """On to what the change would have meant; nothing is written yet."""
    unit, before = _now(visit, currency)
    since = visit.read(Dated).since
    if since < policies.today(visit):
        raise visit.misfilled({"since": visit.text("Rules change from today on, never for the past.")})
    after = policies.typed(visit, unit, before)
    gifts = [policies.share_of(visit.form.get(name), GIFT_BP) for name in GIFTS]
    return visit.go(f"/desk/rules/{currency}/preview?{_query(unit, before, after, since, gifts)}")


def _query(unit: Currency, before: Policy, after: Policy, since: date, gifts: Sequence[int]) -> str:
    """A change as an address says it."""
    said = "".join(f"&{name}={gift}" for name, gift in zip(GIFTS, gifts, strict=True))
    return policies.address(unit, before, after, since) + (said if unit.model is Model.BACKED else "")


@router.get("/desk/rules/{currency}/preview")
async def preview(visit: Visit = page("policies.change"), currency: str = Code) -> Response:
    """What differs, last year under both rules, and the two ways on: a vote, or a second person at once."""
    unit, before = await asyncio.to_thread(_now, visit, currency)
    after, since = policies.proposed(visit, unit, before)
    said = visit.request.query_params
    gifts = tuple(policies.share_of(said.get(name, ""), GIFT_BP, scaled=True) for name in GIFTS)
    seen = await _last_year(visit, unit, (before, after), gifts)
    differ = changes(visit, before, after, unit)
    if gifts[0] != gifts[1]:
        was, will = (f"{policies.percent(visit, gift)} %" for gift in gifts)
        differ = [*differ, (visit.text("Gift on conversions"), was, will)]
    answer = visit.show(
        "desk/rules_preview.html", unit=unit, changes=differ, since=since, seen=seen,
        before=before, after=after, fields=_fields(visit, unit, before, after, since), uid=new_id(),
        query=_query(unit, before, after, since, gifts),
        begins=policies.begins(since, visit.face.timezone), today=policies.today(visit), timedelta=timedelta,
        kinds=list(MemberKind), operate=allowed(visit.caller.principal, "desk.operate"),
    )  # fmt: skip
    if seen is None and not visit.fault:
        answer.headers["refresh"] = "4"
    return answer


def _fields(visit: Visit, unit: Currency, before: Policy, after: Policy, since: date) -> dict[str, Any]:
    """The change as hidden fields."""
    said = {name: getattr(after, name) for name in policies.OF[unit.model]}
    kept = {name: "" if value is None else value for name, value in said.items() if value != getattr(before, name)}
    return kept | {"since": since.isoformat()}


async def _last_year(
    visit: Visit, unit: Currency, rules: tuple[Policy, Policy], gifts: tuple[int, ...]
) -> tuple[Period, Any, list[Any]] | None:
    """Months, `ledger.analytics.money.preview.Preview` and where each rule breaks even; None while it is computed."""
    use, c = visit.use, visit.caller.community
    period = await asyncio.to_thread(last_year, use, [Pilot(c, "", "", unit.code, unit.scale, unit.model)])

    async def make() -> Any:
        weighed = partial(_compare, rules=rules, gifts=gifts)
        return await use.reports.look(weighed, c, unit.code, period.start, period.end)

    found = await looking.found(use, c, ("preview", c, unit.code, rules, gifts, period), make)
    return None if found is None else (period, *found)


def _compare(scene: Any, rules: tuple[Policy, Policy], gifts: tuple[int, ...]) -> Any:
    module = import_module("ledger.analytics.money.preview")
    seen = module.preview(scene, *rules, old_gift_bp=gifts[0], new_gift_bp=gifts[1])
    even = [module.break_even(rule.commission_bp, gift) for rule, gift in zip(rules, gifts, strict=True)]
    return seen, even


class Keyed(Filled):
    """The id that the page gave the change."""

    uid: UUID


@router.post("/desk/rules/{currency}/proposal")
@or_again(preview)
async def propose(visit: Visit = page("policies.change", step_up=True), currency: str = Code) -> Response:
    """Lay the change before a second person, or where the rules ask for none, make it."""
    unit, before = await asyncio.to_thread(_now, visit, currency)
    after, since = policies.proposed(visit, unit, before)
    begins = policies.begins(since, visit.face.timezone)
    command = ChangePolicy(
        id=visit.read(Keyed).uid, community=visit.caller.community, actor=visit.caller.principal.actor,
        currency=currency, policy=after, since=begins if begins > visit.use.clock() else 0,
    )  # fmt: skip
    return said_of(visit, await submit_or_ask(visit.caller, "policies.change", command), f"/desk/rules/{currency}")


def said_of(visit: Visit, outcome: Any, path: str) -> Response:
    """On to a page that says what became of a change."""
    if isinstance(outcome, Outcome):
        return visit.go(path, visit.text("The change is in the journal."))
    return visit.go(path, visit.text("A second person must approve it now: it waits under Approvals."))
