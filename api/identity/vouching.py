"""Keys that staff made for staff: until somebody else confirms who holds one, it counts in four eyes as who made it.

Who holds it reads a short code on a browser that is signed in with it, and shows it to the second person. Whatever else lets
somebody in with the key, and may be in the maker's hands, is worth nothing afterwards (decision 18).
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, delete, insert, select, update

from api.identity.errors import conflict, forbidden, invalid, not_found
from api.identity.principal import PLATFORM_ROLES, Principal, Role
from api.identity.records import Records
from api.identity.schema import api_key, key_maker, passkey, session, signin_link, totp
from api.identity.tokens import ALPHABET, misread
from api.identity.vault import Vault

DECIDING = frozenset({Role.OPERATOR, Role.TREASURER})
"""Roles that can be the second person."""
SIGNS, GROUP = 8, 4
"""Of a code: 40 bits, which only a signed-in colleague may try."""


class Vouching:
    """Who of the staff of every community still counts as somebody else."""

    def __init__(self, records: Records, vault: Vault) -> None:
        self._records = records
        self._vault = vault

    def makers(self, community: UUID) -> dict[UUID, UUID]:
        """By key that nobody has confirmed and that is still good, the actor as whom it counts."""
        query = (
            select(key_maker.c.api_key, key_maker.c.maker)
            .join(api_key, and_(api_key.c.community == key_maker.c.community, api_key.c.id == key_maker.c.api_key))
            .where(key_maker.c.community == community, key_maker.c.confirmed_at.is_(None), api_key.c.revoked_at.is_(None))
        )
        with self._records.read() as connection:
            return {row.api_key: row.maker for row in connection.execute(query)}

    def code(self, browser: UUID) -> str:
        """What a signed-in browser (the id of its session) shows the second person: 7K3Q-M9XD."""
        number = int.from_bytes(self._vault.vouching(browser.bytes)[:5], "big")
        signs = "".join(ALPHABET[number >> 5 * at & 31] for at in range(SIGNS))
        return f"{signs[:GROUP]}-{signs[GROUP:]}"

    def confirm(self, by: Principal, community: UUID, key: UUID, code: str) -> None:
        """A second person says who holds a key; from now on it counts as itself. Raises Refused (403, 404, 409, 422).

        The browser that showed the code stays signed in; other browsers, links, passkeys, the app and the token end.
        """
        with self._records.write_access() as connection:
            row = connection.execute(select(key_maker).where(_is(community, key))).first()
            if row is None:
                raise not_found("key")
            if row.confirmed_at is not None:
                raise conflict("key_confirmed", "this key was confirmed before")
            if by.maker is not None:
                raise forbidden("not_confirmed", "your own key was made by a colleague; have it confirmed first")
            if by.person == row.maker or by.key == key:
                raise forbidden("same_person", "somebody else than who made the key must confirm it")
            shown = self._browser(connection, community, key, code)
            if shown is None:
                raise invalid("code", "is not the one that they see under Account now; ask them to read it again")
            now, mine = self._records.clock(), and_(session.c.community == community, session.c.api_key == key)
            connection.execute(update(key_maker).where(_is(community, key)).values(confirmed_by=by.actor, confirmed_at=now))
            connection.execute(delete(session).where(mine, session.c.id != shown))
            for each in (signin_link, totp):
                connection.execute(delete(each).where(each.c.community == community, each.c.api_key == key))
            known = and_(passkey.c.community == community, passkey.c.api_key == key, passkey.c.revoked_at.is_(None))
            connection.execute(update(passkey).where(known).values(revoked_at=now))
            dead = {"hash": secrets.token_bytes(32)}
            connection.execute(update(api_key).where(api_key.c.community == community, api_key.c.id == key).values(dead))

    def _browser(self, connection: Connection, community: UUID, key: UUID, code: str) -> UUID | None:
        """The open session of a key that shows this code."""
        query = select(session.c.id).where(
            session.c.community == community, session.c.api_key == key, session.c.expires_at > self._records.clock()
        )
        said = misread(re.sub(r"[\s-]", "", code.upper())).encode()
        every: list[UUID] = list(connection.execute(query).scalars())
        return next((uid for uid in every if hmac.compare_digest(self.code(uid).replace("-", "").encode(), said)), None)


def made_by(connection: Connection, community: UUID, key: UUID, roles: frozenset[Role], by: Principal, now: int) -> None:
    """Remember whom a new key counts as; one that the platform makes, or that decides nothing, counts as itself."""
    if roles & DECIDING and not by.roles & PLATFORM_ROLES and by.community is not None:
        connection.execute(insert(key_maker).values(community=community, api_key=key, maker=by.person, made_at=now))


def maker_of(connection: Connection, community: UUID, key: UUID) -> UUID | None:
    """As whom a key counts; None when it counts as itself."""
    query = select(key_maker.c.maker).where(_is(community, key), key_maker.c.confirmed_at.is_(None))
    found: UUID | None = connection.execute(query).scalar_one_or_none()
    return found


def _is(community: UUID, key: UUID) -> Any:
    return and_(key_maker.c.community == community, key_maker.c.api_key == key)
