"""What the reader answers with: plain frozen values, amounts in minor units, moments in ns."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ledger.core.accounts import Form, Model
from ledger.core.journal import Entry, decode


@dataclass(frozen=True, slots=True)
class CommunityView:
    """A community of this database."""

    uid: UUID
    code: str
    founded_ts: int


@dataclass(frozen=True, slots=True)
class HeadView:
    """The end of a journal: its last entry, and the root (32 bytes) of the tree over all of them."""

    seq: int
    ts: int
    root: bytes
    accounts_opened: int
    sealed_through: int


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the journal. `body` is its canonical bytes."""

    seq: int
    ts: int
    effective_at: int
    command_id: UUID
    command: str
    actor: UUID
    body: bytes
    leaf_hash: bytes

    def decoded(self) -> Entry:
        """The entry with its command, transfers and effects."""
        return decode(self.body)


@dataclass(frozen=True, slots=True)
class Line:
    """One posting of a statement, seen from its account."""

    version: int
    seq: int
    ts: int
    effective_at: int
    command_id: UUID
    command: str
    reason: int
    """A `journal.Reason`."""
    counterparty: UUID
    posted: int
    """Above 0 received, below 0 paid."""
    held: int
    """Change of what is set aside: below 0 set aside from this account, above 0 promised to it; released, the opposite."""
    balance_after: int
    held_after: int
    """Set aside from this account after the posting."""
    promised_after: int
    """Set aside for this account after the posting."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """What a later entry did to an earlier one: "resolved" (a hold), "reversed" or "refunded"."""

    target_seq: int
    role: str
    ordinal: int
    seq: int
    total: int
    cap: int


@dataclass(frozen=True, slots=True)
class CheckpointView:
    """A signed head: `note` is the C2SP signed note over the first `size` entries."""

    size: int
    ts: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Supply:
    """Units in the hands of holders, and the euros that back them (None where nothing must)."""

    currency: str
    model: Model
    form: Form
    circulation: int
    reserve: int | None
