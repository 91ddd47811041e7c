"""What the two of an exchange let each other know while it lasts: how to be reached, when, where. Nothing unless it is typed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, select

from api.association.exchanges import Exchange, Exchanges
from api.association.schema import deal_note
from api.identity.errors import invalid, wrong_state
from api.identity.records import Records
from ledger.community.exchanges import Deal

LONGEST = 300
OPEN = frozenset({Deal.AGREED, Deal.DONE_BY_GIVER, Deal.DONE_BY_RECEIVER})
"""While the two have something to arrange; before they agree, and after the hours have moved, neither reads anything."""


class ExchangeNotes:
    """One note of each side at the most, for the other side only. `Exchanges` drops them when the exchange ends."""

    def __init__(self, records: Records, exchanges: Exchanges) -> None:
        self._records = records
        self._exchanges = exchanges

    def say(self, community: UUID, exchange: UUID, member: UUID, says: str) -> None:
        """Let the other side know; an empty text takes back what was said. Raises Refused (404, 409, 422)."""
        found = self._exchanges.get(community, exchange, member)
        if len(says) > LONGEST:
            raise invalid("says", f"must have at most {LONGEST} characters")
        if found.state not in OPEN:
            raise wrong_state("exchange_not_agreed", "only what is agreed and not yet paid has something to arrange")
        with self._records.write() as connection:
            connection.execute(delete(deal_note).where(_of(community, exchange), deal_note.c.member == member))
            if text := says.strip():
                connection.execute(
                    insert(deal_note).values(
                        community=community, deal=exchange, member=member, says=text, said_at=self._records.clock()
                    )
                )

    def of(self, community: UUID, found: Exchange) -> dict[UUID, str]:
        """What each side has said, by member; nothing before they agree nor after it has ended."""
        if found.state not in OPEN:
            return {}
        query = select(deal_note.c.member, deal_note.c.says).where(_of(community, found.id))
        with self._records.read() as connection:
            return {row.member: row.says for row in connection.execute(query)}

    def forget(self, community: UUID, member: UUID) -> None:
        """Drop all that a member has said, for the right to be forgotten."""
        theirs = and_(deal_note.c.community == community, deal_note.c.member == member)
        with self._records.write() as connection:
            connection.execute(delete(deal_note).where(theirs))


def _of(community: UUID, exchange: UUID) -> Any:
    return and_(deal_note.c.community == community, deal_note.c.deal == exchange)
