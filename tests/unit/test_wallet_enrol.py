"""init, enroll, devices, revoke: where a wallet belongs, and what locks it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.wallet_run import Person, village
from tests.wallet_server import URL, FakeServer
from tests.world import uid
from wallet_cli.server import checked_url

Village = tuple[FakeServer, Person, Person]


@pytest.fixture
def rive(tmp_path: Path) -> Village:
    return village(tmp_path)


@pytest.fixture
def newcomer(tmp_path: Path, rive: Village) -> Person:
    server = rive[0]
    server.open("Cleo", "cleo")
    server.codes["RIV-CLEO"] = "Cleo"
    return Person(tmp_path / "cleo", server)


def test_init_then_enroll(newcomer: Person) -> None:
    said = newcomer.check_run("init", "--server", URL)
    assert "Keep the passphrase" in said.out and newcomer.server.seen == []
    said = newcomer.check_run("enroll", "riv-cleo", "--label", "old phone")
    assert "Welcome Cleo: this device is enrolled in Rive." in said.out and newcomer.server.vkey in said.out
    assert newcomer.run("init").exit == 1
    (device,) = newcomer.check_run("devices", "--json").json()["devices"]
    assert (device["label"], device["this"]) == ("old phone", True)


def test_a_link_says_the_server_and_the_code(newcomer: Person) -> None:
    newcomer.check_run("enroll", f"{URL}/e/RIV-CLEO")
    assert newcomer.balance() == 0
    for link in (f"{URL}/RIV-CLEO", f"{URL}/e/", "http://example.org/e/RIV-CLEO"):
        assert newcomer.run("enroll", link).exit == 2


def test_the_passphrase_is_asked_for_twice(newcomer: Person) -> None:
    newcomer.environ = {"RICOCHET_WALLET_PASSPHRASE": ""}
    assert newcomer.run("init", answers=["short"]).exit == 2
    assert newcomer.run("init", answers=["long enough", "long enouhg"]).exit == 1
    newcomer.check_run("init", answers=["long enough", "long enough"])
    assert newcomer.run("enroll", "RIV-CLEO", "--server", URL).exit == 4, "nobody is there to type it"
    newcomer.check_run("enroll", "RIV-CLEO", "--server", URL, answers=["wrong one", "long enough"])
    assert newcomer.run("balance", answers=["a" * 8, "b" * 8, "c" * 8]).exit == 4


def test_the_passphrase_may_come_from_a_file(newcomer: Person, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("long enough\n")
    newcomer.environ = {"RICOCHET_WALLET_PASSPHRASE_FILE": str(tmp_path / "secret")}
    newcomer.check_run("enroll", "RIV-CLEO", "--server", URL)
    newcomer.environ = {"RICOCHET_WALLET_PASSPHRASE": "long enough"}
    newcomer.check_run("balance")
    newcomer.environ = {"RICOCHET_WALLET_PASSPHRASE_FILE": str(tmp_path / "missing")}
    assert newcomer.run("balance").exit == 4


def test_a_code_that_is_not_good(newcomer: Person) -> None:
    said = newcomer.run("enroll", "RIV-WRONG", "--server", URL)
    assert said.exit == 1 and "ask the association for a new one" in said.err
    assert newcomer.run("balance").exit == 4


def test_an_enrolment_whose_answer_is_lost_is_sent_again_with_the_same_key(newcomer: Person) -> None:
    server = newcomer.server
    sent: list[str] = []

    def lose(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content)["public_key"])
        raise httpx2.ReadTimeout("lost", request=request)

    newcomer.server = server
    real, server.transport = server.transport, lambda: httpx2.MockTransport(lose)  # type: ignore[method-assign]
    assert newcomer.run("enroll", "RIV-CLEO", "--server", URL).exit == 3
    server.transport = real  # type: ignore[method-assign]
    newcomer.check_run("enroll", "RIV-CLEO", "--server", URL)
    assert sent == [body["public_key"] for body in server.posts("/v1/devices")]


def test_a_community_that_shows_another_key_is_refused(rive: Village) -> None:
    server, ada, _bakery = rive
    server.signing_key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    said = ada.run("enroll", "RIV-ADA", "--server", URL)
    assert said.exit == 5 and "another key" in said.err


def test_a_community_whose_key_was_handed_on_is_known_again(rive: Village) -> None:
    server, ada, _bakery = rive
    for _ in range(2):
        server.change_signing_key()
    said = ada.check_run("enroll", "RIV-ADA", "--server", URL, "--json").json()
    assert said["vkey"] == server.vkey
    server.signing_key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert ada.run("enroll", "RIV-ADA", "--server", URL).exit == 5


def test_without_enrolment_everything_says_how_to_begin(tmp_path: Path, rive: Village) -> None:
    nobody = Person(tmp_path / "nobody", rive[0])
    for command in (
        ["balance"],
        ["pay", "Bakery", "1"],
        ["request", "1"],
        ["who"],
        ["history"],
        ["receipt", "save"],
    ):
        said = nobody.run(*command)
        assert said.exit == 4 and "ricochet-wallet enroll CODE --server URL" in said.err, command


def test_a_lost_device_is_revoked_and_cannot_pay(rive: Village, tmp_path: Path) -> None:
    server, ada, _bakery = rive
    lost = Person(tmp_path / "lost", server)
    lost.check_run("enroll", "RIV-ADA", "--server", URL, "--label", "lost phone")
    assert "lost phone" in ada.check_run("devices").out
    assert ada.run("revoke", "lost phone", answers=["n"]).exit == 1
    assert ada.run("revoke", "no phone", "--yes").exit == 1
    assert "cannot pay any more" in ada.check_run("revoke", "lost phone", answers=["y"]).out
    said = lost.run("pay", "Bakery", "1", "--yes")
    assert said.exit == 4 and "revoked" in said.err and server.world.balances("ada") == (5000,)
    ada.check_run("pay", "Bakery", "1", "--yes")


def test_revoking_this_device_forgets_its_keys(rive: Village) -> None:
    _server, ada, _bakery = rive
    ada.check_run("revoke", "this", "--yes")
    said = ada.run("balance")
    assert said.exit == 4 and "was revoked in Rive" in said.err
    ada.check_run("enroll", "RIV-ADA", "--server", URL)
    assert ada.balance() == 5000


def test_a_wallet_in_two_communities_must_say_which(rive: Village) -> None:
    _server, ada, _bakery = rive
    path = ada.folder / "wallet.json"
    profile = json.loads(path.read_text())
    profile["enrolments"].append(
        {**profile["enrolments"][0], "community": str(uid("other")), "code": "SOL", "name": "Sol"}
    )
    path.write_text(json.dumps(profile))
    assert "enrolled in RIV, SOL" in ada.run("balance").err
    ada.check_run("balance", "--community", "riv")
    assert ada.run("balance", "--community", "NON").exit == 2


def test_a_damaged_profile_is_said_so(rive: Village) -> None:
    _server, ada, _bakery = rive
    (ada.folder / "wallet.json").write_text("{")
    said = ada.run("balance")
    assert said.exit == 4 and "damaged" in said.err


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "https://example.org/", "http://localhost", "https://example.org/riv"]
)
def test_addresses_that_are_taken(url: str) -> None:
    assert checked_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "ftp://example.org",
        "http://example.org",
        "https://",
        "https://a@b.org",
        "http://[",
        "https://x.org/?q",
    ],
)
def test_addresses_that_are_refused(newcomer: Person, url: str) -> None:
    assert newcomer.run("enroll", "RIV-CLEO", "--server", url).exit == 2
    assert newcomer.server.seen == []


def test_plain_http_can_be_insisted_on() -> None:
    assert checked_url("http://example.org", insecure=True) == "http://example.org"


def test_a_server_that_is_something_else(newcomer: Person) -> None:
    page = httpx2.MockTransport(lambda _request: httpx2.Response(200, text="<html>"))
    newcomer.server.transport = lambda: page  # type: ignore[method-assign]
    said = newcomer.run("enroll", "RIV-CLEO", "--server", URL)
    assert said.exit == 3 and "not a Ricochet server" in said.err
