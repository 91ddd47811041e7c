"""Who may have the receipt of an entry, and the file itself."""

from __future__ import annotations

from uuid import UUID

from api.deps import Caller
from api.facts import touched
from api.identity.errors import forbidden
from api.problems import hidden
from ledger.core.commands import PayBatch


def receipt_of(caller: Caller, entry: UUID) -> str:
    """The receipt file (JSON) of an entry that is the caller's to see. Raises 404 or 403.

    It shows the whole entry: who was paid in a batch would see what the others were paid.
    """
    if caller.own:
        found = caller.use.ledger.reader.entry(caller.community, entry).decoded()
        named = caller.use.facts.accounts_of(caller.community, [found])
        if caller.principal.accounts.isdisjoint(touched(found, named)):
            raise hidden("entry")
        command = found.command
        if isinstance(command, PayBatch) and not caller.owns(command.payer):
            raise forbidden("not_allowed", "the receipt of a batch shows every payee; ask who paid it")
    return caller.use.ledger.receipt_file(caller.community, entry).to_json()
