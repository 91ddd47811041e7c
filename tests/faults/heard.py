"""What a client was told and when: written down at once, by a process that may be killed the next moment."""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ledger.core.commands import Command
from ledger.core.errors import LedgerError, Rejected
from ledger.core.journal import Receipt


class Heard(NamedTuple):
    """One answer. `told` is ("entry", seq, ts, transfers, replayed), ("refused", code, detail, field), or what failed."""

    command: Command
    asked: int
    """When it was sent, and when the answer came: `time.monotonic_ns()`, the same for all processes."""
    answered: int
    told: tuple[Any, ...]

    @property
    def final(self) -> bool:
        """Whether the client need not ask again."""
        return self.told[0] in ("entry", "refused")


def heard(command: Command, asked: int, answered: int, answer: Receipt | LedgerError) -> Heard:
    """An answer as it is written down."""
    match answer:
        case Receipt(seq=seq, ts=ts, transfers=transfers, replayed=replayed):
            told: tuple[Any, ...] = ("entry", seq, ts, transfers, replayed)
        case Rejected(code=code, detail=detail, field=field):
            told = ("refused", code.value, detail, field)
        case _:
            told = (type(answer).__name__, str(answer))
    return Heard(command, asked, answered, told)


class Notebook:
    """A file that keeps each note whole or not at all; what is written outlives the process."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, notes: Sequence[Any]) -> None:
        """Add notes by one call of the system, so that threads do not mix theirs."""
        os.write(self._file, b"".join(map(pickle.dumps, notes)))


def read_notes(path: Path) -> list[Any]:
    """Every whole note."""
    notes: list[Any] = []
    if not path.exists():
        return notes
    with path.open("rb") as file:
        while True:
            try:
                notes.append(pickle.load(file))
            except (EOFError, pickle.UnpicklingError):
                return notes
