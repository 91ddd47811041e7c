"""Payments, batches, refunds: what is asked, and the receipt that answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Discriminator, Field, Tag

from api.schemas.common import Amount, Body, Bytes16, CurrencyCode, Memo, MomentOut, Out, Sector
from ledger.core.commands import MAX_BATCH
from ledger.core.policy import Sphere

CompactJws = Annotated[
    str,
    Field(
        min_length=64,
        max_length=1_500_000,
        description="The whole command, signed by a device of the member: a JWS.",
    ),
]


class SignedBody(Body):
    """A command signed by a member's device. The memo goes beside it: the signature covers its salted hash."""

    signed: CompactJws
    memo: Memo | None = None
    memo_salt: Bytes16 | None = Field(
        None, description="16 random bytes; the hash is SHA-256 of salt and memo."
    )


class PaymentBody(Body):
    """A payment by an API key, for accounts without a device key."""

    id: UUID | None = Field(None, description="Makes a retry safe. Or send Idempotency-Key.")
    payer: UUID
    payee: UUID
    amount: Amount
    currency: CurrencyCode
    deal: Amount | None = Field(None, description="The whole price, when part of it is paid in euros.")
    sphere: Sphere | None = Field(None, description="For time: individual, collective or associative.")
    activity: Sector | None = Field(None, description="What the payment is for; purses look at it.")
    memo: Memo | None = None
    memo_salt: Bytes16 | None = Field(None, description="The server makes one when it is left out.")


def signed_or_plain(body: Any) -> str:
    """The tag of a body that may be signed."""
    signed = "signed" in body if isinstance(body, dict) else hasattr(body, "signed")
    return "as:signed" if signed else "as:plain"


Payment = Annotated[
    Annotated[PaymentBody, Tag("as:plain")] | Annotated[SignedBody, Tag("as:signed")],
    Discriminator(signed_or_plain),
]


class PayeeBody(Body):
    """One line of a batch."""

    payee: UUID
    amount: Amount


class BatchHeader(Body):
    """The first line of a batch in application/x-ndjson."""

    id: UUID | None = None
    payer: UUID
    currency: CurrencyCode


class BatchBody(BatchHeader):
    """One payer, many payees, all or nothing."""

    payees: list[PayeeBody] = Field(min_length=1, max_length=MAX_BATCH)


class RefundBody(Body):
    """Part of a payment or, without amount, the rest of it."""

    id: UUID | None = None
    amount: Amount | None = None


class SignedRefundBody(Body):
    """A refund signed by a device of who was paid."""

    signed: CompactJws


Refunding = Annotated[
    Annotated[RefundBody, Tag("as:plain")] | Annotated[SignedRefundBody, Tag("as:signed")],
    Discriminator(signed_or_plain),
]


class BalanceOut(Out):
    """What the payer has after a payment."""

    posted: int
    available: int | None = Field(description="posted - held + credit line; null: no floor.")


class TransferOut(Out):
    """One movement inside an entry. `posted` moves; `held` is set aside (above 0) or released (below 0)."""

    debit: UUID
    credit: UUID
    currency: str
    scale: int
    posted: int
    held: int
    reason: str


class LinksOut(Out):
    """Where to go on."""

    receipt: str


class WrittenOut(Out):
    """The answer to a command: the entry that it became."""

    id: UUID
    community: UUID
    seq: int | None = Field(description="The entry's number; null for a dry run.")
    at: MomentOut | None
    command: str
    replayed: bool = Field(description="This id had been done before; nothing was done again.")
    dry_run: Literal[True] | None = Field(None, description="Nothing was written.")
    links: LinksOut | None = None


class ReceiptOut(WrittenOut):
    """The answer to a payment."""

    payer: UUID
    payee: UUID
    amount: int = Field(description="Minor units of `currency`; divide by 10^scale to show it.")
    currency: str
    scale: int
    fee: int = Field(description="What the payee was charged for it.")
    balance: BalanceOut | None = Field(None, description="The payer's. Left out with Prefer: return=minimal.")


class PaymentOut(ReceiptOut):
    """A payment of the past."""

    refunded: int
    reversed: bool
    memo: str | None = None


class BatchOut(WrittenOut):
    """The answer to a batch payment."""

    payer: UUID
    currency: str
    scale: int
    payees: int
    amount: int = Field(description="The sum of what was paid.")
    fee: int
    balance: BalanceOut | None = None


class EntryWrittenOut(WrittenOut):
    """The answer to a command that moves something other than one payment."""

    transfers: list[TransferOut]


class RefundOut(EntryWrittenOut):
    """The answer to a refund."""

    payment: UUID
    amount: int
    currency: str
    scale: int
