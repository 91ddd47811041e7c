"""Random work for the store: a community with three currencies and commands of every sort, right and wrong, from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.journal import Receipt
from ledger.core.policy import Policy, Programme
from ledger.service import Ledger, open_ledger
from ledger.store.queue import Answer

START = 1_790_000_000 * 10**9
SECOND = 10**9
DAY = 86_400 * SECOND
MASTER = bytes(range(32))

MUTUAL = Policy(
    default_line=5_000, payment_fee_bp=100, fee_reserve_bp=5_000, demurrage_bp_year=600, demurrage_free_days=1,
    spend_down_days=1,
)  # fmt: skip
BACKED = Policy(commission_bp=500, commission_gift_bp=200)
PURSES = Policy(programmes=(Programme(code="FOOD", budget=500_000),))


class Clock:
    """Time as the test tells it, ns."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        self.now += 1_000
        return self.now


class Salts:
    """Bytes that differ each time and are the same in every run."""

    def __init__(self) -> None:
        self._random = Random(0)

    def __call__(self, size: int) -> bytes:
        return self._random.randbytes(size)


def open_store(url: str, **more: Any) -> Ledger:
    """An empty ledger with a clock and salts of its own."""
    options: dict[str, Any] = {"clock": Clock(), "salts": Salts(), "master_key": MASTER}
    return open_ledger(url, **(options | more))


