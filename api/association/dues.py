"""Dues received, and who is paid up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, insert, select

from api.association.schema import dues as table
from api.identity.errors import conflict, invalid
from api.identity.people import Member, People
from api.identity.records import Records
from api.identity.schema import member
from api.identity.states import States
from ledger.community.dues import DuesRules, lapses_on, paid_through
from ledger.community.membership import MemberState

SECOND = 10**9


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment of dues; `cents` are minor units of `currency` (EUR or a unit of the community)."""

    id: UUID
    member: UUID
    cents: int
    currency: str
    months: int
    paid_on: date
    through: date


class Dues:
    """What members gave, and what follows from it for their state."""

    def __init__(self, records: Records, people: People, states: States) -> None:
        self._records = records
        self._people = people
        self._states = states

    def today(self) -> date:
        """The day it is by the server's clock, UTC."""
        return datetime.fromtimestamp(self._records.clock() / SECOND, UTC).date()

    def receive(
        self, community: UUID, uid: UUID, member: UUID, cents: int, currency: str, months: int, by: UUID,
        paid_on: date | None = None,
    ) -> Paid:  # fmt: skip
        """Note that a member paid; who had lapsed or waited is active again. The same id again changes nothing."""
        if cents < 0:
            raise invalid("cents", "must be 0 or more")
        if not 1 <= months <= 120:
            raise invalid("months", "must be 1 to 120")
        day = paid_on or self.today()
        if day > self.today():
            raise invalid("paid_on", "must not be in the future")
        found = self._people.get(community, member)
        with self._records.write() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
            if row is None:
                before = connection.execute(
                    select(func.max(table.c.through)).where(_of(community, member))
                ).scalar()
                through = paid_through(None if before is None else date.fromisoformat(before), day, months)
                paid = Paid(uid, member, cents, currency, months, day, through)
                connection.execute(
                    insert(table).values(
                        community=community, id=uid, member=member, cents=cents, currency=currency, months=months,
                        paid_on=day.isoformat(), through=through.isoformat(), entered_by=by,
                        entered_at=self._records.clock(),
                    )
                )  # fmt: skip
            else:
                paid = _paid(row)
                if (paid.member, paid.cents, paid.currency, paid.months) != (member, cents, currency, months):
                    raise conflict("id_reused", "this id was used for other dues; make a new one", "id")
        if found.state is MemberState.LAPSED and paid.through >= self.today():
            self._people.change(community, member, found.version, {"state": MemberState.ACTIVE}, by)
            self._states.enforce(community, member, by)
        return paid

    def of(self, community: UUID, member: UUID) -> list[Paid]:
        """What a member paid, newest first."""
        query = select(table).where(_of(community, member)).order_by(table.c.through.desc(), table.c.id)
        with self._records.read() as connection:
            return [_paid(row) for row in connection.execute(query)]

    def through(self, community: UUID) -> dict[UUID, date]:
        """By member, the last day that the dues cover."""
        query = (
            select(table.c.member, func.max(table.c.through))
            .where(table.c.community == community)
            .group_by(table.c.member)
        )
        with self._records.read() as connection:
            return {member: date.fromisoformat(through) for member, through in connection.execute(query)}

    def paid_up(self, community: UUID) -> int:
        """How many members, who have not left, have dues that cover today."""
        theirs = and_(member.c.community == table.c.community, member.c.id == table.c.member)
        query = select(func.count(func.distinct(table.c.member))).join(member, theirs)
        here = and_(table.c.community == community, table.c.through >= self.today().isoformat())
        with self._records.read() as connection:
            count = connection.execute(query.where(here, member.c.state != MemberState.LEFT.value)).scalar_one()
        return int(count)

    def reminders(self, community: UUID, days: int = 30) -> list[tuple[UUID, date]]:
        """Members whose dues end within so many days or have ended, soonest first."""
        limit = self.today().toordinal() + days
        ending = [(member, day) for member, day in self.through(community).items() if day.toordinal() <= limit]
        return sorted(ending, key=lambda each: (each[1], each[0]))

    def lapsing(self, community: UUID, rules: DuesRules) -> list[tuple[Member, date]]:
        """Active members whose grace is over, with the last day that they paid for: whom `lapse` would change now."""
        over = {uid: day for uid, day in self.through(community).items() if self.today() >= lapses_on(day, rules)}
        query = select(member).where(
            member.c.community == community, member.c.id.in_(list(over)), member.c.state == MemberState.ACTIVE.value
        )
        found = [(each, over[each.id]) for each in self._people.find(query)]
        return sorted(found, key=lambda each: (each[1], each[0].id))

    def lapse(self, community: UUID, rules: DuesRules, by: UUID) -> list[UUID]:
        """Active members whose grace is over become lapsed: they spend down and receive no more. Returns who did."""
        lapsed = []
        for found, _ in self.lapsing(community, rules):
            self._people.change(community, found.id, found.version, {"state": MemberState.LAPSED}, by)
            self._states.enforce(community, found.id, by)
            lapsed.append(found.id)
        return lapsed


def _is(community: UUID, uid: UUID) -> Any:
    return and_(table.c.community == community, table.c.id == uid)


def _of(community: UUID, member: UUID) -> Any:
    return and_(table.c.community == community, table.c.member == member)


def _paid(row: Any) -> Paid:
    return Paid(
        row.id, row.member, row.cents, row.currency, row.months, date.fromisoformat(row.paid_on),
        date.fromisoformat(row.through),
    )  # fmt: skip
