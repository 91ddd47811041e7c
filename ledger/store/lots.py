"""What an account received and has not spent: read back from its postings when demurrage asks."""

from __future__ import annotations

from sqlalchemy import Connection, and_, select

from ledger.core.accounts import Account, Lot
from ledger.store.schema import entry
from ledger.store.trail import NUMBER, TRAIL, Place, along

PAGE = 256
"""Postings read at a time: most balances are covered by few."""

_CREDITS = (
    select(TRAIL.c.posted, entry.c.ts, TRAIL.c.version, TRAIL.c.before_seq, TRAIL.c.before_leg)
    .join_from(TRAIL, entry, and_(entry.c.community_id == NUMBER, entry.c.seq == TRAIL.c.seq), isouter=True)
    .order_by(TRAIL.c.version.desc())
)


def lots_of(connection: Connection, number: int, held: Account, start: Place) -> list[Lot]:
    """The newest credits of an account that cover its balance, oldest first. `start`: its last posting in the books."""
    lots: list[Lot] = []
    left, newest = held.balance, start
    while left > 0 and newest.version > 0:
        oldest = max(1, newest.version - PAGE + 1)
        page = connection.execute(_CREDITS, along(number, held.no, newest, oldest)).all()
        if not page:
            break  # the trail was cut: `verify` says where
        for posted, ts, *_ in page:
            if posted > 0 and left > 0:
                lots.append(Lot(posted, ts))
                left -= posted
        _, _, version, *before = page[-1]
        newest = Place(version - 1, *before)
    return lots[::-1]
