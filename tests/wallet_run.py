"""Runs the wallet in this process as one person does: own folder, own answers, everything printed caught."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.wallet_server import URL, FakeServer
from wallet_cli import keystore
from wallet_cli.program import run
from wallet_cli.world import World

PASSPHRASE = "correct horse battery"
QUICK = {"time": 1, "memory_kib": 64, "lanes": 1}
"""What deriving a key costs in most tests; test_wallet_keystore.py has the real cost."""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Said:
    """What a run printed, and its exit code."""

    exit: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Person:
    """Somebody with a wallet folder. Unless `answers` are given nobody is at the keyboard."""

    folder: Path
    server: FakeServer
    environ: dict[str, str] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)

    def run(self, *arguments: str, answers: Sequence[str] | None = None, terminal: bool = False) -> Said:
        """Run a command; `answers` are typed one after the other."""
        left = list(answers or [])
        out, err = (Terminal() if terminal else io.StringIO()), io.StringIO()

        def ask(prompt: str) -> str:
            err.write(prompt + "\n")
            assert left, f"unexpected question: {prompt}"
            return left.pop(0)

        world = World(
            environ={"RICOCHET_WALLET_HOME": str(self.folder), "RICOCHET_WALLET_PASSPHRASE": PASSPHRASE, **self.environ},
            stdout=out, stderr=err, interactive=answers is not None, ask=ask, secret=ask, sleep=self.slept.append,
            transport=self.server.transport(),
        )  # fmt: skip
        with patch.object(keystore, "_COST", QUICK):
            code = run(arguments, world)
        assert not left, f"never asked: {left}"
        return Said(code, out.getvalue(), err.getvalue())

    def check_run(
        self, *arguments: str, answers: Sequence[str] | None = None, terminal: bool = False
    ) -> Said:
        """Run a command that must succeed."""
        said = self.run(*arguments, answers=answers, terminal=terminal)
        assert said.exit == 0, said
        return said

    def balance(self) -> int:
        """The posted balance of the only account, asked from the server's books."""
        (account,) = self.check_run("balance", "--json").json()["accounts"]
        posted: int = account["posted"]
        return posted

    def pending(self) -> list[Path]:
        """What is written down as unconfirmed."""
        return sorted((self.folder / "pending").glob("*.json"))


def village(folder: Path) -> tuple[FakeServer, Person, Person]:
    """A server with the currency RIV (mutual credit), Ada (50.00) and Bakery (0), both enrolled."""
    server = FakeServer()
    server.world.mutual("RIV")
    for member, account, kind in (("Ada", "ada", "person"), ("Bakery", "bakery", "business")):
        server.open(member, account, kind)
        server.codes[f"RIV-{member.upper()}"] = member
    server.world.fund("ada", 5000)
    ada, bakery = Person(folder / "ada", server), Person(folder / "bakery", server)
    ada.check_run("enroll", "RIV-ADA", "--server", URL)
    bakery.check_run("enroll", "RIV-BAKERY", "--server", URL)
    server.seen.clear()
    return server, ada, bakery
