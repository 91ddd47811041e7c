"""No hot query of the reader or the committer scans a table or a community."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from ledger.core.journal import Receipt
from ledger.service import Ledger, open_ledger
from ledger.store import bulk, transaction
from ledger.store.pg_flight import Flights, Statement, numbered
from tests import postgres, postgres_run
from tests.bench.payments import Firms
from tests.integration.store_work import Played, busiest, played_on


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A ledger with some rows; plans without statistics are the ones to fear."""
    if request.param == "sqlite":
        yield from played_on(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'a.db'}")
    else:
        with postgres.database(postgres_run.server_url()) as url:
            yield from played_on(url.render_as_string(hide_password=False))


HOT = {
    "account": lambda reader, c, uid: reader.account(c, uid),
    "accounts": lambda reader, c, uid: reader.accounts(c, after_no=5, limit=5),
    "statement": lambda reader, c, uid: reader.statement(c, uid, before_version=9, limit=5),
    "statement, forward": lambda reader, c, uid: reader.statement(c, uid, after_version=2, limit=5),
    "version before": lambda reader, c, uid: reader.version_before(c, uid, 100),
    "entry": lambda reader, c, uid: reader.entry(c, reader.entry_at(c, 30).command_id),
    "entries": lambda reader, c, uid: reader.entries(c, 100, 5),
    "due holds": lambda reader, c, uid: reader.holds_due(1),
    "inclusion": lambda reader, c, uid: reader.inclusion(c, 3, 20),
    "checkpoint": lambda reader, c, uid: reader.latest_checkpoint(c),
    "links": lambda reader, c, uid: reader.links(c, 30),
    "memo": lambda reader, c, uid: reader.memo(c, 30),
}


@pytest.mark.parametrize("name", HOT)
def test_no_hot_query_scans_a_table(played: Played, name: str) -> None:
    ledger, work = played
    engine, uid = ledger.database.read, busiest(ledger, work)
    plans = list(_plans(engine, lambda: HOT[name](ledger.reader, work.community, uid)))
    assert plans
    for statement, plan in plans:
        assert not re.search(r"\bSCAN (?!trail\b)|Seq Scan", plan), f"{statement}\n{plan}"
        # by more than the community alone, unless the answer is a page of it in order
        in_order = "ORDER BY" in statement and "trail" not in statement
        assert "(community_id=?)" not in plan or in_order, f"{statement}\n{plan}"


def _plans(engine: Engine, ask: Callable[[], object]) -> Iterator[tuple[str, str]]:
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        asked.append((statement, parameters[0] if many else parameters))

    event.listen(engine, "before_cursor_execute", note)
    ask()
    event.remove(engine, "before_cursor_execute", note)
    yield from _explain(engine, asked)


