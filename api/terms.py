"""Which command a change of an account's terms is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.problems import shape
from api.schemas.accounts import AccountPatch
from ledger.core.accounts import Freeze
from ledger.core.commands import Command, FreezeAccount, SetCeiling, SetLine, SetTerms

_FIELDS = {
    "line": "line",
    "ceiling": "ceiling",
    "frozen": "frozen",
    "sectors": "terms",
    "acceptance_bp": "terms",
}


def change_of(body: AccountPatch, account: UUID, **carried: Any) -> Command:
    """The one command that a patch asks for; `carried` are id, community and actor. 422 when it asks for none, or for several."""
    asked = {_FIELDS[name] for name in body.model_fields_set & _FIELDS.keys()}
    if len(asked) != 1:
        raise shape(
            "line", "change one thing at a time: line, ceiling, frozen, or sectors with acceptance_bp"
        )
    (what,) = asked
    if what == "ceiling":
        return SetCeiling(account=account, ceiling=body.ceiling, **carried)
    if what == "line" and body.line is not None:
        return SetLine(account=account, line=body.line, **carried)
    if what == "frozen" and body.frozen is not None:
        bits = Freeze[body.frozen.upper()]
        return FreezeAccount(
            account=account, debits=bool(bits & Freeze.DEBITS), credits=bool(bits & Freeze.CREDITS), **carried
        )
    if what == "terms" and body.sectors is not None and body.acceptance_bp is not None:
        return SetTerms(
            account=account, sectors=tuple(body.sectors), acceptance_bp=body.acceptance_bp, **carried
        )
    raise shape(
        sorted(body.model_fields_set & _FIELDS.keys())[0],
        "must not be null; sectors and acceptance_bp go together",
    )
