"""Devices that sign for a member.

A device comes with a code and gets an API key; one that did not hear the answer asks again, gets a new API key, and
the one it did not hear dies. The code is enough for a member's first device. A further one may look at once, and
signs from when one that signs already has let it in: see `signers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, and_, insert, select, update

from api.identity import keys, tokens
from api.identity.codes import CODE_LIFE, Codes
from api.identity.errors import Refused, conflict, invalid, not_found, wrong_state
from api.identity.keys import NewKey
from api.identity.people import Member, People
from api.identity.principal import Role
from api.identity.records import Records
from api.identity.schema import api_key, device
from api.identity.signers import Signers, keys_on, lacking
from api.identity.vault import Vault
from ledger.community.membership import MemberKind, MemberState
from ledger.core.accounts import Account
from ledger.core.commands import AddKey
from ledger.core.errors import Kind, Rejected
from ledger.core.membership import MAX_KEYS
from ledger.service import Ledger, new_id


@dataclass(frozen=True, slots=True)
class Device:
    """A member's telephone or computer, known by its public key (Ed25519, 32 bytes)."""

    id: UUID
    member: UUID
    public_key: bytes
    label: str
    created_at: int
    revoked_at: int | None


class DeviceState(StrEnum):
    """What a device may do."""

    WAITING = "waiting"
    """It has a code and an API key; no device that signs has let it in."""
    ACTIVE = "active"
    REVOKED = "revoked"


