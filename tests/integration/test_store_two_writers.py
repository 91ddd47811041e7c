"""Two ledgers on one PostgreSQL database, as two servers have it; and why SQLite has one."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text

from ledger.core import commands as c
from ledger.core.errors import Code, Rejected, Unavailable
from ledger.core.journal import Receipt, command_bytes, decode
from ledger.service import Ledger, open_ledger
from ledger.store import schema
from ledger.store.engine import CannotOpen
from ledger.store.queue import Answer
from ledger.store.verify import verify
from tests.integration.store_work import MASTER, Work, begin, open_store
from tests.integration.test_committer import Hook, pay, submit
from tests.integration.test_store_kept_books import assert_same, reload


def assert_verified(url: str) -> None:
    """The whole audit finds nothing."""
    report = verify(url)
    assert report.ok, report.findings


def test_writing_in_turn_each_sees_what_the_other_wrote(fresh_database: str) -> None:
    with open_store(fresh_database) as one, open_store(fresh_database) as two:
        work = begin(one)
        both = [one, two]
        for turn in range(40):
            commands = work.some(Random(turn).randint(1, 12))
            work.heard(commands, both[turn % 2].submit_many(commands))
        for ledger in both:
            ledger.submit(work.open("RIV"))
            kept = ledger.committer.kept[work.community]
            assert_same(kept, reload(ledger, work, kept))
        again = work.sent[-30:]
        assert [repr(answer) for answer in one.submit_many(again)] == [
            repr(answer) for answer in two.submit_many(again)
        ]
    assert_verified(fresh_database)


def test_what_was_rolled_back_is_not_remembered(fresh_database: str) -> None:
    """Else another writer's entry of the same number would make the books of a lost batch look current."""

    def cut(step: str) -> None:
        if step == "written":
            raise psycopg.OperationalError("the connection is gone")

    hook = Hook()
    with open_store(fresh_database, on_step=hook) as one, open_store(fresh_database) as two:
        work = begin(one)
        payer, payee = work.people["RIV"][:2]
        hook.act = cut
        with pytest.raises(Unavailable):
            one.submit(work.make(c.Pay, payer=payer, payee=payee, amount=4_000, currency="RIV"))
        hook.act = None
        two.submit(work.make(c.Pay, payer=payer, payee=payee, amount=10, currency="RIV"))
        one.submit(work.make(c.Pay, payer=payer, payee=payee, amount=4_990, currency="RIV"))
        kept = one.committer.kept[work.community]
        assert_same(kept, reload(one, work, kept))
        assert one.reader.account(work.community, payer).balance == -5_000
    assert_verified(fresh_database)


def test_writing_at_once_with_the_same_ids(fresh_database: str) -> None:
    """Four threads a ledger, three communities, every command offered up to four times, some with other content."""
    heard: dict[UUID, list[tuple[c.Command, Answer]]] = defaultdict(list)
    with open_store(fresh_database) as one, open_store(fresh_database) as two:
        works = [begin(one, seed, f"AB{seed}") for seed in (1, 2, 3)]
        offered: list[list[c.Command]] = [[] for _ in range(8)]
        shuffle = Random(7)
        for work in works:
            for command in work.some(150):
                for hand in shuffle.sample(offered, shuffle.choice([1, 2, 4])):
                    hand.insert(shuffle.randint(0, len(hand)), command)

        def send(hand: int) -> list[tuple[c.Command, Answer]]:
            ledger, commands = (one, two)[hand % 2], offered[hand]
            sizes = Random(hand)
            answers: list[tuple[c.Command, Answer]] = []
            while commands:
                size = sizes.choice([1, 3, 10])
                some, commands = commands[:size], commands[size:]
                answers += zip(some, ledger.submit_many(some), strict=True)
            return answers

        with ThreadPoolExecutor(8) as pool:
            for told in pool.map(send, range(8)):
                for command, answer in told:
                    heard[command.id].append((command, answer))
        assert not any(isinstance(answer, Unavailable) for said in heard.values() for _, answer in said)
        check_outcomes(one, heard)
        assert one.committer.stats.isolated == two.committer.stats.isolated == 0
        assert one.committer.stats.retries == two.committer.stats.retries == 0
    assert_verified(fresh_database)


def check_outcomes(ledger: Ledger, heard: dict[UUID, list[tuple[c.Command, Answer]]]) -> None:
    """Each id has one outcome, and everybody who sent the content that got it heard just that."""
    with ledger.database.read.connect() as connection:
        entered = {row.command_id: row for row in connection.execute(select(schema.entry))}
        refused = {row.command_id for row in connection.execute(select(schema.refusal.c.command_id))}
    assert not refused & entered.keys()
    first_told = 0
    for uid, said in heard.items():
        for command, answer in said:
            if isinstance(answer, Receipt):
                entry = decode(entered[uid].body)
                assert (answer.seq, answer.ts, answer.transfers) == (entry.seq, entry.ts, entry.transfers)
                assert command_bytes(entry.command) == command_bytes(command)
                first_told += not answer.replayed
            else:
                assert isinstance(answer, Rejected) and (answer.code is Code.ID_REUSED or uid in refused)
        fresh = [answer for _, answer in said if isinstance(answer, Receipt) and not answer.replayed]
        assert len(fresh) == (uid in entered)
    assert first_told == len(entered.keys() & heard.keys())


def test_one_of_two_founders_wins(fresh_database: str) -> None:
    for turn in range(5):
        with open_store(fresh_database) as one, open_store(fresh_database) as two:
            work = Work(100 + turn, UUID(int=turn + 1))
            found = [work.make(c.Found, code=f"C{turn}{n}", public_key=bytes(32)) for n in range(8)]
            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(submit, [one, two] * 4, found))
            assert sum(isinstance(answer, Receipt) for answer in answers) == 1
            others = [answer for answer in answers if not isinstance(answer, Receipt)]
            assert all(isinstance(other, Rejected) and other.code is Code.ALREADY_EXISTS for other in others)


def test_a_code_names_one_community(fresh_database: str) -> None:
    with open_store(fresh_database) as one, open_store(fresh_database) as two:
        works = [Work(200 + n, UUID(int=900 + n)) for n in range(8)]
        found = [work.make(c.Found, code="SAME", public_key=bytes(32)) for work in works]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(submit, [one, two] * 4, found))
        assert sum(isinstance(answer, Receipt) for answer in answers) == 1
        losers = [
            work for work, answer in zip(works, answers, strict=True) if not isinstance(answer, Receipt)
        ]
        again = losers[0].make(c.Found, code="OTHER", public_key=bytes(32))
        assert isinstance(submit(two, again), Receipt)
        assert len(one.reader.communities()) == 2


def test_sqlite_refuses_a_second_writer_until_the_first_closes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with open_store(url) as ledger:
        work = begin(ledger)
        with pytest.raises(CannotOpen, match=r"process \d+; stop that one first, or use PostgreSQL"):
            open_store(url)
        with open_ledger(url, read_only=True) as reader:
            assert reader.reader.head(work.community).seq == 22
            with pytest.raises(Unavailable, match="reading only"):
                reader.submit(pay(work))
    with open_store(url) as ledger:
        assert ledger.submit(pay(work)).seq == 23


def test_a_read_only_ledger_cannot_write(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        begin(ledger)
    with open_ledger(engine_url, read_only=True, master_key=MASTER) as ledger:
        with (
            pytest.raises(Exception, match=r"readonly|read-only"),
            ledger.database.read.begin() as connection,
        ):
            connection.execute(text("DELETE FROM refusal"))
        with pytest.raises(Unavailable):
            ledger.checkpoint(UUID(int=1))
