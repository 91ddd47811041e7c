"""What somebody could try through a browser: addresses that lead away, cookies of theirs, names that are programs, tellers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.identity.principal import Role
from tests.pages.visiting import Site, visited


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path: Path = tmp_path_factory.mktemp("hostile") / "ricochet.db"
    with visited(f"sqlite:///{path}") as found:
        yield found


# --- addresses that lead away ---


@pytest.mark.parametrize("path", ["//evil.example/x", "/%5Cevil.example", "/%5C/evil.example"])
def test_no_link_of_an_unknown_page_leads_to_another_host(site: Site, path: str) -> None:
    page = site.stranger().get(f"http://localhost{path}", 404)
    links = re.findall(r'href="([^"]*[?&](?:lang|theme)=[^"]*)"', page)
    assert len(links) >= 4
    assert [link for link in links if link.startswith(("//", "/\\"))] == []


def test_the_way_back_to_a_form_stays_with_us(site: Site) -> None:
    visitor = site.enter(site.riv, Role.MEMBER)
    headers = {"referer": "http://localhost//evil.example/x"}
    page = visitor.post("/account/signout-others", {}, 403, token="wrong", headers=headers).text
    assert 'href="/evil.example/x"' in page and "//evil" not in page


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"])
def test_signing_in_leads_to_no_other_host(site: Site, target: str) -> None:
    response = site.enter(site.riv, Role.MEMBER).client.get("/signin", params={"next": target})
    assert response.status_code == 303
    assert re.match(r"/(?![/\\\t])", response.headers["location"])


def test_a_cookie_that_is_not_ours_says_nothing(site: Site) -> None:
    visitor = site.stranger()
    for value in ("YWJj.YWJj", "YWJj.\xe9", "\xe9.\xe9", "a", "."):
        response = visitor.client.get("/", headers={b"cookie": f"ricochet-said={value}".encode("latin-1")})
        assert response.status_code == 200
        assert 'class="notice good"' not in response.text


# --- tellers ---


def test_a_teller_does_not_inherit_the_owners_confirmation_nor_make_a_passkey(site: Site) -> None:
    owner = site.enter(site.riv, Role.MERCHANT)
    asked = owner.post("/till/tellers/add", {"name": "Bo", "new_pin": "4711"}, 403).text
    assert "data-passkey" in asked, "the owner is asked to have a passkey before there are tellers"
    owner = site.enter(site.riv, Role.MERCHANT, fresh=True)
    owner.get("/till/tellers")
    owner.post("/till/tellers/add", {"name": "Bo", "new_pin": "4711"})
    (bo,) = site.use.association.tellers.of(site.riv.community, site.riv.ben.id)
    owner.post("/till/tellers/enter", {"teller": str(bo.id), "pin": "4711"})
    assert "Is it you?" in owner.post("/till/tellers/leave", {}, 403).text
    assert "Is it you?" in owner.post("/account/passkeys", {"answer": "{}"}, 403).text
    assert "Is it you?" in owner.post("/account/authenticator", {}, 403).text
