"""devices, approve, paper: a further device pays only when the member lets it in, and paper is a device too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from ledger.core.commands import AddKey
from ledger.core.signing import b64, fingerprint
from tests.wallet_devices import Device
from tests.wallet_run import PASSPHRASE, Person, village
from tests.wallet_server import URL, FakeServer
from wallet_cli import paper
from wallet_cli.errors import Misused
from wallet_cli.keystore import Keystore

Village = tuple[FakeServer, Person, Person]
SEED = bytes(range(32))
TEXT = "AAAQ EAYE AUDA OCAJ BIFQ YDIO B4IB CEQT CQKR MFYY DENB WHA5 DYPQ"


@pytest.fixture
def rive(tmp_path: Path) -> Village:
    return village(tmp_path)


@pytest.fixture
def second(tmp_path: Path, rive: Village) -> Person:
    """Ada's other wallet, enrolled by a second code."""
    other = Person(tmp_path / "second", rive[0])
    other.check_run("enroll", "RIV-ADA", "--server", URL, "--label", "second phone")
    return other


def states(person: Person) -> list[tuple[str, str]]:
    return [(each["label"], each["state"]) for each in person.check_run("devices", "--json").json()["devices"]]


def newest(server: FakeServer) -> Device:
    return server.devices[-1]


# --- letting a device in ---


def test_a_further_device_says_that_it_waits_and_what_to_do(tmp_path: Path, rive: Village) -> None:
    server, ada, _bakery = rive
    other = Person(tmp_path / "other", server)
    said = other.check_run("enroll", "RIV-ADA", "--server", URL, "--label", "other")
    assert "It may look; it may not pay yet." in said.out and fingerprint(newest(server).key) in said.out
    assert "ricochet-wallet approve" in said.out and "Another device was let in for you before" in said.err
    assert "paper key now" not in said.out
    assert other.balance() == 5000, "it may look"
    said = other.run("pay", "Bakery", "1", "--yes")
    assert said.exit == 1 and server.world.balances("ada") == (5000,)
    assert states(other) == states(ada) == [(ada_label(ada), "active"), ("other", "waiting")]
    assert "this device, waiting" in other.check_run("devices").out


def ada_label(ada: Person) -> str:
    label: str = ada.check_run("devices", "--json").json()["devices"][0]["label"]
    return label


def test_the_first_device_hears_how_to_make_a_paper_key(tmp_path: Path, rive: Village) -> None:
    server = rive[0]
    server.open("Cleo", "cleo")
    server.codes["RIV-CLEO"] = "Cleo"
    said = Person(tmp_path / "cleo", server).check_run("enroll", "RIV-CLEO", "--server", URL)
    assert "make a paper key now: ricochet-wallet paper" in said.out and said.err == ""


def test_the_first_device_lets_the_second_in(rive: Village, second: Person) -> None:
    server, ada, _bakery = rive
    server.open("Ada", "ada savings")
    assert ada.run("approve", answers=["n"]).exit == 1 and states(second)[1] == ("second phone", "waiting")
    said = ada.check_run("approve", answers=["y"])
    assert fingerprint(newest(server).key) in said.err, "shown before the question"
    assert "second phone may pay now." in said.out
    assert [len(server.world[name].keys) for name in ("ada", "ada savings")] == [2, 2]
    assert states(second)[1] == ("second phone", "active")
    second.check_run("pay", "Bakery", "1", "--from", account(server), "--yes")
    assert ada.run("approve", "--yes").exit == 1, "none waits any more"


def account(server: FakeServer) -> str:
    return str(server.world["ada"].uid)


def test_sending_an_approval_again_after_a_lost_answer_is_safe(rive: Village, second: Person) -> None:
    server, ada, _bakery = rive
    real = server.transport

    def lose(request: httpx2.Request) -> httpx2.Response:
        answer = server.handle(request)
        if request.method == "POST":
            raise httpx2.ReadTimeout("lost", request=request)
        return answer

    server.transport = lambda: httpx2.MockTransport(lose)  # type: ignore[method-assign]
    assert ada.run("approve", "--yes").exit == 3
    server.transport = real  # type: ignore[method-assign]
    ada.check_run("approve", "second phone", "--yes")
    assert len(server.world["ada"].keys) == 2


def test_a_waiting_device_lets_nobody_in(rive: Village, second: Person) -> None:
    said = second.run("approve", "this", "--yes", "--json")
    assert (said.exit, said.json()["error"]["code"]) == (1, "signs_nothing")
    assert [path for method, path, _ in rive[0].seen if method == "POST"] == ["/v1/devices"], "its enrolment only"


