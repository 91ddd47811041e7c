"""What somebody could try through a browser: addresses that lead away, cookies of theirs, names that are programs, tellers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api.identity.principal import Role
from ledger.service import new_id
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


# --- text that is a program, or no text ---

PROGRAM = '"><script>x()</script>'


def test_names_messages_and_searches_are_never_a_program(site: Site) -> None:
    office, ada, ben = (
        site.enter(site.riv, role, fresh=True) for role in (Role.OPERATOR, Role.MEMBER, Role.MERCHANT)
    )
    member = {"uid": str(new_id()), "name": PROGRAM, "place": PROGRAM, "contact": PROGRAM, "listed": "on", "unit": "RIV"}
    office.get("/desk/members/new")
    profile = office.post("/desk/members/new", member).headers["location"]
    office.post("/desk/brand", {"name": PROGRAM})
    ben.get("/till")
    ben.post("/till/tellers/add", {"name": PROGRAM, "new_pin": "4711"})
    sale = {"uid": str(new_id()), "account": str(site.riv.ben.account), "amount": "1", "memo": PROGRAM}
    at = ben.post("/till", sale).headers["location"]
    asked = re.search(r"/p/\w+", ben.get(at))
    assert asked is not None
    query = "%22%3E%3Cscript%3Ex()"
    pages = [(office, each) for each in ("/desk", profile, "/desk/members", "/desk/brand", f"/desk/members?q={query}")]
    pages += [(ben, each) for each in ("/till", "/till/tellers", at)]
    pages += [(ada, each) for each in ("/wallet/places", asked[0], f"/wallet/pay?q={query}", f"/wallet/places?q={query}")]
    pages += [(site.stranger(), each) for each in (asked[0], "/join/RIV", f"/signin?next=/{query}", "/observatory")]
    for who, path in pages:
        answer = who.client.get(path)
        assert answer.status_code == 200 and "<script>x" not in answer.text, path


def test_a_logo_that_is_too_large_is_refused_at_its_field(site: Site) -> None:
    office = site.enter(site.riv, Role.OPERATOR)
    office.get("/desk/brand")
    files = {"logo": ("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(400_000))}
    assert "must have at most 64 KB" in office.post("/desk/brand", {"name": "Rivage"}, 422, files=files).text
    program = {"logo": ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>")}
    assert "PNG, JPEG or WebP" in office.post("/desk/brand", {"name": "Rivage"}, 422, files=program).text


def test_a_number_that_no_column_takes_is_refused(site: Site) -> None:
    office = site.enter(site.riv, Role.OPERATOR)
    made = site.use.association.agreements.open(site.riv.community, site.riv.ben.id, {}, site.riv.ada.id, date(2026, 1, 1))
    office.get(f"/desk/members/files/{made.id}")
    for version in ("99999999999999999999", "-1", str(2**31)):
        sent = office.ask("POST", f"/desk/members/files/{made.id}/step", {"step": "submitted", "version": version})
        assert sent.status_code == 422, version


def test_control_characters_reach_no_database(engine_url: str) -> None:
    with visited(engine_url) as site:
        office = site.enter(site.riv, Role.OPERATOR)
        office.get("/desk/members/new")
        uid = new_id()
        office.post("/desk/members/new", {"uid": str(uid), "name": "A\0d\x1ba", "contact": "\0"})
        assert site.use.identity.people.get(site.riv.community, uid).name == "Ada"
        stranger = site.stranger()
        for path in ("/desk/members?q=%00", "/join/RI%00", "/brand/RI%00/app.css", "/s/%00", "/v1/checkpoints/latest?community=%00"):
            assert office.client.get(path).status_code == stranger.client.get(path).status_code == 404, path


# --- tellers ---


def test_a_teller_does_not_inherit_the_owners_confirmation_nor_make_a_passkey(site: Site) -> None:
    owner = site.enter(site.riv, Role.MERCHANT)
    asked = owner.post("/till/tellers/add", {"name": "Bo", "new_pin": "4711"}, 403).text
    assert "data-passkey" in asked, "the owner is asked to have a passkey before there are tellers"
    owner = site.enter(site.riv, Role.MERCHANT, fresh=True)
    owner.get("/till/tellers")
    owner.post("/till/tellers/add", {"name": "Bo", "new_pin": "4711"})
    (bo,) = (each for each in site.use.association.tellers.of(site.riv.community, site.riv.ben.id) if each.name == "Bo")
    owner.post("/till/tellers/enter", {"teller": str(bo.id), "pin": "4711"})
    assert "Is it you?" in owner.post("/till/tellers/leave", {}, 403).text
    assert "Is it you?" in owner.post("/account/passkeys", {"answer": "{}"}, 403).text
    assert "Is it you?" in owner.post("/account/authenticator", {}, 403).text
