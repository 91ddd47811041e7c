"""Tellers: people at a merchant's till, each with a PIN that says who takes the money; and what they asked for.

A PIN gives no right of its own: the till's session does. After five wrong PINs a teller is locked until the merchant
sets a new one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import and_, insert, select, update

from api.association.schema import sale, teller
from api.identity.errors import Refused, conflict, invalid, not_found
from api.identity.records import Records
from ledger.core.errors import Kind
from ledger.service import new_id

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Teller:
    """A person at the till of a member."""

    id: UUID
    member: UUID
    name: str
    active: bool
    locked: bool


class Tellers:
    """The tellers of every merchant."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

    def add(self, community: UUID, member: UUID, name: str, pin: str) -> Teller:
        """A new teller. Raises Refused when the name is taken or the PIN is not 4 to 8 digits."""
        name = name.strip()
        if not 0 < len(name) <= 40:
            raise invalid("name", "must have 1 to 40 characters")
        uid, hashed = new_id(), self._hashed(pin)
        with self._records.write() as connection:
            same = and_(teller.c.community == community, teller.c.member == member, teller.c.name == name)
            if connection.execute(select(teller.c.id).where(same)).first():
                raise conflict("name_taken", "a teller has this name already; take another", "name")
            connection.execute(
                insert(teller).values(
                    community=community, id=uid, member=member, name=name, pin_hash=hashed, failures=0, active=1,
                    created_at=self._records.clock(),
                )
            )  # fmt: skip
        return self.get(community, member, uid)

    def get(self, community: UUID, member: UUID, uid: UUID) -> Teller:
        """One teller of a member. Raises Refused (404)."""
        for each in self.of(community, member):
            if each.id == uid:
                return each
        raise not_found("teller")

    def of(self, community: UUID, member: UUID) -> list[Teller]:
        """The tellers of a member by name, those who have gone too."""
        query = select(teller).where(teller.c.community == community, teller.c.member == member)
        with self._records.read() as connection:
            return [
                Teller(row.id, row.member, row.name, bool(row.active), row.failures >= ATTEMPTS)
                for row in connection.execute(query.order_by(teller.c.name))
            ]

    def change(
        self, community: UUID, member: UUID, uid: UUID, *, pin: str | None = None, active: bool | None = None
    ) -> Teller:
        """A new PIN, which unlocks, or let a teller go or come back."""
        self.get(community, member, uid)
        values: dict[str, Any] = {}
        if pin is not None:
            values |= {"pin_hash": self._hashed(pin), "failures": 0}
        if active is not None:
            values["active"] = int(active)
        if values:
            with self._records.write() as connection:
                connection.execute(update(teller).where(_is(community, uid)).values(values))
        return self.get(community, member, uid)

    def enter(self, community: UUID, member: UUID, uid: UUID, pin: str) -> Teller:
        """Who types the PIN is that teller. Raises Refused (403), one sentence whatever is wrong."""
        found = self.get(community, member, uid)
        with self._records.write() as connection:
            row = connection.execute(select(teller).where(_is(community, uid)).with_for_update()).one()
            good = row.active and row.failures < ATTEMPTS and self._fits(row.pin_hash, pin)
            failures = 0 if good else min(row.failures + 1, ATTEMPTS)
            connection.execute(update(teller).where(_is(community, uid)).values(failures=failures))
        if not good:
            raise Refused(
                Kind.FORBIDDEN, "wrong_pin",
                "this PIN does not fit, or was tried too often; ask the owner of the till for a new one", "pin",
            )  # fmt: skip
        return found

    def sold(self, community: UUID, by: Teller, request: UUID) -> None:
        """Note who made a payment request; noting it again changes nothing."""
        with self._records.write() as connection:
            ours = and_(sale.c.community == community, sale.c.request == request)
            if not connection.execute(select(sale.c.request).where(ours)).first():
                connection.execute(
                    insert(sale).values(
                        community=community, request=request, teller=by.id, member=by.member,
                        taken_at=self._records.clock(),
                    )
                )  # fmt: skip

    def takers(self, community: UUID, requests: Collection[UUID]) -> dict[UUID, UUID]:
        """By payment request, the teller who made it."""
        query = select(sale.c.request, sale.c.teller).where(
            sale.c.community == community, sale.c.request.in_(requests)
        )
        with self._records.read() as connection:
            return {row.request: row.teller for row in connection.execute(query)}

    def _hashed(self, pin: str) -> str:
        if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
            raise invalid("pin", "must be 4 to 8 digits")
        return self._hasher.hash(pin)

    def _fits(self, hashed: str, pin: str) -> bool:
        try:
            return self._hasher.verify(hashed, pin)
        except VerificationError:
            return False


def _is(community: UUID, uid: UUID) -> Any:
    return and_(teller.c.community == community, teller.c.id == uid)
