"""Where to spend: whatever is typed and however many ask at once, on both engines, the page answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.facts import Facts
from api.identity.principal import Role
from ledger.community.membership import MemberKind
from tests.pages.visiting import Site, visited

ODD = (
    "trade=%25", "after=%20", "q=%ED%A0%80", "town=%F0%9F%8D%9E", "q='%3B--", "q=%5C%25_",
    "after=00000000-0000-0000-0000-000000000000%20z",
)  # fmt: skip


@pytest.fixture
def site(engine_url: str) -> Iterator[Site]:
    with visited(engine_url) as found:
        yield found


@pytest.mark.parametrize("query", ODD)
def test_odd_words_find_nobody(site: Site, query: str) -> None:
    assert site.enter(site.riv, Role.MEMBER).ask("GET", f"/wallet/places?{query}").status_code == 200


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR])
def test_many_who_ask_at_once_right_after_the_start_are_all_answered(
    site: Site, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than there are connections, with nothing in memory yet: nobody holds one while waiting for another."""
    people, place = site.use.identity.people, site.riv
    for n in range(12):
        shop = place.join(f"Shop {n}", MemberKind.BUSINESS)
        people.change(place.community, shop.id, people.get(place.community, shop.id).version, {"place": f"Town {n % 5}", "listed": True})
    visitors = [site.enter(place, role) for _ in range(40)]
    load = Facts._load

    def slowly(facts: Facts, *given: Any) -> None:
        time.sleep(0.2)
        load(facts, *given)

    monkeypatch.setattr(Facts, "_load", slowly)
    site.use.facts.__init__(site.use.ledger.reader)  # type: ignore[misc]
    with ThreadPoolExecutor(40) as pool:
        asked = [pool.submit(each.ask, "GET", "/wallet/places" + ("?q=nothing" if n % 4 == 0 else "")) for n, each in enumerate(visitors)]
    assert {each.result().status_code for each in asked} == {200}


def test_looking_changes_nothing_telling_it_counts(site: Site) -> None:
    """A need is noted when a member says so, not when a page is fetched."""
    needs, place = site.use.association.needs, site.riv
    member = site.enter(place, Role.MEMBER)
    text = member.get("/wallet/places?q=dentist")
    assert "Tell the association that you look for this" in text and not needs.unmet(place.community, fewest=1)
    member.post("/wallet/needs", {"words": "Dentist", "wanted_in": "Lyon"}, 303)
    assert [(each.words, each.place, each.members) for each in needs.unmet(place.community, fewest=1)] == [("dentist", "lyon", 1)]
    assert "Noted, without your name" in member.get("/wallet/places")
    staff = site.enter(place, Role.AUDITOR).get("/wallet/places?q=dentist")
    assert "Nobody has this yet" in staff and "Tell the association" not in staff
