"""What the journal says about a currency: an association's own figures, and for the Region aggregates only."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.deps import Caller, require
from api.identity.principal import Role
from api.params import From, To, respond
from api.reporting import Wanted
from api.schemas.reports import IndicatorsOut, ReportOut
from ledger.core.money import MAX_AMOUNT

router = APIRouter(tags=["reports"])

STAFF = frozenset({Role.OPERATOR, Role.TREASURER, Role.AUDITOR})


class Format(StrEnum):
    """How a report is given."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    SVG = "svg"
    PDF = "pdf"


class Language(StrEnum):
    """Languages of titles."""

    EN = "en"
    FR = "fr"


Name = Annotated[
    str, Path(max_length=64, pattern="^[a-z0-9_]+$", description="An indicator, or all (not for svg).")
]
Lang = Annotated[Language, Query(description="Language of titles and of documents.")]
Unit = Annotated[
    str | None, Query(max_length=36, description="Code of the currency, where there are several.")
]
AsOf = Annotated[int | None, Query(ge=1, le=MAX_AMOUNT, description="As of this entry; by default the last.")]
Pilots = Annotated[
    list[str] | None,
    Query(
        max_length=20,
        description="For `comparison`: CODE or CODE:CURRENCY of another community; may be given several times.",
    ),
]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {},
            "application/vnd.apache.parquet": {},
            "image/svg+xml": {},
            "application/pdf": {},
        }
    }
}


@router.get("/v1/reports", response_model=IndicatorsOut)
async def list_indicators(lang: Lang = Language.EN, caller: Caller = require("reports.list")) -> Response:
    """The indicators there are, with their definitions."""
    return respond(200, {"items": await caller.use.reports.listing(lang.value)})


@router.get("/v1/reports/{name}", response_model=ReportOut, responses=_FILES)
async def read(
    name: Name,
    caller: Caller = require("reports.read"),
    currency: Unit = None,
    start: From = None,
    end: To = None,
    entry: AsOf = None,
    pilots: Pilots = None,
    format: Format = Format.JSON,  # noqa: A002  its name in the address
    lang: Lang = Language.EN,
) -> Response:
    """One indicator or all over a window, with the entry and the root that they follow from.

    By day in UTC; `to` is not counted. A reader of aggregates gives whole months that have ended (without `to`: up to the
    last of them) and no entry, and what few members are behind is withheld.
    """
    wanted = Wanted(
        community=caller.community, name=name, currency=currency, start=start, end=end, entry=entry,
        aggregates=caller.principal.roles.isdisjoint(STAFF), form=format.value, lang=lang.value,
        pilots=tuple(pilots or ()),
    )  # fmt: skip
    content, media = await caller.use.reports.make(wanted)
    return Response(content, media_type=media)
