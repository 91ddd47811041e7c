"""Who takes a second connection to the database while holding one."""

from __future__ import annotations

import threading
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def watched(engine: Engine) -> Iterator[list[str]]:
    """Where a thread took a second connection while it had one."""
    held, found = Counter[int](), list[str]()

    def taken(*_: object) -> None:
        me = threading.get_ident()
        held[me] += 1
        if held[me] > 1:
            ours = [each for each in traceback.extract_stack() if "/api/" in each.filename or "/ledger/" in each.filename]
            found.append(" < ".join(f"{each.filename.rpartition('/')[2]}:{each.lineno}" for each in ours[:-6:-1]))

    def given(*_: object) -> None:
        held[threading.get_ident()] -= 1

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given)
    try:
        yield found
    finally:
        event.remove(engine, "checkout", taken)
        event.remove(engine, "checkin", given)
