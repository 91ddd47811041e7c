"""The second line: what the rules would never ask, the tables refuse by themselves. Every statement goes past the core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from ledger.core import commands as c
from ledger.core.errors import Corrupt
from ledger.service import Ledger
from ledger.store.bulk import TOTALS, Change, bulk_for
from ledger.store.schema import APPEND_ONLY, account, head, link, memo, metadata, transfer
from tests import postgres, postgres_run
from tests.integration.store_work import DAY, Clock, begin, open_store

T = metadata.tables


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger with rows in every table; shared, since nothing that a test tries here is ever done."""
    if request.param == "sqlite":
        yield from full(f"sqlite:///{tmp_path_factory.mktemp('full') / 'a.db'}")
    else:
        with postgres.database(postgres_run.server_url()) as url:
            yield from full(url.render_as_string(hide_password=False))


def full(engine_url: str) -> Iterator[Ledger]:
    """A year of random work, more than 256 entries, and by hand what only proofs and memos need."""
    clock = Clock()
    with open_store(engine_url, clock=clock) as ledger:
        work = begin(ledger)
        for _ in range(12):
            commands = work.some(30)
            work.heard(commands, ledger.submit_many(commands))
            clock.now += DAY
        ledger.submit_many([work.make(c.SealPeriod, through=clock.now - n) for n in range(300, 0, -1)])
        with ledger.database.write.begin() as connection:
            connection.execute(
                insert(T["checkpoint"]),
                {"community_id": 1, "size": 1, "ts": 1, "root": bytes(32), "note": "n"},
            )
            connection.execute(insert(memo), {"community_id": 1, "seq": 1, "salt": b"s", "text": "t"})
        yield ledger


def assert_refused(engine: Engine, statement: Any, *values: Any) -> None:
    """A statement that fails and changes nothing."""
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(statement, *values)


def row(connection: Connection, name: str) -> dict[str, Any]:
    """Some row of a table."""
    found = connection.execute(select(T[name])).mappings().first()
    assert found is not None, name
    return dict(found)


def test_append_only_tables_are(ledger: Ledger) -> None:
    engine = ledger.database.write
    for table in APPEND_ONLY:
        with engine.connect() as connection:
            first = row(connection, table.name)
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
        this = [column == first[column.name] for column in table.primary_key]
        for column in table.columns:
            assert_refused(engine, update(table).where(*this).values({column: first[column.name]}))
        assert_refused(engine, delete(table).where(*this))
        assert_refused(engine, insert(table), first)
        if engine.dialect.name == "postgresql":
            assert_refused(engine, text(f"TRUNCATE {table.name} CASCADE"))
        else:
            for how in (insert(table).prefix_with("OR REPLACE"), insert(table).prefix_with("OR IGNORE")):
                with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
                    connection.execute(how, first)
        with engine.connect() as connection:
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == count


def test_replace_is_refused_on_every_unique_key_even_without_our_pragma(ledger: Ledger) -> None:
    engine = ledger.database.write
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection, pytest.raises(DBAPIError):
            connection.execute(text("MERGE INTO entry USING head ON true WHEN MATCHED THEN DELETE"))
        return
    with engine.begin() as connection:
        found = row(connection, "entry")
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA recursive_triggers = 0")
        with pytest.raises(DBAPIError, match="append-only"), connection.begin():
            connection.execute(insert(T["entry"]).prefix_with("OR REPLACE"), {**found, "seq": 9_999})
        driver.execute("PRAGMA recursive_triggers = 1")


FIXED = {
    "no": 9_999, "uid": bytes(16), "currency_no": 2, "kind": "person", "form": "paper", "programme": "X",
    "opened_seq": 9_999, "community_id": 2,
}  # fmt: skip


@pytest.mark.parametrize("column", FIXED)
def test_what_an_account_is_never_changes(ledger: Ledger, column: str) -> None:
    value: Any = FIXED[column]
    if column == "uid" and ledger.database.dialect == "postgresql":
        value = "00000000-0000-0000-0000-000000000000"
    with ledger.database.read.connect() as connection:
        mine = select(account.c.no).where(account.c.kind == "business", account.c.currency_no == 1)
        no = connection.execute(mine).scalars().first()
    statement = text(f"UPDATE account SET {column} = :value WHERE community_id = 1 AND no = :no")
    assert_refused(ledger.database.write, statement, {"value": value, "no": no})
    if column not in ("community_id", "no", "uid", "currency_no"):
        assert_refused(ledger.database.write, statement, {"value": None, "no": no})


@pytest.mark.parametrize("column", ["debits_posted", "credits_posted", "version", "touched_seq"])
def test_totals_never_go_back(ledger: Ledger, column: str) -> None:
    grown = T["account"].c[column] > 0
    statement = update(account).where(grown).values({column: account.c[column] - 1})
    assert_refused(ledger.database.write, statement)


@pytest.mark.parametrize("column", ["seq", "ts", "accounts_opened", "sealed_through"])
def test_a_head_never_goes_back(ledger: Ledger, column: str) -> None:
    assert_refused(ledger.database.write, update(head).values({column: head.c[column] - 1}))


@pytest.mark.parametrize(
    "values",
    [
        {"debits_held": -1}, {"credits_held": -1}, {"frozen": 4}, {"frozen": -1}, {"signed_only": 2}, {"state": "gone"},
        {"floor": 10, "ceiling": 9}, {"debits_held": 2**62}, {"credits_held": 2**62}, {"version": None},
        {"debits_posted": 2**62, "debits_held": 1},
    ],
)  # fmt: skip
def test_what_an_account_may_hold(ledger: Ledger, values: dict[str, Any]) -> None:
    assert_refused(ledger.database.write, update(account).values(values))


