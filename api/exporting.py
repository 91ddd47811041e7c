"""What a member may take away: everything that is kept about them, in one document."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api import introducing
from api.deps import Caller
from api.statements import statement_page

LINES = 200


def export(caller: Caller, own: dict[str, Any]) -> dict[str, Any]:
    """The member as `own` shows it, with devices, keys, and every line of every account."""
    identity, member = caller.use.identity, UUID(own["id"])
    makers = identity.vouching.makers(caller.community)
    return {
        "member": own,
        "devices": introducing.devices(identity.standings.of(caller.community, member))["items"],
        "keys": [introducing.key(each, each.id in makers) for each in identity.keys.of(caller.community, member)],
        "statements": [_statement(caller, UUID(account["id"])) for account in own["accounts"]],
    }


def _statement(caller: Caller, account: UUID) -> dict[str, Any]:
    whole = statement_page(caller, account, LINES, None, None, None)
    last = whole
    while last["next"] is not None:
        last = statement_page(caller, account, LINES, last["next"], None, None)
        whole["items"] += last["items"]
    return whole | {"next": None}
