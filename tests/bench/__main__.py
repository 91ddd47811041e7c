"""Rounds in turn, medians, and every figure beside one that a reader knows: PostgreSQL's own pgbench.

`python -m tests.bench [--rounds N] [--seconds S]`. Times vary between machines; the ratios are what to quote.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ledger.service import Ledger, open_ledger
from tests import postgres
from tests.bench.payments import Firms, decided, submitted
from tests.bench.server import Pgbench, durable_server

BATCHES = (1, 16, 64, 256, 1_024, 8_190)


def main() -> None:
    """Measure, then print one table."""
    options = argparse.ArgumentParser(description="Measure Ricochet beside pgbench.")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=2.0, help="for each figure and round")
    chosen = options.parse_args()
    with ExitStack() as stack:
        figures = _figures(stack, chosen.seconds)
        rounds: dict[str, list[float]] = {name: [] for name in figures}
        for number in range(chosen.rounds):
            for name, measure in figures.items():
                print(f"\rround {number + 1} of {chosen.rounds}: {name:<44}", end="", flush=True)
                rounds[name].append(measure())
    print("\r" + " " * 70)
    _report({name: statistics.median(values) for name, values in rounds.items()})


def _figures(stack: ExitStack, seconds: float) -> dict[str, Callable[[], float]]:
    server = stack.enter_context(durable_server())
    bench_url = stack.enter_context(postgres.database(server.url))
    figures: dict[str, Callable[[], float]] = {}
    pgbench = Pgbench(server, bench_url)
    if pgbench.present:
        for clients in Pgbench.CLIENTS:
            figures[f"pgbench TPC-B, {clients} clients"] = partial(pgbench.rate, clients, max(1, round(seconds)))
    figures["core: decide and apply"] = partial(decided, seconds)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ricochet-bench-")))
    ledger_url = stack.enter_context(postgres.database(server.url)).render_as_string(hide_password=False)
    for engine, url in (("SQLite", f"sqlite:///{folder / 'bench.db'}"), ("PostgreSQL", ledger_url)):
        ledger, firms = _open(stack, url)
        for batch in BATCHES:
            figures[f"{engine}: submit, {batch} a batch"] = partial(submitted, ledger, firms, batch, seconds)
    return figures


def _open(stack: ExitStack, url: str) -> tuple[Ledger, Firms]:
    ledger = stack.enter_context(open_ledger(url, master_key=os.urandom(32)))
    firms = Firms(ledger.found_community("BENCH"))
    for answer in ledger.submit_many(firms.opening()):
        if isinstance(answer, Exception):
            raise answer
    return ledger, firms


def _report(medians: dict[str, float]) -> None:
    known = [value for name, value in medians.items() if name.startswith("pgbench")]
    best = max(known, default=0.0)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"{'':<44}{'a second':>12}{'x pgbench':>12}")
    for name, value in medians.items():
        ratio = f"{value / best:.2f}" if best else "-"
        print(f"{name:<44}{value:>12,.0f}{ratio:>12}")
    if not best:
        print("pgbench is not on this machine: no ratios. It comes with PostgreSQL's contributed programs.")


if __name__ == "__main__":
    main()
