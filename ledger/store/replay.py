"""Books for replaying a whole journal: accounts in memory, what grows with the journal on disk."""

from __future__ import annotations

from typing import Any, overload
from uuid import UUID

from sqlalchemy import Connection, select

from ledger.core.accounts import Books, Hold, Lot, Past
from ledger.store.schema import entry, posting, transfer
from ledger.store.scratch import Scratch, Spilled

LOTS = 256
"""Credits fetched at a time: most balances are covered by few."""


def replay_books(community: UUID, scratch: Scratch) -> Books:
    """Empty books that stay small: past entries and holds that were not used lately lie in `scratch`."""
    return Books(community, entries=Spilled(scratch, "entries", Past), holds=Spilled(scratch, "holds", Hold))


class StoredCredits(dict[int, list[Lot]]):
    """`Books.credits` read from the tables when demurrage asks, so that a replay need not keep every credit.

    The tables hold the future too: the account's version in the books says where the past ends.
    """

    def __init__(self, connection: Connection, community_id: int, books: Books) -> None:
        super().__init__()
        self._connection, self._community_id, self._books = connection, community_id, books

    @overload
    def get(self, key: int, default: None = None, /) -> list[Lot] | None: ...
    @overload
    def get(self, key: int, default: Any, /) -> Any: ...
    def get(self, key: int, default: Any = None, /) -> Any:
        """The newest credits that cover the balance, oldest first."""
        account = self._books.by_no[key]
        newest = self._connection.execute(
            select(transfer.c.posted, entry.c.ts)
            .join_from(posting, transfer, _same(transfer))
            .join(entry, (entry.c.community_id == posting.c.community_id) & (entry.c.seq == posting.c.seq))
            .where(
                posting.c.community_id == self._community_id,
                posting.c.account_no == key,
                posting.c.version <= account.version,
                transfer.c.credit_no == key,
                transfer.c.posted > 0,
            )
            .order_by(posting.c.version.desc())
            .execution_options(yield_per=LOTS)
        )
        lots: list[Lot] = []
        left = account.balance
        with newest:
            for posted, ts in newest:
                if left <= 0:
                    break
                lots.append(Lot(posted, ts))
                left -= posted
        return lots[::-1]


def _same(table: Any) -> Any:
    return (
        (table.c.community_id == posting.c.community_id)
        & (table.c.seq == posting.c.seq)
        & (table.c.leg == posting.c.leg)
    )
