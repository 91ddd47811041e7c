"""Communities, currencies and their dated rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import Body, CurrencyCode, Moment, MomentOut, Name, Out, Text
from api.schemas.derived import shape_of
from api.schemas.payments import WrittenOut
from ledger.core.accounts import Model
from ledger.core.policy import Policy

if TYPE_CHECKING:
    PolicyBody = Body
else:
    PolicyBody = shape_of(Policy)
PolicyOut = dict[str, Any]


class CommunityBody(Body):
    """A new community."""

    code: CurrencyCode = Field(description="2 to 12 capital letters, digits and hyphens.")
    name: Name


class CommunityOut(Out):
    """A community, with the key that checks its receipts."""

    id: UUID
    code: str
    name: str | None
    vkey: str = Field(description="C2SP verifier key; wallets keep it.")
    handed_on: list[str] = Field(
        description="base64: the `change_signing_key` commands that lead from the first key to this one."
    )
    origin: str = Field(description="The name of its log in checkpoints.")
    currencies: list[UnitOut]


class UnitOut(Out):
    """A currency's name and shape."""

    code: str
    scale: int
    model: Model


class CommunitiesOut(Out):
    """The communities here."""

    items: list[CommunityOut]


class CurrencyBody(Body):
    """A new currency with its first rules. Scale and model are for ever."""

    id: UUID | None = None
    code: CurrencyCode
    scale: int = Field(
        strict=True, ge=0, le=9, description="Decimal digits of a major unit; 0 for time (minutes)."
    )
    model: Literal[Model.MUTUAL, Model.BACKED, Model.TIME, Model.EARMARKED]
    policy: PolicyBody = Field(default_factory=lambda: PolicyBody())


class PolicyChangeBody(Body):
    """New rules of a currency, whole."""

    id: UUID | None = None
    policy: PolicyBody
    since: Moment | None = Field(None, description="Left out: at once. Never in the past.")
    resolution: Text = Field("", description="The vote that decided it.")


class ReserveOut(Out):
    """Euros that back the units of each form."""

    paper: int
    digital: int


class CurrencyOut(UnitOut):
    """A currency with its rules in force and what circulates."""

    policy: PolicyOut
    circulation: int = Field(description="Units in the hands of holders, minor units.")
    reserve: ReserveOut | None = Field(description="null where nothing backs the unit.")


class CurrenciesOut(Out):
    """The currencies of a community."""

    items: list[CurrencyOut]


class PolicyVersionOut(Out):
    """Rules from a moment on."""

    since: MomentOut
    seq: int
    policy: PolicyOut


class PoliciesOut(Out):
    """The history of a currency's rules, oldest first."""

    items: list[PolicyVersionOut]


class CurrencyWrittenOut(WrittenOut):
    """The answer to a command about a currency."""

    currency: UnitOut


CommunityOut.model_rebuild()
