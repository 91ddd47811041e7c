"""What the night does for reports, in a process of its own: its arithmetic would hold up the server's requests.

The process is `nightly_main`. It ends when we do, whatever ends us.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

from ledger.core.errors import Unavailable
from ledger.service import Ledger

ENDING = 10
"""Seconds that the process has to end by itself, then it is killed."""


class Told(NamedTuple):
    """What was brought up to date, in the words of `analytics.report.upkeep.Done`."""

    communities: int
    figures: tuple[tuple[str, str, str, float], ...]
    errors: tuple[str, ...]


class Nightly:
    """Brings the extracts of a database's communities up to date elsewhere; call it, and wait."""

    def __init__(self, url: str, folder: Path, *, figures_too: bool) -> None:
        """`folder` keeps the extracts; `figures_too`: the main figures are wanted as well."""
        self._asked = json.dumps({"url": url, "folder": str(folder), "figures_too": figures_too}) + "\n"
        self._lock = threading.Lock()
        self._stopped = False
        self._child: subprocess.Popen[str] | None = None

    def __call__(self, ledger: Ledger) -> Told:
        """Raises Unavailable when the process could not do it."""
        with self._lock:
            if self._stopped:
                raise Unavailable("the server stops")
            self._child = subprocess.Popen(
                [sys.executable, "-m", "api.nightly_main"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        with self._child as child:
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(self._asked)
            child.stdin.flush()  # and not closed: its end is how the process hears of ours
            said = child.stdout.read()
        try:
            answer = json.loads(said)
            figures = tuple([(str(c), str(unit), str(name), float(value)) for c, unit, name, value in answer["figures"]])
            return Told(int(answer["communities"]), figures, tuple(answer["errors"]))
        except (ValueError, LookupError, TypeError) as error:
            raise Unavailable(f"the process that prepares reports ended with {child.returncode}") from error

    def stop(self) -> None:
        """End what runs; nothing begins any more. What it left half done is begun again another night."""
        with self._lock:
            self._stopped = True
            child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(ENDING)
            except subprocess.TimeoutExpired:
                child.kill()
