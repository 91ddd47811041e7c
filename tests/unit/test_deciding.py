"""Commands of one batch that bear the same id: the first has the outcome, the others hear it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from ledger.core.accounts import AccountKind, Books, Model
from ledger.core.commands import Command, DefineCurrency, Found, OpenAccount, Pay, SetLine
from ledger.core.errors import Changed, Code, Rejected
from ledger.core.journal import Left, Receipt
from ledger.core.merkle import Frontier
from ledger.core.policy import Policy
from ledger.store import schema
from ledger.store.bulk import Bulk
from ledger.store.deciding import SALT_BYTES, State, decide_all
from ledger.store.loader import Kept
from ledger.store.queue import Answer, Asked
from ledger.store.writer import Batch

HOME, ADA, BOB = UUID(int=1), UUID(int=2), UUID(int=3)


class Town:
    """A community in memory with two accounts, and the batch that is being decided for it."""

    def __init__(self) -> None:
        self.kept = Kept(1, Books(community=HOME), Frontier())
        self.batch = Batch(Bulk())
        self._ids = iter(range(1_000, 2_000))
        found = Found(**self.head(), code="TOWN", public_key=bytes(32))
        define = DefineCurrency(
            **self.head(), code="UNIT", scale=2, model=Model.MUTUAL, policy=Policy(default_line=500)
        )
        opened = [
            OpenAccount(**self.head(), account=uid, currency="UNIT", kind=AccountKind.PERSON)
            for uid in (ADA, BOB)
        ]
        self.decide(*map(Asked, [found, define, *opened]))

    def head(self, uid: int = 0) -> dict[str, Any]:
        """What every command carries, with an id of its own or this one."""
        return {"id": UUID(int=uid or next(self._ids)), "community": UUID(int=HOME.int), "actor": UUID(int=9)}

    def pay(self, amount: int, uid: int = 0) -> Pay:
        return Pay(**self.head(uid), payer=ADA, payee=BOB, amount=amount, currency="UNIT")

    def decide(self, *asked: Asked) -> list[Answer]:
        salts = bytes(SALT_BYTES * len(asked))
        return decide_all(self.batch, {HOME: State(self.kept)}, set(), asked, 10**18, salts)

    @property
    def entries(self) -> int:
        return len(self.batch.rows[schema.entry])


@pytest.fixture
def town() -> Town:
    return Town()


def test_the_same_payment_twice_is_one_entry(town: Town) -> None:
    before = town.entries
    first, other, again = town.decide(*map(Asked, [town.pay(200, 7), town.pay(100), town.pay(200, 7)]))
    assert isinstance(first, Receipt) and isinstance(other, Receipt)
    assert again == first._replace(replayed=True, left=None)
    assert (first.left, other.left) == (Left(-200, 300), Left(-300, 200))
    assert town.entries == before + 2


def test_another_payment_under_the_same_id_is_refused(town: Town) -> None:
    first, other = town.decide(Asked(town.pay(200, 7)), Asked(town.pay(201, 7)))
    assert isinstance(first, Receipt)
    assert isinstance(other, Rejected) and (other.code, other.field) == (Code.ID_REUSED, "amount")


def test_a_refusal_is_heard_again_whatever_has_come_between(town: Town) -> None:
    back = Pay(**town.head(), payer=BOB, payee=ADA, amount=400, currency="UNIT")
    asked = [Asked(command) for command in (town.pay(600, 7), back, town.pay(600, 7), town.pay(600))]
    first, _, again, anew = town.decide(*asked)
    assert isinstance(first, Rejected) and first.code is Code.INSUFFICIENT_FUNDS
    assert isinstance(again, Rejected) and (again.code, again.detail) == (first.code, first.detail)
    assert isinstance(anew, Receipt)
    assert len(town.batch.rows[schema.refusal]) == 1


@pytest.mark.parametrize("seen", [None, 1])
def test_what_has_no_outcome_is_decided_anew(town: Town, seen: int | None) -> None:
    """Also when an attempt that the database lost had written an entry for it."""
    command: Command = SetLine(**town.head(7), account=ADA, line=300)
    first = Asked(command, seen=1)
    first.body = b"an entry that was rolled back"
    before = town.entries
    answer, again = town.decide(first, Asked(command, seen=seen))
    assert isinstance(answer, Changed)
    if seen is None:
        assert isinstance(again, Receipt) and not again.replayed and town.entries == before + 1
    else:
        assert isinstance(again, Changed) and town.entries == before
