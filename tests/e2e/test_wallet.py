"""The wallet as people use it: programs of their own, a real server, a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.village import LossyLine, Wallet, copy, found, ricochet, serving
from wallet_cli.sending import PAUSES

Codes = dict[str, str]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Codes]:
    folder = tmp_path_factory.mktemp("template")
    return folder, found(folder)


@dataclass
class Village:
    """A running server, two people enrolled, and the folder of the database."""

    url: str
    folder: Path
    codes: Codes
    ada: Wallet
    bakery: Wallet


@pytest.fixture
def village(template: tuple[Path, Codes], tmp_path: Path) -> Iterator[Village]:
    folder, codes = copy(template[0], tmp_path / "server"), template[1]
    ada, bakery = Wallet(tmp_path / "ada"), Wallet(tmp_path / "bakery")
    with serving(folder) as url:
        for wallet, name in ((ada, "Ada Exemple"), (bakery, "Bakery 3")):
            said = wallet.check_run("enroll", codes[name], "--server", url, "--label", f"{name} phone")
            assert f"Welcome {name}" in said.out
        yield Village(url, folder, codes, ada, bakery)


def test_two_members_pay_each_other(village: Village) -> None:
    ada, bakery = village.ada, village.bakery
    said = ada.check_run("pay", "bakery", "12.50", "--memo", "two loaves", "--yes")
    assert "Paid 12.50 RIV to Bakery 3." in said.out and "87.50 RIV" in said.err
    assert (ada.posted(), bakery.posted()) == (-1250, 1250)
    account = bakery.check_run("balance", "--json").json()["accounts"][0]["id"]
    ada.check_run("pay", account, "2,50", "--yes")
    line = bakery.check_run("history", "--limit", "2").out.splitlines()[2]
    assert line.split("\t")[1:6] == ["Ada Exemple", "payment", "+12.50 RIV", "12.50 RIV", "two loaves"]
    statement = ada.check_run("statement", "--csv").out.splitlines()
    assert len(statement) == 3 and "-12.50,-12.50" in statement[1]
    assert "Bakery 3" in ada.check_run("who", "--place", "Riom").out
    devices = ada.check_run("devices", "--json").json()["devices"]
    assert [(each["label"], each["this"]) for each in devices] == [("Ada Exemple phone", True)]


def test_requests_are_accepted_rejected_and_paid_once(village: Village) -> None:
    ada, bakery = village.ada, village.bakery
    made = bakery.check_run("request", "7.20", "--memo", "cake", "--json").json()
    said = ada.check_run("accept", made["link"], "--yes")
    assert "Paid 7.20 RIV to Bakery 3." in said.out and "cake" in said.err
    assert "has been paid already" in ada.run("pay", made["link"], "--yes").err
    other = bakery.check_run("request", "3", "--payer", "Ada", "--expires", "1h", "--json").json()
    assert "nothing was paid" in ada.check_run("reject", other["link"], "--yes").out
    assert ada.run("accept", other["link"], "--yes").exit == 1
    big = bakery.check_run("request", "500", "--json").json()
    assert ada.run("accept", big["link"], "--yes").exit == 1, "more than the line"
    assert (ada.posted(), bakery.posted()) == (-720, 720)


def test_refusals_say_what_to_do_and_leave_nothing(village: Village) -> None:
    ada, bakery = village.ada, village.bakery
    said = ada.run("pay", "Bakery 3", "100.01", "--yes", "--json")
    assert (said.exit, said.json()["error"]["code"]) == (1, "insufficient_funds")
    assert bakery.run("pay", "Ada", "0.01", "--yes").exit == 1
    assert ada.run("pay", "Nobody", "1", "--yes").exit == 1
    assert ada.run("pay", "Bakery 3", "1").exit == 2, "nobody is there to confirm"
    again = Wallet(ada.home.parent / "again").run(
        "enroll", village.codes["Ada Exemple"], "--server", village.url
    )
    assert again.exit == 1, "a code works once"
    wrong = Wallet(ada.home, {"RICOCHET_WALLET_PASSPHRASE": "something else"})
    assert wrong.run("balance").exit == 4
    assert (ada.posted(), bakery.posted()) == (0, 0)


def test_a_lost_answer_is_asked_for_again_and_the_balance_moves_once(village: Village) -> None:
    ada, bakery = village.ada, village.bakery
    line = LossyLine(village.url)
    try:
        ada.point_at(line.url)
        line.lose = 1
        said = ada.check_run("pay", "Bakery 3", "10", "--yes", "--json").json()
        assert said["replayed"] is True
        assert [(status, body["replayed"]) for status, body in line.answers] == [(201, False), (200, True)]
        assert (ada.posted(), bakery.posted()) == (-1000, 1000)
        line.lose = len(PAUSES)
        unknown = ada.run("pay", "Bakery 3", "5", "--yes")
        assert unknown.exit == 3 and "cannot be paid twice" in unknown.err
        assert bakery.posted() == 1500, "the server had paid"
        settled = ada.check_run("pay", "Bakery 3", "5", "--yes")
        assert "nothing more was sent" in settled.err and "Paid 5.00 RIV" in settled.out
        assert (ada.posted(), bakery.posted()) == (-1500, 1500)
        made = bakery.check_run("request", "2", "--json").json()
        line.lose = 1
        ada.check_run("accept", made["link"], "--yes")
        assert (ada.posted(), bakery.posted()) == (-1700, 1700)
    finally:
        line.close()


def test_a_server_that_is_away_has_paid_nothing(village: Village) -> None:
    ada = village.ada
    line = LossyLine(village.url)
    ada.point_at(line.url)
    line.close()
    said = ada.run("pay", "Bakery 3", "10", "--yes")
    assert said.exit == 3 and "cannot be reached" in said.err
    ada.point_at(village.url)
    assert ada.check_run("pending").out.startswith("Every payment is confirmed.")
    assert ada.posted() == 0


def test_receipts_verify_with_the_server_stopped(template: tuple[Path, Codes], tmp_path: Path) -> None:
    folder, codes = copy(template[0], tmp_path / "server"), template[1]
    ada, stranger = Wallet(tmp_path / "ada"), Wallet(tmp_path / "stranger")
    path = tmp_path / "receipt.json"
    with serving(folder) as url:
        vkey = ada.check_run("enroll", codes["Ada Exemple"], "--server", url, "--json").json()["vkey"]
        seq = ada.check_run("pay", "Bakery 3", "12.50", "--yes", "--json").json()["seq"]
        assert (
            f"Receipt of entry {seq}" in ada.check_run("receipt", "save", str(seq), "--output", str(path)).out
        )
    said = ada.check_run("receipt", "verify", str(path))
    for shown in ("Verified offline against", "Bakery 3 (", "12.50 RIV", f"{seq}", "this device"):
        assert shown in said.out
    assert stranger.run("receipt", "verify", str(path)).exit == 4
    assert (
        stranger.check_run("receipt", "verify", str(path), "--vkey", vkey, "--json").json()["amount"] == 1250
    )
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "index": content["index"] - 1}))
    refused = ada.run("receipt", "verify", str(path), "--lang", "fr")
    assert refused.exit == 5 and "NON VÉRIFIÉ" in refused.err
    assert "ok" in ricochet(folder, "verify").lower(), "the operator's own check agrees"


def test_a_lost_telephone_is_revoked_at_once(village: Village) -> None:
    ada = village.ada
    assert "cannot pay any more" in ada.check_run("revoke", "Ada Exemple phone", "--yes").out
    assert ada.run("balance").exit == 4
    assert village.bakery.run("revoke", "Ada Exemple phone", "--yes").exit == 1


def test_french(village: Village) -> None:
    ada = village.ada
    ada.environ = {"RICOCHET_WALLET_LANG": "fr"}
    said = ada.check_run("pay", "Bakery 3", "12,50", "--yes")
    assert "Payé 12,50 RIV à Bakery 3." in said.out and "Il restera" in said.err
    refused = ada.run("pay", "Bakery 3", "100", "--yes")
    assert refused.exit == 1 and "Il manque 12,50 RIV" in refused.err
    english = Wallet(ada.home, {"RICOCHET_WALLET_LANG": "en"}).run("pay", "Bakery 3", "100", "--yes")
    assert refused.err.splitlines()[-1] != english.err.splitlines()[-1], "the server speaks French too"
    head = ada.check_run("history").out.splitlines()[0].split("\t")
    assert head[:4] == ["Date", "Qui", "Quoi", "Montant"]
