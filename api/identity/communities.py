"""What people call their communities."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, select, update

from api.identity.records import Records
from api.identity.schema import community_name as table


class Communities:
    """The names of the communities here."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def name(self, community: UUID) -> str | None:
        """What people call it; None when nobody has said."""
        with self._records.read() as connection:
            query = select(table.c.name).where(table.c.community == community)
            return connection.execute(query).scalar_one_or_none()

    def call(self, community: UUID, name: str) -> None:
        """Name a community, or name it anew."""
        with self._records.write() as connection:
            changed = connection.execute(update(table).where(table.c.community == community).values(name=name))
            if not changed.rowcount:
                connection.execute(insert(table).values(community=community, name=name))
