"""`/account` without a browser: confirming with an authenticator app, signing out, devices; and the links that let in."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import update

from api.identity.principal import Role
from api.identity.schema import session
from api.identity.sessions import Session
from api.pages.frame.form import CODE
from ledger.core.signing import b64
from ledger.service import new_id
from tests.integration.town import Phone
from tests.pages.visiting import Site, Visitor, visited


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path: Path = tmp_path_factory.mktemp("account") / "ricochet.db"
    with visited(f"sqlite:///{path}") as found:
        yield found


def with_app(site: Site) -> tuple[Visitor, pyotp.TOTP]:
    """An operator who has just set an authenticator app up."""
    office = site.enter(site.riv, Role.OPERATOR)
    office.get("/account/authenticator")
    office.post("/account/authenticator", {})
    page = office.get("/account/authenticator")
    secret = re.search(r'<p class="mono">([A-Z2-7]+)</p>', page)
    assert secret and '<svg role="img" aria-label="QR code for your authenticator app"' in page
    app = pyotp.TOTP(secret[1])
    wrong = office.post("/account/authenticator/code", {"code": "12"}, 422).text
    assert "This code is not good; type the newest one of your app." in wrong
    office.post("/account/authenticator/code", {"code": app.now()})
    return office, app


def test_an_app_confirms_and_the_form_goes_on(site: Site) -> None:
    office, app = with_app(site)
    assert "The authenticator app is set up." in office.get("/account")
    office.post("/account/authenticator/removal", {})  # its first code was a confirmation
    office, app = with_app(site)
    pass_five_minutes(site)
    asked = office.post("/account/authenticator/removal", {"kept": "<b>this</b>"}, 403).text
    assert "Is it you?" in asked and 'name="kept" value="&lt;b&gt;this&lt;/b&gt;"' in asked
    done = office.post("/account/authenticator/removal", {CODE: app.at(int(time.time()) + 30)})
    assert done.headers["location"] == "/account"
    assert "The authenticator app is removed." in office.get("/account")


def test_a_wrong_code_leaves_everything_as_it_was(site: Site) -> None:
    office, _ = with_app(site)
    pass_five_minutes(site)
    asked = office.post("/account/authenticator/removal", {CODE: "000000", "kept": "this"}, 422).text
    assert "Is it you?" in asked and "This code is not good" in asked and 'name="kept" value="this"' in asked
    mine = session_of(site, office)
    assert mine.principal.key is not None
    assert site.use.identity.authenticators.has(mine.community, mine.principal.key)


def test_without_any_way_to_confirm_the_page_says_how_to_get_one(site: Site) -> None:
    office = site.enter(site.riv, Role.TREASURER)
    asked = office.post("/account/authenticator/removal", {}, 403).text
    assert "Make a passkey and go on" in asked and 'href="/account/authenticator"' in asked


def test_signing_out_ends_the_session_and_the_cookie(site: Site) -> None:
    visitor = site.enter(site.riv, Role.AUDITOR)
    cookie = visitor.client.cookies["ricochet"]
    visitor.get("/account")
    said = visitor.post("/signout", {})
    assert any(each.startswith('ricochet="";') for each in said.headers.get_list("set-cookie"))
    assert site.use.identity.sessions.find(cookie) is None
    visitor.get("/account", 303)


def test_a_link_signs_in_once(site: Site) -> None:
    link = "/s/" + site.use.identity.links.make(site.riv.community, site.key(site.riv, Role.AUDITOR))
    one, two = site.stranger(), site.stranger()
    assert "auditor desk" in one.get(link) and "auditor desk" in two.get(link)
    assert one.post(link, {}).headers["location"] == "/"
    assert one.get("/", 303) == ""
    assert "This link was used or is too old" in two.post(link, {}, 403).text


def test_a_new_session_is_not_one_that_somebody_knew_before(site: Site) -> None:
    """No fixation: the cookie after signing in is fresh, and forms of before are worth nothing."""
    visitor = site.stranger()
    link = "/s/" + site.use.identity.links.make(site.riv.community, site.key(site.riv, Role.AUDITOR))
    visitor.get(link)
    before = visitor._token
    visitor.client.cookies.set("ricochet", "x" * 52)
    visitor.client.cookies.delete("ricochet")
    visitor.post(link, {})
    assert len(visitor.client.cookies["ricochet"]) == 52
    visitor.post("/signout", {}, 403, token=before)


def test_a_first_device_signs_and_a_second_waits(site: Site) -> None:
    member = site.riv.join("Nina", site.use.identity.people.get(site.riv.community, site.riv.ada.id).kind)
    first, second = Phone(), Phone()
    for phone, said in ((first, "This device is yours"), (second, "One more step")):
        visitor = site.stranger()
        link = "/e/" + site.use.identity.devices.invite(site.riv.community, member.id, new_id())[0]
        visitor.get(link)
        sent = visitor.post(link, {"public_key": b64(phone.public_key), "label": ""})
        assert sent.headers["location"] == "/welcome"
        assert said in visitor.get("/welcome?lang=en")
    keys = site.use.ledger.reader.account(site.riv.community, member.account).keys
    assert keys == (first.public_key,)


@pytest.mark.parametrize("key", ["", "AAAA", "A" * 42, "é" * 43, "A" * 500])
def test_what_is_no_key_is_refused_and_the_code_still_works(site: Site, key: str) -> None:
    visitor = site.stranger()
    link = "/e/" + site.use.identity.devices.invite(site.riv.community, site.riv.ben.id, new_id())[0]
    visitor.get(link)
    visitor.post(link, {"public_key": key}, 422)
    assert visitor.post(link, {"public_key": b64(Phone().public_key)}).headers["location"] == "/welcome"


def test_what_was_said_once_is_said_once(site: Site) -> None:
    visitor = site.enter(site.riv, Role.AUDITOR)
    visitor.get("/account")
    visitor.post("/account/signout-others", {})
    assert "Every other browser is signed out." in visitor.get("/account")
    assert "Every other browser is signed out." not in visitor.get("/account")
    visitor.client.cookies.set("ricochet-said", "PGI-ZXZpbA.AAAA")
    assert "evil" not in visitor.get("/account")


def session_of(site: Site, visitor: Visitor) -> Session:
    """The session that a visitor's cookie is of."""
    found = site.use.identity.sessions.find(visitor.client.cookies["ricochet"])
    assert found is not None
    return found


def pass_five_minutes(site: Site) -> None:
    """No confirmation is fresh any more."""
    with site.use.ledger.database.write.begin() as connection:
        connection.execute(update(session).values(step_up_until=0))
