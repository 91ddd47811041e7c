"""Where local money leaves: changed back, spent in another area, and what firms must buy outside in national currency.

The first two are measured. The third is what some firms declare of their accounts (purchases.csv): its share of their
receipts is taken for all firms of their sector and area, else of their sector, else of all; the coverage says for how
much of the receipts it was declared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ledger.analytics.answers.figures import About, Cell, Figure, Flag, Result, Table, Unit, Units, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.scan.passing import by_owner
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.sectors import by_division, shown
from ledger.analytics.spending.recirculation import business_kinds
from ledger.analytics.spending.survey import Purchases

Group = tuple[str | None, str | None]
"""Sector and area."""


@dataclass(slots=True)
class Leak:
    """Of a group of businesses; minor units."""

    receipts: int = 0
    redeemed: int = 0
    outside: int = 0
    """Paid in the currency to members of another known area."""
    largest: int = 0
    owners: set[int] = field(default_factory=set)

    def add(self, other: Leak) -> None:
        """Join another group."""
        self.receipts += other.receipts
        self.redeemed += other.redeemed
        self.outside += other.outside
        self.largest = max(self.largest, other.largest)
        self.owners.update(other.owners)


def leaks(scene: Scene) -> dict[Group, Leak]:
    """Measured leaks of businesses by sector and area."""
    kinds = business_kinds(scene)
    found: dict[Group, Leak] = defaultdict(Leak)
    for each in by_owner(scene):
        if each.kind in kinds:
            flows = each.flows
            found[each.sector, each.area].add(
                Leak(flows.receipts, flows.redeemed, 0, flows.receipts, {each.owner})
            )
    where = "src_kind IS NULL" if None in kinds else "src_kind = 'business'"
    # Areas are compared in the sum: as a condition, they would tempt the engine to join every account with every other.
    for sector, area, amount in scene.rows(
        f"""SELECT src_sector, src_area, sum(CASE WHEN src_area <> dst_area THEN amount ELSE 0 END) FROM volume
        WHERE {where} AND time >= $start AND time < $stop GROUP BY src_sector, src_area"""
    ):
        found[_text(sector), _text(area)].outside += int(str(amount))
    return dict(found)


def declared_share(declared: Sequence[Purchases], group: Group) -> float | None:
    """What firms like these buy outside in national currency per unit of receipts; None when nobody like them declared."""
    sector, area = group
    for alike in (
        [each for each in declared if (each.sector, each.area) == (sector, area)],
        [each for each in declared if each.sector == sector and each.sector is not None],
        list(declared),
    ):
        receipts = sum(each.receipts for each in alike)
        if receipts:
            return sum(each.outside for each in alike) / receipts
    return None


def compute(scene: Scene) -> Result:
    """Indicator `leakage`."""
    found = leaks(scene)
    declared = scene.loaded.get("accounts", ())
    assert isinstance(declared, tuple)
    whole = _joined(found.values())
    n = len(whole.owners)
    figures = {
        "redeemed_share": ratio(whole.redeemed, whole.receipts, Unit.SHARE, n=n, why="no_receipts"),
        "outside_share": ratio(whole.outside, whole.receipts, Unit.SHARE, n=n, why="no_receipts"),
        "measured_share": ratio(whole.redeemed + whole.outside, whole.receipts, Unit.SHARE, n=n, why="no_receipts"),
        **_declared_figures(found, whole, declared),
    }
    if all(area is None for _, area in found):
        figures["outside_share"] = Figure(None, Unit.SHARE, n, why="no_area")
    tables = {
        "by_sector": _table(found, 0, "sector", declared, scene),
        "by_area": _table(found, 1, "area", declared, scene),
    }
    notes = ["kinds_unknown"] if None in business_kinds(scene) else []
    if not declared:
        notes.append("needs_accounts")
    if by_division(scene):
        notes.append("sectors_by_division")
    return Result(figures, tables, notes)


def _declared_figures(found: dict[Group, Leak], whole: Leak, declared: Sequence[Purchases]) -> dict[str, Figure]:
    if not declared or whole.receipts == 0:
        why = "no_receipts" if declared else "needs_accounts"
        keys = ("national_share", "leak_share", "coverage")
        return {key: Figure(None, Unit.SHARE, why=why, flag=Flag.ESTIMATED) for key in keys}
    national = sum(leak.receipts * (declared_share(declared, group) or 0) for group, leak in found.items())
    firms, covered = sum(each.firms for each in declared), sum(each.receipts for each in declared)
    return {
        "national_share": Figure(national / whole.receipts, Unit.SHARE, firms, flag=Flag.ESTIMATED),
        "leak_share": Figure(
            (whole.redeemed + whole.outside + national) / whole.receipts, Unit.SHARE, firms, flag=Flag.ESTIMATED
        ),
        "coverage": Figure(min(covered / whole.receipts, 1.0), Unit.SHARE, firms, flag=Flag.DECLARED),
    }


def _joined(leaks_of: Iterable[Leak]) -> Leak:
    whole = Leak()
    for leak in leaks_of:
        whole.add(leak)
    return whole


def _table(found: dict[Group, Leak], at: int, name: str, declared: Sequence[Purchases], scene: Scene) -> Table:
    groups: dict[str | None, list[Group]] = defaultdict(list)
    said = shown(scene) if at == 0 else _itself
    for group in found:
        groups[said(group[at])].append(group)
    rows: list[tuple[Cell, ...]] = []
    sides = []
    individual = None in business_kinds(scene)
    for name_of in sorted(groups, key=lambda each: (each is None, each or "")):
        leak = _joined(found[group] for group in groups[name_of])
        national = sum(found[group].receipts * (declared_share(declared, group) or 0) for group in groups[name_of])
        rows.append(
            (
                name_of, len(leak.owners), leak.receipts, _of(leak.redeemed, leak), _of(leak.outside, leak),
                _of(national, leak) if declared else None,
            )
        )  # fmt: skip
        count = len(leak.owners)
        sides.append((Units(0, count, leak.largest) if individual else Units(count, 0, leak.largest),))
    shares = ("redeemed_share", "outside_share", "national_share")
    units = {"businesses": Unit.COUNT, "receipts": Unit.CURRENCY, **dict.fromkeys(shares, Unit.SHARE)}
    about = About("business_receipts", (name,), "receipts", tuple(sides))
    return Table((name, "businesses", "receipts", *shares), tuple(rows), units, about)


def _itself(name: str | None) -> str | None:
    return name


def _of(part: float, leak: Leak) -> float | None:
    return part / leak.receipts if leak.receipts else None


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


INDICATORS = (
    Indicator(
        name="leakage",
        section="D",
        title="Leakage",
        title_fr="Fuites",
        meaning="Of what businesses take in: what is changed back, what is spent with members of another area, "
        "and what they must buy outside in national currency. The last is an estimate from declared accounts.",
        meaning_fr="Sur les recettes des professionnels : ce qui est reconverti, ce qui est dépensé dans un autre territoire, "
        "et ce qu'ils doivent acheter ailleurs en euros. Ce dernier terme est estimé d'après des comptes déclarés.",
        formula="redeemed / receipts + paid to another area / receipts + declared purchases outside / receipts; "
        "coverage = receipts of the firms that declared / all receipts",
        source="New Economics Foundation, Plugging the Leaks; the ledger and purchases.csv",
        flag=Flag.MEASURED,
        compute=compute,
        figures={
            "redeemed_share": ("Changed back", "Reconverti"),
            "outside_share": ("Spent in another area", "Dépensé dans un autre territoire"),
            "measured_share": ("Measured leaks together", "Fuites mesurées, ensemble"),
            "national_share": ("Bought outside in national currency", "Acheté ailleurs en monnaie nationale"),
            "leak_share": ("All leaks", "Toutes les fuites"),
            "coverage": ("Receipts covered by declared accounts", "Recettes couvertes par les comptes déclarés"),
        },
        tables={
            "by_sector": ("Leaks by sector", "Fuites par secteur"),
            "by_area": ("Leaks by area", "Fuites par territoire"),
        },
        columns={
            "sector": ("Sector", "Secteur"),
            "area": ("Area", "Territoire"),
            "businesses": ("Businesses", "Professionnels"),
            "receipts": ("Receipts", "Recettes"),
            "redeemed_share": ("Changed back", "Reconverti"),
            "outside_share": ("Spent in another area", "Dépensé ailleurs"),
            "national_share": ("Bought outside (estimate)", "Acheté ailleurs (estimé)"),
        },
    ),
)
