"""The drill: sow each defect in a copy of the tree, ask its tests, print who noticed. Exit code 1 if one got through.

`python -m tests.drill [--jobs N] [--only TEXT]`.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import postgres_run
from tests.drill.copies import Outcome, ask, confirm, make_copy
from tests.drill.defect import Defect
from tests.drill.defects_core import CORE
from tests.drill.defects_pages import PAGES
from tests.drill.defects_store import STORE


def main() -> None:
    """Run the drill and print its table."""
    options = argparse.ArgumentParser(description="Sow defects; each must be noticed by a test.")
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--only", default="", help="those whose name or file contains this")
    chosen = options.parse_args()
    defects = [each for each in (*CORE, *STORE, *PAGES) if chosen.only in f"{each.name} {each.files}"]
    began = time.monotonic()
    run = postgres_run.open_run()
    try:
        os.environ[postgres_run.URL_VARIABLE] = postgres_run.server_url().render_as_string(
            hide_password=False
        )
        with tempfile.TemporaryDirectory(prefix="ricochet-drill-") as folder:
            outcomes = drill(Path(folder), defects, chosen.jobs)
    finally:
        postgres_run.close_run(run)
    print(f"\n{len(outcomes)} defects in {time.monotonic() - began:.0f} s")
    sys.exit(report(outcomes))


def drill(folder: Path, defects: list[Defect], jobs: int) -> list[Outcome]:
    """The outcome of each defect, in their order; `jobs` copies of the tree are used at once."""
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for number in range(jobs):
        make_copy(folder / str(number))
        free.put(folder / str(number))

    def one(defect: Defect) -> Outcome:
        place = free.get()
        try:
            outcome = ask(place, defect)
        finally:
            free.put(place)
        print(line(outcome), flush=True)
        return outcome

    with ThreadPoolExecutor(jobs) as pool:
        outcomes = list(pool.map(one, defects))
    return confirm(free.get(), outcomes)


def line(outcome: Outcome) -> str:
    """A row of the table: defect, file, test, seconds."""
    said = (
        outcome.test.removeprefix("tests/")
        or outcome.problem
        or outcome.defect.equivalent
        or "NOBODY NOTICED"
    )
    files = " ".join(Path(path).name for path in outcome.defect.paths())
    return f"{outcome.defect.name:<62} {files:<22} {outcome.seconds:5.1f} s  {said}"


def report(outcomes: list[Outcome]) -> int:
    """Print what got through; the exit code."""
    survived = [each for each in outcomes if not each.test]
    excused = [each for each in survived if each.defect.equivalent and not each.problem]
    for each in survived:
        print(f"survived: {line(each)}")
    print(
        f"noticed: {len(outcomes) - len(survived)}, excused: {len(excused)}, got through: {len(survived) - len(excused)}"
    )
    return int(len(survived) > len(excused))


if __name__ == "__main__":
    main()
