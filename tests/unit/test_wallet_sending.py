"""A payment whose answer is lost: the same command again, never a second one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.wallet_faults import busy, drop_answer, lose_request, unreachable
from tests.wallet_run import Person, village
from tests.wallet_server import FakeServer
from wallet_cli.sending import PAUSES

Village = tuple[FakeServer, Person, Person]
TRIES = len(PAUSES)


@pytest.fixture
def rive(tmp_path: Path) -> Village:
    return village(tmp_path)


def balances(server: FakeServer) -> tuple[int, ...]:
    return server.world.balances("ada", "bakery")


def test_a_lost_answer_is_asked_for_again_with_the_same_command(rive: Village) -> None:
    server, ada, _bakery = rive
    server.faults = [drop_answer]
    said = ada.check_run("pay", "Bakery", "10", "--yes")
    assert "paid once" in said.out and "cannot be paid twice" in said.err
    assert balances(server) == (4000, 1000) and ada.pending() == []
    first, second = server.posts("/v1/payments")
    assert first == second, "the retry is the same bytes: same id, same signature"


@pytest.mark.parametrize("fault", [lose_request, busy])
def test_a_request_that_did_not_arrive_is_sent_again(rive: Village, fault: Any) -> None:
    server, ada, _bakery = rive
    server.faults = [fault, fault]
    ada.check_run("pay", "Bakery", "10", "--yes")
    assert balances(server) == (4000, 1000) and ada.slept == list(PAUSES[1:3])


def test_a_server_that_is_never_reached_has_paid_nothing(rive: Village) -> None:
    server, ada, _bakery = rive
    server.faults = [unreachable] * TRIES
    said = ada.run("pay", "Bakery", "10", "--yes")
    assert said.exit == 3 and "Nothing was paid." in said.err
    assert balances(server) == (5000, 0) and ada.pending() == []


@pytest.mark.parametrize(("fault", "already"), [(drop_answer, 1000), (lose_request, 0)])
def test_an_unknown_outcome_is_kept_and_the_same_command_line_settles_it(
    rive: Village, fault: Any, already: int
) -> None:
    server, ada, _bakery = rive
    server.faults = [fault] * TRIES
    said = ada.run("pay", "Bakery", "10", "--yes")
    assert said.exit == 3 and "Send it again with the same command" in said.err
    assert balances(server)[1] == already and len(ada.pending()) == 1
    again = ada.check_run("pay", "Bakery", "10", "--yes")
    assert "That is this payment; nothing more was sent." in again.err
    assert balances(server) == (4000, 1000) and ada.pending() == []
    ada.check_run("pay", "Bakery", "10", "--yes")
    assert balances(server) == (3000, 2000), "the third time it is a new payment"


def test_another_payment_waits_until_the_unknown_one_is_settled(rive: Village) -> None:
    server, ada, _bakery = rive
    server.faults = [drop_answer] * TRIES
    ada.run("pay", "Bakery", "10", "--yes")
    server.faults = [busy] * TRIES
    said = ada.run("pay", "Bakery", "3", "--yes")
    assert said.exit == 3 and balances(server) == (4000, 1000)
    ada.check_run("pay", "Bakery", "3", "--yes")
    assert balances(server) == (3700, 1300) and ada.pending() == []


def test_the_next_start_asks_first(rive: Village) -> None:
    server, ada, _bakery = rive
    server.faults = [lose_request] * TRIES
    ada.run("pay", "Bakery", "10", "--yes")
    left = ada.run("pay", "Bakery", "3", answers=["n"])
    assert (
        left.exit == 3
        and "Settle the unconfirmed payment first" in left.err
        and balances(server) == (5000, 0)
    )
    said = ada.check_run("balance", answers=[""])
    assert "10.00 RIV to Bakery" in said.err and "Confirmed, and paid once" in said.err
    assert "40.00 RIV" in said.out and ada.pending() == []


def test_with_nobody_to_ask_looking_only_mentions_it(rive: Village) -> None:
    server, ada, _bakery = rive
    server.faults = [lose_request] * TRIES
    ada.run("pay", "Bakery", "10", "--yes")
    said = ada.check_run("balance")
    assert "Not confirmed yet: 10.00 RIV to Bakery" in said.err and balances(server) == (5000, 0)


def test_pending_lists_sends_and_forgets(rive: Village) -> None:
    server, ada, _bakery = rive
    assert ada.check_run("pending").out.startswith("Every payment is confirmed.")
    server.faults = [lose_request] * TRIES
    told = ada.run("pay", "Bakery", "10", "--yes", "--json").json()["error"]
    assert (told["code"], told["exit"]) == ("outcome_unknown", 3)
    (listed,) = ada.check_run("pending", "--json").json()["pending"]
    assert (listed["id"], listed["amount"]) == (told["payment"], 1000)
    server.faults = [busy] * TRIES
    assert ada.run("pending", "--send").exit == 3
    settled = ada.check_run("pending", "--send", "--json").json()
    assert settled["pending"] == [] and settled["settled"][0]["paid"] is True
    assert balances(server) == (4000, 1000)
    server.faults = [lose_request] * TRIES
    told = ada.run("pay", "Bakery", "1", "--yes", "--json").json()["error"]
    assert ada.run("pending", "--forget", "nothing", "--yes").exit == 1
    assert "may have been made" in ada.check_run("pending", "--forget", told["payment"], "--yes").err
    assert ada.pending() == []


def test_a_refusal_after_a_lost_answer_is_final_when_the_ledger_says_it(rive: Village) -> None:
    server, ada, _bakery = rive
    server.faults = [lose_request]
    said = ada.run("pay", "Bakery", "80", "--yes")
    assert said.exit == 1 and ada.pending() == [] and balances(server) == (5000, 0)


def test_a_revoked_device_cannot_tell_whether_the_payment_was_made(rive: Village) -> None:
    server, ada, _bakery = rive

    def paid_then_revoked(request: httpx2.Request, fake: FakeServer) -> httpx2.Response | None:
        try:
            return drop_answer(request, fake)
        finally:
            fake.keys.clear()

    server.faults = [paid_then_revoked]
    said = ada.run("pay", "Bakery", "10", "--yes")
    assert said.exit == 3 and len(ada.pending()) == 1 and balances(server) == (4000, 1000)


def test_the_command_is_on_the_disk_before_it_is_sent(rive: Village) -> None:
    server, ada, _bakery = rive
    found: list[Any] = []

    def look(request: httpx2.Request, fake: FakeServer) -> httpx2.Response | None:
        (path,) = ada.pending()
        found.append(
            (json.loads(path.read_text())["body"], json.loads(request.content), path.stat().st_mode & 0o777)
        )
        return None

    server.faults = [look]
    ada.check_run("pay", "Bakery", "10", "--memo", "bread", "--yes")
    kept, sent, mode = found[0]
    assert kept == sent and mode == 0o600


def test_a_crash_between_sending_and_the_answer_is_settled_at_the_next_start(rive: Village) -> None:
    server, ada, _bakery = rive

    def crash(request: httpx2.Request, fake: FakeServer) -> httpx2.Response | None:
        fake.faults.clear()
        fake.handle(request)
        raise SystemExit(9)

    server.faults = [crash]
    with pytest.raises(SystemExit):
        ada.run("pay", "Bakery", "10", "--yes")
    assert balances(server) == (4000, 1000) and len(ada.pending()) == 1
    assert "paid once" in ada.check_run("pay", "Bakery", "10", "--yes").err
    assert balances(server) == (4000, 1000) and ada.pending() == []


def test_ctrl_c_says_that_a_payment_may_be_on_its_way(rive: Village) -> None:
    server, ada, _bakery = rive

    def interrupt(request: httpx2.Request, fake: FakeServer) -> httpx2.Response | None:
        raise KeyboardInterrupt

    server.faults = [interrupt]
    said = ada.run("pay", "Bakery", "10", "--yes")
    assert said.exit == 130 and "may be on its way" in said.err and len(ada.pending()) == 1


def test_an_accepted_link_whose_answer_is_lost_is_paid_once(rive: Village) -> None:
    server, ada, bakery = rive
    link = bakery.check_run("request", "7.20", "--json").json()["link"]
    server.faults = [drop_answer] * TRIES
    assert ada.run("accept", link, "--yes").exit == 3
    said = ada.check_run("pay", link, "--yes")
    assert "Paid 7.20 RIV to Bakery." in said.out and balances(server) == (4280, 720)


def test_a_payment_that_cannot_be_read_stops_the_next_one(rive: Village) -> None:
    server, ada, _bakery = rive
    server.faults = [lose_request] * TRIES
    ada.run("pay", "Bakery", "10", "--yes")
    ada.pending()[0].write_text("{")
    said = ada.run("pay", "Bakery", "10", "--yes")
    assert said.exit == 4 and "cannot be read" in said.err and balances(server) == (5000, 0)


def test_a_look_during_a_payment_leaves_it_alone(rive: Village) -> None:
    server, ada, _bakery = rive
    looks: list[str] = []

    def look(request: httpx2.Request, fake: FakeServer) -> httpx2.Response | None:
        looks.append(ada.check_run("balance", answers=[]).err)
        return None

    server.faults = [look]
    ada.check_run("pay", "Bakery", "10", "--yes")
    assert looks == [""] and balances(server) == (4000, 1000)


def test_two_commands_at_once_do_not_pay_at_once(rive: Village) -> None:
    server, ada, _bakery = rive
    inner: list[int] = []

    def second(request: httpx2.Request, fake: FakeServer) -> httpx2.Response | None:
        inner.append(ada.run("pay", "Bakery", "10", "--yes").exit)
        return None

    server.faults = [second]
    ada.check_run("pay", "Bakery", "10", "--yes")
    assert inner == [4] and balances(server) == (4000, 1000)
