"""`/observatory/files/…`: the same figures as files, and charts as pictures."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from fastapi import Path
from starlette.responses import Response

from api.identity.errors import not_found
from api.pages.frame.guard import anybody, page
from api.pages.frame.looking import Pilot, ended_year, pilots, wanted
from api.pages.frame.sheets import CSV, XLSX, as_csv, as_xlsx, marked
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.observatory.pages import chosen, crossed, looking, of_region, period_of, showing
from ledger.core.errors import Unavailable

router = page_router()

Code = Path(pattern=r"^[A-Za-z0-9_:.-]{2,80}$")
_LATER = "this is being computed; ask again in a few seconds"


async def _one(visit: Visit, key: str) -> Pilot:
    every = await asyncio.to_thread(pilots, visit.use)
    for each in every:
        if each.key == key:
            return each
    raise not_found("pilot")


async def _made(visit: Visit, pilot: Pilot, name: str, form: str) -> Any:
    period = await asyncio.to_thread(period_of, visit, [pilot])
    found = await looking.get(visit.use, wanted(pilot, period, name, form, visit.lang))
    if found is None:
        raise Unavailable(_LATER)
    return found


@router.get("/observatory/charts/{pilot}/{name}")
async def chart(
    visit: Visit = anybody("reports.read"), pilot: str = Code, name: str = Path(pattern=r"^[a-z_]{2,40}$")
) -> Response:
    """A chart as SVG: for the Region any, for everybody those that the community shows."""
    found = await _one(visit, pilot)
    if not of_region(visit):
        period = await asyncio.to_thread(ended_year, visit.use, [found])
        if name not in visit.use.association.region.shown(found.community) or period_of(visit, [found]) != period:
            raise not_found("chart")
    shown = await asyncio.to_thread(showing)
    period = await asyncio.to_thread(period_of, visit, [found])
    said = await looking.get(visit.use, wanted(found, period))  # the same as the page asked for, whatever the language
    if said is None:
        raise Unavailable(_LATER)
    drawn = await asyncio.to_thread(shown.picture, said, found, name, visit.lang)
    if drawn is None:
        raise not_found("chart")
    answer = Response(drawn, media_type="image/svg+xml")
    visit.dress(answer)
    return answer


@router.get("/observatory/files/{pilot}/report.{form}")
async def report(
    visit: Visit = page("observatory.compare", platform=True), pilot: str = Code, form: str = Path(pattern="^(pdf|csv)$")
) -> Response:
    """The whole report of a pilot, as PDF or CSV."""
    found = await _one(visit, pilot)
    content = await _made(visit, found, "all", form)
    period = await asyncio.to_thread(period_of, visit, [found])
    media = {"pdf": "application/pdf", "csv": CSV}[form]
    content = marked(content) if form == "csv" else content
    return _file(visit, content, media, f"{found.code}-{found.currency}-{period.first}-{period.last}.{form}")


@router.get("/observatory/files/pilots.{form}")
async def table(
    visit: Visit = page("observatory.compare", platform=True), form: str = Path(pattern="^(csv|xlsx)$")
) -> Response:
    """The table of the pilots side by side with its method notes."""
    every = await asyncio.to_thread(pilots, visit.use)
    some = chosen(visit, every)
    period = await asyncio.to_thread(period_of, visit, some)
    found = [await looking.get(visit.use, wanted(each, period)) for each in some]
    if any(each is None for each in found):
        raise Unavailable(_LATER)
    targets = [await asyncio.to_thread(visit.use.association.region.targets, each.community) for each in some]
    shown = await asyncio.to_thread(showing)
    rows = shown.rows(list(zip(some, found, targets, strict=True)), visit.lang)
    sheets = import_module("api.pages.observatory.sheets")
    pages = [sheets.figures(visit, some, rows, period, [each["head"] for each in found])]
    crossings = await asyncio.to_thread(crossed, visit, some, period)
    if crossings is not None:
        pages.append(sheets.flows(visit, crossings["between"]))
    name = f"{visit.text('pilots')}-{period.first}-{period.last}.{form}"
    if form == "csv":
        return _file(visit, as_csv(pages, visit.lang), CSV, name)
    return _file(visit, await asyncio.to_thread(as_xlsx, pages), XLSX, name)


@router.get("/observatory/charts/between")
async def ways(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """What went between the pilots that the address names, as SVG."""
    some = chosen(visit, await asyncio.to_thread(pilots, visit.use))
    period = await asyncio.to_thread(period_of, visit, some)
    found = await asyncio.to_thread(crossed, visit, some, period)
    drawn = None if found is None else await asyncio.to_thread(found["between"].picture, visit.lang)
    if drawn is None:
        raise not_found("chart")
    answer = Response(drawn, media_type="image/svg+xml")
    visit.dress(answer)
    return answer


def _file(visit: Visit, content: str | bytes, media: str, name: str) -> Response:
    answer = Response(content, media_type=media)
    visit.dress(answer)
    answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer
