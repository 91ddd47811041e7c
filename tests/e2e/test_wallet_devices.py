"""Several devices of one member, with programs of their own and a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.e2e.village import Wallet, found, ricochet, serving


@dataclass
class House:
    """A running server, Ada's enrolled wallet, and three more codes for her."""

    url: str
    ada: Wallet
    codes: list[str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    codes, _ = found(folder / "server")
    said = ricochet(folder / "server", "api-key", "create", "RIV", "--role", "operator")
    operator = {"authorization": f"Bearer {re.findall(r'rico_[0-9a-z]+', said)[0]}"}
    ada = Wallet(folder / "ada")
    with serving(folder / "server") as url:
        told = ada.check_run("enroll", codes["Ada Exemple"], "--server", url, "--label", "first phone")
        assert "make a paper key now" in told.out
        members = httpx2.get(f"{url}/v1/members", headers=operator).json()["items"]
        (member,) = [each["id"] for each in members if each["name"] == "Ada Exemple"]
        asked = [httpx2.post(f"{url}/v1/members/{member}/enrolments", headers=operator) for _ in range(3)]
        yield House(url, ada, [each.json()["code"] for each in asked])


def states(wallet: Wallet) -> dict[str, str]:
    """State by name of device."""
    return {each["label"]: each["state"] for each in wallet.check_run("devices", "--json").json()["devices"]}


def test_the_first_telephone_lets_the_second_in(house: House, tmp_path: Path) -> None:
    second = Wallet(tmp_path / "second")
    told = second.check_run("enroll", house.codes[0], "--server", house.url, "--label", "second", "--json").json()
    assert told["state"] == "waiting" and states(second)["second"] == "waiting"
    refused = second.run("pay", "Bakery 3", "1", "--yes", "--json")
    assert (refused.exit, refused.json()["error"]["code"]) == (1, "signature_invalid")
    assert house.ada.run("approve").exit == 2, "nobody is there to compare"
    assert told["fingerprint"] in house.ada.check_run("approve", "--yes").err
    assert states(second)["second"] == "active"
    second.check_run("pay", "Bakery 3", "1", "--yes")
    french = second.run("approve", "--yes", "--lang", "fr")
    assert french.exit == 1 and "Aucun de vos appareils n'attend." in french.err


def test_paper_lets_a_telephone_in_when_the_others_are_lost(house: House, tmp_path: Path) -> None:
    made = house.ada.check_run("paper", "--json").json()
    (tmp_path / "paper.txt").write_text(made["paper"])
    for each in house.ada.check_run("devices", "--json").json()["devices"]:
        if each["label"] != "paper" and not each["this"]:
            house.ada.check_run("revoke", each["id"], "--yes")
    house.ada.check_run("revoke", "this", "--yes")
    new = Wallet(tmp_path / "new", {"RICOCHET_WALLET_PAPER_FILE": str(tmp_path / "paper.txt")})
    told = new.check_run("enroll", house.codes[1], "--server", house.url, "--paper", "--label", "new", "--json").json()
    assert told["state"] == "active" and (states(new)["new"], states(new)["paper"]) == ("active", "active")
    new.check_run("pay", "Bakery 3", "1", "--yes")
    assert "it may not pay yet" in Wallet(tmp_path / "last").check_run("enroll", house.codes[2], "--server", house.url).out
