"""An old ledger: as many payments as asked are written by the ordinary path, then it is read, and written to again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from ledger.core.commands import MAX_BATCH
from ledger.service import Ledger
from tests.bench.payments import Firms, submitted

PAGE = 50


class Aged:
    """A ledger and its size before it was filled; figures of it are asked after `fill`."""

    def __init__(
        self, ledger: Ledger, firms: Firms, size: Callable[[], int], tidy: Callable[[], None]
    ) -> None:
        """`tidy` does at once, after filling, what the server would do by and by."""
        self.ledger = ledger
        self.firms = firms
        self._size = size
        self._tidy = tidy
        self._before = (self._entries(), size())

    def fill(self, payments: int) -> None:
        """Write until the journal has so many entries."""
        while (missing := payments - self._entries()) > 0:
            submitted(self.ledger, self.firms, min(MAX_BATCH, missing), 0.001)
        self._tidy()

    def bytes_each(self) -> float:
        """Bytes on disk for each entry written since the beginning, indexes included."""
        entries, size = self._before
        return (self._size() - size) / max(1, self._entries() - entries)

    def balances(self, seconds: float) -> float:
        """Balances read a second, by one reader."""
        reader, community = self.ledger.reader, self.firms.community
        return self._reads(lambda account: reader.account(community, account), seconds)

    def statements(self, seconds: float) -> float:
        """Statement pages of 50 lines read a second, by one reader."""
        reader, community = self.ledger.reader, self.firms.community
        return self._reads(lambda account: reader.statement(community, account, limit=PAGE), seconds)

    def _reads(self, read: Callable[[UUID], object], seconds: float) -> float:
        done, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            read(random.choice(self.firms.accounts))
            done += 1
        return done / (time.perf_counter() - start)

    def _entries(self) -> int:
        return self.ledger.reader.head(self.firms.community).seq


def file_bytes(path: Path) -> Callable[[], int]:
    """The size of a SQLite database with its log."""
    return lambda: sum(each.stat().st_size for each in path.parent.glob(path.name + "*"))
