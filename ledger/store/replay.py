"""Books for replaying a whole journal: accounts in memory, what grows with the journal on disk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload
from uuid import UUID

from sqlalchemy import Connection

from ledger.core.accounts import Books, Hold, Lot, Past
from ledger.store.accounts import NEVER, Moved
from ledger.store.lots import lots_of
from ledger.store.scratch import Scratch, Spilled
from ledger.store.trail import Place


def replay_books(community: UUID, scratch: Scratch) -> Books:
    """Empty books that stay small: past entries and holds that were not used lately lie in `scratch`."""
    return Books(community, entries=Spilled(scratch, "entries", Past), holds=Spilled(scratch, "holds", Hold))


class StoredCredits(dict[int, list[Lot]]):
    """`Books.credits` read from the tables when demurrage asks, so that a replay need not keep every credit.

    The tables hold the future too: `moved`, the last transfer of each account so far, says where the past ends.
    """

    def __init__(self, connection: Connection, community_id: int, books: Books, moved: Mapping[int, Moved]) -> None:
        super().__init__()
        self._connection, self._community_id, self._books, self._moved = connection, community_id, books, moved

    @overload
    def get(self, key: int, default: None = None, /) -> list[Lot] | None: ...
    @overload
    def get(self, key: int, default: Any, /) -> Any: ...
    def get(self, key: int, default: Any = None, /) -> Any:
        """The newest credits that cover the balance, oldest first."""
        held = self._books.by_no[key]
        start = Place(held.version, *self._moved.get(key, NEVER))
        return lots_of(self._connection, self._community_id, held, start)
