"""The books that the committer keeps in memory are what a fresh read of the tables gives."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

import pytest

from ledger.core import commands as c
from ledger.core.journal import Receipt
from ledger.service import Ledger
from ledger.store import loader, transaction
from ledger.store.accounts import NEVER
from ledger.store.loader import Kept
from ledger.store.verify import verify
from tests.integration.store_work import DAY, Clock, Work, begin, open_store


def reload(ledger: Ledger, work: Work, kept: Kept) -> Kept:
    """The same part of the books, from the tables."""

    def ask(kind: type[c.Command], **fields: Any) -> c.Command:
        return kind(id=UUID(int=1), community=work.community, actor=UUID(int=1), **fields)

    accounts = list(kept.books.accounts)
    commands = [
        *(ask(c.CloseAccount, account=uid) for uid in accounts),
        *(ask(c.VoidHold, hold=uid) for uid in kept.books.holds),
        *(ask(c.Reverse, entry=uid) for uid in kept.books.entries),
        *(ask(c.Grant, account=accounts[0], amount=1, once=claim) for claim in kept.books.claims),
    ]
    with ledger.reader.snapshot() as seen, seen.connected() as connection:
        fresh = loader.load_books(connection, kept.number, work.community)
        loader.fill(connection, fresh, commands)
    return fresh


def assert_same(kept: Kept, fresh: Kept) -> None:
    """Field by field, so that a difference is readable."""
    mine, theirs = kept.books, fresh.books
    for name in ("community", "founded", "seq", "ts", "sealed_through", "accounts_opened", "currencies", "signing_keys"):
        assert getattr(mine, name) == getattr(theirs, name), name
    assert mine.policies == theirs.policies
    for uid, held in mine.accounts.items():
        assert held == theirs.accounts[uid]
    assert mine.by_no == theirs.by_no
    assert {no: kept.last.get(no, NEVER) for no in mine.by_no} == {no: fresh.last[no] for no in mine.by_no}
    assert mine.holds == theirs.holds
    assert mine.entries == theirs.entries
    assert mine.claims == theirs.claims
    assert kept.frontier.to_bytes() == fresh.frontier.to_bytes()


@pytest.mark.parametrize("seed", [1, 2])
def test_kept_books_are_exact_after_random_work(engine_url: str, seed: int) -> None:
    clock = Clock()
    with open_store(engine_url, clock=clock) as ledger:
        work = begin(ledger, seed)
        sizes = Random(seed)
        for _ in range(60):
            commands = work.some(sizes.choice([1, 1, 5, 40]))
            work.heard(commands, ledger.submit_many(commands))
            clock.now += sizes.choice([0, DAY // 4, DAY])
        kept = ledger.committer.kept[work.community]
        assert kept.books.holds and kept.books.claims and len(kept.books.entries) > 200
        assert any(past.reversed for past in kept.books.entries.values())
        assert any(past.refunds > 1 for past in kept.books.entries.values())
        assert_same(kept, reload(ledger, work, kept))
    report = verify(engine_url)
    assert report.ok, report.findings


def test_what_is_remembered_stays_bounded(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "KEPT_ENTRIES", 5)
    monkeypatch.setattr(transaction, "KEPT_ACCOUNTS", 60)
    with open_store(engine_url) as ledger:
        works = [begin(ledger, seed, f"AB{seed}") for seed in (1, 2, 3)]
        for _ in range(8):
            for work in works:
                commands = work.some(10)
                answers = ledger.submit_many(commands)
                work.heard(commands, answers)
                assert any(isinstance(answer, Receipt) for answer in answers)
        assert 0 < len(ledger.committer.kept) < 3
        for kept in ledger.committer.kept.values():
            assert len(kept.books.entries) <= 5 and not kept.books.credits
            work = next(work for work in works if work.community == kept.books.community)
            assert_same(kept, reload(ledger, work, kept))
