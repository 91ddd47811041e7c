"""PostgreSQL stores the first part of a batch while the next is decided: the same rows, and all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from ledger.core import commands as c
from ledger.core.accounts import AccountKind
from ledger.core.errors import Corrupt
from ledger.core.journal import Receipt
from ledger.service import Ledger
from ledger.store import schema, transaction, writer
from ledger.store.pg_copy import Copies
from ledger.store.verify import verify
from tests.integration.store_work import Work, begin, open_store


@pytest.fixture(autouse=True)
def sent_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two payments, so that small batches have many."""
    monkeypatch.setattr(transaction, "FEW", 0)
    monkeypatch.setattr(writer, "SENT", 4)
    monkeypatch.setattr(writer, "PUMPED", 1)


def payment(work: Work, payer: Any, payee: Any) -> c.Command:
    return work.make(c.Pay, payer=payer, payee=payee, amount=1, currency="RIV")


def between(work: Work, count: int) -> list[c.Command]:
    return [payment(work, *work.people["RIV"][:2]) for _ in range(count)]


def clean(ledger: Ledger) -> bool:
    return not verify(ledger.database.read).findings


def test_an_account_is_opened_and_pays_in_one_batch(fresh_database: str) -> None:
    with open_store(fresh_database) as ledger:
        work = begin(ledger)
        somebody = work.people["RIV"][0]
        commands = between(work, 20)
        for _ in range(20):
            uid = work.uid()
            commands.append(work.make(c.OpenAccount, account=uid, currency="RIV", kind=AccountKind.BUSINESS))
            commands += payment(work, somebody, uid), payment(work, uid, somebody)
        assert all(isinstance(answer, Receipt) for answer in ledger.submit_many(commands))
        assert clean(ledger)


def test_one_community_opens_accounts_while_another_pays(engine_url: str) -> None:
    """What is sent early is of the whole batch: a payment waits for its account whoever comes next."""
    with open_store(engine_url) as ledger:
        one, other = begin(ledger, seed=1), begin(ledger, seed=2, code="OTHER")
        somebody, uid = one.people["RIV"][0], one.uid()
        commands = [
            one.make(c.OpenAccount, account=uid, currency="RIV", kind=AccountKind.BUSINESS),
            payment(one, somebody, uid),
            *between(other, 20),
        ]
        assert all(isinstance(answer, Receipt) for answer in ledger.submit_many(commands))
        assert ledger.committer.stats.isolated == ledger.committer.stats.retries == 0
        assert clean(ledger)


def test_a_connection_that_breaks_half_way_leaves_nothing(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = create_engine(fresh_database)
    with open_store(fresh_database) as ledger:
        work = begin(ledger)
        process = ledger.work(
            lambda connection: connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        )
        before = ledger.reader.head(work.community).seq
        really, puts = Copies.put, 0

        def put(self: Copies, table: Any, rows: Sequence[Any]) -> None:
            nonlocal puts
            puts += 1
            if puts == 9:
                with other.connect() as connection:
                    connection.execute(
                        text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process}
                    )
            really(self, table, rows)

        monkeypatch.setattr(Copies, "put", put)
        answers = ledger.submit_many(between(work, 50))
        assert puts > 9 and ledger.committer.stats.retries == 1
        assert [answer.replayed for answer in answers if isinstance(answer, Receipt)] == [False] * 50
        assert ledger.reader.head(work.community).seq == before + 50
        assert clean(ledger)
    other.dispose()


def test_what_the_server_says_is_said_as_psycopg_says_it(fresh_database: str) -> None:
    with open_store(fresh_database) as ledger:
        work = begin(ledger)

        def twice(connection: Any) -> None:
            copies = Copies(connection.connection.driver_connection)
            row = (1, 1, 0, 1, 2, 1, 5, 0, 1, *2 * (1, 0, 0, 5, 0, 0))
            copies.put(schema.transfer, [row, row])
            copies.finish()

        with pytest.raises(Corrupt, match="transfer_pkey"):
            ledger.work(twice)
        assert isinstance(ledger.submit(between(work, 1)[0]), Receipt)


def test_a_number_that_no_column_takes_is_a_data_error(fresh_database: str) -> None:
    copies = Copies(psycopg.connect(fresh_database.replace("+psycopg", "")))
    with pytest.raises(psycopg.DataError, match="tree_node"):
        copies.put(schema.tree_node, [(2**40, 1, 1, bytes(32))])
