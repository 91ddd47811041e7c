"""A writer killed with SIGKILL at each step of a commit, under load: started again, every client asks again."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from uuid import UUID

import pytest

from ledger.service import open_ledger
from ledger.store.transaction import FEW, STEPS
from tests.faults.heard import Heard, Notebook, read_notes
from tests.faults.orders import SCALE, found, orders, running_clock
from tests.faults.outcome import problems
from tests.faults.worker import Job, finish, send, start

CLIENTS = 5


@pytest.mark.parametrize("seed", range(SCALE))
@pytest.mark.parametrize("few", [FEW, 1], ids=["whole", "ahead"])
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_writer_loses_nothing_and_doubles_nothing(
    engine_url: str, tmp_path: Path, step: str, few: int, seed: int
) -> None:
    began, notes = time.monotonic_ns(), tmp_path / "notes"
    scene = found(engine_url)
    commands = orders(scene, seed, 150)
    clients = [commands[n::CLIENTS] for n in range(CLIENTS)]
    job = Job(engine_url, notes, clients, began, seed, kill_at=step, kill_after=4 + seed % 5, few=few)
    [process] = start(job)
    assert finish(process) == -signal.SIGKILL
    before: list[Heard] = read_notes(notes)
    assert 0 < len(before) < len(commands), "it died at work"
    with open_ledger(engine_url, clock=running_clock(began), migrate=False) as ledger:
        again = send(ledger, Notebook(notes), commands)
    assert problems(engine_url, scene, before + again) == []
    check_asked_again(before, again)


@pytest.mark.parametrize("seed", range(SCALE))
@pytest.mark.parametrize("step", STEPS)
def test_a_process_beside_that_is_killed_is_not_noticed(tmp_path: Path, step: str, seed: int) -> None:
    """Nobody hears of it, and everything is done once."""
    began, notes = time.monotonic_ns(), tmp_path / "notes"
    url = f"sqlite:///{tmp_path / 'ricochet.db'}"
    scene = found(url)
    commands = orders(scene, seed, 150)
    clients = [commands[n::CLIENTS] for n in range(CLIENTS)]
    job = Job(url, notes, clients, began, seed, kill_at=step, kill_after=4 + seed % 5, beside=True, few=1)
    [process] = start(job)
    assert finish(process) == 0
    *said, counts = read_notes(notes)
    assert len(said) == len(commands) and all(each.final for each in said)
    assert counts.isolated == 0
    assert counts.retries == 1 or (counts.retries == 0 and step in ("committed", "answered"))
    assert problems(url, scene, said) == []


def check_asked_again(before: list[Heard], again: list[Heard]) -> None:
    """Who asks again after an answer hears the same, as a repetition."""
    assert all(each.final for each in again)
    told: dict[UUID, list[Heard]] = {}
    for each in before:
        told.setdefault(each.command.id, []).append(each)
    for each in again:
        for first in told.get(each.command.id, []):
            if first.command == each.command and first.final:
                assert first.told[:4] == each.told[:4]
                assert each.told[0] == "refused" or each.told[4]
