"""Conventions between communities: on each side an account that mirrors the other, and a limit of trust (INT-1 to INT-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, select, update

from api.association.schema import link as table
from api.identity.errors import invalid, not_found, wrong_state
from api.identity.records import Records
from ledger.core.accounts import AccountKind, Model
from ledger.service import Ledger, new_id

YEAR_DAYS = 365


class Standing(StrEnum):
    """How far the trust is used (INT-3)."""

    OK = "ok"
    ALERT = "alert"
    """More than half of it."""
    STOPPED = "stopped"
    """All of it, or the convention is older than a year, or closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One side of a convention. `accepted`: how many minor units of ours the other side agrees to hold."""

    id: UUID
    community: UUID
    account: UUID
    """Ours, which holds what they have earned here."""
    currency: str
    other: UUID
    other_link: UUID
    accepted: int
    state: str
    agreed_on: date


@dataclass(frozen=True, slots=True)
class Use:
    """What a link holds now, minor units."""

    owed: int
    """Units of ours that the other side holds."""
    floats: int
    """Units of theirs that we have put there in advance, still to be spent."""
    accepted: int
    standing: Standing


class Links:
    """The conventions of every community. Only backed with backed, at par (INT-1, INT-6)."""

    def __init__(self, records: Records, ledger: Ledger) -> None:
        self._records = records
        self._ledger = ledger

    def agree(
        self, ours: tuple[UUID, UUID, int], theirs: tuple[UUID, UUID, int], by: UUID, on: date
    ) -> tuple[Link, Link]:
        """A convention between two communities: for each (community, mirror account, units the *other* accepts to hold).

        The mirror accounts are accounts of kind association, without credit, opened before. Raises Refused.
        """
        if ours[0] == theirs[0]:
            raise invalid("other", "must be another community")
        units = [self._mirror(*side[:2]) for side in (ours, theirs)]
        if units[0][1] != units[1][1]:
            raise invalid("currency", "must count in the same steps on both sides")
        uids = (new_id(), new_id())
        now = self._records.clock()
        with self._records.write() as connection:
            for at, (side, far) in enumerate(((ours, theirs), (theirs, ours))):
                if side[2] < 0:
                    raise invalid("accepted", "must be 0 or more")
                taken = and_(table.c.community == side[0], table.c.account == side[1])
                if connection.execute(select(table.c.id).where(taken)).first():
                    raise wrong_state("account_linked", "this account mirrors another community already")
                connection.execute(
                    insert(table).values(
                        community=side[0], id=uids[at], account=side[1], currency=units[at][0], other=far[0],
                        other_link=uids[1 - at], accepted=side[2], state="open", agreed_on=on.isoformat(), made_by=by,
                        made_at=now,
                    )
                )  # fmt: skip
        return self.get(ours[0], uids[0]), self.get(theirs[0], uids[1])

    def get(self, community: UUID, uid: UUID) -> Link:
        """One side of a convention. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
        if row is None:
            raise not_found("link")
        return _link(row)

    def of(self, community: UUID) -> list[Link]:
        """The conventions of a community."""
        with self._records.read() as connection:
            rows = connection.execute(select(table).where(table.c.community == community).order_by(table.c.id))
            return [_link(row) for row in rows]

    def mirrors(self, community: UUID, account: UUID) -> bool:
        """Whether an account stands for another community."""
        query = select(table.c.id).where(table.c.community == community, table.c.account == account)
        with self._records.read() as connection:
            return connection.execute(query).first() is not None

    def close(self, community: UUID, uid: UUID) -> None:
        """No more payments, either way."""
        found = self.get(community, uid)
        with self._records.write() as connection:
            for side, which in ((community, uid), (found.other, found.other_link)):
                connection.execute(update(table).where(_is(side, which)).values(state="closed"))

    def use(self, found: Link) -> Use:
        """How much of the trust is used, and the float on the other side."""
        other = self.get(found.other, found.other_link)
        owed = self._ledger.reader.account(found.community, found.account)
        there = self._ledger.reader.account(other.community, other.account)
        held = owed.balance + owed.credits_held
        today = datetime.fromtimestamp(self._records.clock() / 10**9, UTC).date()
        if found.state != "open" or held > found.accepted or (today - found.agreed_on).days > YEAR_DAYS:
            standing = Standing.STOPPED
        else:
            standing = Standing.ALERT if 2 * held > found.accepted else Standing.OK
        return Use(held, there.balance, found.accepted, standing)

    def net(self, found: Link) -> int:
        """What the other side is owed after setting off what we hold of theirs, minor units; below 0 they owe us.

        Each side's mirror began with the float that it was given; what it holds above that was earned (INT-5).
        """
        other = self.get(found.other, found.other_link)
        ours = self._ledger.reader.account(found.community, found.account).balance
        return ours - self._ledger.reader.account(other.community, other.account).balance

    def _mirror(self, community: UUID, account: UUID) -> tuple[str, int]:
        held = self._ledger.reader.account(community, account)
        unit = next(u for u in self._ledger.reader.currencies(community) if u.no == held.currency)
        if unit.model is not Model.BACKED or held.kind is not AccountKind.ASSOCIATION or held.floor != 0:
            raise invalid("account", "must be an association's account of a backed currency, without credit")
        return unit.code, unit.scale


def _is(community: UUID, uid: UUID) -> Any:
    return and_(table.c.community == community, table.c.id == uid)


def _link(row: Any) -> Link:
    return Link(
        id=row.id, community=row.community, account=row.account, currency=row.currency, other=row.other,
        other_link=row.other_link, accepted=row.accepted, state=row.state, agreed_on=date.fromisoformat(row.agreed_on),
    )  # fmt: skip
