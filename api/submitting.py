"""From a caller's command to its outcome: submit it, only try it, or lay it before a second person."""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from uuid import UUID

from api.deps import Caller
from api.identity.approvals import Proposal
from ledger.core.accounts import Transfer
from ledger.core.commands import Command
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Left
from ledger.service import Memo, check


class Outcome(NamedTuple):
    """What became of a command. `seq` and `ts` (ns) are None when it was only tried."""

    command: Command
    seq: int | None
    ts: int | None
    transfers: tuple[Transfer, ...]
    replayed: bool = False
    left: Left | None = None
    """What the payer had just after it, where that is known without asking."""

    @property
    def dry(self) -> bool:
        """Whether nothing was written."""
        return self.seq is None

    @property
    def status(self) -> int:
        """201 for what is new, 200 for what was done before or only tried."""
        return 200 if self.replayed or self.dry else 201


async def submit(
    caller: Caller, command: Command, memo: Memo | None = None, *, dry_run: bool = False, seen: int | None = None
) -> Outcome:
    """Commit a command, or find out what committing it would do; `seen` as in `Ledger.submit`. Raises what the ledger raises."""
    ledger = caller.use.ledger
    if dry_run:
        check(command, memo)
        decision = await asyncio.to_thread(ledger.dry_run, command)
        return Outcome(command, None, None, decision.transfers)
    receipt = await ledger.submit_async(command, memo, seen=seen)
    caller.use.hub.wrote(command.community)
    return Outcome(command, receipt.seq, receipt.ts, receipt.transfers, receipt.replayed, receipt.left)


async def submit_or_ask(
    caller: Caller, action: str, command: Command, *, dry_run: bool = False
) -> Outcome | Proposal:
    """Commit a command that may need a second person (GOV-5); if it does, lay it before one who has `action`."""
    try:
        return await submit(caller, command, dry_run=dry_run)
    except Rejected as refused:
        if dry_run or refused.code is not Code.APPROVAL_REQUIRED:
            raise
    return await asyncio.to_thread(caller.use.identity.approvals.propose, caller.principal, action, command)


def was_done(caller: Caller, command: UUID) -> bool:
    """Whether a command of this id is in the journal."""
    try:
        caller.use.ledger.reader.entry(caller.community, command)
    except Rejected:
        return False
    return True
