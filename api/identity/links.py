"""Links that sign a browser in: given to somebody by the operator, good for so many uses and so long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, select, update

from api.identity import tokens
from api.identity.errors import Refused
from api.identity.principal import Role
from api.identity.records import Records
from api.identity.schema import api_key, member, signin_link
from api.identity.vault import token_hash
from ledger.core.errors import Kind
from ledger.service import new_id

SECOND = 10**9
LINK_LIFE = 24 * 3600 * SECOND


@dataclass(frozen=True, slots=True)
class Link:
    """Who a link signs in: the API key, its roles, and what it is called (the member's name, else the key's label)."""

    community: UUID
    id: UUID
    key: UUID
    roles: tuple[Role, ...]
    name: str


class Links:
    """The sign-in links of every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def make(self, community: UUID, key: UUID, *, uses: int = 1, life: int = LINK_LIFE) -> str:
        """The token of a link that signs in as an API key; `life` in ns. It is shown once."""
        token, now = tokens.new_secret(), self._records.clock()
        with self._records.write() as connection:
            connection.execute(delete(signin_link).where(_over(community, now)))
            connection.execute(
                insert(signin_link).values(
                    community=community, id=new_id(), hash=token_hash(token), api_key=key, uses_left=uses,
                    created_at=now, expires_at=now + life,
                )
            )  # fmt: skip
        return token

    def look(self, token: str) -> Link:
        """Who a link would sign in. Raises Refused (403) when it is unknown, used up or over."""
        query = (
            select(signin_link, api_key.c.roles, api_key.c.label, member.c.name)
            .join(
                api_key,
                and_(api_key.c.community == signin_link.c.community, api_key.c.id == signin_link.c.api_key),
            )
            .outerjoin(
                member, and_(member.c.community == api_key.c.community, member.c.id == api_key.c.member)
            )
            .where(signin_link.c.hash == token_hash(token), api_key.c.revoked_at.is_(None))
        )
        with self._records.read() as connection:
            row = connection.execute(query).first()
        if row is None or row.uses_left < 1 or row.expires_at <= self._records.clock():
            raise _refused()
        roles = tuple(Role(name) for name in row.roles.split())
        return Link(row.community, row.id, row.api_key, roles, row.name or row.label)

    def use(self, token: str) -> Link:
        """Take one use of a link. Raises Refused (403)."""
        found = self.look(token)
        ours = and_(signin_link.c.community == found.community, signin_link.c.id == found.id)
        with self._records.write() as connection:
            taken = connection.execute(
                update(signin_link)
                .where(ours, signin_link.c.uses_left > 0)
                .values(uses_left=signin_link.c.uses_left - 1)
            )
        if not taken.rowcount:  # somebody was faster
            raise _refused()
        return found


def _over(community: UUID, now: int) -> Any:
    return and_(signin_link.c.community == community, signin_link.c.expires_at <= now)


def _refused() -> Refused:
    return Refused(
        Kind.FORBIDDEN,
        "signin_link_refused",
        "this link was used or is too old; ask who gave it to you for a new one",
    )
