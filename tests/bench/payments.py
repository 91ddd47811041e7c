"""A community of firms on mutual credit, and the payments between them that every figure is made of."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from uuid import UUID, uuid4

from ledger.core.accounts import AccountKind, Books, Model
from ledger.core.apply import apply
from ledger.core.commands import Command, DefineCurrency, Found, OpenAccount, Pay
from ledger.core.decide import decide
from ledger.core.policy import Policy
from ledger.service import Ledger, new_id

ACCOUNTS = 1_000
OPERATOR = UUID(int=1)


class Firms:
    """Accounts of one community; `payments` makes commands between random pairs, from a seed.

    Their ids are in the order of time, as our wallets and pages make them, or at random, which is dearer to index.
    """

    def __init__(self, community: UUID, seed: int = 7) -> None:
        self.community = community
        self._random = random.Random(seed)
        self.accounts = [uuid4() for _ in range(ACCOUNTS)]

    def opening(self) -> list[Command]:
        """What must be submitted first."""
        currency = DefineCurrency(
            id=uuid4(), community=self.community, actor=OPERATOR, code="UNIT", scale=2, model=Model.MUTUAL,
            policy=Policy(default_line=None),
        )  # fmt: skip
        return [currency, *map(self._account, self.accounts)]

    def _account(self, uid: UUID) -> Command:
        return OpenAccount(
            id=uuid4(), community=self.community, actor=OPERATOR, account=uid, currency="UNIT",
            kind=AccountKind.BUSINESS,
        )  # fmt: skip

    def payments(self, count: int, make_id: Callable[[], UUID] = new_id) -> list[Command]:
        """So many payments, each with an id of its own."""
        return [self._payment(make_id()) for _ in range(count)]

    def _payment(self, uid: UUID) -> Command:
        payer, payee = self._random.sample(self.accounts, 2)
        return Pay(
            id=uid, community=self.community, actor=OPERATOR, payer=payer, payee=payee,
            amount=self._random.randint(1, 100_000), currency="UNIT",
        )  # fmt: skip


def decided(seconds: float) -> float:
    """Payments a second that the pure core decides and carries out in memory."""
    firms = Firms(uuid4())
    books = Books(community=firms.community)
    found = Found(id=uuid4(), community=firms.community, actor=OPERATOR, code="BENCH", public_key=bytes(32))
    for command in [found, *firms.opening()]:
        apply(books, books.seq + 1, books.ts + 1, command, decide(command, books, books.ts + 1))

    def work(commands: list[Command]) -> None:
        for command in commands:
            apply(books, books.seq + 1, books.ts + 1, command, decide(command, books, books.ts + 1))

    return rate(lambda: firms.payments(5_000), work, seconds)


def submitted(
    ledger: Ledger, firms: Firms, batch: int, seconds: float, make_id: Callable[[], UUID] = new_id
) -> float:
    """Payments a second through `Ledger.submit_many`, so many in a call."""

    def work(commands: list[Command]) -> None:
        for answer in ledger.submit_many(commands):
            if isinstance(answer, Exception):
                raise answer

    return rate(lambda: firms.payments(batch, make_id), work, seconds)


def rate(make: Callable[[], list[Command]], work: Callable[[list[Command]], None], seconds: float) -> float:
    """Commands worked a second; making them is not counted."""
    done, spent = 0, 0.0
    while spent < seconds:
        commands = make()
        start = time.perf_counter()
        work(commands)
        spent += time.perf_counter() - start
        done += len(commands)
    return done / spent
