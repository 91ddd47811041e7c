"""What became of a command id, for agreements that make ids of their own."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, select

from ledger.core.journal import Entry, decode
from ledger.store.schema import community as communities
from ledger.store.schema import entry as entries
from ledger.store.schema import refusal as refusals


def entry(connection: Connection, community: UUID, command_id: UUID) -> Entry | None:
    """The entry that a command id made, if it made one."""
    query = select(entries.c.body).where(
        entries.c.community_id == _number(community), entries.c.command_id == command_id
    )
    body = connection.execute(query).scalar_one_or_none()
    return None if body is None else decode(bytes(body))


def entered(connection: Connection, community: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Those of some command ids that made an entry."""
    query = select(entries.c.command_id).where(
        entries.c.community_id == _number(community), entries.c.command_id.in_(ids)
    )
    return set(connection.execute(query).scalars())


def refused(connection: Connection, community: UUID, command_id: UUID) -> bool:
    """Whether a command id was answered with a refusal that is kept: it will never make an entry."""
    query = select(refusals.c.command_id).where(
        refusals.c.community_id == _number(community), refusals.c.command_id == command_id
    )
    return connection.execute(query).first() is not None


def _number(community: UUID) -> object:
    return select(communities.c.community_id).where(communities.c.uid == community).scalar_subquery()
