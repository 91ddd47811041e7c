"""No page shows or changes what is another community's, and each is for its roles only: every page × role × place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response

from api.identity.permissions import ACTIONS
from api.identity.principal import PLATFORM_ROLES, Role
from api.pages.frame.guard import Page
from tests.integration.isolation_samples import filled, texts, things
from tests.integration.served import Place
from tests.integration.test_isolation import Two
from tests.pages.listing import Listed, bare, pages
from tests.pages.samples import PageSample, more_things, samples
from tests.pages.visiting import Site, Visitor, visited

PAGES = pages()
BOUND = [role for role in Role if role not in PLATFORM_ROLES]
FILES = {"GET /static/{}", "GET /brand/{}/{}", "GET /sw.js"}
"""What anybody may fetch without being counted as a visitor."""


class Towns(Two):
    """Two communities with one of everything in each, asked by browsers."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.town, self.riv = site.town, site.riv
        self.mes = Place(site.use, "MES", "Mona", "Noah's Nursery")
        self.known = {place.code: more_things(place, things(place)) for place in (self.riv, self.mes)}

    def visit(self, visitor: Visitor, page: Listed, place: Place, query: str = "") -> Response:
        """Ask a page about the things of a place."""
        sample, known = sample_of(page), self.known[place.code]
        address = address_of(page).split(" ")[1].format(**known)
        parts = [part for part in (sample.query.format(**known), query) if part]
        data = filled(dict(sample.data), known)
        return visitor.ask(page.method, address + ("?" + "&".join(parts) if parts else ""), data)


def address_of(page: Listed) -> str:
    """The page's address in the words of its sample."""
    return next((each for each in samples() if bare(each) == page.bare), page.address)


def sample_of(page: Listed) -> PageSample:
    """The sample of a page; none is needed where the address is all."""
    found = samples().get(address_of(page))
    return found or PageSample(None)


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    path: Path = tmp_path_factory.mktemp("pages") / "ricochet.db"
    with visited(f"sqlite:///{path}") as site:
        yield Towns(site)


def may(guard: Page | None, role: Role) -> bool:
    """Whether a role may see a page of its own community."""
    return guard is None or guard.public or guard.action is None or role in ACTIONS[guard.action]


def test_every_page_has_a_guard_and_what_it_needs_to_be_tried() -> None:
    assert {page.bare for page in PAGES if page.guard is None} == FILES
    lacking = [page.address for page in PAGES if ("{" in page.path or page.method != "GET") and page.bare not in
               {bare(address) for address in samples()}]  # fmt: skip
    assert lacking == [], "add a sample in tests/pages/samples"
    assert {bare(address) for address in samples()} <= {page.bare for page in PAGES}, "a sample of no page"
    unknown = [
        page.address
        for page in PAGES
        if page.guard and page.guard.action and page.guard.action not in ACTIONS
    ]
    assert [each for each in unknown if not each.endswith("/e/{code}")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.address)
def test_in_the_own_community_the_role_decides(towns: Towns, page: Listed) -> None:
    sample = sample_of(page)
    for role in Role:
        visitor = towns.site.enter(towns.riv, role, fresh=sample.fresh)
        response = towns.visit(visitor, page, towns.riv, "community=RIV" if role in PLATFORM_ROLES else "")
        assert response.status_code < 500, f"{role}: {response.text[:2000]}"
        if not may(page.guard, role):
            assert response.status_code == 403, f"{role} saw {page.address}"
        elif role is sample.by:
            assert response.status_code in (200, 303, *sample.answers), f"{role}: {response.status_code}"
    stranger = towns.visit(towns.site.stranger(), page, towns.riv)
    if page.guard is not None and not page.guard.public:
        assert stranger.status_code in (303, 403)
        if stranger.status_code == 303:
            assert stranger.headers["location"].startswith("/signin")
    else:
        assert stranger.status_code < 500


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.guard and not page.guard.public], ids=lambda page: page.address
)
def test_no_session_reaches_another_community(towns: Towns, page: Listed) -> None:
    marks, before = towns.marks(towns.mes), towns.state(towns.mes)
    sample, known = sample_of(page), towns.known["MES"]
    sent = " ".join(
        [
            address_of(page).format(**known),
            sample.query.format(**known),
            *texts(filled(dict(sample.data), known)),
        ]
    )
    for role in BOUND:
        visitor = towns.site.enter(towns.riv, role, fresh=True)
        for query in ("", "community=MES"):
            response = towns.visit(visitor, page, towns.mes, query)
            assert response.status_code < 500, response.text[:2000]
            seen = [mark for mark in marks if mark in response.text and mark not in sent]
            assert not seen, f"{role} saw {seen} at {page.address}"
            if query and page.guard is not None and page.guard.action and may(page.guard, role):
                assert response.status_code == 403, f"{role} named the other community at {page.address}"
    changed = towns.state(towns.mes)
    assert changed == before, f"{page.address} changed the other community"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.method != "GET"], ids=lambda page: page.address
)
def test_a_form_that_is_not_ours_is_refused(towns: Towns, page: Listed) -> None:
    """Without the token, with another browser's token, and from another site."""
    before = towns.state(towns.riv)[0]
    sample, known = sample_of(page), towns.known["RIV"]
    address = address_of(page).split(" ")[1].format(**known)
    visitor = towns.site.enter(towns.riv, sample.by or Role.OPERATOR, fresh=True)
    other = towns.site.pages.jar.csrf("another browser's cookie")
    for options in ({"token": ""}, {"token": other}, {"headers": {"sec-fetch-site": "cross-site"}},
                    {"headers": {"sec-fetch-site": "same-site"}}, {"headers": {"origin": "https://evil.example"}},
                    {"headers": {"origin": "null"}}):  # fmt: skip
        visitor.post(address, sample.data, 403, **options)
    assert towns.state(towns.riv)[0] == before
