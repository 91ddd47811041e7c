"""One entry, and the receipt that proves it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api import presenting
from api.deps import Caller, require
from api.facts import touched
from api.params import respond
from api.problems import hidden
from api.receipts import receipt_of
from api.schemas.journal import EntryOut, ReceiptFileOut

router = APIRouter(tags=["journal"])


@router.get("/v1/entries/{entry}", response_model=EntryOut, response_model_exclude_unset=True)
def read(entry: UUID, caller: Caller = require("entries.read")) -> Response:
    """The entry that a command made, by the command's id."""
    view = caller.use.ledger.reader.entry(caller.community, entry)
    found = view.decoded()
    named = caller.use.facts.accounts_of(caller.community, [found])
    own = caller.principal.accounts if caller.own else None
    if own is not None and own.isdisjoint(touched(found, named)):
        raise hidden("entry")
    return respond(200, presenting.entry(view, found, named, own))


@router.get("/v1/receipts/{entry}", response_model=ReceiptFileOut)
def receipt(entry: UUID, caller: Caller = require("receipts.read")) -> Response:
    """The receipt file of an entry, under the newest signed checkpoint. It verifies without this server."""
    return Response(receipt_of(caller, entry), media_type="application/json")
