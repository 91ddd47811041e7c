"""Alerts that somebody at the association has looked at: the note that says what they found (AML-3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, delete, insert, select, update

from api.association.schema import set_aside as table
from api.identity.errors import invalid
from api.identity.records import Records


@dataclass(frozen=True, slots=True)
class Looked:
    """One alert that is done with; `at` in ns."""

    alert: str
    currency: str
    note: str
    by: UUID
    at: int


class SetAside:
    """What every community has looked at."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def put(self, community: UUID, alert: str, currency: str, note: str, by: UUID) -> None:
        """Set an alert aside with a note; a new note takes the place of the old. Raises Refused (422)."""
        if not 0 < len(note.strip()) <= 1_000:
            raise invalid("note", "must have 1 to 1000 characters")
        values = {"currency": currency, "note": note.strip(), "set_by": by, "set_at": self._records.clock()}
        ours = and_(table.c.community == community, table.c.alert == alert)
        with self._records.write() as connection:
            if not connection.execute(update(table).where(ours).values(values)).rowcount:
                connection.execute(insert(table).values(community=community, alert=alert, **values))

    def take_back(self, community: UUID, alert: str) -> None:
        """Look at an alert again."""
        with self._records.write() as connection:
            connection.execute(delete(table).where(table.c.community == community, table.c.alert == alert))

    def of(self, community: UUID) -> dict[str, Looked]:
        """By alert."""
        query = select(table).where(table.c.community == community)
        with self._records.read() as connection:
            rows = connection.execute(query.order_by(table.c.set_at.desc()))
            return {row.alert: Looked(row.alert, row.currency, row.note, row.set_by, row.set_at) for row in rows}