def _explain(engine: Engine, asked: list[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    with engine.connect() as connection:
        for statement, parameters in asked:
            if not statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                continue
            if engine.dialect.name == "sqlite":
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                yield statement, "\n".join(row[3] for row in rows)
            else:  # tables this small are scanned by choice: see whether an index would do
                connection.execute(text("SET LOCAL enable_seqscan = off"))
                rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
                yield statement, "\n".join(row[0] for row in rows)


TYPES = {
    20: "bigint", 1016: "bigint[]", 23: "integer", 1007: "integer[]", 2950: "uuid", 2951: "uuid[]", 17: "bytea",
    25: "text",
}  # fmt: skip


def _explain_flight(ledger: Ledger, flown: list[Statement]) -> Iterator[tuple[str, str]]:
    """The plan of each question and change, whatever its values."""
    for statement in flown:
        if statement.text.startswith(("SELECT", "UPDATE", "DELETE")):
            yield statement.text, ledger.work(partial(_generic, asked=statement))


def _generic(connection: Connection, asked: Statement) -> str:
    types = ", ".join(TYPES[value.oid] for value in asked.values)
    with connection.connection.driver_connection.cursor() as cursor:  # type: ignore[union-attr]
        cursor.execute(f"PREPARE asked ({types}) AS {numbered(asked.text)}")
        cursor.execute(f"EXPLAIN EXECUTE asked ({', '.join(['NULL'] * len(asked.values))})")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("DEALLOCATE asked")
    return plan


class Listening:
    """A cursor of the driver that writes down what it is asked."""

    def __init__(self, cursor: Any, asked: list[tuple[str, Any]]) -> None:
        self._cursor, self._asked = cursor, asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, statement: str, parameters: Any) -> Any:
        self._asked.append((statement, tuple(parameters)))
        return self._cursor.execute(statement, parameters)

    def executemany(self, statement: str, rows: Any) -> Any:
        self._asked.append((statement, rows[0]))
        return self._cursor.executemany(statement, rows)


def test_the_committer_only_looks_up_by_key(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, work = played
    monkeypatch.setattr(transaction, "KEPT_ACCOUNTS", 0)  # so that everything is read again
    commands = work.some(60)
    work.heard(commands, ledger.submit_many(commands))
    again = work.some(60)
    asked: list[tuple[str, Any]] = []
    really = bulk.driver_cursor
    monkeypatch.setattr(bulk, "driver_cursor", lambda connection: Listening(really(connection), asked))
    flown: list[Statement] = []
    fly = Flights._fly

    def noted(self: Flights, statements: Sequence[Statement]) -> list[Any]:
        flown.extend(statements)
        return fly(self, statements)

    monkeypatch.setattr(Flights, "_fly", noted)
    plans = list(_plans(ledger.database.write, lambda: ledger.submit_many(again)))
    plans += _explain(ledger.database.write, asked)
    plans += _explain_flight(ledger, flown)
    assert any("JOIN entry t" in statement or "FROM entry t" in statement for statement, _ in plans)
    assert {statement.split()[0] for statement, _ in plans} >= {"SELECT", "UPDATE"}
    for statement, plan in plans:
        scans = [line for line in plan.splitlines() if re.search(r"\bSCAN\b|Seq Scan", line)]
        assert all("CONSTANT ROW" in line or "SCAN w" in line or "SCAN (" in line for line in scans), (
            f"{statement}\n{plan}"
        )
        whole = re.findall(r"SEARCH (\w+) USING .*\(community_id=\?\)", plan)
        # SQLite reads a community's accounts for its own ones; its one writer does so once
        assert set(whole) <= {"currency", "policy", "signing_key"} | ({"account"} if "kind IN" in statement else set()), plan
        if "kind IN" in statement and ledger.database.dialect == "postgresql":
            assert "account_kind" in plan
        if "FROM entry t" in statement or "FROM refusal t" in statement or "JOIN entry t" in statement:
            assert re.search(r"community_id=\? AND command_id=\?|command_id = w", plan), plan


def test_a_plan_made_before_there_were_accounts_goes_through_none_of_them(fresh_database: str) -> None:
    """PostgreSQL keeps the first plan of a connection until somebody gathers statistics."""
    with open_ledger(fresh_database, master_key=bytes(32)) as ledger:
        firms = Firms(ledger.found_community("BENCH"))
        assert all(isinstance(answer, Receipt) for answer in ledger.submit_many(firms.opening()))
        before = _accounts_fetched(ledger)
        assert all(isinstance(answer, Receipt) for answer in ledger.submit_many(firms.payments(200)))
        # two for the transfer's check and up to two for the totals, where a list would be a thousand each
        assert 400 <= _accounts_fetched(ledger) - before <= 1_000


def _accounts_fetched(ledger: Ledger) -> int:
    def ask(connection: Connection) -> Any:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
        return connection.execute(text("SELECT 1")).scalar_one()

    ledger.work(ask)  # its end lets the figures out
    query = text("SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'account'")
    return int(ledger.work(lambda connection: connection.execute(query).scalar_one()))
