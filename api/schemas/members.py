"""Members, their devices and keys, and the directory."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from api.identity.devices import DeviceState
from api.schemas.accounts import AccountOut, StatementOut
from api.schemas.common import Body, Bytes32, CurrencyCode, Moment, MomentOut, Out, Sector, Text
from api.schemas.currencies import CommunityOut
from ledger.community.membership import MemberKind, MemberState


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text.strip()


Name = Annotated[Text, AfterValidator(_not_blank), Field(min_length=1, max_length=120)]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$", examples=["fr", "fr-FR", "en"])]
Role = Literal["member", "merchant", "operator", "treasurer", "auditor", "region_reader", "platform_admin"]
Scope = Literal["read", "pay", "hold", "request", "operate", "issue", "admin"]
"""As `api.identity.principal` has them; a test compares."""
Sectors = Annotated[list[Sector], Field(max_length=16)]


class MemberBody(Body):
    """A new member."""

    id: UUID | None = Field(None, description="Makes a retry safe; made here when left out.")
    name: Name
    kind: MemberKind
    state: Literal[MemberState.PENDING, MemberState.ACTIVE] = MemberState.ACTIVE
    contact: Text = Field("", description="E-mail or telephone; for the member and the association only.")
    locale: Locale = "fr"
    place: Text = ""
    sectors: Sectors = Field(default_factory=list, description="Activity codes that the directory shows.")
    listed: bool = Field(False, strict=True, description="Whether the directory shows the member.")


class MemberPatch(Body):
    """What changes of a member. Members change their own contact, locale, place, sectors, listed; operators all."""

    name: Name | None = None
    kind: MemberKind | None = None
    state: MemberState | None = Field(None, description="Freezes or thaws the accounts as it asks.")
    contact: Text | None = None
    locale: Locale | None = None
    place: Text | None = None
    sectors: Sectors | None = None
    listed: bool | None = Field(None, strict=True)


class MemberOut(Out):
    """A member."""

    id: UUID
    name: str
    kind: MemberKind
    state: MemberState
    contact: str
    locale: str
    place: str
    sectors: list[str]
    listed: bool
    created_at: MomentOut
    version: int = Field(description="The ETag.")
    accounts: list[AccountOut]


class MembersOut(Out):
    """A page of members."""

    items: list[MemberOut]
    next: str | None


class OwnMemberOut(MemberOut):
    """The caller's own member."""

    community: CommunityOut


class EnrolmentOut(Out):
    """A code for one device. It is shown only here."""

    code: str = Field(examples=["RIV-7K3Q-M9XD-40TB"])
    expires_at: MomentOut
    link: str = Field(description="For a QR code.")


class ErasedOut(Out):
    """What an erasure dropped, besides the member's own rows."""

    member: UUID
    memos: int


class DeviceBody(Body):
    """A device that wants to be let in. The code is its credential."""

    code: str = Field(min_length=1, max_length=64)
    public_key: Bytes32 = Field(description="Ed25519; it must be new in the community.")
    label: Name = Field(description="What the member calls the device.")


class DeviceOut(Out):
    """A device that signs for a member."""

    id: UUID
    member: UUID
    label: str
    public_key: str
    fingerprint: str = Field(description="Of the public key, for two people to compare.", examples=["QK4D-2W7M-HZ3A"])
    state: DeviceState = Field(description="A waiting device signs from when another one has let it in.")
    accounts: list[UUID] = Field(description="Those for which it signs.")
    created_at: MomentOut
    revoked_at: MomentOut | None


class UnknownKeyOut(Out):
    """A key that signs for accounts of a member and is none of the member's devices in force: ask who put it there."""

    member: UUID
    public_key: str
    fingerprint: str
    accounts: list[UUID]


class DevicesOut(Out):
    """Devices, revoked ones too, and keys that are no device."""

    items: list[DeviceOut]
    unknown: list[UnknownKeyOut]


class AwaitedAccountOut(Out):
    """An account that waits for a device."""

    id: UUID
    keys: list[str] = Field(description="One of these public keys must sign.")


class AwaitedOut(Out):
    """Where a device could be let in: an `add_key` command for each account, signed by a key of that account."""

    public_key: str
    fingerprint: str
    accounts: list[AwaitedAccountOut]


class ApprovalBody(Body):
    """What lets a device in: the signatures of one that signs."""

    signed: list[str] = Field(
        min_length=1, max_length=100, description="JWS of `add_key` commands, one for each account."
    )


class NamedOut(Out):
    """A member by id and name."""

    id: UUID
    name: str


class KeyDeviceBody(ApprovalBody):
    """A key of the caller's own that needs no API key, such as one on paper, and what lets it in."""

    public_key: Bytes32 = Field(description="Ed25519; it must be new in the community.")
    label: Name = Field(description="What the member calls it.")


class EnrolledOut(Out):
    """A device that came with a code. `api_key` is shown only here."""

    device_id: UUID
    state: DeviceState
    fingerprint: str
    api_key: str
    member: NamedOut
    community: CommunityOut
    accounts: list[AccountOut]


class KeyBody(Body):
    """A new API key."""

    label: Name
    roles: list[Role] = Field(min_length=1, max_length=7)
    scopes: list[Scope] | None = Field(
        None, max_length=7, description="Narrows what the roles may; left out: all of it."
    )
    member: UUID | None = Field(None, description="Whose key it is; members' and merchants' keys need one.")
    expires_at: Moment | None = None


class KeyOut(Out):
    """What may be shown of a key."""

    id: UUID
    hint: str = Field(description="How its token begins.", examples=["rico_7k3qm9"])
    label: str
    roles: list[Role]
    scopes: list[Scope]
    member: UUID | None
    device: UUID | None
    waits: bool = Field(
        description="A colleague made it and nobody has confirmed yet who holds it: in four eyes it counts as who made it."
    )
    created_at: MomentOut
    expires_at: MomentOut | None
    revoked_at: MomentOut | None


class NewKeyOut(KeyOut):
    """A key with its token, which is shown only here."""

    token: str


class KeysOut(Out):
    """A page of keys, revoked ones too."""

    items: list[KeyOut]
    next: str | None


class PurseOut(Out):
    """An account that can be paid."""

    id: UUID
    currency: CurrencyCode


class ListedOut(Out):
    """A member who wants to be found."""

    member: UUID
    name: str
    kind: MemberKind
    place: str
    sectors: list[str]
    acceptance_bp: int = Field(
        description="The largest share of a price that it takes in units, basis points."
    )
    accounts: list[PurseOut]


class DirectoryOut(Out):
    """A page of the directory."""

    items: list[ListedOut]
    next: str | None


class ExportOut(Out):
    """Everything that is kept about a member."""

    member: OwnMemberOut
    devices: list[DeviceOut]
    keys: list[KeyOut]
    statements: list[StatementOut]
