"""What routes share whose answer is an entry with its movements, or a proposal for a second person."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from api import presenting
from api.deps import Caller
from api.params import respond
from api.schemas.approvals import WaitingOut
from api.submitting import Outcome, submit_or_ask
from ledger.core.commands import Command

WAITING: dict[int | str, dict[str, Any]] = {
    202: {"model": WaitingOut, "description": "A second person must approve."}
}


async def move(caller: Caller, action: str, command: Command, dry_run: bool) -> Response:
    """Commit a command and show its movements; 202 when it waits for somebody who has `action`."""
    answer = await submit_or_ask(caller, action, command, dry_run=dry_run)
    if not isinstance(answer, Outcome):
        return respond(202, presenting.proposal(answer))
    named = await asyncio.to_thread(caller.use.facts.named, caller.community, answer.transfers)
    return respond(
        answer.status,
        presenting.written(answer) | {"transfers": presenting.transfers(answer.transfers, named)},
    )
