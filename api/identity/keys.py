"""API keys: who they belong to, what they may do, until when. A token is shown once and kept as a hash."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update
from uuid6 import uuid7

from api.identity import tokens
from api.identity.cache import Known
from api.identity.errors import Refused, forbidden, invalid, not_found
from api.identity.permissions import APART, GRANTS, TABLE
from api.identity.principal import OWN_ROLES, PLATFORM_ROLES, Principal, Role
from api.identity.records import Records, lock, read_revision
from api.identity.schema import NOBODY, api_key, member, member_account
from api.identity.vault import token_hash
from api.identity.vouching import DECIDING, made_by, maker_of


@dataclass(frozen=True, slots=True)
class Key:
    """What may be shown of a key."""

    id: UUID
    hint: str
    label: str
    roles: tuple[Role, ...]
    scopes: tuple[str, ...]
    member: UUID | None
    device: UUID | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key on the day it is made: the only time that its token is known."""

    key: Key
    token: str


def scopes_of(roles: Iterable[Role]) -> frozenset[str]:
    """Every scope that an action of these roles asks for."""
    given = frozenset(roles)
    return frozenset(scope.value for scope, some in TABLE.values() if given & frozenset(some))


class Keys:
    """The keys of every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def create(
        self,
        by: Principal,
        community: UUID,
        roles: frozenset[Role],
        *,
        label: str = "",
        scopes: frozenset[str] | None = None,
        owner: UUID | None = None,
        expires_at: int | None = None,
    ) -> NewKey:
        """A key with some roles, made by somebody who may give them. `scopes` None: all that the roles use."""
        granted = frozenset().union(*(GRANTS.get(role, frozenset()) for role in by.roles))
        if not roles <= granted:
            names = ", ".join(sorted(roles - granted))
            raise forbidden("not_allowed", f"roles: you may not give the role {names}")
        _check(community, roles, owner)
        usable = scopes_of(roles)
        if scopes is not None and not scopes <= usable:
            raise invalid("scopes", f"of these roles are among {', '.join(sorted(usable))}")
        with self._records.write() as connection:
            if owner is not None:
                _must_exist(connection, community, owner)
            now = self._records.clock()
            made = add(
                connection, community, roles, usable if scopes is None else scopes,
                label=label, owner=owner, created_by=by.actor, now=now, expires_at=expires_at,
            )  # fmt: skip
            made_by(connection, community, made.key.id, roles, by, now)
            return made

    def first(self) -> str | None:
        """A platform administrator's token, when there is no key at all."""
        with self._records.write() as connection:
            lock(connection, "api_key")
            if connection.execute(select(api_key.c.id).limit(1)).first() is not None:
                return None
            roles = frozenset({Role.PLATFORM_ADMIN})
            return add(
                connection, NOBODY, roles, scopes_of(roles), label="first key", created_by=NOBODY,
                now=self._records.clock(),
            ).token  # fmt: skip

    def page(self, community: UUID, after: UUID | None = None, limit: int = 100) -> list[Key]:
        """Keys of a community in the order they were made, revoked ones too."""
        query = select(api_key).where(api_key.c.community == community).order_by(api_key.c.id).limit(limit)
        if after is not None:
            query = query.where(api_key.c.id > after)
        with self._records.read() as connection:
            return [_key(row) for row in connection.execute(query)]

    def labels(self, community: UUID, keys: Collection[UUID]) -> dict[UUID, str]:
        """What some keys are called, those that are revoked too; unknown ones are left out."""
        query = select(api_key.c.id, api_key.c.label).where(api_key.c.community == community, api_key.c.id.in_(list(keys)))
        with self._records.read() as connection:
            return {row.id: row.label for row in connection.execute(query)}

    def of(self, community: UUID, owner: UUID) -> list[Key]:
        """Every key of a member."""
        query = select(api_key).where(api_key.c.community == community, api_key.c.member == owner)
        with self._records.read() as connection:
            return [_key(row) for row in connection.execute(query.order_by(api_key.c.id))]

    def revoke(self, community: UUID, key: UUID) -> None:
        """From now on the token is worth nothing. Doing it again changes nothing."""
        ours = (api_key.c.community == community) & (api_key.c.id == key)
        with self._records.write_access() as connection:
            found = connection.execute(select(api_key.c.id).where(ours)).first()
            if found is None:
                raise not_found("key")
            revoke_where(connection, ours, self._records.clock())

    def find(self, digest: bytes) -> Known | None:
        """The key of a token, unless it is unknown or revoked."""
        with self._records.read() as connection:
            revision = read_revision(connection)
            row = connection.execute(select(api_key).where(api_key.c.hash == digest)).first()
            if row is None or row.revoked_at is not None:
                return None
            principal = principal_of(connection, row)
        return Known(principal, row.expires_at, revision)

    def newest(self) -> int:
        """The revision in force."""
        with self._records.read() as connection:
            return read_revision(connection)


