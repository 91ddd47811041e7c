"""How people and firms of a backed community spend: the flows of domain.md C1, month by month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from ledger.core.commands import CaptureHold, Pay, PayBatch, Payee, PlaceHold, Refund, VoidHold
from ledger.core.money import allocate
from ops.demo.stage import DAY, Holder, Scene
from ops.demo.trades import ENERGY, FOOD_CODES, NOT_FOR_PEOPLE, OFFICE, PRODUCERS

When = Callable[[int, int], int]
"""A moment between two days of the month at hand."""


class Town:
    """People who buy and firms that sell, in one currency and one form."""

    def __init__(self, scene: Scene, currency: str, people: list[Holder], firms: list[Holder]) -> None:
        self.scene = scene
        self.currency = currency
        self.people = people
        self.firms = firms
        self.known()

    def known(self) -> None:
        """Look again who sells what: seven of ten purchases are food and meals."""
        food = [f for f in self.firms if set(f.sectors) & FOOD_CODES]
        other = [f for f in self.firms if not set(f.sectors) & (FOOD_CODES | NOT_FOR_PEOPLE)]
        self._food, self._food_sizes = food, list(accumulate(f.weight for f in food))
        self._other, self._other_sizes = other, list(accumulate(f.weight for f in other))

    def shop(self) -> Holder:
        """Where somebody buys next."""
        rng = self.scene.rng
        if self._other and rng.randrange(10) >= 7:
            return rng.choices(self._other, cum_weights=self._other_sizes)[0]
        return rng.choices(self._food, cum_weights=self._food_sizes)[0]

    def spend(self, payer: Holder, amount: int, most: int, when: When, unit: int) -> None:
        """An amount of a person's in up to `most` purchases; now and then one is set aside, given back, returned."""
        rng = self.scene.rng
        for part in self.scene.parts(amount, most, unit):
            shop, at = self.shop(), when(6, 24)
            chance = rng.randrange(400)
            if chance == 0:
                self._hold(payer, shop, part, at)
                continue
            payment = self.pay(payer, shop, part, at)
            if chance == 1 and part >= 4 * unit:
                back = part // 4 // unit * unit
                self.scene.plan(at + DAY, Refund, actor=shop.member, payment=payment, amount=back)
                self._moved(shop, payer, back)

    def pay(self, payer: Holder, payee: Holder, amount: int, at: int) -> object:
        """One payment."""
        self._moved(payer, payee, amount)
        activity = payee.sectors[0] if payee.sectors else ""
        return self.scene.plan(
            at, Pay, actor=payer.member, payer=payer.account, payee=payee.account, amount=amount,
            currency=self.currency, activity=activity,
        )  # fmt: skip

    def _hold(self, payer: Holder, shop: Holder, amount: int, at: int) -> None:
        """A booking: two of three are taken up three days later, the others are cancelled."""
        hold = self.scene.plan(
            at, PlaceHold, actor=payer.member, payer=payer.account, payee=shop.account, amount=amount,
            currency=self.currency, seconds=20 * 86_400,
        )  # fmt: skip
        if self.scene.rng.randrange(3):
            self.scene.plan(at + 3 * DAY, CaptureHold, actor=shop.member, hold=hold)
            self._moved(payer, shop, amount)
        else:
            self.scene.plan(at + 3 * DAY, VoidHold, actor=shop.member, hold=hold)

    def _moved(self, payer: Holder, payee: Holder, amount: int) -> None:
        payer.balance -= amount
        payee.balance += amount
        payee.received += amount

    # --- firms ---

    def takings(self) -> list[tuple[Holder, int]]:
        """What each firm took since it was asked last, as far as it still has it."""
        taken = [(firm, min(firm.received, firm.balance)) for firm in self.firms]
        for firm in self.firms:
            firm.received = 0
        return taken

    def supplier(self, buyer: Holder) -> Holder:
        """Whom a firm buys from: producers 59 %, office services 27 %, energy 9 %, others 5 %.

        The published matrix without its 7 % to employees, who are paid apart.
        """
        rng = self.scene.rng
        draw = rng.randrange(93)
        wanted = PRODUCERS if draw < 55 else OFFICE if draw < 80 else ENERGY if draw < 88 else None
        some = [f for f in self.firms if f is not buyer and (wanted is None or set(f.sectors) & wanted)]
        return rng.choice(some or [f for f in self.firms if f is not buyer])

    def buy(self, firm: Holder, amount: int, when: When, unit: int) -> None:
        """A firm's purchases of a month; a large one pays its suppliers in one batch."""
        if amount < unit:
            return
        if amount >= 400 * 100 and self.scene.rng.randrange(3) == 0:
            self._batch(firm, amount, when(10, 25))
            return
        for part in self.scene.parts(amount // unit * unit, 3, unit):
            self.pay(firm, self.supplier(firm), part, when(10, 25))

    def _batch(self, firm: Holder, amount: int, at: int) -> None:
        suppliers = {s.account: s for s in (self.supplier(firm) for _ in range(6))}
        parts = allocate(amount, [1] * len(suppliers))
        for supplier, part in zip(suppliers.values(), parts, strict=True):
            self._moved(firm, supplier, part)
        lines = tuple(Payee(account, part) for account, part in zip(suppliers, parts, strict=True))
        self.scene.plan(
            at, PayBatch, actor=firm.member, payer=firm.account, currency=self.currency, payees=lines
        )


def by_size(total: int, holders: Sequence[Holder], unit: int) -> list[int]:
    """A total shared among holders by their weight, in whole units."""
    parts = allocate(total // unit, [held.weight for held in holders])
    return [part * unit for part in parts]
