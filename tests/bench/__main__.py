"""Rounds in turn, medians, and every figure beside one that a reader knows: PostgreSQL's own pgbench.

`python -m tests.bench --help` lists the options. Times vary between machines; the ratios are what to quote.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from ledger.store.collecting import collecting_seldom
from tests.bench import circulation, figures, pages
from tests.bench.load import Result
from tests.bench.server import durable_server

GROUPS = ("baseline", "submit", "http", "aged", "others", "circulation", "pages")
ALONE = {"circulation", "pages"}
"""Groups that print their own section and need no PostgreSQL."""
LARGE = 10_000_000
FOLDER_VARIABLE = "RICOCHET_TEST_PGLEDGER"


def main() -> None:
    """Measure, then print one table."""
    chosen = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ricochet-bench-")))
        if "circulation" in chosen.only:
            circulation.measure(folder, chosen.rounds, chosen.large, chosen.follow_the_money)
        if "pages" in chosen.only:
            pages.measure(folder, chosen.rounds)
        if set(chosen.only) <= ALONE:
            return
        stack.enter_context(collecting_seldom())  # as a server does
        bench = figures.Bench(stack, stack.enter_context(durable_server()), folder, chosen.seconds)
        wanted = _wanted(bench, chosen)
        rounds: dict[str, list[float | Result]] = {name: [] for name in wanted}
        for number in range(chosen.rounds):
            for name, measure in wanted.items():
                print(f"\rround {number + 1} of {chosen.rounds}: {name:<60}", end="", flush=True)
                rounds[name].append(measure())
    print("\r" + " " * 80)
    _report(rounds, chosen)


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measure Ricochet beside pgbench."
    )
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=2.0, help="for each figure and round")
    options.add_argument(
        "--only", nargs="+", choices=GROUPS, default=GROUPS,
        help="these groups; baseline always, but for circulation and pages alone",
    )
    options.add_argument("--payments", type=int, default=200_000, help="how many an old ledger holds")
    options.add_argument(
        "--large", action="store_true", help="an old ledger holds 10 million, circulation 100 million: slow, 20 GB of disk"
    )
    given = os.environ.get(FOLDER_VARIABLE)
    options.add_argument(
        "--pgledger", type=Path, default=Path(given) if given else None,
        help=f"folder with pgledger.sql, to measure it too; also {FOLDER_VARIABLE}",
    )  # fmt: skip
    options.add_argument(
        "--hordak", action="store_true", help="install django-hordak in an environment and measure it"
    )
    given = os.environ.get(circulation.TOOL_VARIABLE)
    options.add_argument(
        "--follow-the-money", type=Path, default=Path(given) if given else None,
        help=f"folder with follow_the_money.py, to measure it too; also {circulation.TOOL_VARIABLE}",
    )  # fmt: skip
    chosen = options.parse_args()
    chosen.payments = LARGE if chosen.large else chosen.payments
    return chosen


def _wanted(bench: figures.Bench, chosen: argparse.Namespace) -> figures.Figures:
    wanted = figures.baseline(bench)
    if "submit" in chosen.only:
        wanted |= figures.submit(bench)
    if "http" in chosen.only:
        wanted |= figures.http(bench)
    if "aged" in chosen.only:
        wanted |= figures.aged(bench, chosen.payments)
    if "others" in chosen.only:
        wanted |= figures.others(bench, chosen.pgledger, chosen.hordak)
    return wanted


def _report(rounds: dict[str, list[float | Result]], chosen: argparse.Namespace) -> None:
    rates = {
        name: [each.rate if isinstance(each, Result) else each for each in found]
        for name, found in rounds.items()
    }
    medians = {name: statistics.median(values) for name, values in rates.items()}
    best = max((value for name, value in medians.items() if name.startswith("pgbench")), default=0.0)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    )
    print(
        f"{chosen.rounds} rounds of {chosen.seconds:g} s, medians; the load generator and PostgreSQL share the cores"
    )
    print(f"{'':<60}{'a second':>12}{'x pgbench':>11}{'least to most':>20}{'p50 ms':>8}{'p99 ms':>8}")
    for name, value in medians.items():
        counted = not name.endswith("bytes a payment")
        ratio = f"{value / best:.2f}" if best and counted else "-"
        spread = f"{min(rates[name]):,.0f} to {max(rates[name]):,.0f}"
        print(f"{name:<60}{value:>12,.0f}{ratio:>11}{spread:>20}{_tail(rounds[name])}")
    if not best:
        print("pgbench is not on this machine: no ratios. It comes with PostgreSQL's contributed programs.")


def _tail(found: list[float | Result]) -> str:
    results = [each for each in found if isinstance(each, Result)]
    if not results:
        return ""
    return "".join(f"{statistics.median(values):>8.1f}" for values in (
        [each.p50 for each in results], [each.p99 for each in results],
    ))  # fmt: skip


if __name__ == "__main__":
    main()
