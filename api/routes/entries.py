"""One entry, and the receipt that proves it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api import presenting
from api.deps import Caller, require
from api.facts import touched
from api.identity.errors import forbidden
from api.params import respond
from api.problems import hidden
from api.schemas.journal import EntryOut, ReceiptFileOut
from ledger.core.commands import PayBatch
from ledger.core.journal import Entry

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
    found = caller.use.ledger.reader.entry(caller.community, entry).decoded()
    if caller.own:
        _must_be_ours(caller, found)
    file = caller.use.ledger.receipt_file(caller.community, entry)
    return Response(file.to_json(), media_type="application/json")


def _must_be_ours(caller: Caller, found: Entry) -> None:
    """A receipt shows the whole entry: who was paid in a batch would see what the others were paid."""
    named = caller.use.facts.accounts_of(caller.community, [found])
    if caller.principal.accounts.isdisjoint(touched(found, named)):
        raise hidden("entry")
    command = found.command
    if isinstance(command, PayBatch) and not caller.owns(command.payer):
        raise forbidden("not_allowed", "the receipt of a batch shows every payee; ask who paid it")
