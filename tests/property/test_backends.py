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
from ledger.store.schema import posting
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
    """What each transfer did to each account: (account, version, seq, leg, and the four totals after it)."""
    totals: dict[int, list[int]] = {}
    for entry in pure.entries:
        for leg, transfer in enumerate(entry.transfers):
            for no, at in ((transfer.debit, 1), (transfer.credit, 3)):
                row = totals.setdefault(no, [0] * 5)
                row[0] += 1
                row[at] += transfer.held
                row[at + 1] += transfer.posted
                yield no, row[0], entry.seq, leg, *row[1:]


def test_500_commands_do_the_same_in_memory_and_on_a_database(engine_url: str) -> None:
    stored = Stored(engine_url)
    with stored.ledger:
        scene = stored.scene()
        pure, found, outcomes = phases(scene, seed=2026, count=20, length=25)
        answers = [answer for clock, commands in found for answer in stored.submit_many(commands, clock)]
        assert plain(answers) == plain(outcomes)
        check_same_books(stored, pure)
        assert stored.ledger.reader.head(scene.community).root == root_of([leaf_hash(encode(e)) for e in pure.entries])
        columns = [posting.c[name] for name in (
            "account_no", "version", "seq", "leg", "debits_held", "debits_posted", "credits_held", "credits_posted",
        )]  # fmt: skip
        with stored.ledger.database.read.connect() as connection:
            rows = sorted(tuple(row) for row in connection.execute(select(*columns)))
        assert rows == sorted(postings(pure))
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
