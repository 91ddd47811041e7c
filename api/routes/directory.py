"""Where one can spend: the members who want to be found."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import introducing
from api.deps import Caller, require
from api.identity.directory import position
from api.params import Cursor, Limit, page, respond
from api.schemas.members import DirectoryOut, ListedOut

router = APIRouter(tags=["directory"])

Words = Annotated[str | None, Query(max_length=120)]


@router.get("/v1/directory", response_model=DirectoryOut)
def search(
    caller: Caller = require("directory.read"),
    query: Words = None,
    sector: Words = None,
    place: Words = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Listed members by name; `query` is part of the name, `sector` an activity code, `place` a town."""
    filters = {"query": query, "sector": sector, "place": place}
    at = caller.use.cursors.page(cursor, "directory", caller.community, filters)
    wanted = {name: at.filters.get(name) or "" for name in filters}
    after = None if at.position is None else _position(str(at.position))
    found = caller.use.identity.directory.page(caller.community, after=after, limit=limit, **wanted)
    with caller.use.ledger.reader.snapshot() as seen:
        items = [introducing.listed(caller.use, caller.community, each, seen) for each in found]
    last = None if not found else "{1} {0}".format(*position(found[-1]))
    return respond(200, page(caller, "directory", at.filters, items, limit, last))


@router.get("/v1/directory/resolve", response_model=ListedOut)
def resolve(
    name: Annotated[str, Query(min_length=1, max_length=120)], caller: Caller = require("directory.read")
) -> Response:
    """The one listed member of this name, or whose name alone begins so; 409 names those who are meant."""
    found = caller.use.identity.directory.resolve(caller.community, name)
    with caller.use.ledger.reader.snapshot() as seen:
        return respond(200, introducing.listed(caller.use, caller.community, found, seen))


def _position(text: str) -> tuple[str, UUID]:
    uid, _, key = text.partition(" ")
    return key, UUID(uid)
