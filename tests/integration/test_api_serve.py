"""The server as it is run: start, work on both engines, live journal, several processes, and an orderly end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2

from api.identity.principal import Role
from ledger.core.receipts import ReceiptFile, verify
from ledger.service import open_ledger
from tests.integration.served import Served
from tests.integration.serving import SECONDS, Process, ask, client, prepared, running


def payment(town: Served, amount: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "payer": str(town.riv.ada.account), "payee": str(town.riv.ben.account),
        "amount": amount, "currency": "RIV", **changes,
    }  # fmt: skip


def test_a_payment_and_its_receipt_on_both_engines(engine_url: str, tmp_path: Path) -> None:
    town = prepared(engine_url)
    with running(engine_url, tmp_path) as process, client(process) as http:
        body = payment(town, 150)
        first = http.post("/v1/payments", json=body, headers=ask(town.riv.ada.token))
        again = http.post("/v1/payments", json=body, headers=ask(town.riv.ada.token))
        assert (first.status_code, again.status_code) == (201, 200), first.text
        assert again.json()["replayed"] is True
        assert "server" not in first.headers and "date" not in first.headers
        file = http.get(first.json()["links"]["receipt"], headers=ask(town.riv.ben.token))
        vkey = http.get("/v1/communities/RIV").json()["vkey"]
        assert verify(ReceiptFile.from_json(file.text), vkey)
        tried = http.post(
            "/v1/payments?dry_run=true", json=payment(town, 10**9), headers=ask(town.riv.ada.token)
        )
        assert tried.json()["code"] == "insufficient_funds"
        lines = http.get(f"/v1/accounts/{town.riv.ben.account}/statement", headers=ask(town.riv.ben.token))
        assert [line["amount"] for line in lines.json()["items"]] == [150]
        assert http.get("/readyz").status_code == 200
        assert process.stop() == 0


def test_many_at_once_are_each_answered_once(engine_url: str, tmp_path: Path) -> None:
    town = prepared(engine_url)
    bodies = [payment(town, 1) for _ in range(60)]
    answers: list[tuple[str, int, int]] = []

    def send(process: Process, some: list[dict[str, Any]]) -> None:
        with client(process) as http:
            for body in some:
                said = http.post("/v1/payments", json=body, headers=ask(town.riv.ada.token))
                answers.append((body["id"], said.status_code, said.json()["seq"]))

    with running(engine_url, tmp_path) as process:
        threads = [threading.Thread(target=send, args=(process, bodies)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(answers) == 240
    assert sum(status == 201 for _, status, _ in answers) == 60, "each id is new once"
    assert len({(uid, seq) for uid, _, seq in answers}) == 60, "and always the same entry"


def events(response: httpx2.Response) -> Iterator[dict[str, Any]]:
    """Server-sent events as they come: id and data."""
    event: dict[str, Any] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if not line and event:
            yield event
            event = {}
        elif name == "data":
            event["data"] = json.loads(value)
        elif name in ("id", "event"):
            event[name] = value


def test_the_live_journal_misses_nothing(engine_url: str, tmp_path: Path) -> None:
    town = prepared(engine_url)
    with running(engine_url, tmp_path) as process, client(process) as http, client(process) as other:
        with http.stream(
            "GET", "/v1/journal/stream?after=0", headers=ask(town.riv.keys[Role.AUDITOR])
        ) as live:
            assert live.headers["content-type"].startswith("text/event-stream")
            heard = events(live)
            head = other.get("/v1/journal", headers=ask(town.riv.keys[Role.AUDITOR])).json()["head"]
            past = [next(heard) for _ in range(head)]
            assert [int(each["id"]) for each in past] == list(range(1, head + 1))
            paid = other.post("/v1/payments", json=payment(town, 5), headers=ask(town.riv.ada.token)).json()
            newest = next(heard)
            assert (int(newest["id"]), newest["event"]) == (paid["seq"], "entry")
            assert newest["data"]["id"] == paid["id"] and newest["data"]["body"]
        missed = other.post("/v1/payments", json=payment(town, 6), headers=ask(town.riv.ada.token)).json()
        headers = ask(town.riv.ben.token) | {"last-event-id": str(paid["seq"])}
        with http.stream("GET", "/v1/journal/stream", headers=headers) as live:
            mine = next(events(live))
            assert int(mine["id"]) == missed["seq"] and "body" not in mine["data"]


def test_a_member_hears_only_of_own_accounts(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ricochet.db'}"
    town = prepared(database)
    operator = ask(town.riv.keys[Role.OPERATOR])
    with running(database, tmp_path) as process, client(process) as http, client(process) as other:
        with http.stream("GET", "/v1/journal/stream?after=0", headers=ask(town.riv.ada.token)) as live:
            other.patch(
                f"/v1/accounts/{town.riv.ben.account}", json={"id": str(uuid4()), "line": 1},
                headers=operator | {"if-match": "*"},
            )  # fmt: skip
            paid = other.post("/v1/payments", json=payment(town, 5), headers=ask(town.riv.ada.token)).json()
            heard = events(live)
            opened, then = next(heard), next(heard)
            assert opened["data"]["command"] == "open_account"
            assert then["data"]["id"] == paid["id"]


def test_a_stream_ends_with_its_key(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ricochet.db'}"
    town = prepared(database)
    operator = ask(town.riv.keys[Role.OPERATOR])
    with running(database, tmp_path) as process, client(process) as http, client(process) as other:
        made = other.post("/v1/keys", json={"label": "ear", "roles": ["auditor"]}, headers=operator).json()
        with http.stream("GET", "/v1/journal/stream", headers=ask(made["token"])) as live:
            paid = other.post("/v1/payments", json=payment(town, 5), headers=ask(town.riv.ada.token)).json()
            heard = events(live)
            assert next(heard)["data"]["id"] == paid["id"]
            assert other.delete(f"/v1/keys/{made['id']}", headers=operator).status_code == 204
            other.post("/v1/payments", json=payment(town, 6), headers=ask(town.riv.ada.token))
            assert list(heard) == []


def test_two_processes_on_postgresql_tell_each_other(fresh_database: str, tmp_path: Path) -> None:
    town = prepared(fresh_database)
    auditor = ask(town.riv.keys[Role.AUDITOR])
    with running(fresh_database, tmp_path) as one, running(fresh_database, tmp_path) as two:
        with client(one) as here, client(two) as there:
            with here.stream("GET", "/v1/journal/stream", headers=auditor) as live:
                body = payment(town, 7)
                paid = there.post("/v1/payments", json=body, headers=ask(town.riv.ada.token)).json()
                assert next(events(live))["data"]["id"] == paid["id"]
            assert (
                here.post("/v1/payments", json=body, headers=ask(town.riv.ada.token)).json()["replayed"]
                is True
            )


def test_sigterm_ends_streams_and_closes_the_ledger(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ricochet.db'}"
    town = prepared(database)
    with running(database, tmp_path) as process, client(process) as http:
        with http.stream("GET", "/v1/journal/stream", headers=ask(town.riv.ada.token)) as live:
            started = time.monotonic()
            process.popen.send_signal(signal.SIGTERM)
            assert list(live.iter_lines()) == []
            assert process.popen.wait(SECONDS) == 0
        assert time.monotonic() - started < 10, "an open stream does not hold the server up"
    with open_ledger(database) as ledger:  # the server has let go of the file
        assert ledger.reader.head(town.riv.community).seq > 0


def test_an_endless_body_is_stopped_while_it_is_read(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ricochet.db'}"
    town = prepared(database)
    with running(database, tmp_path) as process:
        where = urlsplit(process.url)
        with socket.create_connection((str(where.hostname), where.port or 80), timeout=SECONDS) as line:
            head = (
                "POST /v1/payment-batches HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                f"Content-Type: application/x-ndjson\r\nAuthorization: Bearer {town.riv.ada.token}\r\n\r\n"
            )
            line.sendall(head.encode())
            chunk = b"10000\r\n" + b"\n" * 65_536 + b"\r\n"
            sent = 0
            line.settimeout(1)
            try:
                while sent < 200:
                    line.sendall(chunk)
                    sent += 1
            except OSError:
                sent += 1
            line.settimeout(SECONDS)
            answer = line.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 413")
        with client(process) as http:
            assert http.get("/healthz").status_code == 200


def test_the_first_start_says_its_key_once(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ricochet.db'}"
    with running(database, tmp_path) as process, client(process) as http:
        deadline = time.monotonic() + SECONDS
        tokens: list[str] = []
        while not tokens and time.monotonic() < deadline:
            time.sleep(0.05)
            tokens = re.findall(r"^ +(rico_\w+)$", "".join(process.said), re.MULTILINE)
        assert len(tokens) == 1, "".join(process.said)
        (token,) = tokens
        body = {"code": "RIV", "name": "Rivage"}
        founded = http.post("/v1/communities", json=body, headers=ask(token))
        assert founded.status_code == 201, founded.text
        assert process.stop() == 0
    with running(database, tmp_path) as process:
        assert "rico_" not in "".join(process.said)


def refused(folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RICOCHET_")}
    done = subprocess.run(
        [sys.executable, "-m", "api", "serve", "--port", "0", *arguments], cwd=folder, env=environment | variables,
        capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_what_hinders_the_start_is_one_sentence(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ricochet.db'}"
    with running(database, tmp_path) as process:
        code, said = refused(tmp_path, "--database", database)
        assert code == 2 and "already open for writing" in said and said.count("\n") == 1
        port = str(urlsplit(process.url).port)
        code, said = refused(tmp_path, "--database", f"sqlite:///{tmp_path / 'b.db'}", "--port", port)
        assert code == 2 and "choose another --port" in said
    code, said = refused(tmp_path, RICOCHET_PROT="1")
    assert code == 2 and "did you mean RICOCHET_PORT?" in said
    code, said = refused(tmp_path, "--database", "postgresql:///nowhere")
    assert code == 2 and "RICOCHET_MASTER_KEY" in said
