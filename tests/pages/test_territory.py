"""The map of the communes: handed in, looked at, shown to members, taken away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.identity.people import Profile
from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.service import new_id
from tests.pages.visiting import Site, visited
from tests.unit.test_territory import NEXT, collection, commune

GOOD = collection(commune("Romans"), commune("Die", "Polygon", [NEXT]))


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path_factory.mktemp('map') / 'ledger.db'}") as found:
        yield found


def test_a_map_is_looked_at_before_members_see_it(site: Site) -> None:
    people = site.use.identity.people
    for town in ("Romans", "Crest"):
        people.create(site.riv.community, new_id(), Profile(name=town, kind=MemberKind.BUSINESS, place=town, listed=True))
    desk, member = site.enter(site.riv, Role.OPERATOR), site.enter(site.riv, Role.MEMBER)
    assert "No map yet" in desk.get("/desk/territory") and "<svg viewBox" not in member.get("/wallet/places")
    desk.post("/desk/territory", files={"file": ("communes.geojson", b"\xef\xbb\xbf" + GOOD.encode())})
    text = desk.get("/desk/territory")
    assert "2 communes are read" in text and "1 town of members is not on it" in text and "Crest" in text
    assert 'aria-label="Romans: 1 place"' in text and "As members would see it" in text
    assert 'aria-label="Romans:' not in member.get("/wallet/places"), "not before it is shown"
    desk.post("/desk/territory/shown")
    assert 'aria-label="Romans: 1 place"' in member.get("/wallet/places")
    desk.get("/desk/territory")
    desk.post("/desk/territory/shown", expect=409)
    desk.post("/desk/territory", files={"file": ("x", GOOD.replace("Die", "Crest").encode())})
    desk.get("/desk/territory")
    desk.post("/desk/territory/dropped")
    assert "Die" in desk.get("/desk/territory")
    desk.post("/desk/territory/removed")
    assert 'aria-label="Romans:' not in member.get("/wallet/places")
    assert "Read it" not in site.enter(site.riv, Role.AUDITOR).get("/desk/territory")


def test_a_map_may_be_as_large_as_the_page_says(site: Site) -> None:
    fine = [*[[5 + at / 100_000, 45.0] for at in range(40_000)], [5.2, 45.2], [5.0, 45.0]]
    content = collection(commune("Romans", "Polygon", [fine])).encode()
    assert len(content) > 600_000
    desk = site.enter(site.riv, Role.OPERATOR)
    desk.get("/desk/territory")
    desk.post("/desk/territory", files={"file": ("fine.geojson", content)})
    desk.get("/desk")
    desk.post("/desk/money/issue", files={"file": ("fine.geojson", content)}, expect=413)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a file"),
        (b"\xff\xfe{", "text in UTF-8"),
        (b"PK\x03\x04", "JSON"),
        (collection(commune("Romans"), commune("Romans")).encode(), "twice"),
        (collection(commune("Romans", "Polygon", [[[700_000, 6_000_000]] * 5])).encode(), "degrees"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_remedy(site: Site, content: bytes, said: str) -> None:
    desk = site.enter(site.riv, Role.OPERATOR)
    desk.get("/desk/territory")
    refused = desk.post("/desk/territory", {"x": "1"}, 422, files={"file": ("map.json", content)})
    assert said in refused.text and site.use.association.territories.draft(site.riv.community) is None


def test_the_remedy_is_in_french_too(site: Site) -> None:
    desk = site.enter(site.riv, Role.OPERATOR, lang="fr")
    desk.get("/desk/territory")
    for content, said in (
        (collection(commune("Die"), commune("die")), "die y est deux fois"),
        (collection(commune("Die", "Polygon", [[[700_000, 6_000_000]] * 5])), "La commune n° 1 du fichier"),
        ("[]", "de 1 à 1000 communes"),
        ("{", "JSON lisible"),
    ):
        text = desk.post("/desk/territory", expect=422, files={"file": ("map.json", content.encode())}).text
        assert said in text.translate({0xA0: " ", 0x202F: " "}).replace("&#39;", "'")
