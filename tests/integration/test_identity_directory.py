"""The directory: who wants to be found is found, as people write names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.identity.directory import position
from api.identity.errors import Refused
from api.identity.names import search_key
from api.identity.people import Member
from ledger.community.membership import MemberKind, MemberState
from tests.integration.town import Town, open_town


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Café  de l'Hôtel", "cafe de l hotel"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("  ", ""),
        ("Œuvre n° 5", "œuvre n 5"),
        ("Łódź", "łodz"),
        ("a.b-c", "a b c"),
    ],
)
def test_how_names_are_compared(text: str, key: str) -> None:
    assert search_key(text) == key and search_key(key) == key


@pytest.fixture
def shops(town: Town) -> Town:
    """Some who want to be found, and some who do not."""
    rows = [
        ("Boulangerie Épi d'Or", "Die", ("10.71C",), True),
        ("Boulangerie du Pont", "Crest", ("10.71C", "56.10A"), True),
        ("Café 100%", "Die", ("56.30Z",), True),
        ("Café_des Arts", "Die", ("56.30Z",), True),
        ("Cabinet Ana", "Die", ("86.21Z",), False),
    ]
    for name, place, sectors, listed in rows:
        town.member(name, MemberKind.BUSINESS, place=place, sectors=sectors, listed=listed)
    return town


def names(found: list[Member]) -> list[str]:
    """Their names, in order."""
    return [each.name for each in found]


def test_the_directory_shows_who_wants_to_be_shown(shops: Town) -> None:
    every = shops.identity.directory.page(shops.community)
    assert names(every) == ["Boulangerie du Pont", "Boulangerie Épi d'Or", "Café 100%", "Café_des Arts"]
    assert all(each.accounts for each in every)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"query": "EPI D"}, ["Boulangerie Épi d'Or"]),
        ({"query": "cabinet"}, []),
        ({"query": "%"}, 4),
        ({"query": "100%"}, ["Café 100%"]),
        ({"query": "_"}, 4),
        ({"sector": "10.71C"}, ["Boulangerie du Pont", "Boulangerie Épi d'Or"]),
        ({"sector": "10.7"}, []),
        ({"sector": '"'}, []),
        ({"place": "die", "sector": "56.30Z"}, ["Café 100%", "Café_des Arts"]),
        ({"place": "%"}, []),
    ],
)
def test_the_directory_is_searched(shops: Town, filters: dict[str, Any], expected: list[str] | int) -> None:
    found = names(shops.identity.directory.page(shops.community, **filters))
    assert found == expected or len(found) == expected


def test_the_directory_is_read_in_pages(shops: Town) -> None:
    directory, seen, after = shops.identity.directory, [], None
    while page := directory.page(shops.community, after=after, limit=1):
        seen += names(page)
        after = position(page[-1])
    assert seen == names(directory.page(shops.community))


def test_a_name_is_resolved(shops: Town) -> None:
    resolve = shops.identity.directory.resolve
    assert resolve(shops.community, "boulangerie EPI").name == "Boulangerie Épi d'Or"
    assert resolve(shops.community, "Café 100%").name == "Café 100%"
    shops.member("Boulangerie", MemberKind.BUSINESS, listed=True)
    assert resolve(shops.community, "boulangerie").name == "Boulangerie", "the exact name before longer ones"
    for name, code in (
        ("cafe", "name_ambiguous"),
        ("cabinet", "member_not_found"),
        ("??", "invalid_field"),
        ("%", "invalid_field"),
    ):
        with pytest.raises(Refused) as refused:
            resolve(shops.community, name)
        assert refused.value.code == code


def test_who_is_suspended_is_not_shown(shops: Town) -> None:
    shop = shops.identity.directory.resolve(shops.community, "Café 100%")
    shops.identity.people.change(shops.community, shop.id, shop.version, {"state": MemberState.SUSPENDED})
    assert "Café 100%" not in names(shops.identity.directory.page(shops.community))
