"""No page holds one connection to the database while it takes another: enough visitors at once would stop all of them."""

from __future__ import annotations

import threading
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from api.identity.principal import Role
from tests.pages.listing import Listed
from tests.pages.test_isolation import PAGES, Towns, may, sample_of, towns

__all__ = ["towns"]

ASKED = [page for page in PAGES if page.method == "GET" and page.guard is not None and page.guard.action]


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


@pytest.mark.parametrize("page", ASKED, ids=lambda page: page.address)
def test_a_page_takes_one_connection_at_a_time(towns: Towns, page: Listed) -> None:
    site = towns.site
    role = sample_of(page).by or next(each for each in Role if may(page.guard, each))
    site.use.facts.__init__(site.use.ledger.reader)  # type: ignore[misc]  # as after a start
    with watched(site.use.ledger.database.read) as found:
        towns.visit(site.enter(towns.riv, role), page, towns.riv)
    assert found == []
