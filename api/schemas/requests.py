"""Payment requests, approvals and webhooks."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Discriminator, Field, Tag

from api.schemas.approvals import ApprovalOut
from api.schemas.common import Amount, Body, CurrencyCode, Memo, MomentOut, Out, Sector, Whole
from api.schemas.payments import SignedBody, signed_or_plain
from ledger.core.policy import Sphere

Seconds = Annotated[int, Field(strict=True, ge=1, le=31_622_400)]


class RequestBody(Body):
    """Ask to be paid."""

    id: UUID | None = Field(None, description="Makes a retry safe. Or send Idempotency-Key.")
    payee: UUID
    amount: Amount
    currency: CurrencyCode
    memo: Memo | None = Field(None, description="For the two members.")
    expires_in: Seconds = Field(2_592_000, description="Seconds; 30 days when left out.")
    payer: UUID | None = Field(
        None, description="The account that shall pay; left out: whoever has the link."
    )


class RequestOut(Out):
    """A payment request."""

    id: UUID
    token: str
    link: str = Field(description="For a QR code.")
    state: Literal["open", "paid", "rejected", "expired"]
    payment: UUID = Field(
        description="The id that a payment of it must have. After a refusal it is another one: read it again."
    )
    payee: UUID
    payee_name: str | None
    payer: UUID | None
    payer_name: str | None
    amount: int = Field(description="Minor units of `currency`; divide by 10^scale to show it.")
    currency: str
    scale: int
    memo: str | None
    created_at: MomentOut
    expires_at: MomentOut
    decided_at: MomentOut | None


class RequestsOut(Out):
    """A page of requests, newest first."""

    items: list[RequestOut]
    next: str | None


class AcceptanceBody(Body):
    """Pay a request by an API key, from an account without a device key."""

    id: UUID | None = Field(None, description="The request's `payment`, if given.")
    payer: UUID
    deal: Amount | None = Field(None, description="The whole price, when part of it is paid in euros.")
    sphere: Sphere | None = Field(None, description="For time: individual, collective or associative.")
    activity: Sector | None = Field(None, description="What the payment is for; purses look at it.")


Acceptance = Annotated[
    Annotated[AcceptanceBody, Tag("as:plain")] | Annotated[SignedBody, Tag("as:signed")],
    Discriminator(signed_or_plain),
]


class NothingBody(Body):
    """An empty object."""


class ProposalOut(ApprovalOut):
    """A proposal with all that is known of it."""

    action: str = Field(description="What who approves must be allowed to do.")
    content: dict[str, Any] = Field(description="The command's own fields.")
    asked_at: MomentOut
    decided_by: UUID | None
    decided_at: MomentOut | None


class ProposalsOut(Out):
    """A page of proposals."""

    items: list[ProposalOut]
    next: str | None


class WebhookBody(Body):
    """A new subscription."""

    id: UUID | None = Field(None, description="Makes a retry safe; made here when left out.")
    url: str = Field(max_length=2_048, description="https, on the open Internet.")
    events: list[Annotated[str, Field(max_length=32)]] = Field(
        default_factory=list, max_length=64, description="Names of commands; empty: all."
    )
    after: Whole | None = Field(
        None, description="Tell from the entry after this number on; left out: from now on."
    )


class WebhookOut(Out):
    """A subscription."""

    id: UUID
    url: str
    events: list[str]
    member: UUID | None = Field(description="Only entries that touch this member's accounts.")
    created_at: MomentOut
    after: int = Field(description="Everything up to this entry was taken.")
    failures: int = Field(description="Attempts in a row that were not taken.")
    next_at: MomentOut | None = Field(description="When it is tried again.")
    disabled: Literal["gone", "failing"] | None = Field(
        description="Why it is no longer called; a new secret starts it again where it was."
    )
    last_status: str | None


class NewWebhookOut(WebhookOut):
    """A subscription with its secret, which is shown only here."""

    secret: str = Field(description="Checks the signatures (Standard Webhooks).")


class WebhooksOut(Out):
    """The subscriptions."""

    items: list[WebhookOut]


class SecretOut(Out):
    """A new secret, which is shown only here."""

    secret: str
    former_valid_until: MomentOut = Field(description="Until then calls are signed with the former one too.")