def test_when_several_wait_one_must_be_named(tmp_path: Path, rive: Village, second: Person) -> None:
    server, ada, _bakery = rive
    third = Person(tmp_path / "third", server)
    third.check_run("enroll", "RIV-ADA", "--server", URL, "--label", "third")
    said = ada.run("approve", "--yes")
    assert said.exit == 2 and newest(server).id in said.err
    assert ada.run("approve", "fourth", "--yes").exit == 1
    approved = ada.check_run("approve", newest(server).id, "--yes", "--json").json()["approved"]
    assert (approved["label"], approved["state"]) == ("third", "active")
    assert approved["fingerprint"] == fingerprint(newest(server).key), "made here, not believed"


def test_a_server_that_shows_another_key_gets_no_signature(rive: Village, second: Person) -> None:
    server, ada, _bakery = rive

    def swap(request: httpx2.Request) -> httpx2.Response:
        answer = server.handle(request)
        if request.method == "GET" and request.url.path.endswith("/approval"):
            return httpx2.Response(200, json={**answer.json(), "public_key": b64(b"o" * 32)})
        return answer

    server.transport = lambda: httpx2.MockTransport(swap)  # type: ignore[method-assign]
    said = ada.run("approve", "--yes")
    assert said.exit == 5 and "nothing was signed" in said.err
    assert len(server.world["ada"].keys) == 1


def test_enrolling_again_in_the_same_wallet_keeps_the_right_to_pay(rive: Village) -> None:
    _server, ada, _bakery = rive
    said = ada.check_run("enroll", "RIV-ADA", "--server", URL)
    assert "this device is enrolled in Rive" in said.out
    ada.check_run("pay", "Bakery", "1", "--yes")


# --- keys that are none of the member's devices ---


def test_a_key_put_there_before_the_first_device_is_told_in_red(tmp_path: Path, rive: Village) -> None:
    server = rive[0]
    server.open("Cleo", "cleo")
    server.codes["RIV-CLEO"] = "Cleo"
    server.world.do(AddKey, account="cleo", key=b"o" * 32)
    cleo = Person(tmp_path / "cleo", server)
    assert "ask your association who enrolled it" in cleo.check_run("enroll", "RIV-CLEO", "--server", URL).err
    for command in (["devices"], ["devices", "--json"]):
        said = cleo.check_run(*command)
        assert "none of your devices may pay" in said.err and fingerprint(b"o" * 32) in said.err
    (unknown,) = said.json()["unknown"]
    assert unknown["fingerprint"] == fingerprint(b"o" * 32)


def test_an_operators_device_that_came_first_is_listed(tmp_path: Path, rive: Village) -> None:
    server = rive[0]
    server.open("Cleo", "cleo")
    server.codes["RIV-CLEO"] = "Cleo"
    operator, cleo = Person(tmp_path / "operator", server), Person(tmp_path / "cleo", server)
    operator.check_run("enroll", "RIV-CLEO", "--server", URL, "--label", "not mine")
    cleo.check_run("enroll", "RIV-CLEO", "--server", URL, "--label", "mine")
    assert states(cleo) == [("not mine", "active"), ("mine", "waiting")]


def test_revoking_the_last_one_that_pays_is_warned_of(rive: Village, second: Person) -> None:
    _server, ada, _bakery = rive
    assert "shut for ever" in ada.run("revoke", "this", answers=["n"]).err
    ada.check_run("approve", "--yes")
    assert "shut for ever" not in ada.run("revoke", "this", answers=["n"]).err


# --- paper ---


def test_the_text_of_a_seed() -> None:
    text = paper.write(SEED)
    assert text.startswith(TEXT) and [len(group) for group in text.split()] == [4] * 14
    joined, misread = text.replace(" ", ""), text.replace("O", "0").replace("B", "8").replace("I", "1")
    for typed in (text, text.lower(), text.replace(" ", "-"), f" {joined}\n", misread):
        assert paper.read(typed) == SEED


def test_every_sign_that_is_misread_is_noticed() -> None:
    text = paper.write(SEED)
    for at, sign in enumerate(text):
        if sign != " ":
            other = "A" if sign != "A" else "C"
            with pytest.raises(Misused, match="misread"):
                paper.read(text[:at] + other + text[at + 1 :])
    swapped = text[5:10] + text[:5] + text[10:]
    for wrong in (swapped, text[:-1], text + "A", "", text.replace("A", "9"), text.replace("A", "é")):
        with pytest.raises(Misused):
            paper.read(wrong)


