"""What the visitor takes away: an account's lines as CSV or JSON, and everything that is kept about them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from starlette.responses import Response

from api import introducing
from api.exporting import export
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import member_of, one_of
from api.statements import as_csv, statement_page
from ledger.community.exchanges import Listing

router = page_router()

LINES = 200


@router.get("/wallet/history/{account}.csv")
def as_table(account: UUID, visit: Visit = page("statements.read")) -> Response:
    """Every line of an account, for a spreadsheet."""
    response = as_csv(_whole(visit, account))
    visit.dress(response)
    return response


@router.get("/wallet/history/{account}.json")
def as_data(account: UUID, visit: Visit = page("statements.read")) -> Response:
    """Every line of an account, for a program."""
    return _file(visit, _whole(visit, account), f"statement-{account}.json")


@router.get("/wallet/everything.json")
def everything(visit: Visit = page("members.export")) -> Response:
    """All that is kept about the visitor, in one file (GDPR)."""
    use, caller, mine = visit.use, visit.caller, member_of(visit)
    with use.ledger.reader.snapshot() as seen:
        own = introducing.member(use, caller.community, mine, seen)
    said = export(caller, own | {"community": {"code": visit.face.code, "name": visit.face.name}})
    return _file(visit, said | {"association": _association(visit, mine.id)}, "everything-about-me.json")


def _association(visit: Visit, member: UUID) -> dict[str, Any]:
    """What the association keeps beside the profile."""
    life, c = visit.use.association, visit.caller.community
    choices = {str(each.id): life.resolutions.choice(c, each.id, member) for each in life.resolutions.all(c)}
    applied, left = life.applications.find(c, member), life.leavings.of(c, member)
    offers = [each for state in Listing for each in life.exchanges.board(c, state, member)]
    return {
        "application": None if applied is None else asdict(applied),
        "leaving": None if left is None else asdict(left),
        "dues": [asdict(each) for each in life.dues.of(c, member)],
        "files": [asdict(each) for each in life.agreements.of(c, member)],
        "reconversions": [asdict(each) for each in life.reconversions.of(c, member)],
        "offers": [asdict(each) for each in offers],
        "exchanges": [asdict(each) for each in life.exchanges.of(c, member)],
        "votes": {uid: choice for uid, choice in choices.items() if choice is not None},
    }


def _whole(visit: Visit, account: UUID) -> dict[str, Any]:
    """Every line, newest first."""
    held = one_of(visit, account)
    last = whole = statement_page(visit.caller, held.account.uid, LINES, None, None, None)
    while last["next"] is not None:
        last = statement_page(visit.caller, held.account.uid, LINES, last["next"], None, None)
        whole["items"] += last["items"]
    return whole | {"next": None}


def _file(visit: Visit, content: dict[str, Any], name: str) -> Response:
    response = Response(to_json(content, indent=1), media_type="application/json")
    response.headers["content-disposition"] = f'attachment; filename="{name}"'
    visit.dress(response)
    return response
