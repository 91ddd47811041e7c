"""No page holds one connection to the database while it takes another: enough visitors at once would stop all of them."""

from __future__ import annotations

import pytest

from api.identity.principal import Role
from tests.integration.connections import watched
from tests.pages.listing import Listed
from tests.pages.test_isolation import PAGES, Towns, may, sample_of, towns

__all__ = ["towns"]

ASKED = [page for page in PAGES if page.method == "GET" and page.guard is not None and page.guard.action]


@pytest.mark.parametrize("page", ASKED, ids=lambda page: page.address)
def test_a_page_takes_one_connection_at_a_time(towns: Towns, page: Listed) -> None:
    site = towns.site
    role = sample_of(page).by or next(each for each in Role if may(page.guard, each))
    site.use.facts.__init__(site.use.ledger.reader)  # type: ignore[misc]  # as after a start
    with watched(site.use.ledger.database.read) as found:
        towns.visit(site.enter(towns.riv, role), page, towns.riv)
    assert found == []
