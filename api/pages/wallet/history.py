"""`/wallet/history`: what came and went, looked through by words, days and direction; and as files."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, TypeAdapter
from starlette.responses import Response

from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.lines import Wanted, search
from api.pages.wallet.mine import holdings, one_of, read_id

router = page_router()

_DATE: TypeAdapter[date | str | None] = TypeAdapter(
    Annotated[date | str | None, Field(union_mode="left_to_right")]
)
PLACES = 12
"""Digits of a version in an address."""


@router.get("/wallet/history")
def history(visit: Visit = page("statements.read")) -> Response:
    """Lines newest first, a page at a time."""
    query = visit.request.query_params
    named = read_id(query.get("account", ""))
    held = one_of(visit, named or "")
    wanted = Wanted(
        words=query.get("q", "").strip()[:80], start=_day(query.get("from", "")), end=_day(query.get("to", "")),
        way=query.get("way", "") if query.get("way") in ("in", "out") else "",
    )  # fmt: skip
    before = query.get("before", "")
    at = int(before) if before.isascii() and before.isdecimal() and len(before) < PLACES else None
    found, on = search(visit, held, wanted, at)
    first = visit.request.url.remove_query_params("before") if at is not None else None
    return visit.show(
        "wallet/history.html", held=held, others=holdings(visit), wanted=wanted, found=found,
        next=visit.here(before=str(on)) if on is not None else "",
        first=f"{first.path}?{first.query}" if first is not None else "",
    )  # fmt: skip


def _day(text: str) -> date | None:
    found = _DATE.validate_python(text or None)
    return found if isinstance(found, date) and 1970 <= found.year <= 9000 else None
