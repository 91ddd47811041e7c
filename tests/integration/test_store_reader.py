"""The reader: pages that miss nothing, balances at any entry, one moment in a snapshot, and no scan in a hot query."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import event, text

from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Books, Form, Model
from ledger.core.apply import apply
from ledger.core.errors import Code, Rejected, Unavailable
from ledger.core.journal import Decision, Receipt
from ledger.service import Ledger
from ledger.store.reader import MOST, Reader
from ledger.store.views import Line
from tests import postgres, postgres_run
from tests.integration.store_work import (
    DAY,
    SECOND,
    Clock,
    Played,
    Work,
    begin,
    busiest,
    open_store,
    played_on,
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A ledger after some hundred random commands; these tests only read."""
    if request.param == "sqlite":
        yield from played_on(f"sqlite:///{tmp_path_factory.mktemp('read') / 'a.db'}")
    else:
        with postgres.database(postgres_run.server_url()) as url:
            yield from played_on(url.render_as_string(hide_password=False))


def model(ledger: Ledger, work: Work) -> list[dict[UUID, int]]:
    """Balances after each entry, by carrying the journal out in memory."""
    books = Books(community=work.community)
    after: list[dict[UUID, int]] = [{}]
    for entry in ledger.reader.entries(work.community, 0, MOST):
        known = entry.decoded()
        apply(books, known.seq, known.ts, known.command, Decision(known.transfers, known.effects))
        after.append({uid: held.balance for uid, held in books.accounts.items()})
    return after


def test_communities_by_code_and_uuid(played: Played) -> None:
    ledger, work = played
    assert [found.code for found in ledger.reader.communities()] == ["ABC", "OTHER"]
    assert ledger.reader.community("ABC").uid == work.community
    assert ledger.reader.community(work.community).code == "ABC"
    for key in ("NOBODY", uuid4()):
        with pytest.raises(Rejected) as refused:
            ledger.reader.community(key)
        assert refused.value.code is Code.COMMUNITY_NOT_FOUND


def test_currencies_and_policies(played: Played) -> None:
    ledger, work = played
    units = ledger.reader.currencies(work.community)
    assert [(unit.code, unit.model) for unit in units] == [
        ("RIV", Model.MUTUAL), ("EUS", Model.BACKED), ("EUR", Model.MIRROR), ("PUR", Model.EARMARKED),
    ]  # fmt: skip
    versions = ledger.reader.policies(work.community, "RIV")
    assert [version.seq for version in versions] == sorted({version.seq for version in versions})
    with pytest.raises(Rejected) as refused:
        ledger.reader.policies(work.community, "NONE")
    assert refused.value.code is Code.CURRENCY_NOT_FOUND


def test_accounts_page_by_number(played: Played) -> None:
    ledger, work = played
    every = ledger.reader.accounts(work.community, limit=MOST)
    assert [held.no for held in every] == list(range(1, len(every) + 1))
    pages, after = [], 0
    while page := ledger.reader.accounts(work.community, after_no=after, limit=7):
        pages += page
        after = page[-1].no
    assert pages == every
    shops = ledger.reader.accounts(work.community, "EUS", AccountKind.BUSINESS, limit=MOST)
    units = {unit.code: unit.no for unit in ledger.reader.currencies(work.community)}
    assert shops == [h for h in every if h.currency == units["EUS"] and h.kind is AccountKind.BUSINESS] != []
    assert ledger.reader.account(work.community, shops[0].uid) == shops[0]
    with pytest.raises(Rejected) as refused:
        ledger.reader.account(work.community, uuid4())
    assert refused.value.code is Code.ACCOUNT_NOT_FOUND


def test_a_statement_is_the_same_in_pages_of_any_size_and_both_ways(played: Played) -> None:
    ledger, work = played
    uid = busiest(ledger, work)
    whole = ledger.reader.statement(work.community, uid, limit=MOST)
    assert [line.version for line in whole] == list(range(len(whole), 0, -1))
    for size in (1, 3, 50):
        down: list[Line] = []
        while page := ledger.reader.statement(
            work.community, uid, before_version=down[-1].version if down else None, limit=size
        ):
            down += page
        up: list[Line] = []
        while page := ledger.reader.statement(
            work.community, uid, after_version=up[-1].version if up else 0, limit=size
        ):
            up += page
        assert down == whole and up == whole[::-1]


def test_a_statement_adds_up(played: Played) -> None:
    ledger, work = played
    for held in ledger.reader.accounts(work.community, limit=MOST):
        lines = ledger.reader.statement(work.community, held.uid, limit=MOST)[::-1]
        balance = pending = 0
        for line in lines:
            balance, pending = balance + line.posted, pending + line.held
            assert (balance, pending) == (line.balance_after, line.promised_after - line.held_after)
            assert line.counterparty != held.uid
        assert (balance, pending) == (held.balance, held.credits_held - held.debits_held)


def balance_after(ledger: Ledger, work: Work, uid: UUID, seq: int) -> int:
    """What an account had just after an entry."""
    version = ledger.reader.version_before(work.community, uid, seq + 1)
    lines = ledger.reader.statement(work.community, uid, before_version=version + 1, limit=1)
    return lines[0].balance_after if lines else 0


def test_the_balance_at_every_entry_is_the_model_s(played: Played) -> None:
    ledger, work = played
    after = model(ledger, work)
    for uid in list(after[-1])[::5]:
        for seq in range(0, len(after), 7):
            assert balance_after(ledger, work, uid, seq) == after[seq].get(uid, 0)
        assert balance_after(ledger, work, uid, 10**9) == after[-1][uid]


