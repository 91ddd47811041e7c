"""Whose account a new account shall be, and which devices sign for it."""

from __future__ import annotations

from uuid import UUID

from api.deps import Caller
from api.identity.errors import Refused
from ledger.core.commands import OpenAccount
from ledger.core.errors import Rejected


def must_be_member(caller: Caller, member: UUID, field: str = "member") -> None:
    """Raises 422 when a field of the body names nobody."""
    try:
        caller.use.identity.people.get(caller.community, member)
    except Refused as refused:
        raise Refused(refused.kind, refused.code, f"{field}: {refused.detail}", field) from None


def first_keys(caller: Caller, member: UUID, command: UUID) -> tuple[bytes, ...]:
    """The keys with which a member's new account is opened; for a command that was done before, those that it had."""
    try:
        done = caller.use.ledger.reader.entry(caller.community, command).decoded().command
    except Rejected:
        return caller.use.identity.devices.for_new_account(caller.community, member)
    return done.keys if isinstance(done, OpenAccount) else ()
