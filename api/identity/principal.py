"""Who is calling: the roles that a key can have, and what a request knows of its caller."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a key may be used as; `permissions.TABLE` says what each may do."""

    MEMBER = "member"
    MERCHANT = "merchant"
    OPERATOR = "operator"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    REGION_READER = "region_reader"
    PLATFORM_ADMIN = "platform_admin"


OWN_ROLES = frozenset({Role.MEMBER, Role.MERCHANT})
"""Roles that see and use only the accounts of their own member."""

PLATFORM_ROLES = frozenset({Role.REGION_READER, Role.PLATFORM_ADMIN})
"""Roles of keys that belong to no community."""


class Scope(StrEnum):
    """What narrows a key further; an action asks for exactly one."""

    READ = "read"
    PAY = "pay"
    HOLD = "hold"
    REQUEST = "request"
    OPERATE = "operate"
    ISSUE = "issue"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of a request, as its key says."""

    actor: UUID
    """What the journal calls the caller: the member's id, or the key's id when it belongs to no member."""
    community: UUID | None
    """None for the keys of `PLATFORM_ROLES`."""
    roles: frozenset[Role]
    scopes: frozenset[str]
    member: UUID | None = None
    accounts: frozenset[UUID] = frozenset()
    """The accounts of `member`."""
    key: UUID | None = None
    """The id of the key; for rate limits and logs."""
    maker: UUID | None = None
    """As whom a key counts in four eyes that nobody but its maker vouches for (see `vouching`)."""

    @property
    def person(self) -> UUID:
        """Who is asked or asks, in four eyes."""
        return self.maker or self.actor
