"""Where units come from and where they go, and what the community charges."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, Strict

from api.schemas.common import Amount, Body, Bytes32, CurrencyCode, Text


class IssueBody(Body):
    """Units against euros received, at par."""

    id: UUID | None = None
    account: UUID
    currency: CurrencyCode
    amount: Amount
    euros: Amount = Field(description="Cents received.")


class RedemptionBody(Body):
    """A professional's units back for euros."""

    id: UUID | None = None
    account: UUID
    currency: CurrencyCode
    amount: Amount
    invoice: Text = Field(min_length=1, description="One invoice is redeemed once.")


class GrantBody(Body):
    """Fund a purse from its programme."""

    id: UUID | None = None
    account: UUID
    amount: Amount
    once: Bytes32 | None = Field(
        None, description="32 bytes that stand for the person; a second grant is refused."
    )


class FeeBody(Body):
    """Dues or a fee."""

    id: UUID | None = None
    account: UUID
    amount: Amount
    purpose: Text = "dues"


class ReversalBody(Body):
    """Negate an entry, once."""

    id: UUID | None = None
    force: Annotated[bool, Strict()] = Field(False, description="May cross limits; recorded.")
