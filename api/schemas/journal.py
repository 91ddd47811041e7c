"""The journal, its receipts and its proofs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from api.schemas.common import MomentOut, Out
from api.schemas.payments import TransferOut


class EntryOut(Out):
    """One line of the journal. Members see the movements of their own accounts, and not the rest."""

    seq: int
    id: UUID
    at: MomentOut
    effective_on: MomentOut
    command: str
    actor: UUID
    transfers: list[TransferOut]
    content: dict[str, Any] | None = Field(None, description="The command's own fields.")
    effects: list[dict[str, Any]] | None = Field(None, description="What it changed besides totals.")
    body: str | None = Field(None, description="Canonical bytes (CBOR), base64: the leaf of the tree.")
    leaf_hash: str | None = Field(None, description="base64")


class JournalOut(Out):
    """Entries by number."""

    items: list[EntryOut]
    head: int = Field(description="The last entry's number.")


class ReceiptFileOut(Out):
    """A file that proves an entry without us: `ricochet-wallet receipt verify FILE`."""

    ricochet_receipt: int
    origin: str
    vkey: str
    entry: str
    index: int
    size: int
    proof: list[str]
    checkpoint: str
    handed_on: list[str] = Field(
        default_factory=list, description="Absent where the community's key was never replaced."
    )


class InclusionOut(Out):
    """That an entry is under a root (RFC 9162)."""

    id: UUID
    index: int
    size: int
    leaf_hash: str
    proof: list[str] = Field(description="base64, from the leaf up")


class ConsistencyOut(Out):
    """That a longer journal begins with a shorter one (RFC 9162)."""

    first: int
    second: int
    proof: list[str]


class CheckpointOut(Out):
    """A signed head."""

    size: int
    at: MomentOut
    root: str
    note: str


class CheckpointsOut(Out):
    """Signed heads, by size."""

    items: list[CheckpointOut]
    next: str | None
