"""The process of `nightly`: what is asked comes on stdin, the answer goes to stdout; it ends when stdin does."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path

from api.reporting import facts_of
from ledger.analytics.report.upkeep import Done, bring_up
from ledger.core.errors import LedgerError
from ledger.store.engine import open_database
from ledger.store.reader import Reader

NICE = 10
"""Requests and payments go first."""


def main() -> None:
    """Prepare what was asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from a terminal the parent is told too, and ends us
    os.nice(NICE)
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with closing(open_database(asked["url"], read_only=True)) as database:
            reader = Reader(database.read)
            done = bring_up(
                reader, Path(asked["folder"]), lambda community: facts_of(reader, community),
                figures_too=asked["figures_too"],
            )  # fmt: skip
    except LedgerError as error:
        done = Done(0, (), (str(error),))
    json.dump({"communities": done.communities, "figures": done.figures, "errors": done.errors}, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # the thread that reads stdin would be waited for


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
