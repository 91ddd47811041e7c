"""What every page has: its headers, its language and brightness, files that browsers keep, problems said plainly."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.identity.brands import Brand
from api.identity.errors import Refused
from api.identity.people import Profile
from api.identity.principal import Role
from api.pages.frame import colours
from ledger.community.membership import MemberKind
from ledger.service import new_id
from tests.pages.visiting import Site, Visitor, visited

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path: Path = tmp_path_factory.mktemp("frame") / "ricochet.db"
    with visited(f"sqlite:///{path}") as found:
        yield found


# --- headers ---


@pytest.mark.parametrize("path", ["/", "/signin", "/account", "/nowhere"])
def test_a_page_may_load_only_what_is_ours_and_is_not_kept(site: Site, path: str) -> None:
    said = site.enter(site.riv, Role.MEMBER).ask("GET", path).headers
    policy = said.get_list("content-security-policy")
    assert len(policy) == 1 and policy[0].startswith("default-src 'self'; img-src 'self' data:")
    assert "unsafe" not in policy[0] and "frame-ancestors 'none'" in policy[0]
    assert said["cache-control"] == "no-store"
    assert (said["x-content-type-options"], said["referrer-policy"]) == ("nosniff", "same-origin")
    assert "camera=(self)" in said["permissions-policy"]


def test_the_api_keeps_its_own_policy_and_takes_no_cookie(site: Site) -> None:
    visitor = site.enter(site.riv, Role.AUDITOR)
    response = visitor.client.get("/v1/members")
    assert response.status_code == 401
    assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response.headers["content-type"].startswith("application/problem+json"), (
        "even for who asks for HTML"
    )


def test_the_cookie_is_safe(tmp_path: Path) -> None:
    for url, name, flags in (
        ("https://riv.example", "__Host-ricochet=", {"HttpOnly", "SameSite=lax", "Path=/", "Secure"}),
        ("http://localhost", "ricochet=", {"HttpOnly", "SameSite=lax", "Path=/"}),
    ):
        with visited(f"sqlite:///{tmp_path / url[:5]}.db", public_url=url) as site:
            link = "/s/" + site.use.identity.links.make(site.riv.community, site.key(site.riv, Role.AUDITOR))
            visitor = site.stranger()
            visitor.client.base_url = url
            visitor.get(link)
            cookies = visitor.post(link, {}, 303).headers.get_list("set-cookie")
            (session,) = (each for each in cookies if each.startswith(name) and len(each.split(";")[0]) > 60)
            assert flags <= {part.strip() for part in session.split(";")}, session


# --- language, brightness ---


def test_the_language_is_the_one_asked_for_then_the_members_then_the_browsers(site: Site) -> None:
    assert '<html lang="en">' in site.stranger("de").get("/")
    assert '<html lang="fr">' in site.stranger("fr-CA, en;q=0.5").get("/")
    uid = new_id()
    english = Profile(name="Eve", kind=MemberKind.PERSON, locale="en")
    site.use.identity.people.create(site.riv.community, uid, english)
    token = site.use.identity.sessions.begin(site.riv.community, site.key(site.riv, Role.MEMBER, uid))
    eve = Visitor(site, token, "fr", chosen=False)
    assert '<html lang="en">' in eve.get("/account")
    assert '<html lang="fr">' in eve.get("/account?lang=fr")
    assert '<html lang="fr">' in eve.get("/account"), "what was chosen is remembered"
    assert '<html lang="fr">' in eve.get("/account?lang=xx")


def test_brightness_is_chosen_and_remembered(site: Site) -> None:
    visitor = site.stranger()
    assert "data-theme" not in visitor.get("/")
    assert 'data-theme="dark"' in visitor.get("/?theme=dark")
    assert 'data-theme="dark"' in visitor.get("/")
    assert "data-theme" not in visitor.get("/?theme=auto")
    assert "data-theme" not in visitor.get('/?theme="><script>')


# --- files ---


def test_files_are_named_by_their_content_and_kept_for_ever(site: Site) -> None:
    visitor = site.stranger()
    page = visitor.get("/")
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert len(addresses) >= 4
    for address in addresses:
        response = visitor.client.get(address)
        assert response.status_code == 200, address
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert re.search(r"\.[0-9a-f]{10}\.\w+$", address)
    assert visitor.client.get("/static/app.css").status_code == 404
    assert visitor.client.get("/static/..%2f..%2fsettings.py").status_code == 404


def test_the_first_page_is_light(site: Site) -> None:
    """Under 100 KB with everything that it fetches, and at most three style sheets and scripts."""
    visitor = site.stranger()
    visitor.client.headers["accept-encoding"] = "gzip"
    page = visitor.get("/signin")
    addresses = re.findall(r'(?:<link rel="stylesheet" href|<script type="module" src)="([^"]+)"', page)
    frame = visitor.client.get(next(each for each in addresses if "frame." in each)).text
    lazily = re.findall(r'import\("\./(passkey[^"]+)"\)', frame)
    addresses += [f"/static/{name}" for name in lazily]
    assert len(lazily) == 1 and len(addresses) == 3
    sent = len(page.encode())
    for address in addresses:
        response = visitor.client.get(address)
        assert response.headers["content-encoding"] == "gzip"
        sent += len(gzip.compress(response.content))
    assert sent < 40_000, sent


def test_modules_are_linked_by_the_names_they_are_served_under(site: Site) -> None:
    statics = site.pages.statics
    frame = statics.get(statics.url("frame.js").removeprefix("/static/"))
    assert frame is not None
    imported = re.findall(r'import\("\./([^"]+)"\)', frame.plain.decode())
    assert len(imported) == 4 and all(statics.get(name) for name in imported)
    enrol = statics.get(statics.url("enrol.js").removeprefix("/static/"))
    assert enrol is not None and statics.url("device.js").removeprefix("/static/") in enrol.plain.decode()


def test_no_comment_and_no_foreign_address_is_served(site: Site) -> None:
    for name in site.pages.statics.modules():
        asset = site.pages.statics.get(name)
        assert asset is not None
        text = asset.plain.decode()
        assert "/**" not in text and "http://" not in text and "https://" not in text, name


# --- a community's face ---


def test_a_community_has_its_name_colours_and_logo(site: Site) -> None:
    identity, community = site.use.identity, site.riv.community
    identity.communities.call(community, "Rivage")
    identity.brands.put(
        community, Brand(accent="#ffee00", second="#000000", logo=PNG, timezone="America/Cayenne")
    )
    site.pages.faces.forget(community)
    visitor = site.enter(site.riv, Role.OPERATOR)
    page = visitor.get("/account")
    sheet = re.search(r'href="(/brand/RIV/app\.[0-9a-f]+\.css)"', page)
    logo = re.search(r'src="(/brand/RIV/logo-[0-9a-f]+)"', page)
    assert sheet and logo and "Rivage</title>" in page
    said = visitor.client.get(sheet[1])
    assert "immutable" in said.headers["cache-control"]
    accent = re.findall(r"--accent:(#[0-9a-f]{6});--on-accent:(#[0-9a-f]{6})", said.text)
    assert len(accent) == 3
    for (colour, on), ground in zip(
        accent, [colours.LIGHT_GROUND, colours.DARK_GROUND, colours.DARK_GROUND], strict=True
    ):
        assert colours.contrast(colour, ground) >= colours.LEAST, "yellow on white is made legible"
        assert colours.contrast(colour, on) >= colours.LEAST
    shown = visitor.client.get(logo[1])
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert visitor.client.get("/brand/RIV/app.0123456789.css").headers["cache-control"] == "no-cache"
    assert "Rivage" in visitor.client.get("/manifest.webmanifest").json()["name"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"accent": "red"}, "accent"), ({"second": "#12345"}, "second"), ({"timezone": "Mars/Base"}, "timezone"),
     ({"logo": b"<svg onload=alert(1)>"}, "logo"), ({"logo": PNG + bytes(70_000)}, "logo")],
)  # fmt: skip
def test_what_cannot_be_a_brand_is_refused(site: Site, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        site.use.identity.brands.put(site.riv.community, replace(Brand(), **changes))  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    "colour", ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#808080", "#777777", "#ffee00"]
)
def test_every_colour_becomes_legible(colour: str) -> None:
    for dark, ground in ((False, colours.LIGHT_GROUND), (True, colours.DARK_GROUND)):
        made = colours.accent(colour, dark=dark)
        assert colours.contrast(made.colour, ground) >= colours.LEAST
        assert colours.contrast(made.colour, made.on) >= colours.LEAST


def test_a_good_colour_stays_as_it_is() -> None:
    assert colours.accent("#0d6658", dark=False).colour == "#0d6658"
    assert colours.contrast("#000000", "#ffffff") == 2100


# --- addresses ---


def test_this_machine_has_one_name(site: Site) -> None:
    visitor = site.stranger()
    visitor.client.base_url = "http://127.0.0.1:8000"
    sent = visitor.client.get("/signin?next=%2Faccount")
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        "http://localhost:8000/signin?next=%2Faccount",
    )


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_nobody_is_sent_elsewhere_after_signing_in(site: Site, target: str) -> None:
    visitor = site.enter(site.riv, Role.AUDITOR)
    sent = visitor.client.get("/signin", params={"next": target})
    assert (sent.status_code, sent.headers["location"]) == (303, "/")
    assert visitor.client.get("/signin", params={"next": "/account"}).headers["location"] == "/account"
