"""balance, history, statement, who: on a terminal, in a pipe, in JSON, in French."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.wallet_run import Person, village
from tests.wallet_server import URL, FakeServer
from tests.world import uid
from wallet_cli.screen import clean

Village = tuple[FakeServer, Person, Person]


@pytest.fixture
def rive(tmp_path: Path) -> Village:
    server, ada, bakery = village(tmp_path)
    ada.check_run("pay", "Bakery", "12.50", "--memo", "two loaves", "--yes")
    bakery.check_run("pay", "Ada", "2", "--memo", "=1+1", "--yes")
    return server, ada, bakery


def test_balance(rive: Village) -> None:
    _server, ada, _bakery = rive
    head, line = ada.check_run("balance").out.splitlines()
    assert head.split("\t") == ["Account", "Balance", "Set aside", "You can spend", "Id"]
    assert line.split("\t") == ["RIV", "39.50 RIV", "", "39.50 RIV", str(uid("ada"))]


def test_a_terminal_gets_columns_and_a_pipe_gets_tabs(rive: Village) -> None:
    _server, ada, _bakery = rive
    shown = ada.check_run("balance", terminal=True).out
    assert "\t" not in shown and "39.50 RIV" in shown
    assert "\x1b" not in ada.check_run("balance").out


def test_history_is_newest_first(rive: Village) -> None:
    server, ada, _bakery = rive
    lines = ada.check_run("history", "--limit", "2").out.splitlines()[1:]
    assert [line.split("\t")[1:] for line in lines] == [
        ["Bakery", "payment", "+2.00 RIV", "39.50 RIV", "=1+1", str(server.world.books.seq)],
        ["Bakery", "payment", "-12.50 RIV", "37.50 RIV", "two loaves", str(server.world.books.seq - 1)],
    ]
    assert ada.run("history", "--account", str(uid("bakery"))).exit == 2


def test_a_statement_for_a_spreadsheet(rive: Village, tmp_path: Path) -> None:
    _server, ada, _bakery = rive
    rows = list(csv.reader(io.StringIO(ada.check_run("statement", "--csv").out)))
    assert [(row[4], row[6], row[7], row[8]) for row in rows[-2:]] == [
        ("Bakery", "two loaves", "-12.50", "37.50"),
        ("Bakery", "'=1+1", "2.00", "39.50"),
    ]
    ada.check_run("statement", "--csv", "--lang", "fr", "--output", str(tmp_path / "s.csv"))
    text = (tmp_path / "s.csv").read_text(encoding="utf-8-sig")
    french = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert french[0][:2] == ["Écriture", "Date"] and french[-1][7] == "2,00"


def test_a_long_statement_is_fetched_page_by_page(rive: Village) -> None:
    server, ada, _bakery = rive
    for _number in range(205):
        server.world.fund("ada", 1)
    lines = ada.check_run("statement", "--json").json()["accounts"][0]["lines"]
    assert len(lines) == 208 and [line["seq"] for line in lines] == sorted(line["seq"] for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "2026-02-01", "--to", "2026-01-01"],
        ["--csv", "--json"],
        ["--output", "x.csv"],
        ["--from", "yesterday"],
    ],
)
def test_a_statement_that_cannot_be(rive: Village, arguments: list[str]) -> None:
    assert rive[1].run("statement", *arguments).exit == 2


def test_the_directory(rive: Village) -> None:
    _server, ada, _bakery = rive
    assert ada.check_run("who", "bak").out.splitlines()[1].split("\t") == [
        "Bakery",
        "business",
        "Riom",
        "RIV",
        "47.2",
    ]
    assert len(ada.check_run("who", "--json").json()["members"]) == 2
    assert len(ada.check_run("who", "--json", "--limit", "1").json()["members"]) == 1
    assert "Nobody found" in ada.check_run("who", "zzz").out


def test_french_by_option_by_variable_and_by_locale(rive: Village) -> None:
    server, ada, _bakery = rive
    assert "Solde" not in ada.check_run("balance").out
    assert "39,50 RIV" in ada.check_run("balance", "--lang", "fr").out
    assert "39,50 RIV" in ada.check_run("--lang", "fr", "balance").out
    ada.environ = {"RICOCHET_WALLET_LANG": "fr"}
    assert "Vous pouvez dépenser" in ada.check_run("balance").out and "fr" in server.languages
    said = ada.run("pay", "Bakery", "80", answers=["o"])
    assert "Payer maintenant ? [o/N]" in said.err and said.exit == 1
    assert "Il manque : payee." in ada.run("pay").err


def test_help_speaks_french_too(rive: Village, capsys: pytest.CaptureFixture[str]) -> None:
    _server, ada, _bakery = rive
    ada.check_run("pay", "--help", "--lang", "fr")
    ada.check_run("pay", "--help")
    french, english = capsys.readouterr().out.split("Usage:")
    assert (
        "Utilisation : ricochet-wallet pay" in french
        and "Payer un membre" in french
        and "Afficher cette aide." in french
    )
    assert "Pay a member by name" in english and "Options:" in english


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pay"], "Il manque : payee."),
        (["receipt"], "Il manque une commande."),
        (["pey"], "La commande pey n'existe pas."),
        (["balance", "--all"], "L'option --all n'existe pas."),
        (["balance", "now"], "De trop : now."),
        (["balance", "--json=yes"], "Rien ne peut suivre --json."),
        (["pay", "Bakery", "--memo"], "Il manque quelque chose après --memo."),
        (["history", "-n", "many"], "La valeur de '--limit' / '-n' n'est pas possible."),
    ],
)
def test_a_command_line_that_is_not_understood_is_said_so_in_french(
    rive: Village, arguments: list[str], said: str
) -> None:
    _server, ada, _bakery = rive
    ada.environ = {"RICOCHET_WALLET_LANG": "fr"}
    wrong = ada.run(*arguments)
    assert wrong.exit == 2 and wrong.err.startswith(said) and "--help" in wrong.err


def test_a_language_that_was_chosen_when_enrolling_is_remembered(rive: Village) -> None:
    _server, ada, _bakery = rive
    ada.environ = {"LC_ALL": "fr_FR.UTF-8"}
    assert "39,50 RIV" in ada.check_run("balance").out
    ada.check_run("enroll", "RIV-ADA", "--server", URL, "--lang", "en")
    assert "39.50 RIV" in ada.check_run("balance").out
    assert "39,50 RIV" in ada.check_run("balance", "--lang", "fr").out


def test_names_cannot_steer_the_terminal(rive: Village) -> None:
    server, ada, _bakery = rive
    server.members["Bak\x1b[2Jery\u202e"] = server.members.pop("Bakery")
    for run in (ada.check_run("who"), ada.check_run("who", terminal=True), ada.check_run("history")):
        assert "\x1b[2J" not in run.out and "\u202e" not in run.out
    assert clean("a\x1b[31m\u202e\x00b\tc\nd") == "a[31mb c d"


def test_errors_in_json_are_json(rive: Village) -> None:
    _server, ada, _bakery = rive
    for arguments, code in (
        (("pay", "Nobody", "1", "--yes"), "member_not_found"),
        (("pay",), "usage"),
        (("nothing",), "usage"),
    ):
        said = ada.run(*arguments, "--json")
        assert (
            said.err == ""
            and said.json()["error"]["code"] == code
            and said.json()["error"]["exit"] == said.exit
        )
