"""Members who say that they leave: asked in the wallet, finished at the desk (MUT-15, PRIV-5).

The request changes nothing by itself. The desk gives notice (the accounts spend down), and once they are empty closes
them and notes that the member has left.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, select, update

from api.association.schema import leaving as table
from api.identity.errors import wrong_state
from api.identity.people import People
from api.identity.records import Records, lock
from api.identity.schema import member
from ledger.community.membership import MemberState


class Wish(StrEnum):
    """What becomes of the balance; each is done by the member, who alone pays from the accounts."""

    SPEND = "spend"
    GIVE = "give"
    """Pays what is left to the association or to somebody else."""
    EUROS = "euros"
    """A professional asks for reconversion; a debt is settled in euros."""


class Stage(StrEnum):
    """How far it is."""

    ASKED = "asked"
    NOTICED = "noticed"
    """The accounts receive nothing more and spend down."""
    WITHDRAWN = "withdrawn"
    DONE = "done"


OPEN = (Stage.ASKED, Stage.NOTICED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A request as it stands; moments in ns."""

    id: UUID
    member: UUID
    wish: Wish
    state: Stage
    asked_at: int
    changed_by: UUID | None
    changed_at: int | None

    @property
    def open(self) -> bool:
        """Whether somebody still has something to do."""
        return self.state in OPEN


class Leavings:
    """The requests of every community."""

    def __init__(self, records: Records, people: People) -> None:
        self._records = records
        self._people = people

    def ask(self, community: UUID, uid: UUID, member: UUID, wish: Wish) -> Leaving:
        """A new request, or the one that is open already. The same id again changes nothing. Raises Refused (404, 409)."""
        if self._people.get(community, member).state is MemberState.LEFT:
            raise wrong_state("member_left", "this member has left already")
        with self._records.write() as connection:
            lock(connection, "leaving")
            rows = connection.execute(select(table).where(_of(community, member))).all()
            if not any(row.id == uid or row.state in OPEN for row in rows):
                connection.execute(
                    insert(table).values(
                        community=community, id=uid, member=member, wish=wish.value, state=Stage.ASKED.value,
                        asked_at=self._records.clock(),
                    )
                )  # fmt: skip
        found = self.of(community, member)
        assert found is not None
        return found

    def of(self, community: UUID, member: UUID) -> Leaving | None:
        """A member's newest request."""
        query = select(table).where(_of(community, member)).order_by(table.c.asked_at.desc(), table.c.id.desc())
        with self._records.read() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else _leaving(row)

    def waiting(self, community: UUID) -> list[Leaving]:
        """What the desk has not finished, oldest first."""
        here = and_(member.c.community == table.c.community, member.c.id == table.c.member)
        query = (
            select(table)
            .join(member, here)
            .where(table.c.community == community, table.c.state.in_(OPEN), member.c.state != MemberState.LEFT.value)
            .order_by(table.c.asked_at, table.c.id)
        )
        with self._records.read() as connection:
            return [_leaving(row) for row in connection.execute(query)]

    def withdraw(self, community: UUID, member: UUID) -> None:
        """The member stays after all. Raises Refused (409) once notice was given."""
        found = self.of(community, member)
        if found is None or not self._becomes(community, member, Stage.ASKED, Stage.WITHDRAWN, member):
            raise wrong_state("leaving_noticed", "this request is finished or under way; talk to your association")

    def noticed(self, community: UUID, member: UUID, by: UUID) -> None:
        """The desk has given notice; nothing where the member did not ask."""
        self._becomes(community, member, Stage.ASKED, Stage.NOTICED, by)

    def done(self, community: UUID, member: UUID, by: UUID) -> None:
        """The member has left; nothing where the member did not ask."""
        for stage in OPEN:
            self._becomes(community, member, stage, Stage.DONE, by)

    def _becomes(self, community: UUID, member: UUID, old: Stage, new: Stage, by: UUID) -> bool:
        values = {"state": new.value, "changed_by": by, "changed_at": self._records.clock()}
        which = and_(_of(community, member), table.c.state == old.value)
        with self._records.write() as connection:
            return connection.execute(update(table).where(which).values(values)).rowcount > 0


def _of(community: UUID, member: UUID) -> Any:
    return and_(table.c.community == community, table.c.member == member)


def _leaving(row: Any) -> Leaving:
    return Leaving(
        id=row.id, member=row.member, wish=Wish(row.wish), state=Stage(row.state), asked_at=row.asked_at,
        changed_by=row.changed_by, changed_at=row.changed_at,
    )  # fmt: skip
