"""What members looked for in the directory and did not find: the needs that a broker can close (NEED-1)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select

from api.association.schema import need_said
from api.identity.names import search_key
from api.identity.records import Records
from ledger.service import new_id

DAY = 86_400 * 10**9
FEWEST = 3
"""Distinct members below which a need is not shown, so that nobody's search is."""


@dataclass(frozen=True, slots=True)
class Need:
    """Words and place that several members looked for in vain."""

    words: str
    place: str
    members: int
    searches: int


class Needs:
    """The searches without an answer, in every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def say(self, community: UUID, member: UUID, words: str, place: str = "") -> None:
        """Note a search that found nobody."""
        if words := search_key(words)[:80]:
            with self._records.write() as connection:
                connection.execute(
                    insert(need_said).values(
                        community=community, id=new_id(), member=member, words=words,
                        place=search_key(place)[:80], said_at=self._records.clock(),
                    )
                )  # fmt: skip

    def unmet(self, community: UUID, days: int = 90, fewest: int = FEWEST) -> list[Need]:
        """Needs of the last days that at least so many members share, the most shared first."""
        since = self._records.clock() - days * DAY
        query = select(need_said.c.words, need_said.c.place, need_said.c.member).where(
            need_said.c.community == community, need_said.c.said_at >= since
        )
        said: dict[tuple[str, str], list[UUID]] = defaultdict(list)
        with self._records.read() as connection:
            for words, place, member in connection.execute(query):
                said[(words, place)].append(member)
        found = [Need(*key, len(set(members)), len(members)) for key, members in said.items()]
        return sorted((n for n in found if n.members >= fewest), key=lambda n: (-n.members, -n.searches, n.words))
