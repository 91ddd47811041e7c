"""Which keys sign for a member's accounts: what the ledger says, which no table of people can change.

The first key of an account is trusted as the enrolment that brought it. Any further one is let in by the signature
of one that is active; nobody here can give that in the member's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from ledger.core.accounts import Account, AccountState
from ledger.core.commands import AddKey, RevokeKey
from ledger.core.errors import Code, Rejected
from ledger.service import Ledger, new_id

_OTHER_WAS_FIRST = (Code.ALREADY_EXISTS, Code.SIGNATURE_REQUIRED)


class Signers:
    """The device keys (Ed25519, 32 bytes) on accounts."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def accounts(self, community: UUID, uids: Iterable[UUID]) -> list[Account]:
        """Accounts as they are at one moment."""
        with self._ledger.reader.snapshot() as seen:
            return [seen.account(community, uid) for uid in uids]

    def begin(self, community: UUID, accounts: Iterable[UUID], key: bytes, actor: UUID) -> None:
        """Let a member's first device in; where another one signs already, this one is left to wait.

        May be asked again when it failed half-way.
        """
        held = self.accounts(community, accounts)
        if keys_on(held) - {key}:
            return
        for account in held:
            if account.signed_only or account.state is AccountState.CLOSED:
                continue
            try:
                self._ledger.submit(
                    AddKey(id=new_id(), community=community, actor=actor, account=account.uid, key=key)
                )
            except Rejected as refused:
                if refused.code not in _OTHER_WAS_FIRST:  # at the same moment
                    raise

    def let_in(self, commands: Sequence[AddKey]) -> None:
        """Carry out what a device has signed, where it was not done yet. Raises LedgerError."""
        for command in commands:
            if command.key not in self._ledger.reader.account(command.community, command.account).keys:
                self._ledger.submit(command)

    def revoke(self, community: UUID, accounts: Iterable[UUID], key: bytes, actor: UUID) -> None:
        """Take a key away wherever it signs."""
        for account in self.accounts(community, accounts):
            if key in account.keys:
                self._ledger.submit(
                    RevokeKey(id=new_id(), community=community, actor=actor, account=account.uid, key=key)
                )


def keys_on(accounts: Iterable[Account]) -> set[bytes]:
    """Every key that is active on one of some accounts."""
    return {key for account in accounts for key in account.keys}


def lacking(accounts: Iterable[Account], key: bytes) -> list[Account]:
    """The accounts for which a key could be let in by another one."""
    return [
        account
        for account in accounts
        if account.keys and key not in account.keys and account.state is not AccountState.CLOSED
    ]
