"""`/desk/figures`: the figures of some months with definition and flag, as files too; what the Region asks about them (E1)."""

from __future__ import annotations

import asyncio
from importlib import import_module
from types import ModuleType
from typing import Any
from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from api.identity.permissions import allowed
from api.pages.desk.rules import currencies
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.looking import Looking, Period, Pilot, last_year
from api.pages.frame.sheets import CSV, XLSX, as_csv, as_xlsx, marked
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.reporting import Wanted
from ledger.core.errors import Unavailable

router = page_router()
looking = Looking()

_LATER = "this is being computed; ask again in a few seconds"


def telling() -> ModuleType:
    """The words of figures: large, as what computes them is, so loaded by the first who looks."""
    return import_module("api.pages.desk.figures_told")


def asked(visit: Visit) -> tuple[list[Pilot], Pilot | None, Period]:
    """The currencies, the one that the address names (else the first), and the months."""
    c, query = visit.caller.community, visit.request.query_params
    every = [
        Pilot(c, visit.face.code, visit.face.name, unit.code, unit.scale, unit.model) for unit in currencies(visit)
    ]
    named = [each for each in every if each.currency == query.get("currency")]
    chosen = next(iter(named or every), None)
    period = Period.of(query.get("from", ""), query.get("to", ""))
    return every, chosen, period or last_year(visit.use, every)


def wanted(visit: Visit, pilot: Pilot, period: Period, form: str) -> Wanted:
    """The association sees its own figures whole, not as aggregates."""
    return Wanted(
        community=pilot.community, name="all", currency=pilot.currency, start=period.start.isoformat(),
        end=period.end.isoformat(), entry=None, aggregates=False, form=form, lang=visit.lang,
    )  # fmt: skip


@router.get("/desk/figures")
async def figures(visit: Visit = page("reports.read")) -> Response:
    """Every figure that can be said, under its heading; the Region's questions above."""
    every, chosen, period = await asyncio.to_thread(asked, visit)
    c, region = visit.caller.community, visit.use.association.region
    questions = await asyncio.to_thread(region.questions, c)
    told, found = await asyncio.to_thread(telling), None
    if chosen is not None:
        found = await looking.get(visit.use, wanted(visit, chosen, period, "json"))
    aims = await asyncio.to_thread(region.targets, c)
    seen = None if found is None or chosen is None else told.tell(found, chosen, visit.lang, aims)
    answer = visit.show(
        "desk/figures.html", every=every, chosen=chosen, period=period, told=seen, found=found, questions=questions,
        may=allowed(visit.caller.principal, "questions.answer"), query=visit.request.url.query,
        said=lambda figure: told.said(figure, visit.lang),
    )  # fmt: skip
    if chosen is not None and found is None and not visit.fault:
        answer.headers["refresh"] = "4"
    return answer


@router.get("/desk/figures/report.{form}")
async def report(visit: Visit = page("reports.read"), form: str = Path(pattern="^(pdf|csv|xlsx|data)$")) -> Response:
    """The same figures as a file, or all tables behind them as data. 503 while they are computed."""
    _, chosen, period = await asyncio.to_thread(asked, visit)
    if chosen is None:
        raise visit.misfilled({"currency": visit.text("Choose a currency.")})
    found = await looking.get(visit.use, wanted(visit, chosen, period, {"pdf": "pdf", "data": "csv"}.get(form, "json")))
    if found is None:
        raise Unavailable(_LATER)
    if form in ("csv", "xlsx"):
        found = await asyncio.to_thread(_filed, visit, chosen, period, found, form)
    elif form == "data":
        found = marked(found)
    media = {"pdf": "application/pdf", "xlsx": XLSX}.get(form, CSV)
    answer = Response(found, media_type=media)
    visit.dress(answer)
    ending = "data.csv" if form == "data" else form
    name = f"{chosen.code}-{chosen.currency}-{period.first}-{period.last}.{ending}"
    answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer


def _filed(visit: Visit, chosen: Pilot, period: Period, report: dict[str, Any], form: str) -> str | bytes:
    aims = visit.use.association.region.targets(chosen.community)
    told = telling().tell(report, chosen, visit.lang, aims)
    sheets = import_module("api.pages.desk.figures_sheets").sheets(visit, told, period, report["head"])
    return as_csv(sheets, visit.lang) if form == "csv" else as_xlsx(sheets)


class Answered(Filled):
    """What the association answers."""

    answer: str = Field(max_length=2_000)


@router.post("/desk/figures/questions/{question}")
@or_again(figures)
async def reply(question: UUID, visit: Visit = page("questions.answer")) -> Response:
    """Answer the Region; a better answer later takes the place of this one."""
    sent: Any = visit.read(Answered)
    c, by = visit.caller.community, visit.caller.principal.actor
    await asyncio.to_thread(visit.use.association.region.answer, c, question, sent.answer, by)
    return visit.go("/desk/figures", visit.text("The Region has your answer."))
