"""What every shape is made of: strict whole numbers, ids, moments, bytes as text."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from ledger.core.money import MAX_AMOUNT

SECOND = 10**9


class Body(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True)


# --- numbers ---


def _amount(value: int) -> int:
    if value < 1:
        raise PydanticCustomError("amount_not_positive", "must be at least 1 minor unit")
    if value > MAX_AMOUNT:
        raise PydanticCustomError("amount_too_large", "must be at most {most}", {"most": MAX_AMOUNT})
    return value


Amount = Annotated[
    int,
    Strict(),
    AfterValidator(_amount),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_AMOUNT}),
]
"""Minor units, 1 to 2^53 - 1."""
Whole = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT)]
Signed = Annotated[int, Field(strict=True, ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
BasisPoints = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Limit = Annotated[int, Field(ge=1, le=200)]
"""Items on a page."""

# --- text ---


_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError("printable", "must not contain control characters")
    return text


Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_printable)]
"""What people are called, or call a thing."""
Text = Annotated[str, Field(max_length=128), AfterValidator(_printable)]
CurrencyCode = Annotated[
    str, Field(min_length=2, max_length=12, examples=["RIV"]), AfterValidator(_printable)
]
Memo = Annotated[str, Field(min_length=1, max_length=280), AfterValidator(_printable)]
"""For the two members only; the journal keeps its salted hash, and the text can be erased."""
Sector = Annotated[str, Field(min_length=1, max_length=32), AfterValidator(_printable)]


_B64 = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def to_b64(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64(text: str) -> bytes:
    """The bytes of base64url without padding; b"" when the text is not exactly that."""
    if not _B64.fullmatch(text) or len(text) % 4 == 1:
        return b""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if to_b64(data) == text else b""


def _bytes(size: int) -> Any:
    def read(text: object) -> object:
        data = from_b64(text) if isinstance(text, str) else b""
        if len(data) != size:
            raise PydanticCustomError(
                "bytes", "must be {size} bytes in base64url without padding", {"size": size}
            )
        return data

    length = (size * 8 + 5) // 6
    schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "minLength": length, "maxLength": length}
    return Annotated[bytes, BeforeValidator(read), WithJsonSchema(schema)]


Bytes16 = _bytes(16)
Bytes32 = _bytes(32)

# --- moments ---

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT_SCHEMA = {"type": "string", "format": "date-time", "examples": ["2026-11-21T09:30:00.000000Z"]}


def to_ns(text: object) -> int:
    """Nanoseconds since 1970 of an RFC 3339 moment in UTC. ValueError-like when it is none."""
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    whole = _seconds(found[1]) if found else None
    if found is None or whole is None or whole < 0:
        raise PydanticCustomError("moment", "must be a moment such as 2026-11-21T09:30:00Z")
    return whole * SECOND + int((found[2] or "0").ljust(9, "0"))


def _seconds(text: str) -> int | None:
    try:
        passed = datetime.fromisoformat(text + "+00:00") - _EPOCH
    except ValueError:
        return None
    return passed.days * 86_400 + passed.seconds


def moment(ns: int) -> str:
    """RFC 3339 in UTC with microseconds."""
    whole, rest = divmod(ns, SECOND)
    return f"{_second(whole)}.{rest // 1_000:06d}Z"


@lru_cache(maxsize=256)
def _second(whole: int) -> str:
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}"


def moment_or_none(ns: int | None) -> str | None:
    """As `moment`; None for None and for 0, which means never."""
    return moment(ns) if ns else None


Moment = Annotated[int, BeforeValidator(to_ns), WithJsonSchema(MOMENT_SCHEMA)]
"""Sent as RFC 3339, kept as nanoseconds."""
MomentOut = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class ProblemOut(Out):
    """Why a request was not done (RFC 9457)."""

    type: str = Field(examples=["urn:ricochet:problem:insufficient_funds"])
    title: str
    status: int
    detail: str = Field(
        description="One sentence: what happened and what to do; French or English by Accept-Language."
    )
    code: str = Field(description="Stable; docs/reference/errors.md lists them.")
    field: str | None = Field(None, description="The field at fault, when it is one.")
    errors: list[FieldError] | None = Field(None, description="Every fault of shape, each with its field.")


class FieldError(Out):
    """One fault of shape."""

    field: str
    detail: str


ProblemOut.model_rebuild()

Id = UUID
