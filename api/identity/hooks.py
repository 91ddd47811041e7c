"""Webhook subscriptions: who is called about which entries, and how far each has come. `api.webhooks` makes the calls."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, or_, select, update

from api.identity.errors import conflict, invalid, not_found
from api.identity.records import Records
from api.identity.schema import webhook as table
from api.identity.vault import Vault
from ledger.core.commands import COMMANDS
from ledger.service import Ledger
from ledger.store.schema import community as communities
from ledger.store.schema import head

SECRET_BYTES = 32
ROTATION = 24 * 3600 * 10**9
"""How long a secret still signs after a new one was made, nanoseconds."""
LONGEST_LEASE, LONGEST_WAIT = 120 * 10**9, 2 * 86_400 * 10**9
"""What lies further ahead (ns) than any lease or pause lasts was written by a clock that was wrong."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook as kept. `cursor`: every entry up to this number was delivered or is of no interest."""

    id: UUID
    community: UUID
    url: str
    events: tuple[str, ...]
    """Names of commands; empty: all."""
    member: UUID | None
    """Only entries that touch this member's accounts."""
    created_at: int
    cursor: int
    failures: int
    next_at: int
    disabled: str
    """Why it is no longer called; empty while it is."""
    last_status: str


class Hooks:
    """The subscriptions of every community."""

    def __init__(self, records: Records, ledger: Ledger, vault: Vault) -> None:
        self._records = records
        self._ledger = ledger
        self._vault = vault

    def create(
        self,
        community: UUID,
        uid: UUID,
        by: UUID,
        url: str,
        *,
        events: tuple[str, ...] = (),
        member: UUID | None = None,
        after: int | None = None,
    ) -> tuple[Subscription, str, bool]:
        """A subscription with its secret; and True when the same id made it before.

        `after`: deliver from the entry after this number on; None: from now on.
        """
        unknown = sorted(set(events) - set(COMMANDS))
        if unknown:
            raise invalid("events", f"{', '.join(unknown)} is no command; leave events out to hear of all")
        fingerprint = sha256(json.dumps([url, sorted(events), str(member), after]).encode()).digest()
        last = self._ledger.reader.head(community).seq
        if after is not None and after > last:
            raise invalid("after", f"must be an entry number up to {last}")
        secret, now = secrets.token_bytes(SECRET_BYTES), self._records.clock()
        with self._records.write() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
            if row is None:
                connection.execute(
                    insert(table).values(
                        community=community, id=uid, fingerprint=fingerprint, url=url, events=" ".join(sorted(events)),
                        member=member, secret=self._vault.wrap(secret, uid.bytes), former_secret=None, former_until=0,
                        created_by=by, created_at=now, cursor=last if after is None else after, failures=0, next_at=0,
                        leased_until=0, disabled="", last_status="",
                    )
                )  # fmt: skip
        if row is not None and bytes(row.fingerprint) != fingerprint:
            raise conflict("id_reused", "this id was used for another webhook; make a new one", "id")
        kept = secret if row is None else self._vault.unwrap(bytes(row.secret), uid.bytes)
        return self.get(community, uid), shown(kept), row is not None

    def get(self, community: UUID, uid: UUID) -> Subscription:
        """One subscription. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
        if row is None:
            raise not_found("webhook")
        return _subscription(row)

    def of(self, community: UUID, member: UUID | None = None) -> list[Subscription]:
        """The subscriptions of a community or, of them, those of a member."""
        query = select(table).where(table.c.community == community).order_by(table.c.id)
        if member is not None:
            query = query.where(table.c.member == member)
        with self._records.read() as connection:
            return [_subscription(row) for row in connection.execute(query)]

    def remove(self, community: UUID, uid: UUID) -> None:
        """No more calls. Raises Refused (404)."""
        with self._records.write() as connection:
            if connection.execute(delete(table).where(_is(community, uid))).rowcount == 0:
                raise not_found("webhook")

    def rotate(self, community: UUID, uid: UUID) -> tuple[str, int]:
        """A new secret, and until when (ns) calls are signed with the old one too. It starts a disabled one again."""
        secret, until = secrets.token_bytes(SECRET_BYTES), self._records.clock() + ROTATION
        with self._records.write() as connection:
            row = connection.execute(
                select(table.c.secret).where(_is(community, uid)).with_for_update()
            ).first()
            if row is None:
                raise not_found("webhook")
            connection.execute(
                update(table).where(_is(community, uid)).values(
                    secret=self._vault.wrap(secret, uid.bytes), former_secret=row.secret, former_until=until,
                    disabled="", failures=0, next_at=0,
                )
            )  # fmt: skip
        return shown(secret), until

    # --- for the deliverer ---

    def due(self, now: int, limit: int = 100) -> list[Subscription]:
        """Those with entries to hear of, that may be called now and that nobody else is calling."""
        query = (
            select(table)
            .join(communities, communities.c.uid == table.c.community)
            .join(head, and_(head.c.community_id == communities.c.community_id, head.c.seq > table.c.cursor))
        )
        query = query.where(_free(now)).order_by(table.c.next_at, table.c.id).limit(limit)
        with self._records.read() as connection:
            return [_subscription(row) for row in connection.execute(query)]

    def lease(self, one: Subscription, now: int, until: int) -> bool:
        """Keep other processes away until then; False when another was first or it has moved on."""
        return self._set(and_(_here(one), _free(now)), leased_until=until)

    def advance(self, one: Subscription, seq: int, status: str, until: int) -> bool:
        """Everything up to `seq` is done. False when it was moved by somebody else, or removed: stop."""
        values: dict[str, Any] = {"cursor": seq, "failures": 0, "next_at": 0, "leased_until": until}
        return self._set(_here(one), **values, **({"last_status": status} if status else {}))

    def failed(self, one: Subscription, status: str, next_at: int) -> None:
        """Try again at `next_at` (ns)."""
        self._set(
            _is(one.community, one.id),
            failures=one.failures + 1,
            next_at=next_at,
            leased_until=0,
            last_status=status,
        )

    def disable(self, one: Subscription, why: str, status: str) -> None:
        """Call no more, until the secret is renewed."""
        self._set(_here(one), disabled=why, leased_until=0, last_status=status)

    def release(self, one: Subscription) -> None:
        """Let anybody go on."""
        self._set(_is(one.community, one.id), leased_until=0)

    def secrets(self, one: Subscription) -> list[bytes]:
        """What to sign with: the secret and, for a while after a rotation, the former one."""
        with self._records.read() as connection:
            row = connection.execute(select(table).where(_is(one.community, one.id))).first()
        if row is None:
            return []
        valid = [row.secret]
        if row.former_secret is not None and self._records.clock() < row.former_until:
            valid.append(row.former_secret)
        return [self._vault.unwrap(bytes(wrapped), one.id.bytes) for wrapped in valid]

    def _set(self, which: Any, **values: Any) -> bool:
        with self._records.write() as connection:
            return connection.execute(update(table).where(which).values(**values)).rowcount == 1


def shown(secret: bytes) -> str:
    """A secret as Standard Webhooks writes it."""
    return f"whsec_{b64encode(secret).decode()}"


def _is(community: UUID, uid: UUID) -> Any:
    return and_(table.c.community == community, table.c.id == uid)


def _here(one: Subscription) -> Any:
    """The subscription, unless somebody else has moved it."""
    return and_(_is(one.community, one.id), table.c.cursor == one.cursor)


def _free(now: int) -> Any:
    """Neither disabled, nor waiting, nor being called by another process."""
    leased, waits = table.c.leased_until, table.c.next_at
    return and_(
        table.c.disabled == "", or_(waits <= now, waits > now + LONGEST_WAIT),
        or_(leased <= now, leased > now + LONGEST_LEASE),
    )  # fmt: skip


def _subscription(row: Any) -> Subscription:
    return Subscription(
        row.id, row.community, row.url, tuple(row.events.split()), row.member, row.created_at, row.cursor,
        row.failures, row.next_at, row.disabled, row.last_status,
    )  # fmt: skip
