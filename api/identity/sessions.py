"""Browsers that are signed in. A session stands for an API key: what the key may do, the session may, and no longer.

The cookie holds a random token of which only the hash is kept. A session ends by itself when it is not used for a while,
and at the latest at a moment fixed when it began; revoking the key or its device ends it at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, delete, insert, select, update

from api.identity import tokens
from api.identity.errors import forbidden
from api.identity.keys import principal_of
from api.identity.principal import Principal
from api.identity.records import Records
from api.identity.schema import api_key, member, session
from api.identity.vault import token_hash
from ledger.service import new_id

SECOND = 10**9
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
IDLE, IDLE_DEVICE = 12 * HOUR, 90 * DAY
"""How long a session lasts unused: of a borrowed key or of staff, and of a member's own device."""
LONGEST, LONGEST_DEVICE = 7 * DAY, 365 * DAY
NOTED_EVERY = 600 * SECOND
"""A session that is used is written down no more often than this."""
STEP_UP = 300 * SECOND
"""How long a confirmation by passkey or code is believed."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. Moments are ns since 1970; `name` and `locale` are the member's, else the key's label and ""."""

    community: UUID
    id: UUID
    principal: Principal
    device: UUID | None
    name: str
    locale: str
    created_at: int
    seen_at: int
    step_up_until: int
    teller: str


class Sessions:
    """The sessions of every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def begin(self, community: UUID, key: UUID) -> str:
        """Sign a browser in as an API key; the token for its cookie. Raises Refused when the key is no more."""
        token, now = tokens.new_secret(), self._records.clock()
        with self._records.write() as connection:
            row = _live_key(connection, community, key, now)
            if row is None:
                raise forbidden(
                    "key_ended", "what you sign in with was revoked; ask the association for a new link"
                )
            idle, longest = (IDLE, LONGEST) if row.device is None else (IDLE_DEVICE, LONGEST_DEVICE)
            connection.execute(
                delete(session).where(session.c.community == community, session.c.expires_at <= now)
            )
            connection.execute(
                insert(session).values(
                    community=community, id=new_id(), hash=token_hash(token), api_key=key, created_at=now, seen_at=now,
                    expires_at=now + min(idle, longest), ends_at=now + longest, step_up_until=0, teller="",
                )
            )  # fmt: skip
        return token

    def find(self, token: str) -> Session | None:
        """The session of a cookie; None when there is none (any more). Using it puts its end off."""
        now = self._records.clock()
        with self._records.read() as connection:
            row = connection.execute(select(session).where(session.c.hash == token_hash(token))).first()
            if row is None or row.expires_at <= now:
                return None
            key = _live_key(connection, row.community, row.api_key, now)
            if key is None:
                return None
            name, locale = _person(connection, key)
            principal = principal_of(connection, key)
        if now - row.seen_at >= NOTED_EVERY:
            idle = IDLE if key.device is None else IDLE_DEVICE
            self._set(row.community, row.id, seen_at=now, expires_at=min(now + idle, row.ends_at))
        return Session(
            row.community, row.id, principal, key.device, name, locale, row.created_at, row.seen_at,
            row.step_up_until, row.teller,
        )  # fmt: skip

    def of(self, community: UUID, key: UUID) -> list[tuple[UUID, int, int]]:
        """(id, begun, last seen) of every open session of a key, the newest first."""
        query = (
            select(session.c.id, session.c.created_at, session.c.seen_at)
            .where(session.c.community == community, session.c.api_key == key)
            .where(session.c.expires_at > self._records.clock())
            .order_by(session.c.created_at.desc())
        )
        with self._records.read() as connection:
            return [(uid, begun, seen) for uid, begun, seen in connection.execute(query)]

    def end(self, community: UUID, uid: UUID) -> None:
        """Sign out. Doing it again changes nothing."""
        with self._records.write() as connection:
            connection.execute(delete(session).where(_is(community, uid)))

    def end_others(self, mine: Session) -> None:
        """Sign every other browser out that is signed in with the same key."""
        same = and_(session.c.community == mine.community, session.c.api_key == mine.principal.key)
        with self._records.write() as connection:
            connection.execute(delete(session).where(same, session.c.id != mine.id))

    def stepped_up(self, community: UUID, uid: UUID) -> None:
        """The person has just proven to be there: believed for `STEP_UP`."""
        self._set(community, uid, step_up_until=self._records.clock() + STEP_UP)

    def set_teller(self, community: UUID, uid: UUID, teller: str) -> None:
        """Who is at the till; "" for nobody. Whoever takes over has confirmed nothing yet."""
        self._set(community, uid, teller=teller, step_up_until=0)

    def fresh(self, mine: Session) -> bool:
        """Whether a confirmation is still believed."""
        return mine.step_up_until > self._records.clock()

    def _set(self, community: UUID, uid: UUID, **values: Any) -> None:
        with self._records.write() as connection:
            connection.execute(update(session).where(_is(community, uid)).values(values))


def _live_key(connection: Connection, community: UUID, key: UUID, now: int) -> Any:
    """The row of an API key that is neither revoked nor over."""
    row = connection.execute(
        select(api_key).where(api_key.c.community == community, api_key.c.id == key)
    ).first()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return row


def _person(connection: Connection, key: Any) -> tuple[str, str]:
    """What to call who holds a key, and the language that they asked for."""
    if key.member is None:
        return key.label, ""
    query = select(member.c.name, member.c.locale).where(
        member.c.community == key.community, member.c.id == key.member
    )
    row = connection.execute(query).first()
    return (key.label, "") if row is None else (row.name, row.locale)


def _is(community: UUID, uid: UUID) -> Any:
    return and_(session.c.community == community, session.c.id == uid)
