"""A real server with a few members, people with wallets as a shell runs them, and a line that loses answers."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tests.tidy import ROOT
from tests.wallet_run import Said

PASSPHRASE = "correct horse battery"
START_SECONDS = 60


def _environ(**more: str) -> dict[str, str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("RICOCHET_", "LC_", "LANG"))
    }
    return {**clean, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **more}


def ricochet(folder: Path, *arguments: str) -> str:
    """Run the operator's command on the database of a folder; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        cwd=folder,
        env=_environ(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def found(folder: Path) -> tuple[dict[str, str], str]:
    """A database with the mutual credit RIV and three members: their enrolment codes by name, and an auditor's key."""
    folder.mkdir()
    ricochet(folder, "init")
    ricochet(folder, "community", "create", "RIV")
    ricochet(folder, "currency", "define", "RIV", "RIV", "--model", "mutual")
    codes = {}
    for name, kind, line in (
        ("Ada Exemple", "person", "100.00"),
        ("Bakery 3", "business", "0"),
        ("Cleo", "person", "0"),
    ):
        said = ricochet(
            folder,
            "member",
            "add",
            "RIV",
            "RIV",
            name,
            "--kind",
            kind,
            "--line",
            line,
            "--place",
            "Riom",
            "--listed",
        )
        codes[name] = re.findall(r"^code\s+(\S+)$", said, re.MULTILINE)[0]
    key = re.findall(r"rico_\w+", ricochet(folder, "api-key", "create", "RIV", "--role", "auditor"))[0]
    return codes, key


def books(url: str, auditor: str) -> dict[str, int]:
    """Posted balances by member's name, minor units, as an auditor reads them from the server."""
    answer = httpx2.get(f"{url}/v1/accounts?limit=200", headers={"authorization": f"Bearer {auditor}"})
    return {each["name"]: each["posted"] for each in answer.json()["items"] if each["name"]}


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`ricochet serve` on the database of a folder; its address. It is stopped at the end."""
    command = [sys.executable, "-m", "api", "serve", "--port", "0"]
    log = folder / "serve.log"
    with log.open("w") as err:
        process = subprocess.Popen(
            command, cwd=folder, env=_environ(), stdout=subprocess.PIPE, stderr=err, text=True
        )
    timer = threading.Timer(START_SECONDS, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            ready = re.search(r"http://\S+", line)
            if ready:
                break
        else:
            raise AssertionError(f"the server did not start: {log.read_text()}")
        timer.cancel()
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield ready.group()
    finally:
        timer.cancel()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class Wallet:
    """Somebody's wallet, run as a program of its own."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> Said:
        """Run a command with nobody at the keyboard."""
        environ = _environ(RICOCHET_WALLET_HOME=str(self.home), RICOCHET_WALLET_PASSPHRASE=PASSPHRASE)
        environ |= self.environ
        done = subprocess.run(
            [sys.executable, "-m", "wallet_cli", *arguments], env=environ, capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    def check_run(self, *arguments: str) -> Said:
        """Run a command that must succeed."""
        said = self.run(*arguments)
        assert said.exit == 0, said
        return said

    def point_at(self, url: str) -> None:
        """Reach the server by another address."""
        path = self.home / "wallet.json"
        profile = json.loads(path.read_text())
        profile["enrolments"][0]["server"] = url
        path.write_text(json.dumps(profile))


class LossyLine:
    """Passes requests on to a server; while `lose` is above 0, what POSTs are answered never comes back."""

    def __init__(self, server: str) -> None:
        target = urlsplit(server)
        line = self
        self.lose = 0
        self.answers: list[tuple[int, Any]] = []
        """What the server answered to value POSTs: status and body."""

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                there = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
                there.request(self.command, self.path, body, dict(self.headers))
                answer = there.getresponse()
                content = answer.read()
                there.close()
                if self.command == "POST":
                    line.answers.append((answer.status, json.loads(content)))
                    if line.lose > 0:
                        line.lose -= 1
                        self.close_connection = True
                        return
                self.send_response(answer.status)
                self.send_header("content-type", answer.getheader("content-type", ""))
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = _pass_on

            def log_message(self, *_args: Any) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
