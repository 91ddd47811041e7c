"""Paying: by name, account and link; what is shown and asked; every refusal."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.wallet_run import Person, village
from tests.wallet_server import FakeServer
from tests.world import uid

Village = tuple[FakeServer, Person, Person]


@pytest.fixture
def rive(tmp_path: Path) -> Village:
    return village(tmp_path)


def test_pay_by_name_shows_who_how_much_and_what_stays_and_asks(rive: Village) -> None:
    _server, ada, bakery = rive
    said = ada.check_run("pay", "bak", "12.50", "--memo", "two loaves", answers=["y"])
    for shown in (
        "Bakery",
        str(uid("bakery")),
        "12.50 RIV",
        "50.00 RIV",
        "37.50 RIV",
        "two loaves",
        "Pay now? [y/N]",
    ):
        assert shown in said.err
    assert "Paid 12.50 RIV to Bakery." in said.out
    assert (ada.balance(), bakery.balance(), ada.pending()) == (3750, 1250, [])
    assert "two loaves" in bakery.check_run("history").out


def test_pay_asks_before_anything_is_sent(rive: Village) -> None:
    server, ada, _bakery = rive
    for answer in ("n", "", "maybe"):
        said = ada.run("pay", "Bakery", "12.50", answers=[answer])
        assert (said.exit, said.out) == (1, "") and "Nothing was paid." in said.err
    assert server.posts("/v1/payments") == [] and ada.pending() == []


def test_pay_with_nobody_to_ask_needs_yes(rive: Village) -> None:
    server, ada, _bakery = rive
    said = ada.run("pay", "Bakery", "12.50")
    assert said.exit == 2 and "--yes" in said.err
    assert ada.check_run("pay", "Bakery", "12.50", "--yes").out.startswith("Paid 12.50 RIV to Bakery.")
    assert len(server.posts("/v1/payments")) == 1


def test_pay_by_account_id(rive: Village) -> None:
    _server, ada, bakery = rive
    ada.check_run("pay", str(uid("bakery")), "1", "--yes")
    assert bakery.balance() == 100


def test_pay_in_json(rive: Village) -> None:
    _server, ada, _bakery = rive
    paid = ada.check_run("pay", "Bakery", "12,50", "--yes", "--json").json()
    assert (paid["amount"], paid["currency"], paid["scale"], paid["payee_name"], paid["replayed"]) == (
        1250,
        "RIV",
        2,
        "Bakery",
        False,
    )
    assert paid["balance"] == {"posted": 3750, "available": 3750}


def test_a_refusal_by_the_server_is_said_and_nothing_stays_open(rive: Village) -> None:
    server, ada, _bakery = rive
    said = ada.run("pay", "Bakery", "80", answers=["y"])
    assert said.exit == 1 and "You are 30.00 RIV short" in said.err
    assert server.world.balances("ada") == (5000,) and ada.pending() == []
    told = ada.run("pay", "Bakery", "80", "--yes", "--json").json()["error"]
    assert (told["code"], told["exit"], told["field"]) == ("insufficient_funds", 1, "payer")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("pay", "Nobody", "1", "--yes"), 1, "Nobody of this name"),
        (("pay", "Ada", "1", "--yes"), 2, "your own account"),
        (("pay", "Bakery", "--yes"), 2, "How much?"),
        (("pay", "Bakery", "12.505", "--yes"), 2, "at most 2 decimals"),
        (("pay", "Bakery", "ten", "--yes"), 2, "write it like 12.50"),
        (("pay", "Bakery", "0", "--yes"), 2, "above zero"),
        (("pay", "Bakery", "1", "--currency", "EUR", "--yes"), 2, "no account in EUR"),
        (("pay", "Bakery", "1", "--from", str(uid("bakery")), "--yes"), 2, "none of your accounts"),
        (("pay", "Bakery", "5", "--deal", "3", "--yes"), 2, "whole price"),
        (("pay", "https://pay.example/nothing", "--yes"), 2, "not a payment link"),
        (("pay", "https://pay.example/p/unknown", "--yes"), 1, "No such payment request here"),
        (("pay",), 2, "Missing argument"),
        (("pay", "Bakery", "1", "--sphere", "solar", "--yes"), 2, "--sphere"),
    ],
)
def test_what_cannot_be_paid(rive: Village, arguments: tuple[str, ...], code: int, sentence: str) -> None:
    server, ada, _bakery = rive
    said = ada.run(*arguments)
    assert said.exit == code and sentence in said.err, said
    assert server.posts("/v1/payments") == [] and server.world.balances("ada") == (5000,)


def test_a_name_that_several_have(rive: Village) -> None:
    server, ada, _bakery = rive
    server.open("Barber", "barber")
    said = ada.run("pay", "ba", "1", "--yes")
    assert said.exit == 1 and "Bakery, Barber" in said.err


def test_several_currencies_are_told_apart_by_what_both_hold(rive: Village) -> None:
    server, ada, bakery = rive
    server.world.mutual("SOL")
    for name, member in (("ada-sol", "Ada"), ("bakery-sol", "Bakery")):
        server.open(member, name, line=10_000)
    for person, account in ((ada, "ada-sol"), (bakery, "bakery-sol")):
        assert str(uid(account)) in person.check_run("balance").out
    asked = ada.run("pay", "Bakery", "1", "--yes")
    assert asked.exit == 2 and "--currency RIV / SOL" in asked.err


def test_a_mixed_price_shows_the_part_in_euros(rive: Village) -> None:
    server, ada, _bakery = rive
    said = ada.check_run("pay", "Bakery", "30", "--deal", "100", answers=["yes"])
    assert "100.00 RIV" in said.err and "70.00 EUR" in said.err
    assert server.world.log[-1].command.deal == 10_000  # type: ignore[attr-defined]


def test_time_is_paid_in_hours(rive: Village) -> None:
    server, ada, _bakery = rive
    server.world.time("HOUR", default_line=600)
    for name, member in (("ada-time", "Ada"), ("bakery-time", "Bakery")):
        server.members[member] = []
        server.open(member, name)
    said = ada.run("pay", "Bakery", "1h30", "--sphere", "individual", answers=["y"])
    assert "1 h 30 min" in said.err and "individual" in said.err
    assert said.exit == 0 and "Paid 1 h 30 min to Bakery." in said.out
    assert server.world.balances("ada-time", "bakery-time") == (-90, 90)
    assert ada.run("pay", "Bakery", "2", "--yes").exit == 2
    assert "individual, collective or associative" in ada.run("pay", "Bakery", "15min", "--yes").err


def test_a_link_is_paid_once(rive: Village) -> None:
    _server, ada, bakery = rive
    link = bakery.check_run("request", "7.20", "--memo", "cake", "--json").json()["link"]
    for more in (["7.20"], ["--memo", "x"], ["--currency", "RIV"]):
        assert ada.run("pay", link, *more, "--yes").exit == 2
    said = ada.check_run("accept", link, answers=["y"])
    assert "cake" in said.err and "Paid 7.20 RIV to Bakery." in said.out
    assert "cake" in ada.check_run("history").out, "what the request is for goes with the payment"
    again = ada.run("pay", link, "--yes")
    assert again.exit == 1 and "has been paid already" in again.err
    assert bakery.balance() == 720


def test_a_link_is_rejected(rive: Village) -> None:
    _server, ada, bakery = rive
    link = bakery.check_run("request", "7.20", "--json").json()["link"]
    assert ada.run("reject", link, answers=["n"]).exit == 1
    assert "nothing was paid" in ada.check_run("reject", link, "--yes").out
    assert "was rejected" in ada.run("accept", link, "--yes").err
    assert bakery.balance() == 0


def test_the_host_of_a_link_is_never_contacted(rive: Village) -> None:
    server, ada, _bakery = rive
    ada.run("pay", "https://evil.example/p/tok9", "--yes")
    assert ("GET", "/v1/payment-requests/tok9", None) in server.seen


def test_a_receipt_of_another_payment_is_not_believed(rive: Village) -> None:
    server, ada, _bakery = rive

    def lie(request: httpx2.Request, fake: FakeServer) -> httpx2.Response | None:
        fake.faults.clear()
        answer = fake.handle(request).json()
        return httpx2.Response(201, json={**answer, "amount": answer["amount"] + 1})

    server.faults = [lie]
    said = ada.run("pay", "Bakery", "1", "--yes")
    assert said.exit == 5 and "another payment" in said.err
    assert len(ada.pending()) == 1
