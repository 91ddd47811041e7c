"""MES: La Mesure's first eleven months, full scale, paper only (domain.md C1, A1).

On paper the ledger of an operator sees notes leave and come back, not what happens between. Here every purse and
till is an account of form paper, so that the published estimate of who holds the notes can be measured.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.commands import Issue, Redeem
from ledger.core.errors import Code
from ledger.core.money import allocate
from ledger.core.policy import Policy
from ops.demo.purchases import Town
from ops.demo.stage import Holder, Scene, moment
from ops.demo.trades import Trade, trades_of

START = moment(2011, 5, 1)
END = moment(2012, 4, 1)
MONTHS = 11
STEPS = MONTHS + 1
UNIT = "MESURE"
ONE = 100
PROS, FIRST_PROS, USERS = 55, 20, 350
CONVERTED = 24_000 * ONE
SPEND, RECONVERT_BP = 75, 2_560
POLICY = Policy(commission_bp=500)


def story(scene: Scene) -> Iterator[None]:
    """Firms join one after the other, people change euros at six counters, spend, and firms change back."""
    scene.currency(START, UNIT, Model.BACKED, POLICY)
    people = [_person(scene) for _ in range(USERS)]
    waiting = trades_of(scene, PROS)
    town = Town(scene, UNIT, people, [])
    _join(scene, town, waiting, START, FIRST_PROS)
    scene.play()
    yield
    # the ramp from half to one and a half of the mean
    ramp = allocate(CONVERTED // ONE, [10 + 2 * month for month in range(MONTHS)])
    for month in range(MONTHS):
        done = PROS - FIRST_PROS
        joining = done * (month + 1) // MONTHS - done * month // MONTHS
        _join(scene, town, waiting, moment(2011, 5 + month, 2), joining)
        _month(scene, town, 5 + month, ramp[month] * ONE)
        scene.play()
        yield


def _person(scene: Scene) -> Holder:
    who = scene.member("Habitant", AccountKind.PERSON)
    held = scene.open(START, who, UNIT, form=Form.PAPER)
    held.weight = scene.rng.choice((1, 2, 2, 3, 3, 4, 6))
    return held


def _join(scene: Scene, town: Town, waiting: list[tuple[Trade, int]], at: int, count: int) -> None:
    for _ in range(count):
        trade, size = waiting.pop()
        who = scene.member(trade.noun, AccountKind.BUSINESS, (trade.code,))
        held = scene.open(at, who, UNIT, form=Form.PAPER)
        held.weight = size
        town.firms.append(held)
    town.known()


def _month(scene: Scene, town: Town, month: int, converted: int) -> None:
    def when(first: int, last: int) -> int:
        return scene.day(2011, month, first, last)

    # notes: whole units; each month two thirds of the people pass by a counter
    passing = [held for held in town.people if scene.rng.randrange(3)]
    for held, units in zip(passing, allocate(converted // ONE, [h.weight for h in passing]), strict=True):
        if units:
            scene.plan(
                when(1, 5), Issue, actor=scene.treasurer, account=held.account, currency=UNIT,
                amount=units * ONE, euros=units * ONE,
            )  # fmt: skip
            held.balance += units * ONE
    for firm, taken in town.takings():  # a fifth of what they took last month
        town.buy(firm, _notes(scene, taken // 5), when, ONE)
    for held in town.people:
        town.spend(held, _notes(scene, scene.share(held.balance, SPEND, 25)), 4, when, ONE)
    for firm in town.firms:
        amount = _notes(scene, firm.balance * RECONVERT_BP // 10_000)
        if amount:
            scene.plan(
                moment(2011, month, 28, 21), Redeem, actor=scene.treasurer, account=firm.account, currency=UNIT,
                amount=amount, invoice=f"{month:02d}",
            )  # fmt: skip
            firm.balance -= amount
    if month == 9:
        scene.plan(
            moment(2011, 9, 28, 22), Redeem, Code.FLOW_NOT_ALLOWED, actor=scene.treasurer,
            account=town.people[0].account, currency=UNIT, amount=ONE, invoice="person",
        )  # fmt: skip


def _notes(scene: Scene, amount: int) -> int:
    """Whole units; what is left over decides by chance, so that nothing is lost on average."""
    units, rest = divmod(amount, ONE)
    return (units + (scene.rng.randrange(ONE) < rest)) * ONE