class Standing(NamedTuple):
    """A device, what it may do, and the accounts for which it signs."""

    device: Device
    state: DeviceState
    accounts: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a device is told when it comes with a code."""

    device: Device
    state: DeviceState
    member: Member
    community: UUID
    key: NewKey


class Devices:
    """The devices of every member, here and in the ledger."""

    def __init__(self, records: Records, people: People, ledger: Ledger, vault: Vault) -> None:
        self._records = records
        self._people = people
        self._ledger = ledger
        self._codes = Codes(records, vault)
        self._signers = Signers(ledger)

    def invite(
        self, community: UUID, member: UUID, by: UUID, *, life: int = CODE_LIFE, instead: bool = False
    ) -> tuple[str, int]:
        """A code for one device of the member, and when it ends (ns); it works for `life` ns. Shown once.

        `instead`: of the member's other codes that nobody has used.
        """
        found = self._people.get(community, member)
        if found.state is MemberState.LEFT:
            raise wrong_state("member_left", "this member has left; let the member in again first")
        where = self._ledger.reader.community(community)
        return self._codes.new(community, where.code, found.id, by, life, instead=instead)

    def enrol(self, code: str, public_key: bytes, label: str) -> Enrolled:
        """A device with a code: an API key, and for a member's first one its public key in the ledger.

        Raises Refused or LedgerError.
        """
        read = tokens.read_code(code)
        where = next(
            (c for c in self._ledger.reader.communities() if read and c.code == read.community), None
        )
        if read is None or where is None:
            raise _bad_code()
        with self._records.write_access() as connection:
            member = self._codes.use(connection, where.uid, read, public_key)
            if member is not None:
                owner = self._people.get(where.uid, member)
                found, _ = self._recorded(connection, where.uid, owner, public_key, label)
                key = self._new_key(connection, where.uid, owner, found)
        if member is None:
            raise _bad_code()  # raised here, so that the attempt was counted
        try:
            self._signers.begin(where.uid, owner.accounts, public_key, owner.id)
        except Rejected:
            self.revoke(where.uid, found.id, owner.id)
            raise
        return Enrolled(found, self.standing(where.uid, found).state, owner, where.uid, key)

    def add(
        self, community: UUID, member: UUID, public_key: bytes, label: str, commands: Sequence[AddKey]
    ) -> Standing:
        """A key without an API key, such as one on paper, let in by what a device that signs has signed.

        May be asked again. Raises Refused or LedgerError.
        """
        owner = self._people.get(community, member)
        with self._records.write() as connection:
            found, fresh = self._recorded(connection, community, owner, public_key, label)
        try:
            return self.approve(community, found, commands)
        except (Rejected, Refused):
            if fresh:
                self.revoke(community, found.id, owner.id)
            raise

    def standing(self, community: UUID, found: Device) -> Standing:
        """What a device may do now."""
        return standing_of(found, self._held(community, found.member))

    def awaited(self, community: UUID, found: Device) -> list[Account]:
        """The accounts for which the device could be let in, each with the keys one of which must sign that."""
        return lacking(self._held(community, found.member), found.public_key)

    def approve(self, community: UUID, found: Device, commands: Sequence[AddKey]) -> Standing:
        """Let a device in by what others have signed. May be asked again. Raises Refused or LedgerError."""
        if found.revoked_at is not None:
            raise wrong_state("device_revoked", "this device was revoked; enrol it with a new code")
        owner = self._people.get(community, found.member)
        for command in commands:
            if command.key != found.public_key:
                raise invalid("signed", "must be about the key of this device")
            if command.account not in owner.accounts:
                raise invalid("signed", "must be about accounts of this member")
        self._signers.let_in(commands)
        if self.get(community, found.id).revoked_at is not None:  # meanwhile
            self._signers.revoke(community, owner.accounts, found.public_key, owner.id)
            raise wrong_state("device_revoked", "this device was revoked; enrol it with a new code")
        return self.standing(community, found)

    def for_new_account(self, community: UUID, member: UUID) -> tuple[bytes, ...]:
        """The keys with which a new account of a member is opened: those that sign for the member already.

        Where none does, the devices that are enrolled: of a member without accounts, or who had to begin anew.
        """
        mine = [each.public_key for each in self.of(community, member) if each.revoked_at is None]
        signing = keys_on(self._held(community, member))
        return tuple(key for key in mine if not signing or key in signing)[:MAX_KEYS]

    def adopt(self, community: UUID, member: UUID, account: UUID) -> None:
        """Give an account that was opened without keys the member's first device, whose signature lets in others."""
        first = self.for_new_account(community, member)[:1]
        for key in first:
            self._signers.begin(community, [account], key, member)

    def _held(self, community: UUID, member: UUID) -> list[Account]:
        return self._signers.accounts(community, self._people.get(community, member).accounts)

    def of(self, community: UUID, member: UUID | None = None) -> list[Device]:
        """The devices of a member or, with None, of everybody; revoked ones too."""
        query = select(device).where(device.c.community == community).order_by(device.c.id)
        if member is not None:
            query = query.where(device.c.member == member)
        with self._records.read() as connection:
            return [_device(row) for row in connection.execute(query)]

    def get(self, community: UUID, uid: UUID) -> Device:
        """One device. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(
                select(device).where(device.c.community == community, device.c.id == uid)
            ).first()
        if row is None:
            raise not_found("device")
        return _device(row)

    def revoke(self, community: UUID, uid: UUID, actor: UUID) -> None:
        """The device's API key dies and the ledger refuses its signatures. May be asked again if it failed half-way."""
        found = self.get(community, uid)
        now = self._records.clock()
        with self._records.write_access() as connection:
            ours = and_(device.c.community == community, device.c.id == uid, device.c.revoked_at.is_(None))
            connection.execute(update(device).where(ours).values(revoked_at=now))
            keys.revoke_where(
                connection, and_(api_key.c.community == community, api_key.c.device == uid), now
            )
        accounts = self._people.get(community, found.member).accounts
        self._signers.revoke(community, accounts, found.public_key, actor)

    def _recorded(
        self, connection: Connection, community: UUID, owner: Member, public_key: bytes, label: str
    ) -> tuple[Device, bool]:
        """The row of a key, and whether it is new."""
        same = and_(device.c.community == community, device.c.public_key == public_key)
        row = connection.execute(select(device).where(same)).first()
        if row is None:
            found = Device(new_id(), owner.id, public_key, label, self._records.clock(), None)
            connection.execute(
                insert(device).values(
                    community=community, id=found.id, member=owner.id, public_key=public_key, label=label,
                    created_at=found.created_at,
                )
            )  # fmt: skip
            return found, True
        if row.member != owner.id or row.revoked_at is not None:
            raise conflict(
                "device_key_used", "public_key: this key was used before; make a new one", "public_key"
            )
        return _device(row), False

    def _new_key(self, connection: Connection, community: UUID, owner: Member, found: Device) -> NewKey:
        """The device's API key; one that it had before dies."""
        now = self._records.clock()
        old = and_(api_key.c.community == community, api_key.c.device == found.id)
        keys.revoke_where(connection, old, now)
        roles = frozenset({role_of(owner.kind)})
        return keys.add(
            connection, community, roles, keys.scopes_of(roles), label=found.label, created_by=owner.id, now=now,
            owner=owner.id, device=found.id,
        )  # fmt: skip


def standing_of(found: Device, accounts: Sequence[Account]) -> Standing:
    """What a device may do with its member's accounts; where none has had a key, nothing is to be waited for."""
    signs = tuple(account.uid for account in accounts if found.public_key in account.keys)
    state = DeviceState.ACTIVE
    if found.revoked_at is not None:
        state = DeviceState.REVOKED
    elif not signs and any(account.signed_only for account in accounts):
        state = DeviceState.WAITING
    return Standing(found, state, signs)


def role_of(kind: MemberKind) -> Role:
    """The role of a member's own keys: a resident's, or that of a firm or body that takes payments."""
    return Role.MEMBER if kind is MemberKind.PERSON else Role.MERCHANT


def _device(row: Any) -> Device:
    return Device(row.id, row.member, bytes(row.public_key), row.label, row.created_at, row.revoked_at)


def _bad_code() -> Refused:
    """One answer whatever is wrong, so that nothing can be learned by guessing."""
    return Refused(
        Kind.FORBIDDEN,
        "enrolment_refused",
        "this code is not good (any more); ask the association for a new one",
        "code",
    )
