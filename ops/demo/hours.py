"""ACC-CHY and ACC-DIE: two Accorderies of the published mean size, a year of hours (domain.md C4)."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.accounts import AccountKind, Model
from ledger.core.commands import ChargeFee, Pay, PayBatch, Payee
from ledger.core.errors import Code
from ledger.core.policy import Policy, Sphere
from ops.demo.stage import HOUR, Deck, Holder, Scene, moment

YEAR = 2013
START = moment(YEAR, 1, 2)
END = moment(YEAR + 1, 1, 31)
STEPS = 13
UNIT = "HEURE"
MEMBERS = 167
GIFT = 15 * 60
DUES = 2 * 60
GIFT_ACTIVITY = "welcome-gift"
POLICY = Policy(
    default_line=15 * 60, default_ceiling=60 * 60, step=15, spheres=True, not_credited=("board",)
)
NEEDS = (1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 7)
"""Services a member asks for in a year, from the least to the most active: 3.2 on average, as 533 by 167 members."""
MINUTES = (30, 45, 60, 60, 75, 90, 90, 120, 120, 120, 135, 150, 165, 180, 240)
"""How long a service takes: 112 minutes on average, as the published 1.9 hours."""
TALENTS = ("informatique", "repassage", "jardin", "couture", "vélo", "guitare", "déménagement", "cuisine", "papiers")


def story(scene: Scene) -> Iterator[None]:
    """Everybody joins and receives 15 hours; then a year of services in three spheres; then the dues."""
    scene.currency(START, UNIT, Model.TIME, POLICY)
    association = scene.technical(UNIT, AccountKind.OPERATOR)
    members = []
    for _ in range(MEMBERS):
        who = scene.member("Accordeur", AccountKind.PERSON)
        held = scene.open(START, who, UNIT)
        scene.plan(
            START + HOUR, Pay, payer=association, payee=held.account, amount=GIFT, currency=UNIT,
            sphere=Sphere.ASSOCIATIVE, activity=GIFT_ACTIVITY,
        )  # fmt: skip
        held.balance = GIFT
        members.append(held)
    scene.play()
    yield
    needs, minutes = Deck(scene.rng, NEEDS), Deck(scene.rng, MINUTES)
    by_month: list[list[Holder]] = [[] for _ in range(12)]
    for held in members:
        for _ in range(needs.deal()):
            by_month[scene.rng.randrange(12)].append(held)
    for month, asking in enumerate(by_month, 1):
        _month(scene, month, asking, members, minutes)
        if month == 12:
            for held in members:
                scene.plan(
                    moment(YEAR, 12, 30), ChargeFee, account=held.account, amount=DUES, purpose="dues"
                )
        scene.play()
        yield


def _month(
    scene: Scene, month: int, asking: list[Holder], members: list[Holder], minutes: Deck[int]
) -> None:
    """One in eight asks the association's own tasks of others, one in seven joins a workshop, the rest meet in pairs."""
    rng = scene.rng
    association = scene.technical(UNIT, AccountKind.OPERATOR)
    tasks, rest = len(asking) // 8, asking[len(asking) // 8 :]
    if tasks:
        folding = rng.sample(members, tasks)
        lines = tuple(Payee(held.account, minutes.deal()) for held in folding)
        for held, line in zip(folding, lines, strict=True):
            held.balance += line.amount
        scene.plan(
            scene.day(YEAR, month, 2, 9), PayBatch, payer=association, currency=UNIT, payees=lines,
            sphere=Sphere.ASSOCIATIVE, activity="newsletter",
        )  # fmt: skip
    workshop, pairs = rest[: len(rest) // 7], rest[len(rest) // 7 :]
    evening, host = scene.day(YEAR, month, 10, 20), rng.choice(members)
    long = minutes.deal()
    for held in workshop:
        if held is not host:
            serve(scene, evening, held, host, long, Sphere.COLLECTIVE, "workshop")
    for held in pairs:
        helper = rng.choice(members)
        while helper is held:
            helper = rng.choice(members)
        serve(
            scene, scene.day(YEAR, month), held, helper, minutes.deal(), Sphere.INDIVIDUAL, rng.choice(TALENTS)
        )
    if month % 4 == 0:  # somebody asks hours for a meeting of the board
        scene.plan(
            scene.day(YEAR, month), Pay, Code.NOT_CREDITED, payer=association, payee=host.account, amount=60,
            currency=UNIT, sphere=Sphere.ASSOCIATIVE, activity="board",
        )  # fmt: skip


def serve(
    scene: Scene, at: int, asking: Holder, helper: Holder, minutes: int, sphere: Sphere, activity: str
) -> None:
    """The one who was helped pays, as long as both stay within -15 and +60 hours and can still pay their dues."""
    if asking.balance - minutes < DUES - 15 * 60 or helper.balance + minutes > 60 * 60:
        return
    asking.balance -= minutes
    helper.balance += minutes
    scene.plan(
        at, Pay, actor=asking.member, payer=asking.account, payee=helper.account, amount=minutes, currency=UNIT,
        sphere=sphere, activity=activity,
    )  # fmt: skip
