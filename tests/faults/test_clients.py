"""Clients that do not behave: they stop reading, send without end, or hold thousands of connections open."""

from __future__ import annotations

import json
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from api.identity.principal import Role
from ledger.core.errors import Unavailable
from ledger.store import engine
from tests.integration.served import Served, served
from tests.integration.serving import SECONDS, Process, ask, client, prepared, running

GIGABYTE = 2**30
MEGABYTE = 2**20
IDLE = 10_000


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Founded once for this file; `folder` has its database."""
    folder = tmp_path_factory.mktemp("clients")
    town = prepared(f"sqlite:///{folder / 'ricochet.db'}")
    town.folder = folder  # type: ignore[attr-defined]
    return town


@pytest.fixture
def server(town: Served) -> Iterator[Process]:
    """A server on it."""
    folder: Path = town.folder  # type: ignore[attr-defined]
    with running(f"sqlite:///{folder / 'ricochet.db'}", folder) as process:
        yield process


@contextmanager
def connected(process: Process, buffer: int = 0) -> Iterator[socket.socket]:
    """A connection of its own, with a small receive buffer if asked for."""
    where = urlsplit(process.url)
    with socket.socket() as line:
        if buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        line.settimeout(SECONDS)
        line.connect((str(where.hostname), where.port or 80))
        yield line


def memory(process: Process) -> int:
    """Resident bytes of the server."""
    status = Path(f"/proc/{process.popen.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1_024


def pay(process: Process, town: Served, count: int = 1) -> None:
    """Payments that must succeed, there and back."""
    ada, ben = town.riv.ada, town.riv.ben
    with client(process) as http:
        for turn in range(count):
            payer, payee = (ada, ben) if turn % 2 else (ben, ada)
            body = {
                "id": str(uuid4()), "payer": str(payer.account), "payee": str(payee.account), "amount": 1, "currency": "RIV",
            }  # fmt: skip
            assert http.post("/v1/payments", json=body, headers=ask(payer.token)).status_code == 201


def check_well(process: Process, town: Served) -> None:
    """Health answers quickly and payments are made."""
    started = time.monotonic()
    with client(process) as http:
        assert http.get("/healthz").status_code == http.get("/readyz").status_code == 200
    assert time.monotonic() - started < 5
    pay(process, town)


def request(method: str, path: str, token: str, *headers: str) -> bytes:
    """The head of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_listener_that_stops_reading_holds_nobody_up(server: Process, town: Served) -> None:
    auditor = town.riv.keys[Role.AUDITOR]
    with ExitStack() as stuck:
        for _ in range(5):
            line = stuck.enter_context(connected(server, buffer=4_096))
            line.sendall(request("GET", "/v1/journal/stream?after=0", auditor))
        pay(server, town, 20)
        before = memory(server)
        pay(server, town, 300)
        assert memory(server) - before < 40 * MEGABYTE
        check_well(server, town)
        with client(server) as http:
            head = http.get("/v1/journal", headers=ask(auditor)).json()["head"]
            with http.stream("GET", f"/v1/journal/stream?after={head - 3}", headers=ask(auditor)) as live:
                seen = (
                    json.loads(each[6:])["seq"] for each in live.iter_lines() if each.startswith("data: ")
                )
                assert [next(seen) for _ in range(3)] == [head - 2, head - 1, head]
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 30, "who does not read does not keep the server from stopping"


def test_clients_that_do_not_read_their_answers(server: Process, town: Served) -> None:
    auditor = town.riv.keys[Role.AUDITOR]
    pay(server, town, 100)
    asked = request("GET", "/v1/journal?limit=200", auditor)
    with ExitStack() as stuck:
        before = memory(server)
        for _ in range(20):
            line = stuck.enter_context(connected(server, buffer=4_096))
            line.settimeout(1)
            try:
                for _ in range(200):
                    line.sendall(asked)  # one after the other, and not one answer is read
            except TimeoutError:
                pass
        check_well(server, town)
        assert memory(server) - before < 100 * MEGABYTE
    check_well(server, town)


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "without a length"])
def test_a_body_of_a_gigabyte_is_refused_at_once(server: Process, town: Served, announced: bool) -> None:
    how = f"Content-Length: {GIGABYTE}" if announced else "Transfer-Encoding: chunked"
    chunk = bytes(MEGABYTE) if announced else b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"
    pay(server, town)
    before, started, sent = memory(server), time.monotonic(), 0
    with connected(server) as line:
        line.sendall(
            request("POST", "/v1/payments", town.riv.ada.token, "Content-Type: application/json", how)
        )
        line.settimeout(2)
        try:
            while sent < GIGABYTE:
                line.sendall(chunk)
                sent += MEGABYTE
        except OSError:
            pass  # it was refused, and the connection closed
        line.settimeout(SECONDS)
        try:
            assert line.recv(65_536).startswith(b"HTTP/1.1 413")
        except ConnectionResetError:
            pytest.fail("the connection was cut before the answer could be read")
    assert memory(server) - before < 20 * MEGABYTE
    assert time.monotonic() - started < 10
    check_well(server, town)


def test_ten_thousand_idle_connections(town: Served) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(IDLE, hard - 500)
    assert wanted >= 1_000, f"this machine allows only {hard} open files"
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder: Path = town.folder  # type: ignore[attr-defined]
    try:
        with running(f"sqlite:///{folder / 'ricochet.db'}", folder) as process, ExitStack() as idle:
            pay(process, town)
            before = memory(process)
            for _ in range(wanted):
                idle.enter_context(connected(process))
            check_well(process, town)
            assert (memory(process) - before) / wanted < 20_000, "bytes for each connection"
            assert process.stop() == 0
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_server_whose_readers_are_all_taken(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Health goes on. What must read, who is asking for instance, hears 503; asked again it is done, once."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.3)
    with served(engine_url) as town, ExitStack() as readers:
        auditor = town.riv.keys[Role.AUDITOR]
        before = town.get(auditor, "/v1/journal")["head"]
        with pytest.raises(Unavailable):
            for _ in range(100):
                readers.enter_context(town.use.ledger.reader.snapshot()).head(town.riv.community)
        town.call("", "GET", "/healthz", 200)
        town.call("", "GET", "/readyz", 503)
        assert town.call(auditor, "GET", "/v1/journal", 503).headers["retry-after"] == "1"
        uid = str(uuid4())
        assert town.pay(id=uid, expect=503)["code"] == "unavailable"
        readers.close()
        town.call("", "GET", "/readyz", 200)
        assert town.pay(id=uid)["seq"] == before + 1
        assert town.get(auditor, "/v1/journal")["head"] == before + 1
