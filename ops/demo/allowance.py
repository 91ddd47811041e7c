"""REC, inside PASS: part of a household allowance paid in units that merchants pass on (domain.md C3, proximite)."""

from __future__ import annotations

from itertools import accumulate

from ledger.core.accounts import AccountKind, Model
from ledger.core.commands import ExpirePurse, Grant, Pay, Redeem
from ledger.core.errors import Code
from ledger.core.money import allocate
from ledger.core.policy import Policy, Programme
from ops.demo.stage import SIZES, Holder, Scene, moment

UNIT = "REC"
PROGRAMME = "proximite"
ONE = 100
BUDGET = 789_592 * ONE
HOUSEHOLDS, MERCHANTS = 533, 175
PAYMENTS = 14
MONTHS = 15
"""September 2018 to November 2019; every other household begins in October."""
ENDS = moment(2020, 1, 1, 0)
RESPEND_BP = 3_340
POLICY = Policy(merchants_respend=True, programmes=(Programme(code=PROGRAMME, budget=BUDGET, ends_at=ENDS),))
NOUNS = ("Boulangerie", "Épicerie", "Boucherie", "Coiffure", "Café", "Quincaillerie", "Pharmacie")


class Allowance:
    """The households' purses and the independent shops that take them."""

    def __init__(self, scene: Scene, at: int) -> None:
        self.scene = scene
        scene.currency(at, UNIT, Model.EARMARKED, POLICY)
        self.households = [
            scene.open(
                at, scene.member("Foyer", AccountKind.PERSON), UNIT, kind=AccountKind.PURSE, programme=PROGRAMME
            )
            for _ in range(HOUSEHOLDS)
        ]  # fmt: skip
        self.shops = []
        for i in range(MERCHANTS):
            who = scene.member(NOUNS[i % len(NOUNS)], AccountKind.BUSINESS)
            held = scene.open(at, who, UNIT)
            held.weight = SIZES[i * len(SIZES) // MERCHANTS]
            self.shops.append(held)
        self._sizes = list(accumulate(shop.weight for shop in self.shops))
        # a quarter of what a household is entitled to, where that is above 100 a month (PUB-8)
        wholes = allocate(BUDGET, [scene.rng.randint(60, 150) for _ in range(HOUSEHOLDS)])
        self.grants = [allocate(whole, [1] * PAYMENTS) for whole in wholes]

    def month(self, number: int) -> None:
        """Month 1 is September 2018; after the 15th nothing is granted, what is left is spent and passed on."""
        for i, (held, grants) in enumerate(zip(self.households, self.grants, strict=True)):
            turn = number - 1 - i % 2
            if 0 <= turn < PAYMENTS:
                amount = grants[turn]
                self.scene.plan(
                    moment(2018, 8 + number, 2), Grant, actor=self.scene.treasurer, account=held.account, amount=amount
                )
                held.balance += amount
            if held.balance:
                self._spend(held, number)
        self._pass_on(number)
        self._redeem(number)
        if number == MONTHS:
            self.scene.plan(
                moment(2018, 8 + number, 28), Grant, Code.BUDGET_EXCEEDED, actor=self.scene.treasurer,
                account=self.households[0].account, amount=ONE,
            )  # fmt: skip

    def close(self) -> None:
        """After the end what is left in purses goes back to the funder."""
        for held in self.households:
            if held.balance:
                self.scene.plan(ENDS, ExpirePurse, account=held.account)
                held.balance = 0

    def _spend(self, held: Holder, number: int) -> None:
        rng = self.scene.rng
        whole = held.balance if rng.randrange(3) else self.scene.share(held.balance, 90, 8)
        for part in self.scene.parts(whole, 6, 10):
            self._pay(held, self._shop(), part, self.scene.day(2018, 8 + number, 3, 24))

    def _shop(self) -> Holder:
        return self.scene.rng.choices(self.shops, cum_weights=self._sizes)[0]

    def _pay(self, payer: Holder, payee: Holder, amount: int, at: int) -> None:
        self.scene.plan(
            at, Pay, actor=payer.member, payer=payer.account, payee=payee.account, amount=amount, currency=UNIT
        )
        payer.balance -= amount
        payee.balance += amount
        payee.received += amount

    def _pass_on(self, number: int) -> None:
        """Of what it took since last month a shop spends a third at other shops, some months more, some less."""
        taken = [shop.received for shop in self.shops]
        for shop in self.shops:
            shop.received = 0
        for shop, received in zip(self.shops, taken, strict=True):
            rate = RESPEND_BP + self.scene.rng.randint(-2_500, 2_500)
            for part in self.scene.parts(received * rate // 10_000, 3, 10):
                other = self._shop()
                if other is not shop:
                    self._pay(shop, other, part, moment(2018, 8 + number, 26))
                else:
                    shop.received += part  # nobody to buy from this time: it waits

    def _redeem(self, number: int) -> None:
        """What a shop does not expect to spend it changes back, once a month (PUB-4)."""
        for shop in self.shops:
            amount = (shop.balance - shop.received) * 9 // 10
            if amount > 20 * ONE:
                self.scene.plan(
                    moment(2018, 8 + number, 28), Redeem, actor=self.scene.treasurer, account=shop.account,
                    currency=UNIT, amount=amount, invoice=f"{number:02d}",
                )  # fmt: skip
                shop.balance -= amount