def add(
    connection: Connection,
    community: UUID,
    roles: frozenset[Role],
    scopes: frozenset[str],
    *,
    label: str,
    created_by: UUID,
    now: int,
    owner: UUID | None = None,
    device: UUID | None = None,
    expires_at: int | None = None,
) -> NewKey:
    """Insert a fresh key; asks nothing."""
    token = tokens.new_key()
    row: dict[str, Any] = {
        "id": UUID(int=uuid7().int), "hint": token[: tokens.HINT], "label": label, "roles": " ".join(sorted(roles)),
        "scopes": " ".join(sorted(scopes)), "member": owner, "device": device, "created_at": now,
        "expires_at": expires_at,
    }  # fmt: skip
    connection.execute(
        insert(api_key).values(**row, community=community, hash=token_hash(token), created_by=created_by)
    )
    key = Key(
        row["id"],
        row["hint"],
        label,
        tuple(sorted(roles)),
        tuple(sorted(scopes)),
        owner,
        device,
        now,
        expires_at,
        None,
    )
    return NewKey(key, token)


def principal_of(connection: Connection, row: Any) -> Principal:
    """The caller that a row of `api_key` makes, with the accounts of its member."""
    accounts = [] if row.member is None else _accounts(connection, row.community, row.member)
    roles = frozenset(Role(name) for name in row.roles.split())
    return Principal(
        actor=row.member or row.id,
        community=None if row.community == NOBODY else row.community,
        roles=roles,
        scopes=frozenset(row.scopes.split()),
        member=row.member,
        accounts=frozenset(accounts),
        key=row.id,
        maker=maker_of(connection, row.community, row.id) if roles & DECIDING else None,
    )


def revoke_where(connection: Connection, which: Any, now: int) -> None:
    """Revoke every key that a condition names; inside `Records.write_access`."""
    connection.execute(update(api_key).where(which, api_key.c.revoked_at.is_(None)).values(revoked_at=now))


def _check(community: UUID, roles: frozenset[Role], owner: UUID | None) -> None:
    if not roles:
        raise invalid("roles", "must name at least one role")
    if roles >= APART:
        raise forbidden("duties_apart", "roles: nobody is operator and treasurer with one key; make two")
    if roles & PLATFORM_ROLES and (roles - PLATFORM_ROLES or community != NOBODY):
        raise invalid("roles", "of the platform stand alone, in a key that names no community")
    if not roles & PLATFORM_ROLES and community == NOBODY:
        raise invalid("roles", "of a community need one; add ?community=CODE")
    if roles & OWN_ROLES and owner is None:
        raise invalid("member", "is missing; a member's key belongs to a member")
    if roles & PLATFORM_ROLES and owner is not None:
        raise invalid("member", "does not go with a key of the platform; leave it out")


def _must_exist(connection: Connection, community: UUID, owner: UUID) -> None:
    if not connection.execute(
        select(member.c.id).where(member.c.community == community, member.c.id == owner)
    ).first():
        refused: Refused = invalid("member", "is no member of this community")
        raise refused


def _accounts(connection: Connection, community: UUID, owner: UUID) -> list[UUID]:
    query = select(member_account.c.account).where(
        member_account.c.community == community, member_account.c.member == owner
    )
    return list(connection.execute(query).scalars())


def _key(row: Any) -> Key:
    return Key(
        row.id, row.hint, row.label, tuple(Role(name) for name in row.roles.split()), tuple(row.scopes.split()),
        row.member, row.device, row.created_at, row.expires_at, row.revoked_at,
    )  # fmt: skip
