"""Postings are followed from the latest back: every page and every balance is that of the whole history, however long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from uuid import UUID

import pytest
from sqlalchemy import select

from ledger.core import demurrage
from ledger.core.accounts import Lot
from ledger.core.commands import Pay, PayBatch, Payee
from ledger.core.journal import Receipt
from ledger.service import Ledger, new_id, open_ledger
from ledger.store import lots, trail
from ledger.store.columns import MARK
from ledger.store.schema import account, transfer
from ledger.store.views import Line
from tests import postgres, postgres_run
from tests.bench.payments import OPERATOR, Firms


@dataclass(frozen=True)
class Long:
    """A ledger with an account of many postings, of which some share an entry."""

    ledger: Ledger
    community: UUID
    payer: UUID
    moves: list[tuple[int, int]]
    """(seq, change of the balance) of each of the payer's postings, oldest first."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def long(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Long]:
    if request.param == "sqlite":
        yield from _filled(f"sqlite:///{tmp_path_factory.mktemp('trail') / 'a.db'}")
    else:
        with postgres.database(postgres_run.server_url()) as url:
            yield from _filled(url.render_as_string(hide_password=False))


def _filled(url: str) -> Iterator[Long]:
    with open_ledger(url, master_key=bytes(32)) as ledger:
        firms = Firms(ledger.found_community("LONG"))
        assert all(isinstance(answer, Receipt) for answer in ledger.submit_many(firms.opening()))
        payer, *others = firms.accounts
        moves: list[tuple[int, int]] = []
        for turn in range(60):
            legs = [Payee(others[n], 1 + n) for n in range(turn % 7)]
            both = [
                Pay(
                    id=new_id(), community=firms.community, actor=OPERATOR, payer=others[turn], payee=payer,
                    amount=turn + 1, currency="UNIT",
                ),
                PayBatch(
                    id=new_id(), community=firms.community, actor=OPERATOR, payer=payer, payees=tuple(legs),
                    currency="UNIT",
                ),
            ]  # fmt: skip
            for command in both if legs else both[:1]:
                answer = ledger.submit(command)
                moves += [(answer.seq, -leg.amount) for leg in legs] if command is both[1] else [(answer.seq, turn + 1)]
        yield Long(ledger, firms.community, payer, moves)


def test_there_is_enough_to_follow(long: Long) -> None:
    assert len(long.moves) > 3 * MARK and len(dict(long.moves)) < len(long.moves)


def check_lines(long: Long, lines: list[Line], versions: list[int]) -> None:
    """These lines, in this order, each with what the history says."""
    balances = list(accumulate(change for _, change in long.moves))
    assert [line.version for line in lines] == versions
    for line in lines:
        seq, change = long.moves[line.version - 1]
        assert (line.seq, line.posted, line.balance_after) == (seq, change, balances[line.version - 1])


@pytest.mark.parametrize("size", [1, 7, MARK, 1_000])
def test_pages_are_pieces_of_the_whole(long: Long, size: int) -> None:
    every = list(range(1, len(long.moves) + 1))
    read = long.ledger.reader.statement
    for at in every[:: 1 if size == 7 else 11]:
        newest_first = read(long.community, long.payer, before_version=at, limit=size)
        check_lines(long, newest_first, every[: at - 1][-size:][::-1])
        oldest_first = read(long.community, long.payer, after_version=at, limit=size)
        check_lines(long, oldest_first, every[at : at + size])
    check_lines(long, read(long.community, long.payer, limit=size), every[-size:][::-1])
    check_lines(long, read(long.community, long.payer, after_version=0, limit=size), every[:size])


def test_between_two_versions_are_the_oldest_of_them(long: Long) -> None:
    found = long.ledger.reader.statement(long.community, long.payer, before_version=90, after_version=80, limit=5)
    check_lines(long, found, [81, 82, 83, 84, 85])
    assert long.ledger.reader.statement(long.community, long.payer, before_version=81, after_version=80) == []


def test_an_account_that_never_moved_has_no_lines(long: Long) -> None:
    idle = next(held for held in long.ledger.reader.accounts(long.community, limit=1_000) if not held.version)
    assert long.ledger.reader.statement(long.community, idle.uid) == []
    assert long.ledger.reader.version_before(long.community, idle.uid, 10**9) == 0


def test_no_walk_is_longer_than_the_page_and_one_mark(long: Long) -> None:
    with long.ledger.database.read.connect() as connection:
        number, no, version, *last = connection.execute(
            select(account.c.community_id, account.c.no, account.c.version, account.c.moved_seq, account.c.moved_leg)
            .where(account.c.uid == long.payer)
        ).one()  # fmt: skip
        newest = trail.Place(version, *last)
        for wanted in range(1, version + 1):
            start = trail.place_from(connection, number, no, newest, wanted)
            assert 0 <= start.version - wanted < MARK
            here = select(transfer.c.debit_no, transfer.c.debit_version, transfer.c.credit_no, transfer.c.credit_version)
            row = connection.execute(here.where(transfer.c.seq == start.seq, transfer.c.leg == start.leg)).one()
            assert (no, start.version) in (row[:2], row[2:])


@pytest.mark.parametrize("page", [1, 16, 1_000])
def test_what_is_held_are_the_newest_credits(long: Long, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read back from the trail, page by page, as the whole history in memory says (DEM-3)."""
    monkeypatch.setattr(lots, "PAGE", page)
    held = long.ledger.reader.account(long.community, long.payer)
    received = [Lot(change, long.ledger.reader.entry_at(long.community, seq).ts) for seq, change in long.moves if change > 0]
    with long.ledger.database.read.connect() as connection:
        number, *last = connection.execute(
            select(account.c.community_id, account.c.moved_seq, account.c.moved_leg).where(account.c.uid == long.payer)
        ).one()
        for balance in (held.balance, 1, sum(lot.amount for lot in received)):
            had = replace(held, credits_posted=held.debits_posted + balance)
            found = lots.lots_of(connection, number, had, trail.Place(held.version, *last))
            assert demurrage.lots(balance, found) == demurrage.lots(balance, received)
            assert len(found) == len(demurrage.lots(balance, received))
