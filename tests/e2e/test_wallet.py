"""The wallet as people use it: programs of their own, a real server, a real database."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.village import LossyLine, Wallet, books, found, ricochet, serving
from wallet_cli.sending import PAUSES

LINE = 10_000
"""Ada's credit line, minor units."""


@dataclass
class Village:
    """A running server, the enrolment codes of its members, and two people enrolled."""

    url: str
    codes: dict[str, str]
    auditor: str
    ada: Wallet
    bakery: Wallet

    def balances(self) -> tuple[int, int]:
        """What Ada and the bakery have by the server's books, minor units."""
        posted = books(self.url, self.auditor)
        return posted["Ada Exemple"], posted["Bakery 3"]

    def check_moved(self, before: tuple[int, int], amount: int) -> None:
        """Since `before`, exactly this went from Ada to the bakery."""
        assert self.balances() == (before[0] - amount, before[1] + amount)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], str]:
    """A database that nobody serves, to be copied; its enrolment codes, an auditor's key."""
    folder = tmp_path_factory.mktemp("ground") / "server"
    return folder, *found(folder)


@pytest.fixture(scope="module")
def village(
    ground: tuple[Path, dict[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Village]:
    folder = tmp_path_factory.mktemp("village")
    template, codes, auditor = ground
    shutil.copytree(template, folder / "server")
    ada, bakery = Wallet(folder / "ada"), Wallet(folder / "bakery")
    with serving(folder / "server") as url:
        for wallet, name in ((ada, "Ada Exemple"), (bakery, "Bakery 3")):
            said = wallet.check_run("enroll", codes[name], "--server", url, "--label", f"{name} phone")
            assert f"Welcome {name}" in said.out
        yield Village(url, codes, auditor, ada, bakery)


@pytest.fixture
def through(village: Village, tmp_path: Path) -> Iterator[tuple[Wallet, LossyLine]]:
    """Ada's wallet, reaching the server through a line that may lose answers."""
    ada = Wallet(shutil.copytree(village.ada.home, tmp_path / "ada"))
    line = LossyLine(village.url)
    ada.point_at(line.url)
    yield ada, line
    line.close()


def test_two_members_pay_each_other(village: Village) -> None:
    ada, bakery, before = village.ada, village.bakery, village.balances()
    said = ada.check_run("pay", "bakery", "12.50", "--memo", "two loaves", "--yes")
    assert "Paid 12.50 RIV to Bakery 3." in said.out and "Then stays" in said.err
    account = bakery.check_run("balance", "--json").json()["accounts"][0]["id"]
    ada.check_run("pay", account, "2,50", "--yes")
    bakery.check_run("pay", "Ada", "1", "--yes")
    village.check_moved(before, 1400)
    lines = [line.split("\t") for line in bakery.check_run("history", "--limit", "3").out.splitlines()[1:]]
    assert [(line[1], line[3], line[5]) for line in lines] == [
        ("Ada Exemple", "-1.00 RIV", ""),
        ("Ada Exemple", "+2.50 RIV", ""),
        ("Ada Exemple", "+12.50 RIV", "two loaves"),
    ]
    assert any(",two loaves,-12.50," in line for line in ada.check_run("statement", "--csv").out.splitlines())
    assert "Bakery 3" in ada.check_run("who", "--place", "Riom").out
    assert "Bakery 3" not in ada.check_run("who", "--place", "Thiers").out


def test_requests_are_accepted_rejected_and_paid_once(village: Village) -> None:
    ada, bakery, before = village.ada, village.bakery, village.balances()
    made = bakery.check_run("request", "7.20", "--memo", "cake", "--json").json()
    said = ada.check_run("accept", made["link"], "--yes")
    assert "Paid 7.20 RIV to Bakery 3." in said.out and "cake" in said.err
    assert "has been paid already" in ada.run("pay", made["link"], "--yes").err
    assert "cake" in bakery.check_run("history", "-n", "1").out
    other = bakery.check_run("request", "3", "--payer", "Ada", "--expires", "1h", "--json").json()
    assert "nothing was paid" in ada.check_run("reject", other["link"], "--yes").out
    assert ada.run("accept", other["link"], "--yes").exit == 1
    village.check_moved(before, 720)


def test_a_request_that_was_refused_can_be_paid_later(village: Village) -> None:
    ada, bakery, before = village.ada, village.bakery, village.balances()
    spendable = LINE + before[0]
    ada.check_run("pay", "Bakery 3", f"{spendable // 100}", "--yes")
    made = bakery.check_run("request", "5", "--json").json()
    assert ada.run("accept", made["link"], "--yes", "--json").json()["error"]["code"] == "insufficient_funds"
    bakery.check_run("pay", "Ada", f"{spendable // 100}", "--yes")
    ada.check_run("accept", made["link"], "--yes")
    village.check_moved(before, 500)


def test_refusals_say_what_to_do_and_leave_nothing(village: Village, tmp_path: Path) -> None:
    ada, before = village.ada, village.balances()
    said = ada.run("pay", "Bakery 3", "1000", "--yes", "--json")
    assert (said.exit, said.json()["error"]["code"]) == (1, "insufficient_funds")
    assert ada.run("pay", "Nobody", "1", "--yes").exit == 1
    assert ada.run("pay", "Bakery 3", "1").exit == 2, "nobody is there to confirm"
    again = Wallet(tmp_path / "again").run("enroll", village.codes["Ada Exemple"], "--server", village.url)
    assert again.exit == 1, "a code works once"
    assert Wallet(ada.home, {"RICOCHET_WALLET_PASSPHRASE": "something else"}).run("balance").exit == 4
    village.check_moved(before, 0)


def test_a_lost_answer_is_asked_for_again_and_the_balance_moves_once(
    village: Village, through: tuple[Wallet, LossyLine]
) -> None:
    before, (ada, line) = village.balances(), through
    line.lose = 1
    said = ada.check_run("pay", "Bakery 3", "10", "--yes", "--json").json()
    assert said["replayed"] is True
    assert [(status, body["replayed"]) for status, body in line.answers] == [(201, False), (200, True)]
    village.check_moved(before, 1000)
    made = village.bakery.check_run("request", "2", "--json").json()
    line.lose = 1
    assert ada.check_run("accept", made["link"], "--yes", "--json").json()["replayed"] is True
    village.check_moved(before, 1200)


def test_an_unknown_outcome_is_settled_by_the_same_command(
    village: Village, through: tuple[Wallet, LossyLine]
) -> None:
    before, (ada, line) = village.balances(), through
    line.lose = len(PAUSES)
    unknown = ada.run("pay", "Bakery 3", "5", "--yes")
    assert unknown.exit == 3 and "cannot be paid twice" in unknown.err
    village.check_moved(before, 500)
    settled = ada.check_run("pay", "Bakery 3", "5", "--yes")
    assert "nothing more was sent" in settled.err and "Paid 5.00 RIV" in settled.out
    village.check_moved(before, 500)


def test_a_server_that_is_away_has_paid_nothing(village: Village, through: tuple[Wallet, LossyLine]) -> None:
    before, (ada, line) = village.balances(), through
    line.close()
    said = ada.run("pay", "Bakery 3", "10", "--yes")
    assert said.exit == 3 and "cannot be reached" in said.err
    assert ada.check_run("pending").out.startswith("Every payment is confirmed.")
    village.check_moved(before, 0)


def test_receipts_verify_with_the_server_stopped(
    ground: tuple[Path, dict[str, str], str], tmp_path: Path
) -> None:
    ada, stranger, path = Wallet(tmp_path / "ada"), Wallet(tmp_path / "stranger"), tmp_path / "receipt.json"
    codes = ground[1]
    shutil.copytree(ground[0], tmp_path / "server")
    with serving(tmp_path / "server") as url:
        vkey = ada.check_run("enroll", codes["Ada Exemple"], "--server", url, "--json").json()["vkey"]
        seq = ada.check_run("pay", "Bakery 3", "12.50", "--yes", "--json").json()["seq"]
        saved = ada.check_run("receipt", "save", str(seq), "--output", str(path))
        assert f"Receipt of entry {seq} checked" in saved.out
    said = ada.check_run("receipt", "verify", str(path))
    for shown in (
        "Verified offline against",
        "Bakery 3 (",
        "12.50 RIV",
        f"covers {seq} entries",
        "this device",
    ):
        assert shown in said.out
    assert stranger.run("receipt", "verify", str(path)).exit == 4
    told = stranger.check_run("receipt", "verify", str(path), "--vkey", vkey, "--json").json()
    assert (told["amount"], told["seq"], told["verified"]) == (1250, seq, True)
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "index": content["index"] - 1}))
    refused = ada.run("receipt", "verify", str(path), "--lang", "fr")
    assert refused.exit == 5 and "NON VÉRIFIÉ" in refused.err
    assert "good" in ricochet(tmp_path / "server", "verify"), "the operator's own check agrees"


