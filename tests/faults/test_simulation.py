"""Deterministic simulation: thousands of small worlds in which everything fails; a failing seed fails every time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ledger.store import transaction
from ledger.store.deciding import decide_all
from ledger.store.transaction import STEPS
from ledger.store.verify import verify
from tests.faults.orders import SCALE, found
from tests.faults.simulation import Simulation

TURNS = 150
SEEDS = 12 * SCALE


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the community set up."""
    path = tmp_path_factory.mktemp("simulation") / "template.db"
    found(f"sqlite:///{path}")
    return path


def simulate(seed: int, folder: Path, template: Path) -> Simulation:
    """One world, from its seed."""
    world = Simulation(seed, folder, template)
    try:
        world.run(TURNS)
    except BaseException:
        print(f"seed {seed}, last:", *world.trace[-20:], sep="\n  ")  # noqa: T201 - what is needed to see it again
        raise
    return world


def test_whatever_fails_everybody_hears_one_true_answer(tmp_path: Path, template: Path) -> None:
    told: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for seed in range(SEEDS):
        world = simulate(seed, tmp_path, template)
        told += world.told
        faults += world.faults
        assert verify(world.url).findings == (), f"seed {seed}"
    assert told["Receipt"] > SEEDS * 5 and told["Unavailable"] and told["id_reused"] and told["full"], told
    steps = {fault.split(" at ")[1] for fault in faults}
    assert steps == set(STEPS), f"faults struck only at {steps}"
    assert {fault.split(" at ")[0] for fault in faults} >= {
        "Crash",
        "OperationalError",
        "RuntimeError",
        "KeyboardInterrupt",
    }


def test_the_same_seed_gives_the_same_trace(tmp_path: Path, template: Path) -> None:
    worlds = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        worlds.append(simulate(7, tmp_path / name, template))
    assert worlds[0].trace == worlds[1].trace and len(worlds[0].trace) > TURNS // 2


def test_a_writer_that_answers_before_it_commits_is_caught(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def early(batch: Any, states: Any, taken: Any, asked: Any, *more: Any) -> Any:
        answers = decide_all(batch, states, taken, asked, *more)
        for one, answer in zip(asked, answers, strict=True):
            one.answer = answer
        return answers

    monkeypatch.setattr(transaction, "decide_all", early)
    caught = 0
    for seed in range(12):
        try:
            simulate(seed, tmp_path, template)
        except (AssertionError, KeyError):
            caught += 1
    assert caught > 0
