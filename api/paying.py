"""What payments, batches and holds share: whose signature it is, and what the payer has afterwards."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from api import presenting
from api.deps import Caller
from api.identity.errors import forbidden
from api.problems import hidden, shape
from api.signed import read_signed
from api.submitting import Outcome
from ledger.core.commands import Refund
from ledger.core.journal import Entry
from ledger.core.signing import Signed
from ledger.store.views import EntryView


def own_signature(caller: Caller, command: Signed) -> None:
    """Raises unless a signed command was made by the caller, for this community."""
    if command.community != caller.community:
        raise shape("signed.community", "this command is signed for another community")
    if command.actor != caller.principal.actor:
        raise forbidden("not_allowed", "this command is signed for another member; use your own key")


def signed_refund(caller: Caller, signed: str, payment: UUID) -> Refund:
    """The refund of a payment that a device of the caller has signed."""
    command = read_signed(signed, Refund)
    own_signature(caller, command)
    if command.payment != payment:
        raise shape("signed.payment", "this is signed for another payment; sign the refund of this one")
    return command


def of_one_payment(view: EntryView) -> Entry:
    """The entry of a single payment; 404 for any other."""
    if view.command != "pay":
        raise hidden("entry")
    return view.decoded()


async def balance_after(caller: Caller, payer: UUID, outcome: Outcome) -> dict[str, Any]:
    """What the payer has after a payment; after one done before, what it has now; after a dry run, what it would have."""
    if outcome.left is not None:
        return outcome.left._asdict()
    return await asyncio.to_thread(_read_balance, caller, payer, outcome)


def _read_balance(caller: Caller, payer: UUID, outcome: Outcome) -> dict[str, Any]:
    held = caller.use.ledger.reader.account(caller.community, payer)
    return presenting.balance(held, outcome.transfers if outcome.dry else ())
