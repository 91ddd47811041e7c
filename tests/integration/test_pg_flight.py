"""Statements in one flight: what each met, whole or not at all, and the connection is good for more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from ledger.store.pg_flight import Flights, Statement, array, value

Connection = psycopg.Connection[Any]
INSERT = "INSERT INTO thing (no, name) SELECT * FROM unnest(%s, %s)"


@pytest.fixture
def connection(fresh_database: str) -> Iterator[Connection]:
    with psycopg.connect(fresh_database.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE thing (no bigint PRIMARY KEY, name text)")
        connection.commit()
        connection.execute("SELECT 1")
        yield connection


def inserting(numbers: list[int], names: list[str | None]) -> Statement:
    return Statement(INSERT, [array("int8", numbers), array("text", names)])


def things(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT no, name FROM thing ORDER BY no").fetchall()


def test_each_says_how_many_rows_it_met(connection: Connection) -> None:
    flights = Flights(connection)
    renaming = Statement("UPDATE thing SET name = %s WHERE no > %s", [value("text", "é"), value("int8", 1)])
    clearing = Statement("UPDATE thing SET name = %s WHERE no = %s", [value("text", None), value("int8", 3)])
    assert flights.run([inserting([1, 2, 3], ["a", "b", None]), renaming, clearing]) == [3, 2, 1]
    assert flights.run([inserting([-(2**63), 2**63 - 1], [None, ""]), renaming]) == [2, 3]
    assert things(connection) == [(-(2**63), None), (1, "a"), (2, "é"), (3, "é"), (2**63 - 1, "é")]
    assert flights.run([]) == []


def test_rows_come_as_they_were_stored(connection: Connection) -> None:
    flights = Flights(connection)
    connection.commit()
    uid = UUID(int=7)
    query = Statement("SELECT %s, %s, %s, %s, 5", [
        value("int8", -1), value("uuid", uid), value("bytea", b"\0\xff"), value("text", None),
    ])  # fmt: skip
    assert flights.rows(query) == [(-1, uid, b"\0\xff", None, 5)]
    assert connection.info.transaction_status == TransactionStatus.INTRANS, "a transaction was begun before it"
    assert flights.rows(Statement("SELECT no FROM thing", [])) == []


def test_what_fails_is_said_once_and_nothing_after_it_ran(connection: Connection) -> None:
    flights = Flights(connection)
    with pytest.raises(psycopg.errors.UniqueViolation, match="thing_pkey"):
        flights.run([inserting([1], ["a"]), inserting([1], ["b"]), inserting([2], ["c"])])
    connection.rollback()
    assert things(connection) == []


def test_a_connection_that_is_gone_is_an_operational_error(
    connection: Connection, fresh_database: str
) -> None:
    with psycopg.connect(fresh_database.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        Flights(connection).run([inserting([1], ["a"])])


def test_arrays_of_every_type_arrive_as_they_were_sent(connection: Connection) -> None:
    kinds: dict[str, list[Any]] = {
        "int8": [1, None, -5], "int4": [2**31 - 1, 0, None], "bytea": [b"", None, bytes(range(256))],
        "text": ["", "ä\n", None],
    }  # fmt: skip
    for kind, several in kinds.items():
        connection.execute(f"CREATE TABLE t_{kind} (at int4, v {kind})")  # type: ignore[arg-type, unused-ignore]
        text = f"INSERT INTO t_{kind} SELECT * FROM unnest(%s, %s)"
        Flights(connection).run([Statement(text, [array("int4", [1, 2, 3]), array(kind, several)])])
        found = connection.execute(f"SELECT v FROM t_{kind} ORDER BY at").fetchall()  # type: ignore[arg-type, unused-ignore]
        assert [row[0] for row in found] == several


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, "1", 0.5])
def test_a_number_that_no_column_takes_is_a_data_error(number: Any) -> None:
    with pytest.raises(psycopg.DataError, match="int8"):
        value("int8", number)
    with pytest.raises(psycopg.DataError, match="int8"):
        array("int8", [1, number])
