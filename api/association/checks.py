"""When the books were checked by `verify`, by whom, and what was found: the same for every process of the server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, select, update

from api.association.schema import books_check as table
from api.identity.records import Records, lock
from ledger.service import new_id

SECOND = 10**9
BEAT = 15
"""Seconds after which a running check says that it still runs."""
SILENT = 4 * BEAT * SECOND
"""Nanoseconds of silence after which a running check is taken to have been interrupted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One run over the first `entries` entries. `state`: running, interrupted, good, wrong, or failed (it could not run).

    `said` is what is wrong, a sentence each; `seen_at` the end, or when it was last known to run (ns).
    """

    id: UUID
    entries: int
    state: str
    said: tuple[str, ...]
    by: UUID
    begun_at: int
    seen_at: int


class Checks:
    """The runs of every community; the newest one counts."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def latest(self, community: UUID) -> Check | None:
        """The newest run."""
        newest = select(table).where(table.c.community == community).order_by(table.c.begun_at.desc(), table.c.id.desc())
        with self._records.read() as connection:
            row = connection.execute(newest.limit(1)).first()
        return None if row is None else self._check(row)

    def begin(self, community: UUID, entries: int, by: UUID) -> Check | None:
        """A new run; None when one is running, here or in another process."""
        now = self._records.clock()
        running = and_(table.c.community == community, table.c.state == "running", table.c.seen_at > now - SILENT)
        begun = Check(new_id(), entries, "running", (), by, now, now)
        with self._records.write() as connection:
            lock(connection, "books_check")
            if connection.execute(select(table.c.id).where(running).limit(1)).first() is not None:
                return None
            connection.execute(
                insert(table).values(
                    community=community, id=begun.id, entries=entries, state="running", said="[]", begun_by=by, begun_at=now,
                    seen_at=now,
                )
            )  # fmt: skip
        return begun

    def beat(self, community: UUID, check: UUID) -> None:
        """It still runs."""
        self._note(community, check, {})

    def end(self, community: UUID, check: UUID, state: str, said: Sequence[str]) -> None:
        """It ended: good, wrong (and what), or failed."""
        self._note(community, check, {"state": state, "said": json.dumps(list(said))})

    def _note(self, community: UUID, check: UUID, values: dict[str, str]) -> None:
        which = and_(table.c.community == community, table.c.id == check)
        with self._records.write() as connection:
            connection.execute(update(table).where(which).values(seen_at=self._records.clock(), **values))

    def _check(self, row: Any) -> Check:
        silent = row.state == "running" and row.seen_at <= self._records.clock() - SILENT
        return Check(
            row.id, row.entries, "interrupted" if silent else row.state, tuple(json.loads(row.said)), row.begun_by,
            row.begun_at, row.seen_at,
        )  # fmt: skip
