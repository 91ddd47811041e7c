"""Passkeys: made, used, refused; a challenge is answered once, by the browser that asked, for this site only."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from api.identity.errors import Refused
from api.identity.passkeys import CHALLENGE_LIFE, Site, site_of
from api.identity.principal import Role
from api.identity.sessions import Session
from ledger.service import new_id
from tests.integration.passkey_device import PRESENT, PasskeyDevice
from tests.integration.town import Town, open_town

SITE = Site("riv.example", "https://riv.example")
BROWSER = "the cookie of this browser"


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


def signed_in(town: Town, role: Role = Role.TREASURER) -> Session:
    found = town.identity.sessions.find(town.identity.sessions.begin(town.community, town.key(role).key.id))
    assert found is not None
    return found


def register(town: Town, mine: Session, device: PasskeyDevice) -> None:
    passkeys = town.identity.passkeys
    passkeys.register(
        SITE, mine, BROWSER, device.make(passkeys.offer(SITE, mine, BROWSER, "Rivage")), "my phone"
    )


def expect_refused(
    town: Town, answer: str, mine: Session | None = None, bound: str = BROWSER, site: Site = SITE
) -> None:
    with pytest.raises(Refused) as refused:
        town.identity.passkeys.check(site, bound, answer, mine)
    assert refused.value.code == "passkey_refused"


def test_a_passkey_is_made_and_signs_in(town: Town) -> None:
    mine, device, passkeys = signed_in(town), PasskeyDevice(), town.identity.passkeys
    register(town, mine, device)
    found = passkeys.check(SITE, BROWSER, device.answer(passkeys.ask(SITE, BROWSER)))
    assert (found.community, found.key, found.label) == (town.community, mine.principal.key, "my phone")
    assert (
        passkeys.check(SITE, BROWSER, device.answer(passkeys.ask(SITE, BROWSER, mine)), mine).id == found.id
    )
    (kept,) = passkeys.of(town.community, found.key)
    assert kept.used_at is not None


def test_an_answer_is_taken_once_in_time_and_from_the_browser_that_was_asked(town: Town) -> None:
    mine, device, passkeys = signed_in(town), PasskeyDevice(), town.identity.passkeys
    register(town, mine, device)
    answer = device.answer(passkeys.ask(SITE, BROWSER))
    expect_refused(town, answer, bound="another browser")
    passkeys.check(SITE, BROWSER, answer)
    expect_refused(town, answer)
    late = device.answer(passkeys.ask(SITE, BROWSER))
    town.clock.now += CHALLENGE_LIFE
    expect_refused(town, late)
    expect_refused(town, device.answer(json.dumps({"challenge": "bWFkZSB1cA"})))


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://riv.example.evil"}, {"host": "evil.example"}, {"flags": PRESENT}],
    ids=["another origin", "another host", "nobody verified"],
)
def test_an_answer_from_elsewhere_or_of_nobody_is_refused(town: Town, wrong: dict[str, object]) -> None:
    mine, device, passkeys = signed_in(town), PasskeyDevice(), town.identity.passkeys
    for name, value in wrong.items():
        setattr(device, name, value)
    with pytest.raises(Refused, match="could not be checked"):
        register(town, mine, device)
    honest = PasskeyDevice()
    register(town, mine, honest)
    for name, value in wrong.items():
        setattr(honest, name, value)
    expect_refused(town, honest.answer(passkeys.ask(SITE, BROWSER)))


def test_a_copied_passkey_is_noticed_by_its_count(town: Town) -> None:
    mine, device, passkeys = signed_in(town), PasskeyDevice(), town.identity.passkeys
    register(town, mine, device)
    passkeys.check(SITE, BROWSER, device.answer(passkeys.ask(SITE, BROWSER)))
    device.count = 0
    expect_refused(town, device.answer(passkeys.ask(SITE, BROWSER)))


def test_somebody_elses_passkey_confirms_nothing(town: Town) -> None:
    mine, other = signed_in(town), signed_in(town, Role.OPERATOR)
    device, passkeys = PasskeyDevice(), town.identity.passkeys
    register(town, other, device)
    expect_refused(town, device.answer(passkeys.ask(SITE, BROWSER, mine)), mine)


def test_a_forged_signature_is_refused(town: Town) -> None:
    mine, device, passkeys = signed_in(town), PasskeyDevice(), town.identity.passkeys
    register(town, mine, device)
    thief = PasskeyDevice(credential=device.credential)
    expect_refused(town, thief.answer(passkeys.ask(SITE, BROWSER)))
    expect_refused(town, PasskeyDevice().answer(passkeys.ask(SITE, BROWSER)))


@pytest.mark.parametrize(
    "answer", ["", "{}", "null", "[]", '{"rawId": 5, "response": {"clientDataJSON": "e30"}}', "\x00"]
)
def test_what_is_no_answer_is_refused(town: Town, answer: str) -> None:
    expect_refused(town, answer)


def test_a_passkey_is_registered_once_and_revoked_for_good(town: Town) -> None:
    mine, device, passkeys = signed_in(town), PasskeyDevice(), town.identity.passkeys
    register(town, mine, device)
    with pytest.raises(Refused) as refused:
        register(town, mine, device)
    assert refused.value.code == "passkey_known"
    key = mine.principal.key
    assert key is not None
    (kept,) = passkeys.of(town.community, key)
    for community, owner in ((new_id(), key), (town.community, new_id())):
        with pytest.raises(Refused, match="no such passkey"):
            passkeys.revoke(community, owner, kept.id)
    passkeys.revoke(town.community, key, kept.id)
    expect_refused(town, device.answer(passkeys.ask(SITE, BROWSER)))
    assert passkeys.of(town.community, key) == []


@pytest.mark.parametrize(
    ("url", "host", "origin", "can"),
    [
        ("https://riv.example", "riv.example", "https://riv.example", True),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000", True),
        ("http://[::1]:8000", "localhost", "http://localhost:8000", True),
        ("http://192.0.2.7:8000", "192.0.2.7", "http://192.0.2.7:8000", False),
        ("", "localhost", "http://localhost", True),
    ],
)
def test_the_site_of_a_server(url: str, host: str, origin: str, can: bool) -> None:
    found = site_of(url)
    assert (found.host, found.origin, found.can) == (host, origin, can)
