"""Reading of small CSV tables that stand beside the ledger: a bad cell is named by file, line and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


class BesideError(ValueError):
    """A file beside the ledger cannot be used; the message names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table, its cells by heading."""

    path: Path
    number: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """A cell that must not be empty."""
        found = self.cells.get(column, "").strip()
        if not found:
            raise self.error(column, "is empty; fill it")
        return found

    def maybe(self, column: str) -> str | None:
        """A cell that may be empty or absent."""
        return self.cells.get(column, "").strip() or None

    def number_of(self, column: str, least: float = 0.0, default: float | None = None) -> float:
        """A finite number of at least `least`, with a decimal point; `default` for an empty cell."""
        said = self.maybe(column)
        if said is None and default is not None:
            return default
        try:
            found = float(said or "")
        except ValueError:
            raise self.error(column, f"must be a number with a decimal point, not {said or 'nothing'}") from None
        if not math.isfinite(found):
            raise self.error(column, f"must be a finite number, not {said}")
        if found < least:
            raise self.error(column, f"must be at least {least:g}, not {said}")
        return found

    def count(self, column: str) -> int:
        """A whole number of at least 0."""
        said = self.text(column)
        if not (said.isascii() and said.isdigit()):
            raise self.error(column, f"must be a whole number of at least 0, not {said}")
        return int(said)

    def error(self, column: str, what: str) -> BesideError:
        """An error that names this place."""
        return BesideError(f"{self.path.name}, line {self.number}, {column}: {what}")


def lines(path: Path, required: Sequence[str], optional: Sequence[str] | None = ()) -> Iterator[Line]:
    """The lines of a CSV file (comma, UTF-8). `optional` None: any further column is welcome. Raises BesideError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _lines(path, file, required, optional)
    except OSError as error:
        raise BesideError(f"{path.name}: {error.strerror}; put the file there") from error
    except UnicodeDecodeError as error:
        raise BesideError(f"{path.name}: not UTF-8; save it as UTF-8") from error


def _lines(path: Path, file: Iterator[str], required: Sequence[str], optional: Sequence[str] | None) -> Iterator[Line]:
    reader = csv.reader(file)
    head = [name.strip() for name in next(reader, [])]
    for name in required:
        if name not in head:
            raise BesideError(f"{path.name}: no column {name}; there are {', '.join(head) or 'none'}")
    for name in head:
        if optional is not None and name not in (*required, *optional):
            raise BesideError(f"{path.name}: unknown column {name}; known are {', '.join((*required, *optional))}")
    if len(set(head)) < len(head):
        raise BesideError(f"{path.name}: a column stands twice; keep one of {', '.join(head)}")
    for row in reader:
        if not row:
            continue
        if len(row) != len(head):
            raise BesideError(f"{path.name}, line {reader.line_num}: {len(row)} cells under {len(head)} columns")
        yield Line(path, reader.line_num, dict(zip(head, row, strict=True)))
