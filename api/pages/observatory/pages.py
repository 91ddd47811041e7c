"""`/observatory`: what is public for everybody; pilots side by side for the Region."""

from __future__ import annotations

import asyncio
from importlib import import_module
from types import ModuleType
from typing import Any
from uuid import UUID

from pydantic import Field
from starlette.datastructures import QueryParams
from starlette.responses import Response

from api.identity.errors import not_found
from api.identity.principal import Role
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import anybody, page
from api.pages.frame.looking import Looking, Period, Pilot, ended_year, pilots, this_month, wanted
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.service import new_id

router = page_router()
looking = Looking()

MOST_PILOTS = 6


def showing() -> ModuleType:
    """The words of figures: large, as what computes them is, so loaded by the first who looks."""
    return import_module("api.pages.observatory.shown")


def of_region(visit: Visit) -> bool:
    """Whether a reader of the Region is looking."""
    known = visit.known
    return known is not None and Role.REGION_READER in known.principal.roles


def compared(visit: Visit) -> QueryParams:
    """What the comparison at hand compares: the address says it, and for a form of the page the comparison it came from."""
    return QueryParams(back_to(visit).partition("?")[2]) if visit.form.values else visit.request.query_params


def chosen(visit: Visit, every: list[Pilot]) -> list[Pilot]:
    """The pilots that are compared."""
    named = compared(visit).getlist("pilot")
    return [each for each in every if each.key in named][:MOST_PILOTS]


def period_of(visit: Visit, some: list[Pilot]) -> Period:
    """The months that are compared, as far as they have ended, else the last year of those pilots."""
    query = compared(visit)
    asked = Period.of(query.get("from", ""), query.get("to", ""))
    return (asked and asked.ended(this_month(visit.use.clock()))) or ended_year(visit.use, some)


async def reports(visit: Visit, some: list[Pilot], period: Period) -> list[dict[str, Any] | None]:
    """Each pilot's report, None while it is computed."""
    return list(await asyncio.gather(*(looking.get(visit.use, wanted(each, period)) for each in some)))


@router.get("/observatory")
async def public(visit: Visit = anybody("reports.read")) -> Response:
    """What every community shows: money, payments, members; each over its own last year of months that have ended."""
    use, shown = visit.use, await asyncio.to_thread(showing)
    every = await asyncio.to_thread(pilots, use)
    open_to = {each.community: use.association.region.shown(each.community) for each in every}
    some = [each for each in every if open_to[each.community]]
    periods = [await asyncio.to_thread(ended_year, use, [each]) for each in some]
    found = await asyncio.gather(
        *(looking.get(use, wanted(each, period)) for each, period in zip(some, periods, strict=True))
    )
    cards = [
        {
            "pilot": pilot, "period": period, "head": report["head"],
            "charts": _charts([(pilot, report)], "circulation", visit.lang) if "circulation" in open_to[pilot.community] else [],
            "rows": shown.rows([(pilot, report, {})], visit.lang, open_to[pilot.community]),
        }
        for pilot, period, report in zip(some, periods, found, strict=True)
        if report is not None
    ]  # fmt: skip
    answer = visit.show(
        "observatory/public.html", cards=cards, waiting=len(some) - len(cards), region=of_region(visit)
    )
    return _soon(answer) if len(cards) < len(some) else answer


def _soon(answer: Response) -> Response:
    """A page that waits for reports looks again by itself, scripts or not."""
    answer.headers["refresh"] = "4"
    return answer


