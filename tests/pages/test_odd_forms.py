"""Whatever stands in a form or an address, the answer is a page and no failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.identity.principal import Role
from tests.integration.isolation_samples import filled
from tests.pages.listing import Listed, pages
from tests.pages.test_isolation import Towns, address_of, sample_of
from tests.pages.visiting import visited

ODD = ("99999999999999999999", "²[")
OURS = ("signed", "_assertion", "_code")
"""Fields that many forms have besides their own."""
ASKED = (
    "account", "after", "before", "currency", "day", "from", "kind", "lang", "months", "offer", "pilot", "q", "sales", "since",
    "state", "theme", "to", "town", "trade", "turnover", "way", "years",
)  # fmt: skip
"""Words that pages look for in their addresses."""


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    path: Path = tmp_path_factory.mktemp("odd") / "ricochet.db"
    with visited(f"sqlite:///{path}") as site:
        yield Towns(site)


@pytest.mark.parametrize("page", [each for each in pages() if each.method == "POST"], ids=lambda page: page.address)
def test_a_form_with_odd_fields(towns: Towns, page: Listed) -> None:
    sample, known = sample_of(page), towns.known["RIV"]
    address = address_of(page).split(" ")[1].format(**known) + (f"?{sample.query}".format(**known) if sample.query else "")
    visitor = towns.site.enter(towns.riv, sample.by or Role.OPERATOR, fresh=True)
    good = filled(dict(sample.data), known)
    tried = [good | {name: odd} for name in (*good, *OURS) for odd in ODD]
    for data in [*tried, {}]:
        answer = visitor.ask("POST", address, data)
        assert answer.status_code < 500, data


@pytest.mark.parametrize(
    "page", [each for each in pages() if each.method == "GET" and "{" not in each.path], ids=lambda page: page.address
)
def test_an_address_with_odd_words(towns: Towns, page: Listed) -> None:
    some = (towns.site.enter(towns.riv, role) for role in (Role.OPERATOR, Role.TREASURER, Role.MERCHANT, Role.REGION_READER))
    visitor = next((each for each in some if each.client.get(page.path).status_code == 200), towns.site.stranger())
    for odd in ("", *ODD, "9999-12-31"):
        query = "&".join(f"{name}={odd}" for name in ASKED)
        assert visitor.client.get(f"{page.path}?{query}").status_code in (*range(500), 503), odd
