"""Holds: an amount set aside for a payee."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Discriminator, Field, Tag

from api.schemas.common import Amount, Body, CurrencyCode, MomentOut, Out, Sector
from api.schemas.payments import CompactJws, EntryWrittenOut, signed_or_plain

TEN_YEARS = 10 * 366 * 86_400


class SignedHoldBody(Body):
    """A hold signed by a member's device."""

    signed: CompactJws


class HoldBody(Body):
    """Set an amount aside."""

    id: UUID | None = Field(None, description="Becomes the id of the hold.")
    payer: UUID
    payee: UUID
    amount: Amount
    currency: CurrencyCode
    expires_in: Annotated[int, Field(strict=True, ge=1, le=TEN_YEARS)] | None = Field(
        None, description="Seconds until it is given back by itself; left out: never."
    )
    activity: Sector | None = None


HoldAsked = Annotated[
    Annotated[HoldBody, Tag("as:plain")] | Annotated[SignedHoldBody, Tag("as:signed")],
    Discriminator(signed_or_plain),
]


class CaptureBody(Body):
    """Pay a hold in part or, without amount, in whole; the rest is given back."""

    id: UUID | None = None
    amount: Amount | None = None


class HoldOut(Out):
    """A hold."""

    id: UUID
    seq: int
    payer: UUID
    payee: UUID
    amount: int
    currency: str
    scale: int
    expires_at: MomentOut | None
    state: Literal["open", "captured", "voided", "expired"]


class HoldWrittenOut(EntryWrittenOut):
    """The answer to a command about a hold."""

    hold: HoldOut | None = Field(None, description="As it is afterwards; left out after a dry run.")
