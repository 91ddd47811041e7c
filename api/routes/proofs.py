"""Proofs about the tree of the journal, and its signed heads, which anybody may keep."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import PlainTextResponse, Response

from api.deps import Caller, Services, public, require
from api.params import Cursor, Limit, respond
from api.problems import not_found, shape
from api.schemas.common import moment
from api.schemas.journal import CheckpointsOut, ConsistencyOut, InclusionOut
from ledger.core.money import MAX_AMOUNT

router = APIRouter(tags=["proofs"])

Size = Annotated[int, Query(ge=1, le=MAX_AMOUNT)]
Code = Annotated[str, Query(min_length=2, max_length=36, description="Code of the community.")]


@router.get("/v1/proofs/inclusion", response_model=InclusionOut)
def inclusion(
    entry: Annotated[UUID, Query(alias="id", description="The command's id.")],
    caller: Caller = require("proofs.read"),
    size: Size | None = None,
) -> Response:
    """That an entry is among the first `size` entries; left out: among all of them."""
    with caller.use.ledger.reader.snapshot() as seen:
        view = seen.entry(caller.community, entry)
        head = seen.head(caller.community).seq
        wanted = head if size is None else size
        if not view.seq <= wanted <= head:
            raise shape("size", f"must be from {view.seq}, the entry's number, to {head}, the journal's")
        proof = seen.inclusion(caller.community, view.seq, wanted)
    return respond(200, {
        "id": str(entry), "index": view.seq - 1, "size": wanted, "leaf_hash": b64encode(view.leaf_hash).decode(),
        "proof": [b64encode(node).decode() for node in proof],
    })  # fmt: skip


@router.get("/v1/proofs/consistency", response_model=ConsistencyOut)
def consistency(
    first: Annotated[int, Query(alias="from", ge=1, le=MAX_AMOUNT)],
    second: Annotated[int, Query(alias="to", ge=1, le=MAX_AMOUNT)],
    caller: Caller = require("proofs.read"),
) -> Response:
    """That the journal of `to` entries begins with that of `from` entries."""
    with caller.use.ledger.reader.snapshot() as seen:
        head = seen.head(caller.community).seq
        if not first <= second <= head:
            raise shape("to", f"must be from {first} to {head}, the last entry's number")
        proof = seen.consistency(caller.community, first, second)
    return respond(
        200, {"first": first, "second": second, "proof": [b64encode(node).decode() for node in proof]}
    )


@router.get(
    "/v1/checkpoints/latest",
    response_class=PlainTextResponse,
    responses={200: {"description": "A C2SP signed note.", "content": {"text/plain": {}}}},
)
def latest(community: Code, use: Services = public("checkpoints.read")) -> Response:
    """The newest signed head of a community's journal."""
    found = use.ledger.reader.latest_checkpoint(use.facts.community(community).uid)
    if found is None:
        raise not_found("checkpoint")
    return PlainTextResponse(found.note)


@router.get("/v1/checkpoints", response_model=CheckpointsOut)
def history(
    community: Code,
    use: Services = public("checkpoints.read"),
    after: Annotated[int, Query(ge=0, le=MAX_AMOUNT, description="Those of more entries than this.")] = 0,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Every signed head, by size; who keeps them sees if the journal is ever rewritten."""
    uid = use.facts.community(community).uid
    at = use.cursors.page(cursor, "checkpoints", uid, {"after": after or None})
    start = int(at.position) if at.position is not None else int(at.filters.get("after", 0))
    found = use.ledger.reader.checkpoints(uid, start, limit)
    items = [
        {"size": each.size, "at": moment(each.ts), "root": b64encode(each.root).decode(), "note": each.note}
        for each in found
    ]
    more = len(found) == limit
    return respond(200, {
        "items": items,
        "next": use.cursors.make("checkpoints", uid, at.filters, found[-1].size) if more else None,
    })  # fmt: skip
