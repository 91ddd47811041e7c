"""A ledger on SQLite whose batches of twenty count as large: the process beside it stores them, in many parts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.core import commands as c
from ledger.core.journal import Receipt
from ledger.service import Ledger
from ledger.store import lite_rows, transaction, writer
from ledger.store.lite_rows import LiteRows
from ledger.store.transaction import Transactions
from ledger.store.verify import verify
from tests.integration.store_work import Work, begin, open_store
from tests.integration.test_committer import Hook, entries

LARGE = 20
"""Commands that count as a large batch here."""

Played = tuple[Ledger, Work, Hook]


def many_parts(patch: pytest.MonkeyPatch) -> None:
    """Of twenty commands, and wait for the process while it starts."""
    patch.setattr(lite_rows, "WAIT", 30.0)
    patch.setattr(transaction, "FEW", LARGE - 1)
    patch.setattr(writer, "SENT", 4)
    patch.setattr(writer, "PUMPED", 1)


def played_on(url: str) -> Iterator[Played]:
    """A ledger with a community, and the steps of its commits; whatever was done to it, it is clean at the end."""
    hook = Hook()
    with open_store(url, on_step=hook) as ledger:
        work = begin(ledger, members=4)
        yield ledger, work, hook
        hook.act = None
    report = verify(url)
    assert report.ok, report.findings


def beside(ledger: Ledger) -> LiteRows:
    """The ledger's end of it."""
    transactions = ledger.committer._transactions
    assert isinstance(transactions, Transactions) and transactions._beside is not None
    return transactions._beside


def process_of(ledger: Ledger) -> int:
    """The process that stores."""
    pid = beside(ledger).pid
    assert pid is not None
    return pid


def large(work: Work, count: int = LARGE) -> list[c.Command]:
    """Payments there and back."""
    pair = work.people["RIV"][:2]
    return [
        work.make(c.Pay, payer=pair[at % 2], payee=pair[1 - at % 2], amount=1, currency="RIV")
        for at in range(count)
    ]


def check_fresh(ledger: Ledger, commands: list[c.Command]) -> None:
    """Each is carried out once, now."""
    before = entries(ledger)
    answers = ledger.submit_many(commands)
    assert [answer.seq for answer in answers if isinstance(answer, Receipt)] == list(
        range(before + 1, before + len(commands) + 1)
    )
    assert not any(answer.replayed for answer in answers if isinstance(answer, Receipt))
    assert entries(ledger) == before + len(commands)
