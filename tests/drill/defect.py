"""One defect: what is written instead of what, and where it should be noticed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Defect(NamedTuple):
    """`new` takes the place of `old` wherever it stands in `files`, `times` in each."""

    name: str
    files: str
    """Paths from the root, parted by spaces."""
    old: str
    new: str
    tests: str
    """Files of tests to ask, in this order, parted by spaces."""
    times: int = 1
    equivalent: str = ""
    """Why no test can tell the difference, if none can."""

    def faults(self, root: Path) -> list[str]:
        """Why the defect cannot be sown: its place has moved, or a file of tests is gone."""
        found = [f"{path}: no such file" for path in self.paths() if not (root / path).is_file()]
        found += [f"{test}: no such tests" for test in self.tests.split() if not (root / test).exists()]
        if found:
            return found
        counts = {path: (root / path).read_text(encoding="utf-8").count(self.old) for path in self.paths()}
        wrong = {path: count for path, count in counts.items() if count != self.times}
        return [
            f"{path}: {self.old!r} stands there {count} times, not {self.times}"
            for path, count in wrong.items()
        ]

    def paths(self) -> list[str]:
        """The files that it changes."""
        return self.files.split()
