"""EBX this year: deals between firms, and the two of journey 7 (domain.md D): who buys on its line, and the carpenter."""

from __future__ import annotations

from uuid import UUID

from api.identity.service import Identity
from ledger.core.accounts import Account, AccountKind, AccountState
from ledger.core.commands import Pay, SettleDebt
from ledger.core.limits import mixed_payment
from ops.demo.exchange import ONE, POLICY, PRICES, UNIT
from ops.demo.present import LENGTH, PERIODS, begins
from ops.demo.stage import DAY, HOUR, Holder, Scene, SceneFailed

DEALS = 40
"""In a period of thirty days."""
LINE, SHARE, ROOM = 6_000 * ONE, 3_000, 5_000 * ONE
"""What the buyer may owe, the part in units that the carpenter takes, and what the carpenter can still receive."""
DEALING, OLD = 70, 2
"""Firms that deal this year, and those of them that still owe from before: the treasurer's list has a page, not a book."""
CATERER, BUILDERS = "10.71C", {"43.22A", "25.62B"}


def play(scene: Scene, identity: Identity, now: int) -> tuple[Holder, Holder]:
    """A year of deals up to `now`, ns. Returns the firm that has a line to buy on, and the one that it buys from."""
    firms = [
        each
        for each in scene.ledger.reader.accounts(scene.community, UNIT, AccountKind.BUSINESS, limit=1_000)
        if each.state is AccountState.OPEN and not each.frozen and each.ceiling is not None and each.floor is not None
    ]
    owners = {
        uid: found[0]
        for uid, found in identity.people.owners(scene.community, [each.uid for each in firms]).items()
    }
    firms = [each for each in firms if each.uid in owners]
    buyers = [each for each in firms if CATERER in each.sectors and (each.floor or 0) <= -LINE]
    sellers = [
        each
        for each in firms
        if BUILDERS & set(each.sectors) and each.acceptance_bp == SHARE and _room(each, 0) >= ROOM
    ]
    if not buyers or not sellers:
        raise SceneFailed("EBX has no firm with a line to buy on, or none to buy from at 30 %")
    buyer, seller = min(buyers, key=lambda each: abs(each.balance)), sellers[0]
    others = [each for each in firms if each.uid not in (buyer.uid, seller.uid)]
    settled = _settle(scene, others, begins(now, 0) - DAY)
    others = [each for each in others if (each.floor or 0) < 0][:DEALING]
    moved = {each.uid: settled.get(each.uid, 0) for each in others}
    for period in range(PERIODS):
        start = begins(now, period)
        days = [start + scene.rng.randint(0, LENGTH - 1) * DAY + scene.rng.randint(8, 18) * HOUR for _ in range(DEALS)]
        for at in sorted(days):
            one, other = scene.rng.sample(others, 2)
            price = scene.rng.choice(PRICES) * ONE
            units = mixed_payment(price, other.acceptance_bp, POLICY).units
            if one.balance + moved[one.uid] - units < (one.floor or 0) or _room(other, moved[other.uid]) < units:
                continue
            scene.plan(
                at, Pay, actor=owners[one.uid], payer=one.uid, payee=other.uid, amount=units, currency=UNIT, deal=price,
            )  # fmt: skip
            moved[one.uid] -= units
            moved[other.uid] += units
        scene.play()
    return (
        Holder(buyer.uid, owners[buyer.uid], AccountKind.BUSINESS, sectors=buyer.sectors),
        Holder(seller.uid, owners[seller.uid], AccountKind.BUSINESS, sectors=seller.sectors),
    )


def _settle(scene: Scene, firms: list[Account], at: int) -> dict[UUID, int]:
    """Debts of the published years are paid in euros, but for a few. Returns what each settled one no longer owes."""
    debtors = [each for each in firms if each.balance < 0]
    for each in debtors[OLD:]:
        scene.plan(at, SettleDebt, actor=scene.treasurer, account=each.uid, amount=-each.balance)
    scene.play()
    return {each.uid: -each.balance for each in debtors[OLD:]}


def _room(firm: Account, moved: int) -> int:
    """What a firm can still receive."""
    return (firm.ceiling or 0) - firm.balance - moved
