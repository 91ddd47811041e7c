"""What each owner took in and gave out in a window, by the reason why: the ground of recirculation and leakage.

For every owner, exactly: receipts + community + issued + opening + got_back + forgiven + moved
= spent + paid_community + given_back + redeemed + fees + demurrage + change of balance.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from ledger.analytics.source.months import DAY_OF
from ledger.analytics.source.scene import Scene


@dataclass(slots=True)
class Passing:
    """Amounts in minor units; `change`, `forgiven` and `moved` may be negative."""

    receipts: int = 0
    """Payments from other owners."""
    spent: int = 0
    """Payments to other owners."""
    redeemed: int = 0
    fees: int = 0
    demurrage: int = 0
    change: int = 0
    """Balance after less balance before."""
    issued: int = 0
    opening: int = 0
    """Brought in with its history unknown."""
    community: int = 0
    """Paid by the community itself."""
    paid_community: int = 0
    got_back: int = 0
    """Refunds of own payments."""
    given_back: int = 0
    """Refunds to others."""
    forgiven: int = 0
    """Debt written off."""
    moved: int = 0
    """Net, from the owner's accounts of another kind, sector or area."""
    largest: int = 0
    """Of a group: the receipts of the owner with the most."""
    owners: int = 0
    """Of a group: how many took in or gave out anything."""

    @property
    def net_receipts(self) -> int:
        """Payments received that were not given back."""
        return self.receipts - self.given_back

    @property
    def net_spent(self) -> int:
        """Payments made that did not come back."""
        return self.spent - self.got_back

    @property
    def residual(self) -> int:
        """What the reasons do not explain of the change of balance: 0, or a movement has a kind that nobody knows."""
        came = self.receipts + self.community + self.issued + self.opening + self.got_back
        came += self.forgiven + self.moved
        went = self.spent + self.paid_community + self.given_back + self.redeemed + self.fees + self.demurrage
        return came - went - self.change

    def add(self, other: Passing) -> None:
        """Join another owner or group to this group."""
        # Written out: half a million of these in a report on 60,000 firms, and by name each takes several times as long.
        self.receipts += other.receipts
        self.spent += other.spent
        self.redeemed += other.redeemed
        self.fees += other.fees
        self.demurrage += other.demurrage
        self.change += other.change
        self.issued += other.issued
        self.opening += other.opening
        self.community += other.community
        self.paid_community += other.paid_community
        self.got_back += other.got_back
        self.given_back += other.given_back
        self.forgiven += other.forgiven
        self.moved += other.moved
        self.owners += other.owners
        self.largest = max(self.largest, other.largest)


_FLOWS = tuple(field.name for field in fields(Passing) if field.name not in ("largest", "owners"))

_SIDES = f"""
SELECT a.owner, a.kind AS account_kind, a.area, a.sector, {DAY_OF.format(column="s.time")} AS day, s.kind, s.delta,
       CASE WHEN b.owner IS NULL THEN 'community' WHEN b.owner = a.owner THEN 'self' ELSE 'other' END AS whom
FROM (
  SELECT time, kind, src AS account, dst AS other, -amount AS delta FROM movement
  WHERE src IS NOT NULL AND time >= $start AND time < $stop
  UNION ALL
  SELECT time, kind, dst AS account, src AS other, amount AS delta FROM movement
  WHERE dst IS NOT NULL AND time >= $start AND time < $stop
) AS s
JOIN account a ON a.account = s.account
LEFT JOIN account b ON b.account = s.other
"""


def _sum(condition: str, value: str, name: str) -> str:
    return f"sum(CASE WHEN {condition} THEN {value} ELSE 0 END) AS {name}"


_SUMS = ", ".join(
    (
        _sum("kind = 'transfer' AND whom = 'other' AND delta > 0", "delta", "receipts"),
        _sum("kind = 'transfer' AND whom = 'other' AND delta < 0", "-delta", "spent"),
        _sum("kind = 'redeem' AND whom <> 'self'", "-delta", "redeemed"),
        _sum("kind = 'fee' AND whom <> 'self'", "-delta", "fees"),
        _sum("kind = 'demurrage' AND whom <> 'self'", "-delta", "demurrage"),
        "sum(delta) AS change",
        _sum("kind = 'issue' AND whom <> 'self'", "delta", "issued"),
        _sum("kind = 'opening' AND whom <> 'self'", "delta", "opening"),
        _sum("kind = 'transfer' AND whom = 'community' AND delta > 0", "delta", "community"),
        _sum("kind = 'transfer' AND whom = 'community' AND delta < 0", "-delta", "paid_community"),
        _sum("kind = 'correction' AND whom <> 'self' AND delta > 0", "delta", "got_back"),
        _sum("kind = 'correction' AND whom <> 'self' AND delta < 0", "-delta", "given_back"),
        _sum("kind = 'credit_writeoff' AND whom <> 'self'", "delta", "forgiven"),
        _sum("whom = 'self'", "delta", "moved"),
    )
)


@dataclass(frozen=True, slots=True)
class OwnerPassing:
    """One owner's accounts of one kind, sector and area."""

    owner: int
    kind: str | None
    sector: str | None
    area: str | None
    flows: Passing


def by_owner(scene: Scene) -> list[OwnerPassing]:
    """Every owner whose accounts moved in the window; kept with the scene."""
    kept = scene.kept.get("passing")
    if not isinstance(kept, list):
        found = scene.rows(
            f"SELECT owner, account_kind, sector, area, {_SUMS} FROM ({_SIDES}) AS side "
            "GROUP BY owner, account_kind, sector, area ORDER BY owner"
        )
        kept = [
            OwnerPassing(_int(row[0]), _text(row[1]), _text(row[2]), _text(row[3]), _passing(row[4:]))
            for row in found
        ]
        scene.kept["passing"] = kept
    return kept


def by_day(scene: Scene, kinds: frozenset[str | None]) -> list[tuple[int, Passing]]:
    """The accounts of some kinds (None: unknown), by day number; `owners` and `largest` are not counted."""
    found = scene.rows(
        f"SELECT day, account_kind, {_SUMS} FROM ({_SIDES}) AS side GROUP BY day, account_kind ORDER BY day"
    )
    return [(_int(row[0]), _passing(row[2:])) for row in found if row[1] in kinds]


def _passing(cells: tuple[object, ...]) -> Passing:
    flows = Passing(**dict(zip(_FLOWS, map(_int, cells), strict=True)), owners=1)
    flows.largest = flows.receipts
    return flows


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _int(cell: object) -> int:
    return int(cell or 0)  # type: ignore[call-overload,no-any-return]
