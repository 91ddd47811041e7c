"""What last year would have been under another policy: the same movements, two rules.

It says what the rules take and give, not how people would have behaved: an estimate, and flagged so.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ledger.analytics.source.scene import Scene
from ledger.core.money import share
from ledger.core.policy import Policy


@dataclass(frozen=True, slots=True)
class Outcome:
    """Minor units of one rule over the window."""

    commission: int
    """Taken from redemptions (MLC-5)."""
    gift: int
    """The part of it for the common fund (DEM-6)."""
    fees: int
    """Taken from payments."""
    demurrage: int
    """Charged on idle units: the rate over the time average of what is held, the free days left out of the account."""
    association_gift: int
    """Given on conversions, on top (MLC-8), at the rate that is passed in."""

    @property
    def cover(self) -> Fraction | None:
        """Commission over gift on conversions; below 1 the association pays the rest (MLC-8)."""
        return None if not self.association_gift else Fraction(self.commission, self.association_gift)


@dataclass(frozen=True, slots=True)
class Preview:
    """The window under the old rule and the new one."""

    issued: int
    redeemed: int
    paid: int
    old: Outcome
    new: Outcome

    @property
    def reconversion(self) -> Fraction | None:
        """Redeemed over issued."""
        return None if not self.issued else Fraction(self.redeemed, self.issued)


def break_even(commission_bp: int, gift_bp: int) -> Fraction | None:
    """The reconversion rate from which the commission pays the gift: 3 % against 5 % is 3/5."""
    return None if not commission_bp else Fraction(gift_bp, commission_bp)


def preview(scene: Scene, old: Policy, new: Policy, *, old_gift_bp: int = 0, new_gift_bp: int = 0) -> Preview:
    """The scene's window under two policies. Each redemption and fee is rounded as the ledger rounds it."""
    redemptions = _amounts(scene, "kind = 'redeem' AND dst IS NULL")
    payments = _amounts(scene, "kind = 'transfer' AND src IS NOT NULL AND dst IS NOT NULL")
    issued = scene.number(
        "SELECT sum(amount) FROM movement WHERE kind = 'issue' AND time >= $start AND time < $stop"
    )
    held = _held(scene)

    def outcome(policy: Policy, gift_bp: int) -> Outcome:
        return Outcome(
            commission=sum(share(amount, policy.commission_bp) * n for amount, n in redemptions),
            gift=sum(share(amount, policy.commission_gift_bp) * n for amount, n in redemptions),
            fees=sum(share(amount, policy.payment_fee_bp) * n for amount, n in payments),
            demurrage=share(held, policy.demurrage_bp_year) * scene.window.seconds // 31_536_000,
            association_gift=share(issued, gift_bp),
        )

    return Preview(
        issued, sum(a * n for a, n in redemptions), sum(a * n for a, n in payments),
        outcome(old, old_gift_bp), outcome(new, new_gift_bp),
    )  # fmt: skip


def _amounts(scene: Scene, which: str) -> list[tuple[int, int]]:
    """(amount, how many) of some movements of the window: many payments are of the same amounts."""
    rows = scene.rows(
        f"SELECT amount, count(*) FROM movement WHERE {which} AND time >= $start AND time < $stop GROUP BY amount"
    )
    return [(int(amount), int(count)) for amount, count in rows]  # type: ignore[call-overload]


def _held(scene: Scene) -> int:
    """The time average of what members hold in the window, minor units, rounded down."""
    area = scene.number(
        """SELECT sum(change * ($end - greatest(time, $start))) FROM (
             SELECT -amount::HUGEINT AS change, time FROM movement WHERE src IS NOT NULL AND time < $stop
             UNION ALL SELECT amount::HUGEINT, time FROM movement WHERE dst IS NOT NULL AND time < $stop)"""
    )
    opening = scene.number("SELECT sum(opening) FROM account")
    return opening + (area // scene.window.seconds if scene.window.seconds else 0)
