"""`/receipt/<id>`: what was paid, and its proof as a file that verifies without us."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.problems import hidden
from api.receipts import receipt_of
from ledger.core.commands import Pay, PlaceHold
from ledger.core.journal import Entry

router = page_router()


@router.get("/receipt/{entry}")
def shown(entry: UUID, visit: Visit = page("receipts.read")) -> Response:
    """A payment of one's own: who, how much, when, and what to keep."""
    caller, use = visit.caller, visit.use
    c = caller.community
    view = use.ledger.reader.entry(c, entry)
    found = view.decoded()
    command = found.command
    if not isinstance(command, Pay | PlaceHold) or not (caller.owns(command.payer) or caller.owns(command.payee)):
        raise hidden("entry")
    unit = use.facts.currency(c, command.currency)
    names = use.identity.names(c, [command.payer, command.payee])
    mine = command.payer if caller.own and caller.owns(command.payer) else command.payee
    memo = use.ledger.reader.memo(c, view.seq) if caller.own else None
    return visit.show(
        "pay/receipt.html", seq=view.seq, at=found.ts, amount=command.amount, unit=unit, uid=entry,
        payer=names.get(command.payer, ""), payee=_payee(visit, found, names.get(command.payee, "")),
        paid=mine == command.payer, held=use.ledger.reader.account(c, mine), memo=None if memo is None else memo.text,
        new=visit.request.query_params.get("new") == "1", own=caller.own,
    )  # fmt: skip


def _payee(visit: Visit, found: Entry, name: str) -> str:
    """Whom a payment reached; through a convention, the member of the other community."""
    command = found.command
    if not isinstance(command, PlaceHold) or not visit.use.association.links.mirrors(command.community, command.payee):
        return name
    crossed = visit.use.association.crossings.get(command.community, command.id)
    there = visit.use.identity.names(crossed.other, [crossed.payee]).get(crossed.payee, "")
    place = visit.use.identity.communities.name(crossed.other) or visit.use.facts.community(crossed.other).code
    return f"{there}, {place}" if there else place


@router.get("/receipt/{entry}/file")
def file(entry: UUID, visit: Visit = page("receipts.read")) -> Response:
    """The receipt file: entry, proof and signed checkpoint."""
    answer = Response(receipt_of(visit.caller, entry), media_type="application/json")
    answer.headers["content-disposition"] = f'attachment; filename="receipt-{entry}.json"'
    visit.dress(answer)
    return answer
