"""Where one can spend: the members who want to be found. Nobody else can be found by name."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import literal, or_, select, tuple_

from api.identity.errors import Refused, conflict, invalid
from api.identity.names import search_key
from api.identity.people import Member, People
from api.identity.schema import member
from ledger.community.membership import MemberState
from ledger.core.errors import Kind

CANDIDATES = 5
"""How many names an ambiguous one is answered with."""


class Directory:
    """Listed members in good standing."""

    def __init__(self, people: People) -> None:
        self._people = people

    def page(
        self,
        community: UUID,
        *,
        query: str = "",
        sector: str = "",
        place: str = "",
        after: tuple[str, UUID] | None = None,
        limit: int = 50,
    ) -> list[Member]:
        """Members by name, after (search key, id); `query` is part of the name, `sector` a code, `place` a town."""
        rows = _listed(community).order_by(member.c.name_key, member.c.id).limit(limit)
        if query:
            rows = rows.where(member.c.name_key.contains(search_key(query), autoescape=True))
        if sector:
            rows = rows.where(member.c.sectors.contains(json.dumps(sector), autoescape=True))
        if place:
            rows = rows.where(member.c.place_key == search_key(place))
        if after is not None:
            rows = rows.where(tuple_(member.c.name_key, member.c.id) > tuple_(*_bound(after)))
        return self._people.find(rows)

    def resolve(self, community: UUID, name: str) -> Member:
        """The one member of this name, or whose name alone begins so. Raises Refused (404, 409)."""
        key = search_key(name)
        if not key:
            raise invalid("name", "must have at least one letter or digit")
        begins = member.c.name_key.startswith(key, autoescape=True)
        rows = _listed(community).where(or_(member.c.name_key == key, begins)).order_by(member.c.name_key)
        found = self._people.find(rows.limit(CANDIDATES + 1))
        exact = [each for each in found if search_key(each.name) == key]
        chosen = exact if exact else found
        if not chosen:
            raise Refused(
                Kind.NOT_FOUND, "member_not_found", "nobody of this name is listed in the directory"
            )
        if len(chosen) > 1:
            names = ", ".join(each.name for each in chosen[:CANDIDATES])
            raise conflict(
                "name_ambiguous", f"several members are called so: {names}; write more of the name", "name"
            )
        return chosen[0]


def position(found: Member) -> tuple[str, UUID]:
    """Where the page after a member begins."""
    return search_key(found.name), found.id


def _listed(community: UUID) -> Any:
    return select(member).where(
        member.c.community == community, member.c.listed == 1, member.c.state == MemberState.ACTIVE.value
    )


def _bound(after: tuple[str, UUID]) -> tuple[Any, Any]:
    return literal(after[0], member.c.name_key.type), literal(after[1], member.c.id.type)
