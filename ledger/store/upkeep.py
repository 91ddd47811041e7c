"""Housekeeping outside the journal."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, tuple_

from ledger.store.schema import refusal

MOST = 5_000
"""Rows removed in one transaction, so that the writer is not held up."""


def purge_refusals(connection: Connection, before: int) -> int:
    """Forget refusals older than a moment (ns), at most `MOST`; returns how many. Their ids are free then."""
    old = (
        select(refusal.c.community_id, refusal.c.command_id)
        .where(refusal.c.ts < before)
        .order_by(refusal.c.ts)
        .limit(MOST)
    )
    key = tuple_(refusal.c.community_id, refusal.c.command_id)
    return connection.execute(delete(refusal).where(key.in_(old))).rowcount