class Work:
    """Makes commands. It knows what was committed as far as `heard` was told."""

    def __init__(self, seed: int, community: UUID) -> None:
        self.random = Random(seed)
        self.community = community
        self.people: dict[str, list[UUID]] = {"RIV": [], "EUS": [], "PUR": []}
        self.purses: list[UUID] = []
        self.entries: list[UUID] = []
        self.payments: list[UUID] = []
        self.holds: list[UUID] = []
        self.sent: list[c.Command] = []
        self.now = START

    def uid(self) -> UUID:
        """A fresh id."""
        return UUID(bytes=self.random.randbytes(16), version=4)

    def make(self, what: type[c.Command], /, **fields: Any) -> c.Command:
        """A command of this community."""
        fields = {"id": self.uid(), "actor": UUID(int=self.random.randint(1, 3)), **fields}
        return what(community=self.community, **fields)

    def beginning(self, members: int = 6) -> list[c.Command]:
        """Currencies and the first accounts; every one must be committed."""
        some = [
            self.make(c.DefineCurrency, code="RIV", scale=2, model=Model.MUTUAL, policy=MUTUAL),
            self.make(c.DefineCurrency, code="EUS", scale=2, model=Model.BACKED, policy=BACKED),
            self.make(c.DefineCurrency, code="PUR", scale=2, model=Model.EARMARKED, policy=PURSES),
        ]
        return some + [self.open(code) for code in self.people for _ in range(members)]

    def open(self, code: str) -> c.Command:
        """One more account; some people of EUS hold paper."""
        account = self.uid()
        purse = code == "PUR" and self.random.random() < 0.5
        kind = (
            AccountKind.PURSE
            if purse
            else self.random.choice([AccountKind.BUSINESS, AccountKind.ASSOCIATION])
        )
        form = Form.PAPER if code == "EUS" and self.random.random() < 0.3 else Form.DIGITAL
        (self.purses if purse else self.people[code]).append(account)
        more = {"programme": "FOOD"} if purse else {}
        return self.make(c.OpenAccount, account=account, currency=code, kind=kind, form=form, **more)

    def next(self) -> c.Command:
        """Something; one in ten an id that was used before, with the same content or another."""
        if self.sent and self.random.random() < 0.1:
            old = self.random.choice(self.sent[-50:])
            return old if self.random.random() < 0.5 else replace(old, actor=UUID(int=9))
        command = self.random.choices(list(_KINDS), list(_KINDS.values()))[0](self)
        self.sent.append(command)
        return command

    def some(self, count: int) -> list[c.Command]:
        """So many commands."""
        return [self.next() for _ in range(count)]

    def heard(self, commands: Sequence[c.Command], answers: Sequence[Answer]) -> None:
        """Remember what was committed."""
        for command, answer in zip(commands, answers, strict=True):
            if isinstance(answer, Receipt) and not answer.replayed:
                self.now = answer.ts
                (self.holds if isinstance(command, c.PlaceHold) else self.entries).append(command.id)
                if isinstance(command, c.Pay | c.CaptureHold):
                    self.payments.append(command.id)

    def two(self, code: str = "RIV") -> tuple[UUID, UUID]:
        """Two accounts of a currency."""
        payer, payee = self.random.sample(self.people[code], 2)
        return payer, payee

    def pay(self) -> c.Command:
        code = self.random.choice(["RIV", "RIV", "EUS"])
        payer, payee = self.two(code)
        amount = self.random.choice([1, 50, 999, 4_000])
        return self.make(c.Pay, payer=payer, payee=payee, amount=amount, currency=code)

    def pay_purse(self) -> c.Command:
        shop = self.random.choice(self.people["PUR"] or [self.uid()])
        purse = self.random.choice(self.purses or [self.uid()])
        return self.make(c.Pay, payer=purse, payee=shop, amount=self.random.randint(1, 300), currency="PUR")

    def pay_batch(self) -> c.Command:
        payer, *others = self.random.sample(self.people["RIV"], 4)
        payees = tuple(c.Payee(account, self.random.randint(1, 40)) for account in (*others, others[0]))
        return self.make(c.PayBatch, payer=payer, currency="RIV", payees=payees)

    def refund(self) -> c.Command:
        amount = self.random.choice([None, 1, 1, 1, 25, 500])
        return self.make(c.Refund, payment=self.one_of(self.payments[-4:]), amount=amount)

    def reverse(self) -> c.Command:
        return self.make(c.Reverse, entry=self.one_of(self.entries), force=self.random.random() < 0.3)

    def place(self) -> c.Command:
        payer, payee = self.two()
        seconds = self.random.choice([0, 60, 86_400])
        return self.make(c.PlaceHold, payer=payer, payee=payee, amount=100, currency="RIV", seconds=seconds)

    def resolve(self) -> c.Command:
        kind = self.random.choice([c.CaptureHold, c.VoidHold, c.ExpireHold])
        more = {"amount": self.random.choice([None, 30])} if kind is c.CaptureHold else {}
        return self.make(kind, hold=self.one_of(self.holds), **more)

    def terms(self) -> c.Command:
        account = self.one_of(self.people["RIV"])
        choices: list[tuple[type[c.Command], dict[str, Any]]] = [
            (c.SetLine, {"line": self.random.choice([0, 5_000, 20_000])}),
            (c.SetCeiling, {"ceiling": self.random.choice([None, 50_000])}),
            (c.SetTerms, {"sectors": ("47.11Z",), "acceptance_bp": 2_000}),
            (c.FreezeAccount, {"debits": self.random.random() < 0.05, "credits": False}),
            (c.AddKey, {"key": bytes([self.random.randint(1, 3)]) * 32}),
            (c.RevokeKey, {"key": bytes([self.random.randint(1, 3)]) * 32}),
        ]  # fmt: skip
        kind, more = self.random.choice(choices)
        return self.make(
            kind, account=account if kind is not c.AddKey else self.one_of(self.people["EUS"]), **more
        )

    def supply(self) -> c.Command:
        account, amount = self.one_of(self.people["EUS"]), self.random.randint(100, 9_000)
        if self.random.random() < 0.6:
            return self.make(c.Issue, account=account, currency="EUS", amount=amount, euros=amount)
        invoice = f"F{self.random.randint(1, 40)}"
        return self.make(c.Redeem, account=account, currency="EUS", amount=amount // 3, invoice=invoice)

    def grant(self) -> c.Command:
        once = bytes([self.random.randint(0, 20)]) * 32 if self.random.random() < 0.5 else None
        return self.make(
            c.Grant, account=self.one_of(self.purses), amount=self.random.randint(1, 500), once=once
        )

    def charge(self) -> c.Command:
        return self.make(c.ChargeDemurrage, account=self.one_of(self.people["RIV"]), through=self.now)

    def govern(self) -> c.Command:
        if self.random.random() < 0.5:
            return self.make(c.SealPeriod, through=self.now - DAY)
        policy = replace(MUTUAL, payment_fee_bp=self.random.choice([0, 100, 150]))
        return self.make(c.ChangePolicy, currency="RIV", policy=policy, since=0)

    def leave(self) -> c.Command:
        kind = self.random.choice([c.Leave, c.Forfeit, c.WriteOff, c.CloseAccount])
        return self.make(kind, account=self.one_of(self.people["RIV"]))

    def open_any(self) -> c.Command:
        return self.open(self.random.choice(list(self.people)))

    def one_of(self, known: Sequence[UUID]) -> UUID:
        """One of them, lately made ones more often; sometimes one that nobody knows."""
        if not known or self.random.random() < 0.05:
            return self.uid()
        return self.random.choice(known[-30:] if self.random.random() < 0.7 else known)


_KINDS: dict[Callable[[Work], c.Command], int] = {
    Work.pay: 40, Work.pay_purse: 5, Work.pay_batch: 3, Work.refund: 8, Work.reverse: 5, Work.place: 8,
    Work.resolve: 10, Work.terms: 5, Work.supply: 8, Work.grant: 5, Work.charge: 4, Work.govern: 1, Work.leave: 1,
    Work.open_any: 2,
}  # fmt: skip


def begin(ledger: Ledger, seed: int = 1, code: str = "ABC", members: int = 6) -> Work:
    """Found a community whose id the seed gives, with currencies and accounts; return its work."""
    community = UUID(bytes=Random(seed * 1_000 + 1).randbytes(16), version=4)
    work = Work(seed, community)
    ledger.submit(work.make(c.Found, code=code, public_key=bytes(32)))
    commands = work.beginning(members)
    answers = ledger.submit_many(commands)
    refused = [answer for answer in answers if not isinstance(answer, Receipt)]
    assert not refused, refused
    work.heard(commands, answers)
    work.entries.clear()
    return work


Played = tuple[Ledger, Work]


def played_on(url: str) -> Iterator[Played]:
    """A ledger after some hundred random commands, for tests that only read."""
    clock = Clock()
    with open_store(url, clock=clock) as ledger:
        work = begin(ledger)
        for _ in range(15):
            commands = work.some(40)
            work.heard(commands, ledger.submit_many(commands))
            clock.now += DAY // 2
        begin(ledger, 9, "OTHER")
        yield ledger, work


def busiest(ledger: Ledger, work: Work) -> UUID:
    """The account with most postings."""
    return max(ledger.reader.accounts(work.community, limit=1_000), key=lambda held: held.version).uid