@router.get("/observatory/pilots")
async def side_by_side(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """Pilots of the Region on the same definitions, over the same months."""
    use, shown = visit.use, await asyncio.to_thread(showing)
    every = await asyncio.to_thread(pilots, use)
    some = chosen(visit, every)
    period = await asyncio.to_thread(period_of, visit, some or every)
    found = await reports(visit, some, period)
    ready = [(pilot, report) for pilot, report in zip(some, found, strict=True) if report is not None]
    targets = [await asyncio.to_thread(use.association.region.targets, pilot.community) for pilot, _ in ready]
    table = shown.rows(
        [(pilot, report, goals) for (pilot, report), goals in zip(ready, targets, strict=True)], visit.lang
    )
    asked = [
        (pilot, each)
        for pilot, _ in ready
        for each in await asyncio.to_thread(use.association.region.questions, pilot.community)
    ]
    units = ((row, shown.typed_in(row.key, visit.lang)) for row in table)
    aimed = [(row.key, f"{row.label} ({unit})" if unit else row.label) for row, unit in units]
    charts = [_charts(ready, name, visit.lang) for name in shown.CHARTS]
    answer = visit.show(
        "observatory/pilots.html", said=lambda key: shown.label_of(key, visit.lang), every=every,
        some=some, ready=ready, period=period, rows=table, last=Period(period.start, this_month(use.clock())).last,
        waiting=len(some) - len(ready), asked=asked, uid=new_id(), charts=charts,
        query=str(compared(visit)), figures=[(row.key, row.label) for row in table], aimed=aimed,
        crossed=await asyncio.to_thread(crossed, visit, some, period),
    )  # fmt: skip
    return _soon(answer) if len(ready) < len(some) else answer


def crossed(visit: Visit, some: list[Pilot], period: Period) -> Any:
    """What went between some pilots (`between.Between`) and its words; None where no payment ever did."""
    between = import_module("api.pages.observatory.between")
    seen = between.seen(visit.use.association.flows, this_month(visit.use.clock()))
    found = between.between(seen, some, period)
    return {"between": found, "words": between.words(visit.lang)} if found.rows else None


def _charts(ready: list[tuple[Pilot, dict[str, Any]]], name: str, lang: str) -> list[tuple[Pilot, Any]]:
    """One chart of every pilot that has it, with its figures."""
    charted = import_module("api.pages.observatory.charted").charted
    found = [(pilot, charted(pilot, report, name, lang)) for pilot, report in ready]
    return [(pilot, each) for pilot, each in found if each is not None]


class Ask(Filled):
    """A question to a pilot."""

    uid: UUID
    pilot: str
    figure: str = Field(max_length=80)
    text: str = Field(max_length=1_000)


def pilot_named(visit: Visit, key: str) -> Pilot:
    """A pilot by its key. Raises Refused (404)."""
    for each in pilots(visit.use):
        if each.key == key:
            return each
    raise not_found("pilot")


def back_to(visit: Visit) -> str:
    """The comparison that a form came from."""
    back = visit.form.get("back")
    return back if back.startswith("/observatory/pilots?") else "/observatory/pilots"


@router.post("/observatory/questions")
@or_again(side_by_side)
async def ask(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """Ask one pilot to explain a figure; its desk shows the question."""
    sent = visit.read(Ask)
    pilot = await asyncio.to_thread(pilot_named, visit, sent.pilot)
    by = visit.caller.principal.actor
    await asyncio.to_thread(visit.use.association.region.ask, pilot.community, sent.uid, sent.figure, sent.text, by)
    return visit.go(back_to(visit), visit.text("%(name)s has your question.", name=pilot.name))


class Goal(Filled):
    """A target for a figure of a pilot."""

    goal_pilot: str
    goal_figure: str = Field(max_length=80)
    goal_value: str = Field(max_length=30)
    goal_note: str = Field("", max_length=200)


@router.post("/observatory/targets")
@or_again(side_by_side)
async def aim(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """Keep the target that was declared at the award, typed as the figure is read."""
    sent = visit.read(Goal)
    pilot = await asyncio.to_thread(pilot_named, visit, sent.goal_pilot)
    shown = await asyncio.to_thread(showing)
    value = shown.aim_of(sent.goal_value, sent.goal_figure, pilot)
    if value is None:
        raise visit.misfilled({"goal_value": visit.text("Type a number, such as %(example)s.", example="35")})
    by, region = visit.caller.principal.actor, visit.use.association.region
    await asyncio.to_thread(region.set_target, pilot.community, sent.goal_figure, value, sent.goal_note, by)
    return visit.go(back_to(visit), visit.text("The target is kept."))
