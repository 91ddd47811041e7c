"""Accounts and their statements."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import BasisPoints, Body, CurrencyCode, MomentOut, Out, Sector, Whole
from api.schemas.payments import WrittenOut
from ledger.core.accounts import AccountKind, Form

Frozen = Literal["none", "debits", "credits", "both"]
MemberKind = Literal[
    AccountKind.PERSON, AccountKind.BUSINESS, AccountKind.ASSOCIATION, AccountKind.PUBLIC, AccountKind.PURSE
]


class AccountBody(Body):
    """A new account of a member."""

    id: UUID | None = Field(None, description="Of the command; makes a retry safe.")
    account: UUID | None = Field(
        None, description="The account's own id; made from the command's when left out."
    )
    member: UUID
    currency: CurrencyCode
    kind: MemberKind
    form: Form = Form.DIGITAL
    line: Whole | None = Field(None, description="Credit line, minor units; left out: the policy's.")
    ceiling: Whole | None = Field(None, description="The most it may hold; left out: the policy's.")
    programme: Sector | None = Field(None, description="A purse's programme.")
    sectors: list[Sector] = Field(
        default_factory=list, max_length=64, description="A merchant's activity codes."
    )
    acceptance_bp: BasisPoints = Field(
        0, description="Share of a price that it takes in units, basis points."
    )


class AccountPatch(Body):
    """New terms of an account: exactly one of line, ceiling, frozen, or sectors with acceptance_bp."""

    id: UUID | None = None
    line: Whole | None = None
    ceiling: Whole | None = Field(None, description="null removes the ceiling.")
    frozen: Frozen | None = None
    sectors: list[Sector] | None = Field(None, max_length=64)
    acceptance_bp: BasisPoints | None = None


class CommandIdBody(Body):
    """Only the command's id."""

    id: UUID | None = Field(None, description="Makes a retry safe. Or send Idempotency-Key.")


class AccountOut(Out):
    """An account: minor units of `currency`; divide by 10^scale to show them."""

    id: UUID
    currency: str
    scale: int
    kind: AccountKind
    form: Form
    posted: int = Field(description="Recorded.")
    held: int = Field(description="Set aside for others.")
    incoming: int = Field(description="Set aside for this account.")
    available: int | None = Field(description="posted - held + line; null: no floor.")
    line: int | None = Field(description="Credit line; null: no floor.")
    ceiling: int | None
    state: Literal["open", "leaving", "closed"]
    frozen: Frozen
    programme: str | None
    sectors: list[str]
    acceptance_bp: int
    signed_only: bool = Field(description="Only a signed command pays from here.")
    version: int = Field(description="How many movements it has had.")
    seq: int = Field(description="The last entry that touched it; the ETag.")
    member: UUID | None
    name: str | None = Field(None, description="The member's, in listings for who may see it.")


class AccountWrittenOut(WrittenOut):
    """The answer to a command about an account."""

    account: AccountOut | None = Field(None, description="As it is afterwards; left out after a dry run.")


class AccountsOut(Out):
    """A page of accounts."""

    items: list[AccountOut]
    next: str | None


class CounterpartyOut(Out):
    """The other side."""

    account: UUID
    name: str | None = None


class LineOut(Out):
    """One posting, seen from the account."""

    version: int
    seq: int
    at: MomentOut
    effective_on: MomentOut = Field(description="Its own date: when it happened, for imported history.")
    id: UUID
    command: str
    reason: str
    counterparty: CounterpartyOut
    amount: int = Field(description="Above 0 received, below 0 paid.")
    held: int = Field(description="Set aside or, the other sign, released.")
    balance: int = Field(description="Posted, just after it.")
    memo: str | None = None


class StatementOut(Out):
    """A page of a statement, newest first."""

    account: UUID
    currency: str
    scale: int
    items: list[LineOut]
    next: str | None
