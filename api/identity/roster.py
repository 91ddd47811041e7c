"""The association's own list: every member, listed in the directory or not."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, literal, or_, select, tuple_

from api.identity.names import search_key
from api.identity.people import Member, People
from api.identity.records import Records
from api.identity.schema import member
from ledger.community.membership import MemberKind, MemberState


class Roster:
    """Members as the association looks for them."""

    def __init__(self, records: Records, people: People) -> None:
        self._records = records
        self._people = people

    def page(
        self, community: UUID, *, query: str = "", state: MemberState | None = None, kind: MemberKind | None = None,
        after: tuple[str, UUID] | None = None, limit: int = 50,
    ) -> list[Member]:  # fmt: skip
        """Members by name, after (search key, id); `query` is part of the name, the town or the contact."""
        rows = select(member).where(member.c.community == community).order_by(member.c.name_key, member.c.id)
        if query:
            key = search_key(query)
            found = member.c.contact.icontains(query, autoescape=True)
            if key:
                found = or_(
                    found, member.c.name_key.contains(key, autoescape=True),
                    member.c.place_key.contains(key, autoescape=True),
                )  # fmt: skip
            rows = rows.where(found)
        if state is not None:
            rows = rows.where(member.c.state == state.value)
        if kind is not None:
            rows = rows.where(member.c.kind == kind.value)
        if after is not None:
            name, uid = literal(after[0], member.c.name_key.type), literal(after[1], member.c.id.type)
            rows = rows.where(tuple_(member.c.name_key, member.c.id) > tuple_(name, uid))
        return self._people.find(rows.limit(limit))

    def count(self, community: UUID) -> dict[MemberState, int]:
        """How many members are in each state."""
        query = select(member.c.state, func.count()).where(member.c.community == community)
        with self._records.read() as connection:
            return {MemberState(state): count for state, count in connection.execute(query.group_by(member.c.state))}

    def among(self, community: UUID, members: Collection[UUID]) -> dict[UUID, Member]:
        """Members by id; who is forgotten is left out."""
        query = select(member).where(member.c.community == community, member.c.id.in_(list(members)))
        return {found.id: found for found in self._people.find(query)}
