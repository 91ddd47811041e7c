"""Who wants to join: the public form makes a pending member and keeps what else was said (D1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, insert, select, update

from api.association.schema import application as table
from api.identity.errors import invalid, not_found, wrong_state
from api.identity.people import Member, People, Profile
from api.identity.records import Records
from api.identity.schema import member
from ledger.community.membership import MemberKind, MemberState


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What somebody said when they applied. `cents`: the dues they offer for a year."""

    member: UUID
    sponsor: UUID | None
    """The association that their exchange supports (MLC-8)."""
    cents: int
    newsletter: bool
    applied_at: int


class Applications:
    """The applications to every community."""

    def __init__(self, records: Records, people: People) -> None:
        self._records = records
        self._people = people

    def apply(
        self, community: UUID, uid: UUID, profile: Profile, *, sponsor: UUID | None = None, cents: int = 0,
        newsletter: bool = False,
    ) -> Member:  # fmt: skip
        """A pending member with the application. The same again changes nothing. Raises Refused (409, 422)."""
        if not profile.name.strip() or len(profile.name) > 120:
            raise invalid("name", "must have 1 to 120 characters")
        if sponsor is not None and sponsor not in {each.id for each in self.sponsors(community)}:
            raise invalid("sponsor", "must be one of the associations of this community")
        found, _ = self._people.create(community, uid, replace(profile, state=MemberState.PENDING))
        with self._records.write() as connection:
            if connection.execute(select(table.c.member).where(_is(community, uid))).first() is None:
                connection.execute(
                    insert(table).values(
                        community=community, member=uid, sponsor=sponsor, cents=cents, newsletter=int(newsletter),
                        applied_at=self._records.clock(),
                    )
                )  # fmt: skip
        return found

    def offer(self, community: UUID, uid: UUID, cents: int) -> None:
        """What a pending member will pay for a year, said again. Raises Refused (404, 409, 422)."""
        if cents < 0:
            raise invalid("cents", "must be 0 or more")
        if self._people.get(community, uid).state is not MemberState.PENDING:
            raise wrong_state("not_pending", "only who waits to be let in says so; others simply pay")
        values = {"cents": cents}
        with self._records.write() as connection:
            if not connection.execute(update(table).where(_is(community, uid)).values(values)).rowcount:
                connection.execute(
                    insert(table).values(
                        community=community, member=uid, sponsor=None, newsletter=0, applied_at=self._records.clock(), **values
                    )
                )  # fmt: skip

    def get(self, community: UUID, uid: UUID) -> Application:
        """What a member said; 404 for who never used the form."""
        found = self.find(community, uid)
        if found is None:
            raise not_found("application")
        return found

    def find(self, community: UUID, uid: UUID) -> Application | None:
        """What a member said; None for who never used the form."""
        with self._records.read() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
        return None if row is None else _application(row)

    def waiting(self, community: UUID, limit: int = 200) -> list[tuple[Member, Application]]:
        """Applications of members who are still pending, oldest first."""
        query = (
            select(table)
            .join(member, and_(member.c.community == table.c.community, member.c.id == table.c.member))
            .where(table.c.community == community, member.c.state == MemberState.PENDING.value)
        )
        with self._records.read() as connection:
            found = [
                _application(row)
                for row in connection.execute(query.order_by(table.c.applied_at).limit(limit))
            ]
        return [(self._people.get(community, each.member), each) for each in found]

    def sponsors(self, community: UUID) -> list[Member]:
        """The associations that can be chosen, by name."""
        query = select(member).where(
            member.c.community == community, member.c.kind == MemberKind.ASSOCIATION.value,
            member.c.state == MemberState.ACTIVE.value, member.c.listed == 1,
        )  # fmt: skip
        return self._people.find(query.order_by(member.c.name_key))

    def sponsored(self, community: UUID) -> dict[UUID, int]:
        """By association, how many chose it (MLC-9 asks for a number)."""
        query = select(table.c.sponsor, func.count()).where(
            table.c.community == community, table.c.sponsor.is_not(None)
        )
        with self._records.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(table.c.sponsor))}


def _is(community: UUID, uid: UUID) -> Any:
    return and_(table.c.community == community, table.c.member == uid)


def _application(row: Any) -> Application:
    return Application(
        member=row.member, sponsor=row.sponsor, cents=row.cents, newsletter=bool(row.newsletter),
        applied_at=row.applied_at,
    )  # fmt: skip
