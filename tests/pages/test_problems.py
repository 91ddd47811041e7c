"""Problems said plainly: what went wrong and what to do, as a page for browsers, whatever failed."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.identity.principal import Role
from api.pages.frame.site import Pages
from ledger.service import new_id
from tests.pages.visiting import SITE, Site, visited


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path: Path = tmp_path_factory.mktemp("problems") / "ricochet.db"
    with visited(f"sqlite:///{path}") as found:
        yield found


def test_a_problem_is_a_page_for_browsers_and_a_document_for_programs(site: Site) -> None:
    visitor = site.enter(site.riv, Role.MEMBER, lang="fr")
    page = visitor.get("/nowhere?lang=fr", 404)
    assert "Il n’y a rien ici" in page and "Ada" in page
    visitor.client.headers["accept"] = "application/json"
    assert visitor.client.get("/nowhere").json()["code"] == "not_found"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_page_that_fails_is_answered_by_a_calm_one(
    site: Site, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """Whatever fails: what the page shows, what a community's pages need, or the frame itself."""
    visitor = site.enter(site.riv, Role.MEMBER, lang=lang)
    visitor.client = TestClient(
        visitor.client.app, base_url=SITE, cookies=visitor.client.cookies, headers=dict(visitor.client.headers),
        raise_server_exceptions=False,
    )  # fmt: skip

    def fails(*_: object) -> None:
        raise RuntimeError("a bug with Ada in it")

    for where, name, dressed in (
        (site.use.identity.passkeys, "of", True), (site.pages.faces, "_read", True), (Pages, "render", False),
    ):  # fmt: skip
        site.pages.faces.forget(site.riv.community)
        with monkeypatch.context() as broken:
            broken.setattr(where, name, fails)
            response = visitor.client.get("/account")
        text = html.unescape(response.text)
        assert response.status_code == 500 and response.headers["x-request-id"], name
        assert {"en": "That did not work", "fr": "Cela n’a pas marché"}[lang] in text, name
        assert f'<html lang="{lang}"' in text and 'href="/"' in text and "with Ada in it" not in text, name
        assert ('rel="stylesheet"' in text) is dressed, name
        assert response.headers["content-security-policy"].startswith("default-src 'self'"), name


def test_a_form_of_long_ago_says_what_to_do(site: Site) -> None:
    visitor = site.enter(site.riv, Role.MEMBER)
    said = visitor.post(
        "/account/signout-others", {}, 403, token="old", headers={"referer": "http://localhost/account"}
    )
    assert "This form is too old or not ours" in said.text and 'href="/account"' in said.text


def test_a_form_of_another_site_or_browser_does_nothing(site: Site) -> None:
    visitor, other = site.enter(site.riv, Role.MEMBER), site.enter(site.riv, Role.MEMBER)
    for which in (visitor, other):
        which.get("/account")
    visitor.post("/signout", {}, 403, token=other._token)
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        visitor.post("/signout", {}, 403, headers=headers)
    assert "Ada" in visitor.get("/account")
    done = visitor.post(
        "/signout", {}, headers={"sec-fetch-site": "same-origin", "origin": "http://localhost"}
    )
    assert done.headers["location"] == "/signin"


def test_a_refused_form_is_shown_again_with_what_was_typed(site: Site) -> None:
    visitor = site.stranger()
    visitor.get("/e/RIV-0000-0000-0000")
    said = visitor.post("/e/RIV-0000-0000-0000", {"public_key": "A" * 43, "label": "My phone"}, 403).text
    assert "This code is not good" in said and 'value="My phone"' in said and "data-focus" in said


def test_a_wrong_role_gets_a_page_that_says_so(site: Site) -> None:
    said = site.enter(site.riv, Role.TREASURER).get(f"/account/devices/{new_id()}", 403)
    assert "This page is not for you" in said and "devices.awaited" not in said
