"""The year up to today in four of the communities: invented, played after the published years have been measured.

Without it every page would speak of years long past. Nothing of it is in the table of figures. Its ids come from the
seed, its dates from the day of the demo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.identity.service import Identity
from ledger.core.accounts import AccountKind, Form
from ledger.core.commands import Issue, Redeem
from ledger.core.money import allocate
from ledger.core.policy import Sphere
from ops.demo import eusko, hours, mesure
from ops.demo.purchases import Town, When, by_size
from ops.demo.stage import DAY, HOUR, Deck, Holder, Scene

PERIODS, LENGTH = 12, 30
"""Twelve times thirty days, so that nothing hangs on the day of the month on which the demo is run."""
CENT = 100
SERVICES = 42
"""Of an Accorderie in a period, about as many as in its published year."""


def begins(now: int, period: int) -> int:
    """The first moment of a period, 0 to 11, ns: the last one ends with yesterday."""
    return now // DAY * DAY - (PERIODS - period) * LENGTH * DAY


def when_of(scene: Scene, start: int) -> When:
    """Draws moments in opening hours between two days of a period."""
    rng = scene.rng

    def when(first: int, last: int) -> int:
        return start + rng.randint(first, last) * DAY + rng.randint(8, 19) * HOUR

    return when


def holders(scene: Scene, identity: Identity, unit: str, kind: AccountKind, form: Form) -> list[Holder]:
    """The accounts of members as they stand; the larger, the more its owner will spend or sell."""
    found = [
        held
        for held in scene.ledger.reader.accounts(scene.community, unit, kind, limit=1_000)
        if held.form is form
    ]
    owners = identity.people.owners(scene.community, [held.uid for held in found])
    return [
        Holder(
            held.uid, owners[held.uid][0], kind, form, held.sectors, weight=1 + held.balance // CENT,
            balance=held.balance, received=held.balance // 10,
        )
        for held in found
        if held.uid in owners
    ]  # fmt: skip


@dataclass(slots=True)
class Backed:
    """A backed community: euros come in, go from shop to shop, and a part of them out again."""

    scene: Scene
    town: Town
    converted: int
    """Euros changed in a period, cents."""

    def period(self, start: int) -> None:
        """Thirty days of it."""
        scene, town, when = self.scene, self.town, when_of(self.scene, start)
        for held, amount in zip(town.people, by_size(self.converted, town.people, CENT), strict=True):
            if amount:
                scene.plan(
                    start + 9 * HOUR, Issue, actor=scene.treasurer, account=held.account,
                    currency=town.currency, amount=amount, euros=amount,
                )  # fmt: skip
                held.balance += amount
        for firm, taken in town.takings():
            town.buy(firm, taken // 3, when, CENT)
        for held in town.people:
            town.spend(held, scene.share(held.balance, 30, 14), 4, when, CENT)
        self._redeem(start + (LENGTH - 1) * DAY + 20 * HOUR)
        scene.play()

    def _redeem(self, at: int) -> None:
        scene, largest = self.scene, sorted(self.town.firms, key=lambda firm: -firm.balance)[:12]
        shares = allocate(self.converted * 55 // 100, [firm.balance for firm in largest])
        for firm, amount in zip(largest, shares, strict=True):
            amount = min(amount, firm.balance // 2)
            if amount:
                scene.plan(
                    at, Redeem, actor=scene.treasurer, approver=scene.board, account=firm.account,
                    currency=self.town.currency, amount=amount, invoice=f"{at // DAY}",
                )  # fmt: skip
                firm.balance -= amount


@dataclass(slots=True)
class Hours:
    """An Accorderie: services in pairs."""

    scene: Scene
    members: list[Holder]
    minutes: Deck[int]

    def period(self, start: int) -> None:
        """Thirty days of it."""
        rng, when = self.scene.rng, when_of(self.scene, start)
        for _ in range(SERVICES):
            asking, helper = rng.sample(self.members, 2)
            talent, long = rng.choice(hours.TALENTS), self.minutes.deal()
            hours.serve(self.scene, when(1, 28), asking, helper, long, Sphere.INDIVIDUAL, talent)
        self.scene.play()


def backed(scene: Scene, identity: Identity, unit: str, form: Form, converted: int) -> Backed:
    """A backed community as the published year left it."""
    people = holders(scene, identity, unit, AccountKind.PERSON, form)
    firms = holders(scene, identity, unit, AccountKind.BUSINESS, form)
    return Backed(scene, Town(scene, unit, people, firms), converted)


def riv(scene: Scene, identity: Identity) -> Backed:
    """RIV's accounts; its notes rest."""
    return backed(scene, identity, eusko.UNIT, Form.DIGITAL, 10_500 * CENT)


def mes(scene: Scene, identity: Identity) -> Backed:
    """MES's notes; its accounts are new (`convention`)."""
    return backed(scene, identity, mesure.UNIT, Form.PAPER, 2_200 * CENT)


def accorderie(scene: Scene, identity: Identity) -> Hours:
    """One of the two."""
    members = holders(scene, identity, hours.UNIT, AccountKind.PERSON, Form.DIGITAL)
    return Hours(scene, members, Deck(scene.rng, hours.MINUTES))


def today(town: Town, shop: Holder, people: Sequence[Holder], now: int) -> None:
    """What a shop took this morning: one purchase every twenty minutes, the last one just now."""
    for i, held in enumerate(people):
        amount = town.scene.rng.randint(24, 190) * 10
        if held.balance >= amount:
            town.pay(held, shop, amount, now - (len(people) - i) * HOUR // 3)
            town.scene.play()  # each at its own moment: a plan is played a day at a time
