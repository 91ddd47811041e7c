"""Everything outside the process that the wallet touches, in one place so that tests can stand in for it."""

from __future__ import annotations

import getpass
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import httpx2
import platformdirs


def _ask(prompt: str) -> str:
    """A line from the keyboard; the question goes to stderr, so that stdout holds answers only."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()


@dataclass
class World:
    """The environment, the terminal, the network and the clock."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    interactive: bool = field(default_factory=lambda: sys.stdin.isatty() and sys.stderr.isatty())
    """Whether somebody is there to answer questions."""
    ask: Callable[[str], str] = _ask
    secret: Callable[[str], str] = getpass.getpass
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], int] = time.time_ns
    transport: httpx2.BaseTransport | None = None
    """None: the real network."""

    def folder(self) -> Path:
        """Where this wallet keeps its files."""
        given = self.environ.get("RICOCHET_WALLET_HOME")
        return Path(given) if given else platformdirs.user_data_path("ricochet-wallet", appauthor=False)

    def timeout(self) -> int:
        """Seconds that one try of a request may take."""
        given = self.environ.get("RICOCHET_WALLET_TIMEOUT", "")
        return int(given) if given.isdecimal() and int(given) else 10