def test_the_journal_pages_densely(played: Played) -> None:
    ledger, work = played
    head = ledger.reader.head(work.community)
    seen = [
        entry.seq
        for after in range(0, head.seq, 50)
        for entry in ledger.reader.entries(work.community, after, 50)
    ]
    assert seen == list(range(1, head.seq + 1))
    last = ledger.reader.entry_at(work.community, head.seq)
    assert ledger.reader.entry(work.community, last.command_id) == last
    assert last.decoded().command.id == last.command_id and last.ts == head.ts
    with pytest.raises(Rejected) as refused:
        ledger.reader.entry_at(work.community, head.seq + 1)
    assert refused.value.code is Code.ENTRY_NOT_FOUND
    with pytest.raises(Rejected) as refused:
        ledger.reader.entry(work.community, uuid4())
    assert refused.value.code is Code.ENTRY_NOT_FOUND


def test_holds_open_resolved_and_due(engine_url: str) -> None:
    clock = Clock()
    with open_store(engine_url, clock=clock) as ledger:
        work = begin(ledger)
        payer, payee, *_ = work.people["RIV"]
        holds = [
            work.make(c.PlaceHold, payer=payer, payee=payee, amount=10 + n, currency="RIV", seconds=seconds)
            for n, seconds in enumerate((0, 60, 30, 90))
        ]
        placed = [ledger.submit(hold) for hold in holds]
        ids = [hold.id for hold in holds]
        assert [hold.id for hold in ledger.reader.open_holds(work.community, payer)] == ids
        assert ledger.reader.open_holds(work.community, payee) == ledger.reader.open_holds(
            work.community, payer
        )
        assert ledger.reader.open_holds(work.community, work.people["RIV"][3]) == []
        assert ledger.reader.holds_due(clock.now) == []
        due = [(work.community, ids[2]), (work.community, ids[1])]
        assert ledger.reader.holds_due(clock.now + 70 * SECOND) == due
        assert ledger.reader.holds_due(clock.now + 70 * SECOND, limit=1) == due[:1]
        ledger.submit(work.make(c.CaptureHold, hold=ids[0], amount=4))
        ledger.submit(work.make(c.VoidHold, hold=ids[1]))
        clock.now += 70 * SECOND
        ledger.submit(work.make(c.ExpireHold, hold=ids[2]))
        outcomes = [ledger.reader.hold(work.community, uid).resolved for uid in ids]
        assert outcomes == ["captured", "voided", "expired", ""]
        links = [ledger.reader.links(work.community, receipt.seq) for receipt in placed]
        assert [[(link.role, link.total, link.cap) for link in some] for some in links] == [
            [("resolved", 4, 10)], [("resolved", 0, 11)], [("resolved", 0, 12)], [],
        ]  # fmt: skip
        assert ledger.reader.holds_due(clock.now + DAY) == [(work.community, ids[3])]
        with pytest.raises(Rejected) as refused:
            ledger.reader.hold(work.community, uuid4())
        assert refused.value.code is Code.HOLD_NOT_FOUND


def test_what_circulates_and_what_backs_it(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        one, two = work.people["RIV"][:2]
        ledger.submit(work.make(c.Pay, payer=one, payee=two, amount=1_000, currency="RIV"))
        for account, amount in zip(work.people["EUS"], (500, 700, 900, 1_100, 1_300, 1_500), strict=True):
            issued = work.make(c.Issue, account=account, currency="EUS", amount=amount, euros=amount)
            assert isinstance(ledger.submit(issued), Receipt)
        forms = {held.uid: held.form for held in ledger.reader.accounts(work.community, "EUS")}
        issued_by = dict.fromkeys(Form, 0)
        for account, amount in zip(work.people["EUS"], (500, 700, 900, 1_100, 1_300, 1_500), strict=True):
            issued_by[forms[account]] += amount
        supply = {(each.currency, each.form): each for each in ledger.reader.supply(work.community)}
        for form in Form:
            assert supply["EUS", form].circulation == supply["EUS", form].reserve == issued_by[form] > 0
        assert supply["RIV", Form.DIGITAL].circulation == 1_000
        assert supply["RIV", Form.DIGITAL].reserve is None
        assert ("EUR", Form.DIGITAL) not in supply


def test_a_snapshot_stays_at_its_moment(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        payer, payee = work.people["RIV"][:2]
        with ledger.reader.snapshot() as seen:
            before = seen.head(work.community)
            ledger.submit(work.make(c.Pay, payer=payer, payee=payee, amount=7, currency="RIV"))
            assert seen.head(work.community) == before
            assert seen.account(work.community, payer).balance == 0
        assert ledger.reader.head(work.community).seq == before.seq + 1
        assert ledger.reader.account(work.community, payer).balance == -7


def test_without_a_database_the_reader_says_so(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        begin(ledger)
        engine = ledger.database.read
        gone: Any = {"sqlite": sqlite3.OperationalError, "postgresql": psycopg.OperationalError}[
            engine.dialect.name
        ]

        @event.listens_for(engine, "do_execute")
        def fail(cursor: Any, statement: str, parameters: Any, context: Any) -> None:
            raise gone("gone")

        with pytest.raises(Unavailable, match="gone"):
            ledger.reader.communities()


def test_a_reader_has_nothing_to_write_with(played: Played) -> None:
    ledger, _ = played
    public = {name for name in dir(Reader) if not name.startswith("_")}
    assert not public & {"insert", "update", "delete", "submit", "work", "begin"}
    with pytest.raises(Exception, match=r"readonly|read-only"), ledger.reader.connected() as connection:
        connection.execute(text("UPDATE head SET seq = seq + 1"))
