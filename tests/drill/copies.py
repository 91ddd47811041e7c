"""Copies of the tree in which a defect is sown, tests are asked, and the defect is taken out again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.drill.defect import Defect
from tests.tidy import ROOT, project_files

TEST_SECONDS = 60
SECONDS = 240
"""For all the tests of one defect."""
CONFIRM_SECONDS = 900

_NAMED = re.compile(r"^(?:FAILED|ERROR) (\S+?::.+?)(?: - .*)?$", re.MULTILINE)


class Outcome(NamedTuple):
    """What the tests said of one defect: `test` is the first that noticed, "" if none did."""

    defect: Defect
    test: str
    seconds: float
    problem: str = ""


def make_copy(place: Path) -> None:
    """The project's files, those not yet committed included."""
    for path in project_files():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, place / path)


@contextmanager
def sown(place: Path, defect: Defect) -> Iterator[None]:
    """The copy with the defect in it."""
    before = {place / path: (place / path).stat().st_mtime for path in defect.paths()}
    texts = {path: path.read_text(encoding="utf-8") for path in before}
    try:
        for path, text in texts.items():
            path.write_text(text.replace(defect.old, defect.new), encoding="utf-8")
            os.utime(path, (time.time(), time.time() + 100))  # a moment that no compiled file was made from
        yield
    finally:
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
            os.utime(path, (before[path], before[path]))


def ask(place: Path, defect: Defect) -> Outcome:
    """Sow a defect in a copy and ask its tests, until one fails."""
    began = time.monotonic()
    faults = defect.faults(place)
    if faults:
        return Outcome(defect, "", 0, f"cannot be sown: {'; '.join(faults)}")
    with sown(place, defect):
        try:
            done = pytest(place, *defect.tests.split())
        except subprocess.TimeoutExpired:
            return Outcome(defect, "", time.monotonic() - began, f"its tests did not end in {SECONDS} s")
    seconds = time.monotonic() - began
    named = _NAMED.search(done.stdout)
    if done.returncode == 0:
        return Outcome(defect, "", seconds)
    if done.returncode != 1 or named is None:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:]
        return Outcome(defect, "", seconds, f"no test failed, pytest did ({done.returncode}): {last}")
    return Outcome(defect, named[1], seconds)


def pytest(place: Path, *tests: str, seconds: int = SECONDS) -> subprocess.CompletedProcess[str]:
    """Run tests in a copy, up to the first that fails."""
    environment = {**os.environ, "PYTHONPATH": str(place)}
    command = [
        sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider",
        f"--timeout={TEST_SECONDS}", *tests,
    ]  # fmt: skip
    return subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )


def confirm(place: Path, outcomes: list[Outcome]) -> list[Outcome]:
    """A test that fails without the defect has noticed nothing: ask all of them once more in a clean copy."""
    while tests := sorted({each.test for each in outcomes if each.test}):
        done = pytest(place, *tests, seconds=CONFIRM_SECONDS)
        if done.returncode == 0:
            break
        named = _NAMED.search(done.stdout)
        broken = named[1] if named else ""
        problem = f"{broken or done.stdout[-200:]} fails without the defect too"
        outcomes = [
            each._replace(test="", problem=problem) if not broken or each.test == broken else each
            for each in outcomes
        ]
    return outcomes
