"""The same commands give the same answers, rows, bytes and root: on both engines, and however batches are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from ledger.core import commands as c
from ledger.service import Ledger
from ledger.store import lite_rows, transaction, writer
from ledger.store.queue import Answer
from ledger.store.schema import metadata
from tests import postgres, postgres_run
from tests.integration.store_work import DAY, START, Work, begin, open_store

Chunk = tuple[int, list[c.Command]]
"""A moment (ns) and what is asked at it."""


class Stopped:
    """A clock that stands still until it is set; the ledger then counts single nanoseconds."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


def tables(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with ledger.database.read.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


def said(answer: Answer) -> str:
    """An answer as text: a Rejected compares its code and field only."""
    return repr(answer)


def whole(commands: list[c.Command]) -> Iterator[list[c.Command]]:
    yield commands


def single(commands: list[c.Command]) -> Iterator[list[c.Command]]:
    for command in commands:
        yield [command]


def ragged(commands: list[c.Command]) -> Iterator[list[c.Command]]:
    sizes = Random(5)
    while commands:
        size = sizes.randint(1, 30)
        yield commands[:size]
        commands = commands[size:]


def sent_early(patch: pytest.MonkeyPatch) -> None:
    """Both engines hear of a batch payment by payment, while it is decided."""
    patch.setattr(lite_rows, "WAIT", 30.0)
    patch.setattr(transaction, "FEW", 0)
    patch.setattr(writer, "SENT", 2)
    patch.setattr(writer, "PUMPED", 1)


def play(
    url: str, chunks: list[Chunk], cut: Callable[[list[c.Command]], Iterator[list[c.Command]]]
) -> tuple[list[str], dict[str, list[tuple[Any, ...]]]]:
    """Answers and tables after the chunks, each cut into batches in some way."""
    clock = Stopped()
    answers: list[str] = []
    with open_store(url, clock=clock) as ledger:
        begin(ledger, 3)
        for moment, commands in chunks:
            clock.now = moment
            for batch in cut(commands):
                answers += map(said, ledger.submit_many(batch))
        return answers, tables(ledger)


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> list[Chunk]:
    """Random work, written down while it was done once."""
    clock, chunks = Stopped(), []
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('script') / 'a.db'}", clock=clock) as ledger:
        work: Work = begin(ledger, 3)
        for _ in range(12):
            clock.now += DAY // 3
            commands = work.some(40)
            answers = ledger.submit_many(commands)
            work.heard(commands, answers)
            chunks.append((clock.now, commands))
    return chunks


def test_batches_of_any_cut_and_both_engines_agree(
    script: list[Chunk], tmp_path: Path, fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = play(f"sqlite:///{tmp_path / 'whole.db'}", script, whole)
    one_by_one = play(f"sqlite:///{tmp_path / 'single.db'}", script, single)
    postgresql = play(fresh_database, script, ragged)
    sent_early(monkeypatch)
    with postgres.database(postgres_run.server_url()) as another:
        early = play(another.render_as_string(hide_password=False), script, whole)
    beside = play(f"sqlite:///{tmp_path / 'beside.db'}", script, whole)
    assert len(first[0]) == 480 and len({answer.split("(")[0] for answer in first[0]}) == 2
    for other in (one_by_one, postgresql, early, beside):
        assert other[0] == first[0]
        for name, rows in first[1].items():
            assert other[1][name] == rows, name
    filled = {name for name, rows in first[1].items() if rows}
    assert filled == set(first[1]) - {"checkpoint", "memo"}
