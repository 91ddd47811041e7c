"""PASS: a card with sealed purses for the pupils of a region, at one hundredth (domain.md C3)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from ledger.core.accounts import AccountKind, Model
from ledger.core.commands import ExpirePurse, Grant, Pay, Redeem
from ledger.core.errors import Code
from ledger.core.policy import Policy, Programme
from ops.demo.stage import Holder, Scene, moment

UNIT = "PASS"
ONE = 100
SCALE = 100
PUPILS = 3_000
ENDS = moment(2019, 9, 1, 0)


@dataclass(frozen=True, slots=True)
class Purse:
    """A programme: its amounts for the general and the vocational way, and who takes part and spends."""

    code: str
    sectors: tuple[str, ...]
    general: int
    vocational: int
    doubled: bool
    percent: int
    """Pupils who receive it."""
    used: int
    """Percent of a purse that is used, in about `visits` visits."""
    visits: int
    single_use: int = 0


PURSES = (
    Purse("manuels", ("47.61Z",), 70, 100, True, 100, 95, 2),
    Purse("loisir", ("47.61Z",), 8, 8, False, 100, 60, 1),
    Purse("sport", ("93.12Z",), 30, 30, True, 40, 80, 1),
    Purse("culture", ("59.14Z", "90.01Z", "91.02Z"), 15, 15, False, 100, 60, 3, 5),
    Purse("equip", ("47.64Z", "47.52A", "47.72A"), 0, 200, False, 100, 90, 1),
)
SHOPS = (
    ("Librairie", "47.61Z", 24), ("Club de sport", "93.12Z", 20), ("Cinéma", "59.14Z", 8), ("Théâtre", "90.01Z", 8),
    ("Musée", "91.02Z", 4), ("Articles de sport", "47.64Z", 4), ("Outillage", "47.52A", 6), ("Chaussures", "47.72A", 4),
)  # fmt: skip


def policy() -> Policy:
    """Each budget is the higher amount for every pupil."""
    return Policy(
        programmes=tuple(
            Programme(
                code=purse.code, sectors=purse.sectors, single_use=purse.single_use * ONE, ends_at=ENDS,
                budget=PUPILS * max(purse.general, purse.vocational) * ONE,
            )
            for purse in PURSES
        )
    )  # fmt: skip


class Card:
    """The pupils' purses and the shops that take them."""

    def __init__(self, scene: Scene, at: int) -> None:
        self.scene = scene
        scene.currency(at, UNIT, Model.EARMARKED, policy())
        self.shops: dict[str, list[Holder]] = {}
        for noun, sector, count in SHOPS:
            self.shops[sector] = [
                scene.open(at, scene.member(noun, AccountKind.BUSINESS, (sector,)), UNIT) for _ in range(count)
            ]
        self.purses: list[tuple[Purse, Holder]] = []
        self.visits: dict[int, list[tuple[Purse, Holder, int]]] = {}
        for _ in range(PUPILS):
            self._pupil(at)

    def _pupil(self, at: int) -> None:
        scene, rng = self.scene, self.scene.rng
        who = scene.member("Élève", AccountKind.PERSON)
        vocational, doubled = rng.randrange(10) < 3, rng.randrange(100) < 3
        for purse in PURSES:
            amount = (purse.vocational if vocational else purse.general) * ONE
            if not amount or rng.randrange(100) >= purse.percent:
                continue
            if doubled and purse.doubled:
                amount *= 2
            held = scene.open(at, who, UNIT, kind=AccountKind.PURSE, programme=purse.code)
            once = sha256(f"{who}/{purse.code}/2018".encode()).digest()
            scene.plan(at, Grant, actor=scene.treasurer, account=held.account, amount=amount, once=once)
            held.balance = amount
            self.purses.append((purse, held))
            self._intend(purse, held)
        if len(self.purses) < 6:  # the same pupil asks a second time
            scene.plan(
                at, Grant, Code.ALREADY_CLAIMED, actor=scene.treasurer, account=self.purses[0][1].account,
                amount=ONE, once=sha256(f"{self.purses[0][1].member}/manuels/2018".encode()).digest(),
            )  # fmt: skip

    def _intend(self, purse: Purse, held: Holder) -> None:
        """When a pupil will use a purse, and how much of it: books in autumn, the rest all year."""
        rng = self.scene.rng
        if rng.randrange(100) >= purse.used:
            return
        left = held.balance
        for _ in range(purse.visits):
            amount = min(left, purse.single_use * ONE or self.scene.share(left, 80, 20))
            if amount:
                month = rng.randint(1, 3) if purse.sectors == ("47.61Z",) else rng.randint(1, 11)
                self.visits.setdefault(month, []).append((purse, held, amount))
                left -= amount

    def month(self, number: int) -> None:
        """The visits of a month (1 is September 2018), then the shops are paid in euros."""
        for purse, held, amount in self.visits.get(number, []):
            sector = self.scene.rng.choice(purse.sectors)
            shop = self.scene.rng.choice(self.shops[sector])
            self.scene.plan(
                self.scene.day(2018, 8 + number, 3, 26), Pay, actor=held.member, payer=held.account,
                payee=shop.account, amount=amount, currency=UNIT, activity=sector,
            )  # fmt: skip
            held.balance -= amount
            shop.balance += amount
        if number == 2:
            self._pen()
        for shops in self.shops.values():
            for shop in shops:
                if shop.balance:
                    self.scene.plan(
                        moment(2018, 8 + number, 28), Redeem, actor=self.scene.treasurer, account=shop.account,
                        currency=UNIT, amount=shop.balance, invoice=f"2018-{number:02d}",
                    )  # fmt: skip
                    shop.balance = 0

    def _pen(self) -> None:
        """A pen is on no list: the purse for books does not pay it."""
        purse, held = next((p, h) for p, h in self.purses if p.code == "manuels" and h.balance > 3 * ONE)
        self.scene.plan(
            moment(2018, 10, 27), Pay, Code.PURSE_SEALED, actor=held.member, payer=held.account,
            payee=self.shops[purse.sectors[0]][0].account, amount=3 * ONE, currency=UNIT, activity="47.62Z",
        )  # fmt: skip

    def close(self) -> None:
        """The school year ends: unused money goes back to the Region (PUB-6)."""
        for _, held in self.purses:
            if held.balance:
                self.scene.plan(ENDS, ExpirePurse, account=held.account)
                held.balance = 0
