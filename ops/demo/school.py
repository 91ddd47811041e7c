"""PASS this year: two new purses for a class, so that a visitor can hold a card that still pays (domain.md D10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from api.identity.service import Identity
from ledger.community.membership import MemberKind
from ledger.core.accounts import AccountKind, Form
from ledger.core.commands import ChangePolicy, Grant, OpenAccount, Pay
from ledger.core.policy import Programme
from ops.demo.card import ONE, UNIT
from ops.demo.present import holders
from ops.demo.stage import DAY, HOUR, SECOND, Holder, Scene, moment

CLASS = 80
BEGAN = 60 * DAY
"""How long ago the purses were filled."""
PURSES = (
    ("livres", ("47.61Z",), 70 * ONE, 0), ("sorties", ("59.14Z", "90.01Z", "91.02Z"), 30 * ONE, 8 * ONE),
)  # fmt: skip
"""Code, activities, what each pupil gets, the most at one time."""


def play(scene: Scene, identity: Identity, now: int) -> Holder:
    """Open and fill the purses at `now` less two months; all but the last pupil have spent. Returns the last one's purse."""
    community, start = scene.community, now - BEGAN
    people = identity.people.page(community, None, limit=1_000)
    pupils = [each for each in people if each.kind is MemberKind.PERSON and each.name.startswith("Élève")][:CLASS]
    shops = holders(scene, identity, UNIT, AccountKind.BUSINESS, Form.DIGITAL)
    policy = scene.ledger.reader.policies(community, UNIT)[-1].policy
    ends = _september(now)
    new = tuple(
        Programme(code=code, sectors=sectors, single_use=once, ends_at=ends, budget=100 * each)
        for code, sectors, each, once in PURSES
    )
    scene.plan(
        start, ChangePolicy, actor=scene.board, currency=UNIT, since=0,
        policy=replace(policy, programmes=policy.programmes + new), resolution="school year",
    )  # fmt: skip
    card = Holder(scene.uid(), pupils[-1].id, AccountKind.PURSE)
    for pupil in pupils:
        for code, sectors, amount, once in PURSES:
            first = pupil is pupils[-1] and code == PURSES[0][0]
            held = card if first else Holder(scene.uid(), pupil.id, AccountKind.PURSE)
            scene.plan(
                start + HOUR, OpenAccount, account=held.account, currency=UNIT, kind=held.kind, programme=code
            )
            scene.plan(start + DAY, Grant, actor=scene.treasurer, account=held.account, amount=amount)
            identity.people.add_account(community, pupil.id, held.account)
            if pupil is not pupils[-1]:
                _visit(scene, held, [shop for shop in shops if set(shop.sectors) & set(sectors)], once or amount // 2, start)
    scene.play()
    return card


def _visit(scene: Scene, held: Holder, shops: list[Holder], most: int, start: int) -> None:
    shop = scene.rng.choice(shops)
    scene.plan(
        start + scene.rng.randint(2, 50) * DAY, Pay, actor=held.member, payer=held.account, payee=shop.account,
        amount=scene.rng.randint(most // 20, most // 10) * 10, currency=UNIT, activity=shop.sectors[0],
    )  # fmt: skip


def _september(now: int) -> int:
    """The end of the school year that `now` is in."""
    today = datetime.fromtimestamp(now // SECOND, UTC)
    return moment(today.year + (today.month >= 9), 9, 1, 0)
