"""request: the QR code, the link, and waiting for the money."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
import zxingcpp

from tests.wallet_faults import drop_answer
from tests.wallet_run import Person, village
from tests.wallet_server import FakeServer
from tests.world import uid
from wallet_cli import paper
from wallet_cli.screen import qr_rows

Village = tuple[FakeServer, Person, Person]


@pytest.fixture
def rive(tmp_path: Path) -> Village:
    return village(tmp_path)


def test_a_request_shows_a_code_and_a_link(rive: Village) -> None:
    server, _ada, bakery = rive
    said = bakery.check_run("request", "7.20", "--memo", "cake", terminal=True)
    assert "▀" in said.out and "https://pay.example/p/tok0" in said.out and "7.20 RIV" in said.out
    piped = bakery.check_run("request", "7.20").out
    assert "▀" not in piped and "https://pay.example/p/tok1" in piped
    assert "▀" in bakery.check_run("request", "7.20", "--qr").out
    assert server.posts("/v1/payment-requests")[0]["memo"] == "cake"


def test_a_request_to_somebody_for_some_time(rive: Village) -> None:
    server, _ada, bakery = rive
    bakery.check_run("request", "7.20", "--payer", "Ada", "--expires", "2h")
    body = server.posts("/v1/payment-requests")[0]
    assert (body["payer"], body["expires_in"], body["payee"]) == (str(uid("ada")), 7200, str(uid("bakery")))
    for bad in (("--expires", "soon"), ("--expires", "0m"), ("--currency", "SOL"), ("--to", "x")):
        assert bakery.run("request", "7.20", *bad).exit == 2


def test_a_request_whose_answer_is_lost_is_made_once(rive: Village) -> None:
    server, _ada, bakery = rive
    server.faults = [drop_answer]
    bakery.check_run("request", "7.20")
    assert len(server.requests) == 1


def _later(bakery: Person, then: Callable[[], object]) -> None:
    """Something happens during the second pause."""
    pauses: list[float] = bakery.slept

    class Slept(list[float]):
        def append(self, seconds: float) -> None:
            super().append(seconds)
            if len(self) == 2:
                then()

    bakery.slept = Slept(pauses)


def test_waiting_ends_when_it_is_paid(rive: Village) -> None:
    _server, ada, bakery = rive
    _later(bakery, lambda: ada.check_run("pay", "https://pay.example/p/tok0", "--yes"))
    said = bakery.check_run("request", "7.20", "--wait")
    assert "Paid: 7.20 RIV has arrived." in said.out and len(bakery.slept) == 2
    assert bakery.balance() == 720


def test_waiting_ends_when_it_is_rejected_or_expires(rive: Village) -> None:
    server, ada, bakery = rive
    _later(bakery, lambda: ada.check_run("reject", "https://pay.example/p/tok0", "--yes"))
    said = bakery.run("request", "7.20", "--wait", "--json")
    assert said.exit == 1 and said.json()["error"]["code"] == "request_rejected"

    def expire() -> None:
        for each in server.requests.values():
            each["state"] = "expired"

    bakery.slept = []
    _later(bakery, expire)
    assert bakery.run("request", "7.20", "--wait").exit == 1


def test_waiting_bears_a_lost_connection(rive: Village) -> None:
    server, ada, bakery = rive
    real = server.handle
    lost = iter([True] * 6)

    def flaky(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET" and "payment-requests" in request.url.path and next(lost, False):
            raise httpx2.ConnectError("down", request=request)
        return real(request)

    server.transport = lambda: httpx2.MockTransport(flaky)  # type: ignore[method-assign]

    def pay() -> None:
        server.transport = lambda: httpx2.MockTransport(real)  # type: ignore[method-assign]
        ada.check_run("pay", "https://pay.example/p/tok0", "--yes")

    _later(bakery, pay)
    said = bakery.check_run("request", "7.20", "--wait")
    assert said.err.count("Still waiting.") == 1 and "has arrived" in said.out


def test_a_camera_reads_the_link_in_the_picture() -> None:
    halves = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    links = ("https://pay.example/p/0123456789abcdefghjkmnpqrs", "https://a.example/p/" + "x" * 60)
    for link in (*links, paper.write(bytes(range(32)))):
        rows = qr_rows(link)
        dots = [[halves[sign][half] for sign in row for _wide in range(4)] for row in rows for half in (0, 1)]
        tall = [row for row in dots for _high in range(4)]
        picture = bytes(0 if dot else 255 for row in tall for dot in row)
        found = zxingcpp.read_barcodes(memoryview(picture).cast("B", (len(tall), len(tall[0]))))
        assert [each.text for each in found] == [link]
