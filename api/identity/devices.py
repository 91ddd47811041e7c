"""Devices that sign for a member, and the codes by which they are enrolled.

A code works for one device. If that device did not hear the answer, it may ask again with the same code for ten
minutes; it then gets a new API key and the one it did not hear dies. The code is enough for a member's first device.
A further one may look at once, and signs from when one that signs already has let it in: see `signers`.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, delete, insert, select, update

from api.identity import keys, tokens
from api.identity.errors import Refused, conflict, invalid, not_found, wrong_state
from api.identity.keys import NewKey
from api.identity.people import Member, People
from api.identity.principal import Role
from api.identity.records import Records
from api.identity.schema import api_key, device, enrolment
from api.identity.signers import Signers, keys_on, lacking
from api.identity.vault import Vault
from ledger.community.membership import MemberKind, MemberState
from ledger.core.accounts import Account
from ledger.core.commands import AddKey
from ledger.core.errors import Kind, Rejected
from ledger.core.membership import MAX_KEYS
from ledger.service import Ledger, new_id

SECOND = 10**9
CODE_LIFE = 24 * 3600 * SECOND
AGAIN = 600 * SECOND
ATTEMPTS = 5
"""Wrong codes with the right first group after which a code is worth nothing."""


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
        self._vault = vault
        self._signers = Signers(ledger)

    def invite(self, community: UUID, member: UUID, by: UUID) -> tuple[str, int]:
        """A code for one device of the member, and when it ends (ns). Shown once."""
        found = self._people.get(community, member)
        if found.state is MemberState.LEFT:
            raise wrong_state("member_left", "this member has left; let the member in again first")
        where = self._ledger.reader.community(community)
        now = self._records.clock()
        with self._records.write() as connection:
            connection.execute(delete(enrolment).where(_code(community), enrolment.c.expires_at <= now))
            code = tokens.new_code(where.code)
            while connection.execute(select(enrolment.c.lookup).where(_code(community, code.lookup))).first():
                code = tokens.new_code(where.code)
            connection.execute(
                insert(enrolment).values(
                    community=community, lookup=code.lookup, hash=self._vault.code_hash(str(code)), member=found.id,
                    created_by=by, expires_at=now + CODE_LIFE, attempts=0,
                )
            )  # fmt: skip
        return str(code), now + CODE_LIFE

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
            member = self._use(connection, where.uid, read, public_key)
            found = None if member is None else self._let_in(connection, where.uid, member, public_key, label)
        if found is None:
            raise _bad_code()  # raised here, so that the attempt was counted
        let_in, key = found
        owner = self._people.get(where.uid, let_in.member)
        try:
            self._signers.begin(where.uid, owner.accounts, let_in.public_key, owner.id)
        except Rejected:
            self.revoke(where.uid, let_in.id, owner.id)
            raise
        return Enrolled(let_in, self.state(where.uid, let_in), owner, where.uid, key)

    def state(self, community: UUID, found: Device) -> DeviceState:
        """What a device may do now."""
        return state_of(found, self._held(community, found.member))

    def awaited(self, community: UUID, found: Device) -> list[Account]:
        """The accounts for which the device could be let in, each with the keys one of which must sign that."""
        return lacking(self._held(community, found.member), found.public_key)

    def approve(self, community: UUID, found: Device, commands: Sequence[AddKey]) -> DeviceState:
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
        return self.state(community, found)

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

    def _use(
        self, connection: Connection, community: UUID, code: tokens.Code, public_key: bytes
    ) -> UUID | None:
        """The member a code is for; None, with the attempt counted, when the code is not good."""
        ours = _code(community, code.lookup)
        row = connection.execute(select(enrolment).where(ours).with_for_update()).first()
        now = self._records.clock()
        if row is None or row.expires_at <= now or row.attempts >= ATTEMPTS:
            return None
        if not hmac.compare_digest(row.hash, self._vault.code_hash(str(code))):
            connection.execute(update(enrolment).where(ours).values(attempts=enrolment.c.attempts + 1))
            return None
        if row.used_at is None:
            connection.execute(update(enrolment).where(ours).values(used_at=now, public_key=public_key))
        elif row.public_key != public_key or now >= row.used_at + AGAIN:
            return None
        member: UUID = row.member
        return member

    def _let_in(
        self, connection: Connection, community: UUID, member: UUID, public_key: bytes, label: str
    ) -> tuple[Device, NewKey]:
        now = self._records.clock()
        same = and_(device.c.community == community, device.c.public_key == public_key)
        row = connection.execute(select(device).where(same)).first()
        if row is None:
            found = Device(new_id(), member, public_key, label, now, None)
            connection.execute(
                insert(device).values(
                    community=community, id=found.id, member=member, public_key=public_key, label=label, created_at=now
                )
            )  # fmt: skip
        elif row.member != member or row.revoked_at is not None:
            raise conflict(
                "device_key_used", "public_key: this key was used before; make a new one", "public_key"
            )
        else:
            found = _device(row)
            old = and_(api_key.c.community == community, api_key.c.device == found.id)
            keys.revoke_where(connection, old, now)
        roles = frozenset({role_of(self._people.get(community, member).kind)})
        key = keys.add(
            connection, community, roles, keys.scopes_of(roles), label=label, created_by=member, now=now,
            owner=member, device=found.id,
        )  # fmt: skip
        return found, key


def state_of(found: Device, accounts: Sequence[Account]) -> DeviceState:
    """What a device may do with its member's accounts; where none has had a key, nothing is to be waited for."""
    if found.revoked_at is not None:
        return DeviceState.REVOKED
    if found.public_key in keys_on(accounts) or not any(account.signed_only for account in accounts):
        return DeviceState.ACTIVE
    return DeviceState.WAITING


def role_of(kind: MemberKind) -> Role:
    """The role of a member's own keys: a resident's, or that of a firm or body that takes payments."""
    return Role.MEMBER if kind is MemberKind.PERSON else Role.MERCHANT


def _code(community: UUID, lookup: str | None = None) -> Any:
    ours = enrolment.c.community == community
    return ours if lookup is None else and_(ours, enrolment.c.lookup == lookup)


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