def test_accounts_and_heads_stay(ledger: Ledger) -> None:
    for table in (account, head):
        assert_refused(ledger.database.write, delete(table))


def test_a_memo_may_be_erased_not_altered(ledger: Ledger) -> None:
    assert_refused(ledger.database.write, update(memo).values(text="other"))
    with ledger.database.write.connect() as connection:
        assert connection.execute(delete(memo)).rowcount == 1
        connection.rollback()


@pytest.mark.parametrize(
    "wrong",
    [
        {"debit_no": 3, "credit_no": 3}, {"posted": -1}, {"posted": 2**53}, {"held": 2**53}, {"held": -(2**53)},
        {"reason": 0}, {"currency_no": 2}, {"currency_no": 99}, {"debit_no": 9_999}, {"credit_no": 9_999},
        {"posted": None}, {"community_id": 99}, {"debit_before_leg": None}, {"credit_promised": None},
    ],
)  # fmt: skip
def test_what_a_transfer_may_say(ledger: Ledger, wrong: dict[str, Any]) -> None:
    with ledger.database.read.connect() as connection:
        good = row(connection, "transfer") | {"seq": 9_999}
    assert_refused(ledger.database.write, insert(transfer), good | wrong)
    with ledger.database.write.connect() as connection, connection.begin() as began:
        connection.execute(insert(transfer), good)
        began.rollback()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("entry", {"leaf_hash": b"short", "seq": 9_999}),
        ("entry", {"seq": 9_999}),
        ("entry", {"seq": 0, "command_id": None}),
        ("transfer", {}),
        ("transfer", {"seq": 9_999, "debit_version": 0}),
        ("transfer", {"seq": 9_999, "credit_version": 0}),
        ("transfer", {"seq": 9_999, "debit_before_seq": 10_000}),
        ("transfer", {"seq": 9_999, "credit_before_seq": 10_000}),
        ("hold", {"seq": 9_999}),
        ("hold", {"id": None, "amount": -1}),
        ("claim", {"seq": 9_999}),
        ("currency", {"no": 9}),
        ("currency", {"code": "OTHER"}),
        ("currency", {"no": 9, "code": "OTHER", "scale": 10}),
        ("policy", {"since": 1}),
        ("tree_node", {"hash": bytes(32)}),
        ("tree_node", {"level": 16, "hash": b"short"}),
        ("checkpoint", {"note": "other"}),
        ("checkpoint", {"size": 2, "root": b"short"}),
        ("community", {"community_id": 2, "code": "NEW"}),
        ("community", {"community_id": 0}),
    ],
)
def test_rows_that_other_rows_forbid(ledger: Ledger, name: str, wrong: dict[str, Any]) -> None:
    with ledger.database.read.connect() as connection:
        found = row(connection, name)
    assert_refused(ledger.database.write, insert(T[name]), found | wrong)


def test_a_hold_is_resolved_and_an_entry_reversed_once(ledger: Ledger) -> None:
    engine = ledger.database.write
    with engine.connect() as connection:
        by_role = {
            role: dict(connection.execute(select(link).where(link.c.role == role)).mappings().first() or {})
            for role in ("resolved", "reversed", "refunded")
        }
    for role in ("resolved", "reversed"):
        assert_refused(engine, insert(link), by_role[role] | {"seq": 9_999})
        assert_refused(engine, insert(link), by_role[role] | {"seq": 9_999, "ordinal": 2})
    refund = by_role["refunded"]
    assert_refused(engine, insert(link), refund | {"seq": 9_999})
    assert_refused(engine, insert(link), refund | {"ordinal": 99, "total": refund["cap"] + 1})
    assert_refused(engine, insert(link), refund | {"ordinal": 0})
    assert_refused(engine, insert(link), refund | {"role": "undone", "ordinal": 1})


@pytest.mark.parametrize("value", ["12x", 1.5, b"1"])
def test_numbers_are_integers(ledger: Ledger, value: Any) -> None:
    statement = text("UPDATE account SET spend_until = :value")
    if value == 1.5 and ledger.database.dialect == "postgresql":  # it rounds on the way into the column
        with ledger.database.write.connect() as connection:
            connection.execute(statement, {"value": value})
            assert connection.execute(select(account.c.spend_until)).scalars().first() == 2
            connection.rollback()
    else:
        assert_refused(ledger.database.write, statement, {"value": value})


def test_a_sum_beyond_64_bits_is_refused(ledger: Ledger) -> None:
    assert_refused(ledger.database.write, text("UPDATE account SET spend_until = 9223372036854775807 + no"))


def test_a_writer_that_knows_an_older_version_of_an_account_changes_nothing(ledger: Ledger) -> None:
    """A lost update: two transfers would be the account's third."""
    with ledger.database.read.connect() as connection:
        query = select(account).where(account.c.version > 1).order_by(account.c.no).limit(1)
        held = dict(connection.execute(query).mappings().one())
    stale = (*(held[name] for name in TOTALS), held["community_id"], held["no"], held["version"] - 1)
    write = bulk_for(ledger.database.dialect).write
    with pytest.raises(Corrupt, match="1 rows of TOTALS are not as the books knew them"):
        ledger.work(lambda connection: write(connection, [], [(Change.TOTALS, [stale])]))
