"""The last version of an account before an entry or a moment is the one that reading its whole statement finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from ledger.core.commands import PayBatch, Payee
from ledger.core.errors import Rejected
from ledger.core.journal import Receipt
from ledger.service import Ledger, new_id
from ledger.store.columns import MARK
from ledger.store.reader import MOST
from tests import postgres, postgres_run
from tests.bench.payments import OPERATOR, Firms
from tests.integration.store_work import open_store

SIZES = (0, 1, MARK - 1, MARK, MARK + 1, 2 * MARK - 1, 2 * MARK, 2 * MARK + 1, 3 * MARK + 1)
BEYOND = (-(2**64), -(2**63) - 1, -1, 0, 2**63 - 1, 2**63, 2**64)
"""Numbers that no entry has, some of which no database can hold."""


@dataclass(frozen=True)
class Written:
    """A ledger in which each account has as many versions as `SIZES` says; the last one paid them all."""

    ledger: Ledger
    community: UUID
    accounts: list[UUID]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """One file or database for all these tests, which only read."""
    if request.param == "sqlite":
        yield from _filled(f"sqlite:///{tmp_path_factory.mktemp('versions') / 'a.db'}")
    else:
        with postgres.database(postgres_run.server_url()) as url:
            yield from _filled(url.render_as_string(hide_password=False))


def _filled(url: str) -> Iterator[Written]:
    with open_store(url) as ledger:
        firms = Firms(ledger.found_community("LONG"))
        payer, *paid = firms.accounts[: len(SIZES) + 1]
        opening = firms.opening()[: len(paid) + 2]
        payments = [
            PayBatch(
                id=new_id(), community=firms.community, actor=OPERATOR, payer=payer, currency="UNIT",
                payees=tuple(Payee(uid, 1) for uid, size in zip(paid, SIZES, strict=True) if size > turn),
            )
            for turn in range(max(SIZES))
        ]  # fmt: skip
        assert all(isinstance(answer, Receipt) for answer in ledger.submit_many([*opening, *payments]))
        yield Written(ledger, firms.community, [*paid, payer])


def whole(written: Written, uid: UUID) -> list[tuple[int, int]]:
    """(entry, moment) of each of an account's versions, oldest first, read page by page."""
    found: list[tuple[int, int]] = []
    while page := written.ledger.reader.statement(written.community, uid, after_version=len(found), limit=MOST):
        found += [(line.seq, line.ts) for line in page]
    return found


def test_the_accounts_are_as_long_as_said(written: Written) -> None:
    lengths = [len(whole(written, uid)) for uid in written.accounts]
    assert lengths == [*SIZES, sum(SIZES)]


@pytest.mark.parametrize("at", range(len(SIZES) + 1), ids=[*map(str, SIZES), "payer"])
def test_before_every_entry_is_what_a_scan_finds(written: Written, at: int) -> None:
    reader, c, uid = written.ledger.reader, written.community, written.accounts[at]
    entries = [seq for seq, _ in whole(written, uid)]
    with reader.snapshot() as seen:
        for seq in (*BEYOND, *range(seen.head(c).seq + 3)):
            assert seen.version_before(c, uid, seq) == sum(each < seq for each in entries), seq


@pytest.mark.parametrize("at", [0, 1, 3, len(SIZES)])
def test_before_every_moment_is_what_a_scan_finds(written: Written, at: int) -> None:
    """`first_since` says which entry is the first of a moment."""
    reader, c, uid = written.ledger.reader, written.community, written.accounts[at]
    moments = [ts for _, ts in whole(written, uid)]
    with reader.snapshot() as seen:
        entries = seen.entries(c, 0, MOST)
        around = {view.ts + more for view in entries[::5] for more in (-1, 0, 1)} | {entries[-1].ts + 1}
        for moment in (*BEYOND, *sorted(around)):
            found = seen.version_before(c, uid, seen.first_since(c, moment))
            assert found == sum(each < moment for each in moments), moment


def test_an_account_that_is_not_there_is_refused(written: Written) -> None:
    with pytest.raises(Rejected, match="no such account"):
        written.ledger.reader.version_before(written.community, UUID(int=5), 1)


def test_it_asks_for_one_mark_in_each_half_and_walks_once(written: Written) -> None:
    reader, c = written.ledger.reader, written.community
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    with reader.snapshot() as seen, seen.connected() as connection:
        event.listen(connection, "before_cursor_execute", note)
        for uid, size in zip(written.accounts, (*SIZES, sum(SIZES)), strict=True):
            for seq in range(0, seen.head(c).seq + 2, 7):
                asked.clear()
                seen.version_before(c, uid, seq)
                walks = sum("RECURSIVE" in statement for statement in asked)
                marks = len(asked) - 1 - walks  # one question finds the account
                assert walks <= 1 and marks <= 2 * (max(size - 1, 0) // MARK).bit_length(), (size, seq)
