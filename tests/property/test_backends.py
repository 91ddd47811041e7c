"""The same commands give the same answers, numbers, bytes, postings and root: in memory and on both databases, in
batches of any cut (ledger-engine.md 5.7.1 and 5.7.9)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ledger.core.commands import Command
from ledger.core.journal import encode
from ledger.core.merkle import leaf_hash, root_of
from ledger.store.schema import transfer
from ledger.store.verify import verify
from tests.backends import Stored, check_same_books
from tests.choices import Choices
from tests.scenario import Outcome, Pure, Scene
from tests.world import SECOND, START

Phase = tuple[int, list[Command]]
"""A moment (ns), and the commands sent at it."""


def phases(scene: Scene, seed: int, count: int, length: int) -> tuple[Pure, list[Phase], list[Outcome]]:
    """Random commands, `length` of them at each of `count` moments, and the answers of the pure core."""
    pure = Pure(scene)
    model = scene.second(pure.books)
    choices = Choices(random.Random(seed).choice, scene, model)
    found: list[Phase] = []
    outcomes: list[Outcome] = []
    clock = START + SECOND
    for _ in range(count):
        clock += choices.tick() * 1_000  # longer than a phase takes at 1 ns a command
        commands = []
        for _ in range(length):
            command = choices.command()
            model.submit(command, max(clock, pure.books.ts + 1))
            outcomes.append(pure.submit(command, clock))
            commands.append(command)
        found.append((clock, commands))
    return pure, found, outcomes


def plain(outcomes: Sequence[Outcome]) -> list[tuple[object, ...]]:
    """Answers compared to the letter; the words of `id_reused` are the store's own."""
    said: list[tuple[object, ...]] = []
    for refused, *rest in outcomes:
        detail = "" if refused is None or refused.code == "id_reused" else refused.detail
        said.append((refused, detail, *rest))
    return said


def postings(pure: Pure) -> Iterator[tuple[int, ...]]:
    """Each transfer's (seq, leg), then of its debit and of its credit side: version, the (seq, leg) that the account was
    moved by before, and its balance, what it holds and what it is promised after."""
    after: dict[int, list[int]] = {}
    moved: dict[int, tuple[int, int]] = {}
    for entry in pure.entries:
        for leg, t in enumerate(entry.transfers):
            row: list[int] = [entry.seq, leg]
            for no, sign, at in ((t.debit, -1, 2), (t.credit, 1, 3)):
                shown = after.setdefault(no, [0] * 4)
                shown[0] += 1
                shown[1] += sign * t.posted
                shown[at] += t.held
                row += [shown[0], *moved.get(no, (0, 0)), *shown[1:]]
                moved[no] = (entry.seq, leg)
            yield tuple(row)


def test_500_commands_do_the_same_in_memory_and_on_a_database(engine_url: str) -> None:
    stored = Stored(engine_url)
    with stored.ledger:
        scene = stored.scene()
        pure, found, outcomes = phases(scene, seed=2026, count=20, length=25)
        answers = [answer for clock, commands in found for answer in stored.submit_many(commands, clock)]
        assert plain(answers) == plain(outcomes)
        check_same_books(stored, pure)
        assert stored.ledger.reader.head(scene.community).root == root_of([leaf_hash(encode(e)) for e in pure.entries])
        sides = [f"{side}_{name}" for side in ("debit", "credit") for name in (
            "version", "before_seq", "before_leg", "balance", "held", "promised",
        )]  # fmt: skip
        columns = [transfer.c[name] for name in ("seq", "leg", *sides)]
        with stored.ledger.database.read.connect() as connection:
            rows = [tuple(row) for row in connection.execute(select(*columns).order_by(transfer.c.seq, transfer.c.leg))]
        assert rows == list(postings(pure))
    report = verify(engine_url)
    assert (report.ok, report.findings) == (True, ())


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    path: Path = tmp_path_factory.mktemp("cuts") / "ricochet.db"
    stored = Stored(f"sqlite:///{path}")
    with stored.ledger:
        yield stored


@settings(max_examples=max(10, settings().max_examples // 5))
@given(st.integers(0, 10**6), st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_any_cut_into_batches_does_the_same(sqlite: Stored, seed: int, sizes: list[int]) -> None:
    scene = sqlite.scene()
    pure, found, outcomes = phases(scene, seed, count=3, length=20)
    answers: list[Outcome] = []
    for clock, commands in found:
        cuts = iter(sizes * 20)
        while commands:
            size = next(cuts)
            answers += sqlite.submit_many(commands[:size], clock)
            commands = commands[size:]
    assert plain(answers) == plain(outcomes)
    check_same_books(sqlite, pure)
