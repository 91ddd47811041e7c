"""The shapes of the server's answers, as far as the wallet reads them; fields it does not know are left alone."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from ledger.core.signing import b64, fingerprint
from wallet_cli.errors import NoAnswer
from wallet_cli.words import _

Id = Annotated[str, AfterValidator(lambda text: str(UUID(text)))]
"""A UUID in its usual form."""


class Answer(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return self.model_dump(mode="json")


class Community(Answer):
    """A community and the key that signs its checkpoints."""

    id: Id
    code: str
    name: str | None = None
    vkey: str
    handed_on: list[str] = []
    """Base 64: how its former keys, if there were any, lead to this one."""
    origin: str

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.code


class Currency(Answer):
    """A currency."""

    code: str
    scale: int
    model: str


class Account(Answer):
    """One of the member's accounts. Amounts are minor units; `available` None: no floor."""

    id: Id
    currency: str
    scale: int
    kind: str
    form: str = "digital"
    posted: int
    held: int = 0
    available: int | None = None
    line: int | None = None
    ceiling: int | None = None
    state: str = "open"
    programme: str | None = None


class Named(Answer):
    """A member, by id and name."""

    id: Id
    name: str


class Enrolled(Answer):
    """The answer to an enrolment; `api_key` is shown only there."""

    device_id: Id
    state: str
    api_key: str
    member: Named
    community: Community
    accounts: list[Account]


class Purse(Answer):
    """An account that can be paid."""

    id: Id
    currency: str


class Listed(Answer):
    """A member of the directory."""

    name: str
    kind: str = ""
    place: str | None = None
    sectors: list[str] = []
    acceptance_bp: int | None = None
    accounts: list[Purse] = []


class Balance(Answer):
    """What an account has after a payment."""

    posted: int
    available: int | None = None


class Paid(Answer):
    """The receipt of a payment."""

    id: Id
    seq: int
    at: AwareDatetime
    payer: Id
    payee: Id
    amount: int
    currency: str
    scale: int
    fee: int = 0
    balance: Balance | None = None
    replayed: bool = False


class Request(Answer):
    """A payment request. `payment` is the id that the payment answering it must bear."""

    id: Id
    payment: Id
    token: str
    link: str
    state: str
    payee: Id
    payee_name: str | None = None
    payer: Id | None = None
    amount: int
    currency: str
    scale: int
    memo: str | None = None
    expires_at: AwareDatetime | None = None

    @property
    def path(self) -> str:
        """Where it is answered: by its token, which is what allows anybody to."""
        return f"/v1/payment-requests/{quote(self.token, safe='')}"


class Counterparty(Answer):
    """The other side of a statement line."""

    account: Id
    name: str | None = None


class Line(Answer):
    """One line of a statement; amounts are signed, as this account sees them."""

    seq: int
    at: AwareDatetime
    effective_on: AwareDatetime | None = None
    id: Id
    command: str
    reason: str = ""
    counterparty: Counterparty | None = None
    amount: int
    held: int = 0
    balance: int
    memo: str | None = None

    @property
    def day(self) -> datetime:
        """Its own date, which for imported history is not that of its recording."""
        return self.effective_on or self.at


def key_bytes(text: str) -> bytes:
    """The 32 bytes of a public key in base64url. ValueError when it is none."""
    key = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(key) != 32 or b64(key) != text:
        raise ValueError("not a public key")
    return key


Key = Annotated[str, AfterValidator(lambda text: b64(key_bytes(text)))]
"""A public key in base64url."""


class HeldKey(Answer):
    """A key that signs for accounts."""

    public_key: Key
    accounts: list[Id] = []

    @property
    def fingerprint(self) -> str:
        """What two people compare; made here and not believed."""
        return fingerprint(key_bytes(self.public_key))


class Device(HeldKey):
    """A device of the member: waiting, active or revoked."""

    id: Id
    label: str
    state: str
    created_at: AwareDatetime | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {**super().plain(), "fingerprint": self.fingerprint}


class Devices(Answer):
    """The member's devices, and keys that sign for the member and are none of them."""

    items: list[Device]
    unknown: list[HeldKey] = []


class AwaitedAccount(Answer):
    """An account that waits for a device, and the keys one of which lets it in."""

    id: Id
    keys: list[Key]


class Awaited(Answer):
    """Where a device could be let in."""

    public_key: Key
    accounts: list[AwaitedAccount]


T = TypeVar("T")


def read(kind: type[T], answer: Any) -> T:
    """The answer as this shape. NoAnswer, code `odd_answer`, when it has another: then nothing is known."""
    try:
        return TypeAdapter(kind).validate_python(answer)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NoAnswer(
            _(
                "The server's answer is not understood ({where}). Is the wallet too old for it?",
                where=where or "?",
            ),
            "odd_answer",
        ) from None
