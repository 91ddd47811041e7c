"""A real server in a process of its own, for the tests that a test client cannot do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx2
from starlette.testclient import TestClient

from api.app import create_app
from tests.integration.served import MASTER, Served, settings_for

READY = re.compile(r"ready at (http://\S+)")
SECONDS = 60


class Process:
    """A running `ricochet serve`; `said` is what it has printed."""

    def __init__(self, database: str, folder: Path, *arguments: str, **variables: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RICOCHET_")}
        environment |= {
            "RICOCHET_DATABASE": database, "RICOCHET_MASTER_KEY": b64encode(MASTER).decode(),
            "RICOCHET_RATE": "1000000/minute", "PYTHONUNBUFFERED": "1", **variables,
        }  # fmt: skip
        command = [sys.executable, "-m", "api", "serve", "--port", "0", *arguments]
        self.popen = subprocess.Popen(
            command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.said: list[str] = []
        self.url = ""
        self._ready = threading.Event()
        assert self.popen.stdout is not None
        threading.Thread(target=self._listen, args=(self.popen.stdout,), daemon=True).start()
        assert self._ready.wait(SECONDS), "".join(self.said)

    def _listen(self, output: IO[str]) -> None:
        for line in output:
            self.said.append(line)
            found = READY.search(line)
            if found:
                self.url = found[1]
                self._ready.set()
        self._ready.set()

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        self.popen.terminate()
        return self.popen.wait(SECONDS)


@contextmanager
def running(database: str, folder: Path, *arguments: str, **variables: str) -> Iterator[Process]:
    """A server, stopped in the end."""
    process = Process(database, folder, *arguments, **variables)
    try:
        yield process
    finally:
        if process.popen.poll() is None:
            process.popen.kill()
            process.popen.wait(SECONDS)


def prepared(database: str) -> Served:
    """The town of `served`, founded in a database that is closed again: for its keys and ids."""
    with TestClient(create_app(settings_for(database))) as client:
        return Served(client)


def ask(token: str) -> dict[str, str]:
    """The header of a key."""
    return {"authorization": f"Bearer {token}"}


def client(process: Process) -> httpx2.Client:
    """A client of a running server."""
    return httpx2.Client(base_url=process.url, timeout=SECONDS)
