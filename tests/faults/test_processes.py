"""Four processes write to one PostgreSQL database, the same ids from all of them, one of them killed; then what the
journal says is compared with the second ledger. And the same with a part of the design left out is caught."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ledger.core.commands import Command, Issue, Pay
from ledger.service import open_ledger
from tests.faults import breaking
from tests.faults.heard import Heard, Notebook, read_notes
from tests.faults.orders import SCALE, found, orders, otherwise, running_clock
from tests.faults.outcome import problems
from tests.faults.worker import Counts, Job, finish, send, start
from tests.scenario import Scene
from tests.world import uid

PROCESSES = 4
CLIENTS = 3
COMMANDS = 300
STEADY = 100
WINDOW = 10


def steady(scene: Scene) -> list[Command]:
    """Orders that hardly anything stands against: money for one of two members, small sums to the other and to the town.

    What is chosen at random is mostly refused for some seeds, and a test of writers needs something written.
    """
    both, made = [uid("resident"), uid("shop")], list[Command]()
    for turn in range(STEADY):
        common: dict[str, Any] = {
            "id": uid(f"steady {turn}"),
            "community": scene.community,
            "actor": uid("teller"),
        }
        payer, other = both if turn // 4 % 2 else both[::-1]
        if turn % 4 == 0:
            made.append(Issue(**common, account=payer, currency="RIV", amount=7, euros=7))
        else:
            payee = uid("town") if turn % 4 == 3 else other
            made.append(Pay(**common, payer=payer, payee=payee, amount=1, currency="RIV"))
    return made


def offered(scene: Scene, seed: int) -> list[list[list[Command]]]:
    """What each client of each process sends: every id from every process, half of them with other contents here and there,
    each process in an order of its own."""
    random = Random(seed)
    base, every = orders(scene, seed, COMMANDS), COMMANDS // STEADY
    for turn, command in enumerate(steady(scene)):
        base.insert(turn * (every + 1), command)
    altered = [random.random() < 0.5 for _ in base]
    everybody = []
    for _ in range(PROCESSES):
        mine = [
            otherwise(command, random) if other and random.random() < 0.5 else command
            for command, other in zip(base, altered, strict=True)
        ]
        places = sorted(range(len(base)), key=lambda at: at + random.random() * WINDOW)
        everybody.append([[mine[at] for at in places[n::CLIENTS]] for n in range(CLIENTS)])
    return everybody


def begin(
    url: str, folder: Path, offers: list[list[list[Command]]], broken: Sequence[str] = (), most: int = 6
) -> list[Job]:
    """The jobs of the processes."""
    began = time.monotonic_ns()
    return [
        Job(url, folder / f"notes {n}", clients, began, seed=n, most=most, broken=broken)
        for n, clients in enumerate(offers)
    ]


def noted(jobs: Sequence[Job]) -> tuple[list[Heard], list[Counts]]:
    """Everything that the processes wrote down."""
    notes = [note for job in jobs for note in read_notes(job.notes)]
    return [note for note in notes if isinstance(note, Heard)], [
        note for note in notes if isinstance(note, Counts)
    ]


@pytest.mark.parametrize("seed", range(SCALE))
def test_four_processes_and_one_killed(fresh_database: str, tmp_path: Path, seed: int) -> None:
    scene = found(fresh_database)
    jobs = begin(fresh_database, tmp_path, offered(scene, seed))
    jobs[0] = replace(jobs[0], kill_at="written", kill_after=10)
    processes = start(*jobs)
    assert [finish(process) for process in processes] == [-signal.SIGKILL, 0, 0, 0]
    heard, counts = noted(jobs)
    died_with = COMMANDS + STEADY - sum(note.final for note in read_notes(jobs[0].notes))
    assert died_with > 0
    with open_ledger(fresh_database, clock=running_clock(jobs[0].began), migrate=False) as ledger:
        for some in jobs[0].orders:
            heard += send(ledger, Notebook(tmp_path / "again"), some)
    assert problems(fresh_database, scene, heard) == []
    assert counts == [Counts(retries=0, isolated=0)] * 3, "no writer stood in another's way"
    reused = sum(each.told[0] == "refused" and each.told[1] == "id_reused" for each in heard)
    entered = {each.command.id for each in heard if each.told[0] == "entry"}
    assert reused > 100 and len(entered) > 50, "the test asked what it is meant to ask"


# --- the same with the design broken ---


@pytest.fixture(params=["unlocked", "stale", "ids first"])
def part(request: pytest.FixtureRequest) -> Iterator[str]:
    """What is left out."""
    yield request.param


def crowd(scene: Scene, same: bool) -> list[list[list[Command]]]:
    """Payments in a ring of four accounts: all with ids of their own, or the same ones from everybody."""
    ring = [uid(f"m{n}") for n in range(4)]

    def ordered(client: int) -> list[Command]:
        return [
            Pay(
                id=uid(f"crowd {0 if same else client} {turn}"), community=scene.community, actor=uid("teller"),
                payer=ring[turn % 4], payee=ring[(turn + 1) % 4], amount=1, currency="MUT",
            )
            for turn in range(40)
        ]  # fmt: skip

    return [[ordered(process * CLIENTS + n) for n in range(CLIENTS)] for process in range(PROCESSES)]


def crippled(url: str, folder: Path, broken: Sequence[str]) -> tuple[list[str], list[Counts]]:
    """The problems and counters of a run without a part of the design."""
    scene = found(url)
    if "keys" in broken:
        breaking.drop_keys(url)
    jobs = begin(url, folder, crowd(scene, same="ids first" in broken), broken, most=2)
    processes = start(*jobs)
    assert [finish(process) for process in processes] == [0] * PROCESSES
    heard, counts = noted(jobs)
    return problems(url, scene, heard), counts


def test_the_crowd_does_no_harm_to_the_whole_design(fresh_database: str, tmp_path: Path) -> None:
    assert crippled(fresh_database, tmp_path, []) == ([], [Counts(retries=0, isolated=0)] * PROCESSES)


def test_without_a_part_the_second_line_acts_and_is_counted(
    fresh_database: str, tmp_path: Path, part: str
) -> None:
    found_problems, counts = crippled(fresh_database, tmp_path, [part])
    assert sum(count.retries for count in counts) > 0, "keys and version checks refused the rest"
    assert [each for each in found_problems if not each.startswith("answers")] == [], "the journal is right"


def test_without_the_second_line_either_the_replay_sees_it(
    fresh_database: str, tmp_path: Path, part: str
) -> None:
    found_problems, _ = crippled(fresh_database, tmp_path, [part, "keys"])
    kinds = {each.split(":")[0] for each in found_problems}
    expected = {"unlocked": {"order", "verify"}, "stale": {"replay", "verify"}, "ids first": {"once"}}
    assert kinds >= expected[part], found_problems[:10]