def test_a_lost_telephone_is_revoked_at_once(village: Village, tmp_path: Path) -> None:
    cleo = Wallet(tmp_path / "cleo")
    cleo.check_run("enroll", village.codes["Cleo"], "--server", village.url, "--label", "old phone")
    (device,) = cleo.check_run("devices", "--json").json()["devices"]
    assert (device["label"], device["this"]) == ("old phone", True)
    copy = Wallet(shutil.copytree(cleo.home, tmp_path / "thief"))
    assert "cannot pay any more" in cleo.check_run("revoke", "old phone", "--yes").out
    for wallet in (cleo, copy):
        assert wallet.run("balance").exit == 4


def test_french(village: Village) -> None:
    ada = Wallet(village.ada.home, {"LC_ALL": "fr_FR.UTF-8"})
    said = ada.check_run("pay", "Bakery 3", "1,50", "--yes")
    assert "Payé 1,50 RIV à Bakery 3." in said.out and "Il restera" in said.err
    refused = ada.run("pay", "Bakery 3", "1000", "--yes")
    english = village.ada.run("pay", "Bakery 3", "1000", "--yes")
    assert refused.exit == 1 and "Il manque" in refused.err
    assert refused.err.splitlines()[-1] != english.err.splitlines()[-1], "the server speaks French too"
    assert ada.check_run("history").out.splitlines()[0].split("\t")[:4] == ["Date", "Qui", "Quoi", "Montant"]