def printed(person: Person, *more: str) -> str:
    text: str = person.check_run("paper", "--json", *more).json()["paper"]
    return text


def test_a_paper_key_lets_a_new_device_in_when_every_other_is_lost(tmp_path: Path, rive: Village) -> None:
    server, ada, _bakery = rive
    server.open("Ada", "ada savings")
    said = ada.check_run("paper")
    text = next(line for line in said.out.splitlines() if len(line.split()) == 14)
    assert "not shown again" in said.out and "enroll CODE --paper" in said.out
    assert ("paper", "active") in states(ada)
    ada.check_run("revoke", "this", "--yes")
    new = Person(tmp_path / "new", server)
    told = new.check_run("enroll", "RIV-ADA", "--server", URL, "--paper", answers=["AAAA", text.lower()])
    assert "Welcome Ada: this device is enrolled in Rive." in told.out and "misread" not in told.out
    assert states(new)[-1][1] == "active"
    assert [len(server.world[name].keys) for name in ("ada", "ada savings")] == [2, 2]
    new.check_run("pay", "Bakery", "1", "--from", account(server), "--yes")


def test_a_waiting_device_may_be_let_in_by_paper_later(rive: Village, second: Person, tmp_path: Path) -> None:
    _server, ada, _bakery = rive
    (tmp_path / "paper.txt").write_text(printed(ada) + "\n")
    assert second.run("approve", "this", "--paper", "--yes").exit == 4, "nobody is there to type it"
    second.environ["RICOCHET_WALLET_PAPER_FILE"] = str(tmp_path / "paper.txt")
    second.check_run("approve", "this", "--paper", "--yes")
    second.check_run("pay", "Bakery", "1", "--yes")


def test_another_paper_leaves_the_device_waiting(tmp_path: Path, rive: Village) -> None:
    server, ada, bakery = rive
    text, other = printed(bakery), Person(tmp_path / "other", server)
    said = other.run("enroll", "RIV-ADA", "--server", URL, "--paper", answers=[text])
    assert said.exit == 1 and "lets nobody in" in said.err
    assert states(ada)[-1][1] == "waiting" and other.balance() == 5000


def test_a_misread_paper_does_not_use_the_code_up(tmp_path: Path, rive: Village) -> None:
    server, other = rive[0], Person(tmp_path / "other", rive[0])
    said = other.run("enroll", "RIV-ADA", "--server", URL, "--paper", answers=["x", "y" * 56, "A" * 56])
    assert said.exit == 2 and server.posts("/v1/devices") == []
    (tmp_path / "bad").write_bytes(b"\xff")
    for path in (tmp_path / "bad", tmp_path / "missing"):
        other.environ["RICOCHET_WALLET_PAPER_FILE"] = str(path)
        assert other.run("enroll", "RIV-ADA", "--server", URL, "--paper").exit == 4


def test_a_paper_whose_answer_was_lost_is_printed_the_next_time(rive: Village) -> None:
    server, ada, _bakery = rive

    real = server.transport
    sent: list[httpx2.Request] = []

    def losing(request: httpx2.Request) -> httpx2.Response:
        answer = server.handle(request)
        if request.method == "POST" and not sent:
            sent.append(request)
            raise httpx2.ReadTimeout("lost", request=request)
        return answer

    server.transport = lambda: httpx2.MockTransport(losing)  # type: ignore[method-assign]
    assert ada.run("paper").exit == 3
    seed = paper.read(printed(ada))
    server.transport = real  # type: ignore[method-assign]
    assert [each.label for each in server.devices if each.member == "Ada"].count("paper") == 1
    assert seed not in [kept.device_key for kept in kept_by(ada).values()], "it is on paper only"


def kept_by(person: Person) -> dict[str, Any]:
    return dict(Keystore.open(person.folder / "keystore.json", PASSPHRASE).secrets)


def test_a_refused_paper_is_forgotten_and_a_waiting_device_makes_none(rive: Village, second: Person) -> None:
    server = rive[0]
    said = second.run("paper", "--json")
    assert (said.exit, said.json()["error"]["code"]) == (1, "waiting")
    assert not any(name.startswith("paper:") for name in kept_by(second))
    assert server.posts("/v1/members/me/devices") == []


def test_a_terminal_shows_the_paper_as_a_picture_too(rive: Village) -> None:
    said = rive[1].check_run("paper", terminal=True)
    assert "█" in said.out
