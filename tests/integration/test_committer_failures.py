"""Whatever fails inside a commit, every caller hears exactly one true answer and no payment is doubled or lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from ledger.core import commands as c
from ledger.core.decide import decide
from ledger.core.errors import Code, Corrupt, Rejected, Unavailable
from ledger.core.journal import Receipt
from ledger.service import Ledger
from ledger.store import committer, deciding, schema
from ledger.store.queue import Asked, Group, Inbox
from ledger.store.transaction import STEPS
from ledger.store.writer import Batch
from tests.integration.store_work import Work, begin, open_store
from tests.integration.test_committer import Hook, entries, pay, submit

LOST: list[Exception] = [
    psycopg.OperationalError("connection lost"),
    sqlite3.OperationalError("disk I/O error"),
]


def once(step: str, error: BaseException) -> Callable[[str], None]:
    """Fail at a step, the first time only."""
    failed = False

    def act(now: str) -> None:
        nonlocal failed
        if now == step and not failed:
            failed = True
            raise error

    return act


def some(work: Work, count: int = 5) -> list[c.Command]:
    """Payments that the rules allow."""
    return [pay(work) for _ in range(count)]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", [*LOST, RuntimeError("a defect")], ids=lambda error: type(error).__name__)
def test_a_failure_at_any_step_is_tried_again(engine_url: str, step: str, error: Exception) -> None:
    hook = Hook()
    with open_store(engine_url, on_step=hook) as ledger:
        work = begin(ledger)
        before, commands = entries(ledger), some(work)
        hook.act = once(step, error)
        answers = ledger.submit_many(commands)
        assert [answer.seq for answer in answers if isinstance(answer, Receipt)] == list(
            range(before + 1, before + 6)
        )
        assert not any(isinstance(answer, Receipt) and answer.replayed for answer in answers)
        assert entries(ledger) == before + 5
        assert ledger.committer.stats.retries == (step != "answered")


@pytest.mark.parametrize("step", STEPS)
def test_an_interruption_is_answered_and_the_writer_lives_on(engine_url: str, step: str) -> None:
    hook = Hook()
    with open_store(engine_url, on_step=hook) as ledger:
        work = begin(ledger)
        before, commands = entries(ledger), some(work)
        hook.act = once(step, KeyboardInterrupt())
        answers = ledger.submit_many(commands)
        heard = {type(answer) for answer in answers}
        assert heard == ({Receipt} if step == "answered" else {Unavailable})
        again = ledger.submit_many(commands)
        assert all(isinstance(answer, Receipt) for answer in again)
        assert {getattr(answer, "replayed", None) for answer in again} == {step in ("committed", "answered")}
        assert entries(ledger) == before + 5


def test_a_database_that_stays_away_is_unavailable_and_then_back(
    engine_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "PAUSES", (0.0, 0.0))
    hook = Hook()
    with open_store(engine_url, on_step=hook) as ledger:
        work = begin(ledger)
        before, commands = entries(ledger), some(work)

        def away(step: str) -> None:
            if step == "locked":
                raise LOST[0]

        hook.act = away
        assert {type(answer) for answer in ledger.submit_many(commands)} == {Unavailable}
        hook.act = None
        assert all(isinstance(answer, Receipt) for answer in ledger.submit_many(commands))
        assert entries(ledger) == before + 5
        assert ledger.committer.stats.isolated == 0 and ledger.committer.stats.failed == 5


def test_a_command_that_breaks_decide_fails_alone(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        commands = some(work)

        def broken(command: c.Command, *more: Any) -> Any:
            if command is commands[2]:
                raise ZeroDivisionError
            return decide(command, *more)

        monkeypatch.setattr(deciding, "decide", broken)
        kinds = [type(answer) for answer in ledger.submit_many(commands)]
        assert kinds == [Receipt, Receipt, Corrupt, Receipt, Receipt]
        monkeypatch.undo()
        assert isinstance(submit(ledger, commands[2]), Receipt)


def _with(command: c.Command, field: str, text: str) -> c.Command:
    fields: dict[str, Any] = {field: text}
    return replace(command, **fields)


@pytest.mark.parametrize("where", ["currency", "activity"])
def test_what_cannot_be_written_down_is_refused(engine_url: str, where: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        odd = _with(pay(work), where, "\ud800")
        answer = submit(ledger, odd)
        assert isinstance(answer, Rejected) and answer.code is Code.INVALID_FIELD
        assert isinstance(submit(ledger, _with(odd, where, "RIV")), Receipt)


def test_a_refusal_with_a_zero_byte_is_recorded(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        odd = replace(pay(work), currency="R\0V")  # type: ignore[call-arg]
        first = submit(ledger, odd)
        assert isinstance(first, Rejected) and first.code is Code.CURRENCY_NOT_FOUND
        assert repr(submit(ledger, odd)) == repr(first)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [(schema.transfer, 9, -1), (schema.transfer, 3, -1), (schema.entry, 8, b"short")],
    ids=["posting", "transfer", "entry"],
)
def test_a_row_that_the_database_refuses_does_not_fail_its_neighbours(
    engine_url: str, monkeypatch: pytest.MonkeyPatch, table: Any, column: int, value: Any
) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        before, commands = entries(ledger), some(work, 60)
        really = Batch.enter

        def spoiled(self: Batch, kept: Any, ts: int, command: c.Command, *more: Any) -> None:
            really(self, kept, ts, command, *more)
            if command is commands[31]:
                row = self.rows[table][-1]
                self.rows[table][-1] = (*row[:column], value, *row[column + 1 :])

        monkeypatch.setattr(Batch, "enter", spoiled)
        answers = ledger.submit_many(commands)
        assert [line for line, answer in enumerate(answers) if not isinstance(answer, Receipt)] == [31]
        assert isinstance(answers[31], Corrupt)
        assert ledger.committer.stats.isolated == 1
        monkeypatch.undo()
        assert isinstance(submit(ledger, commands[31]), Receipt)
        assert entries(ledger) == before + 60


def test_books_that_disagree_with_the_tables_are_read_again(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        kept = ledger.committer.kept[work.community]
        kept.books.accounts[work.people["RIV"][0]].version += 1
        answer = submit(ledger, pay(work))
        assert isinstance(answer, Receipt)
        assert ledger.committer.kept[work.community] is not kept
        assert ledger.committer.stats.retries == 1


def backend(ledger: Ledger) -> int:
    """The writer's own server process."""
    return int(
        ledger.work(lambda connection: connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
    )


@pytest.mark.parametrize("step", ["begin", "locked", "decided", "written", "committed", "answered"])
def test_a_connection_cut_by_the_server(fresh_database: str, step: str) -> None:
    other, hook = create_engine(fresh_database), Hook()
    with open_store(fresh_database, on_step=hook) as ledger:
        work = begin(ledger)
        before, commands, process = entries(ledger), some(work), backend(ledger)
        cut = False

        def act(now: str) -> None:
            nonlocal cut
            if now == step and not cut:
                cut = True
                with other.connect() as connection:
                    connection.execute(
                        text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process}
                    )

        hook.act = act
        receipts = [answer for answer in ledger.submit_many(commands) if isinstance(answer, Receipt)]
        assert cut and len(receipts) == 5 and not any(receipt.replayed for receipt in receipts)
        hook.act = None
        assert isinstance(submit(ledger, pay(work)), Receipt)
        assert entries(ledger) == before + 6
    other.dispose()


def test_work_beside_the_journal_fails_for_its_caller_only(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        with pytest.raises(ZeroDivisionError):
            ledger.work(lambda connection: 1 // 0)
        with pytest.raises(Unavailable), ThreadPoolExecutor(1) as pool:
            statement = text(
                "SELECT * FROM nowhere"
                if engine_url.startswith("sqlite")
                else "SELECT pg_terminate_backend(pg_backend_pid())"
            )
            pool.submit(ledger.work, lambda connection: connection.execute(statement)).result(30)
        assert ledger.work(lambda connection: connection.execute(text("SELECT 7")).scalar_one()) == 7
        assert isinstance(submit(ledger, pay(work)), Receipt)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_writer_that_dies_answers_everybody(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        asked = [Asked(command) for command in some(work)]

        taken = Inbox.take

        def broken(self: Inbox, most: int) -> list[Group]:
            monkeypatch.setattr(Inbox, "take", taken)
            raise SystemExit

        ledger.work(lambda connection: monkeypatch.setattr(Inbox, "take", broken))
        with suppress(Unavailable):
            ledger.committer.submit(asked)
            assert {type(one.answer) for one in asked} == {Unavailable}
        assert isinstance(submit(ledger, pay(work)), Unavailable)
