"""What businesses do with what they take in: pay it on, redeem it, keep it; and who pays whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ledger.analytics.answers.figures import (
    WHOLE,
    About,
    Cell,
    Figure,
    Flag,
    Result,
    Table,
    Unit,
    Units,
    ratio,
)
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money.overdraft import repaid
from ledger.analytics.scan.behind import sums_and_units
from ledger.analytics.scan.passing import OwnerPassing, Passing, by_day, by_owner
from ledger.analytics.source.months import month_of
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.sectors import by_division, shown
from ledger.analytics.spending.recirculation_lines import COLUMNS, FIGURES, TABLES

LARGEST = 100
"""So many businesses stand by themselves in a table; all are in the sums."""
BANDS = (0.0, 0.25, 0.5, 0.75, 1.0)

_FLOWS = ("receipts", "spent", "redeemed", "fees", "demurrage", "change", "recirculation", "reconversion")
_UNITS = dict.fromkeys(_FLOWS[:6], Unit.CURRENCY) | dict.fromkeys(_FLOWS[6:], Unit.RATIO)


def business_kinds(scene: Scene) -> frozenset[str | None]:
    """The kinds of account that count as businesses: all when the record knows no kinds."""
    known = scene.number("SELECT count(*) FROM account WHERE kind IS NOT NULL")
    return frozenset({"business"}) if known else frozenset({None})


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


def _cells(of: Passing) -> tuple[Cell, ...]:
    return (
        of.receipts, of.spent, of.redeemed, of.fees, of.demurrage, of.change,
        _share(of.net_spent, of.net_receipts), _share(of.redeemed, of.net_receipts),
    )  # fmt: skip


def compute(scene: Scene) -> Result:
    """Indicator `recirculation`."""
    kinds = business_kinds(scene)
    ours = [each for each in by_owner(scene) if each.kind in kinds]
    whole = _together(each.flows for each in ours)
    everybody = _together(each.flows for each in by_owner(scene))
    count = len({each.owner for each in ours})
    mine = whole.net_receipts if whole.net_receipts > 0 else 0
    figures = {
        "receipts": Figure(whole.receipts, Unit.CURRENCY, count),
        "spent": Figure(whole.spent, Unit.CURRENCY, count),
        "redeemed": Figure(whole.redeemed, Unit.CURRENCY, count),
        "kept": Figure(whole.change, Unit.CURRENCY, count),
        "recirculation": ratio(whole.net_spent, mine, n=count, why="no_receipts"),
        "reconversion": ratio(whole.redeemed, mine, n=count, why="no_receipts"),
        "residual": Figure(whole.residual, Unit.CURRENCY, count),
        "redeemed_of_issued": ratio(everybody.redeemed, everybody.issued, why="no_issue"),
        "passed_on": ratio(everybody.receipts - everybody.redeemed, everybody.receipts, Unit.SHARE, why="no_transfers"),
        "never_redeemed": _never(scene, kinds),
        "repaid_overdraft": ratio(repaid(scene, kinds), whole.receipts, Unit.SHARE, n=count, why="no_receipts"),
    }
    sector = shown(scene)
    tables = {
        "by_month": _by_month(scene, kinds),
        "by_sector": _grouped(ours, "sector", lambda each: sector(each.sector)),
        "by_area": _grouped(ours, "area", lambda each: each.area),
        "bands": _bands(ours),
        "businesses": _businesses(scene, ours),
    }
    notes = ["kinds_unknown"] if None in kinds else []
    if count > LARGEST:
        notes.append("largest_businesses_only")
    if by_division(scene):
        notes.append("sectors_by_division")
    return Result(figures, tables, notes)


def _together(each: Iterable[Passing]) -> Passing:
    found = Passing()
    for flows in each:
        found.add(flows)
    return found


def _never(scene: Scene, kinds: frozenset[str | None]) -> Figure:
    """The share of businesses with an account that never redeemed, from the beginning of the record."""
    where = "a.kind = 'business'" if None not in kinds else "a.kind IS NULL"
    (row,) = scene.rows(
        f"""SELECT count(*), count(*) FILTER (WHERE redeemed = 0) FROM (
          SELECT a.owner, count(m.seq) AS redeemed FROM account a
          LEFT JOIN movement m ON m.src = a.account AND m.kind = 'redeem' AND m.time < $stop
          WHERE {where} AND (a.opened IS NULL OR a.opened < $stop) GROUP BY a.owner) AS each_owner"""
    )
    every, never = int(row[0]), int(row[1])  # type: ignore[call-overload]
    return ratio(never, every, Unit.SHARE, n=every, why="no_businesses")


def _by_month(scene: Scene, kinds: frozenset[str | None]) -> Table:
    months: dict[str, Passing] = {}
    for day, flows in by_day(scene, kinds):
        months.setdefault(month_of(day), Passing()).add(flows)
    rows = tuple((month, *_cells(flows)) for month, flows in months.items())
    return Table(("month", *_FLOWS), rows, _UNITS, about=WHOLE)


def _grouped(ours: list[OwnerPassing], name: str, of: Callable[[OwnerPassing], str | None]) -> Table:
    known = all(each.kind is not None for each in ours)
    groups: dict[str | None, dict[int, Passing]] = {}
    for each in ours:
        groups.setdefault(of(each), {}).setdefault(each.owner, Passing()).add(each.flows)
    rows: list[tuple[Cell, ...]] = []
    sides = []
    for group in sorted(groups, key=lambda said: (said is None, said or "")):
        owners = groups[group]
        rows.append((group, len(owners), *_cells(_together(owners.values()))))
        largest = max(flows.receipts for flows in owners.values())
        sides.append((Units(len(owners), 0, largest) if known else Units(0, len(owners), largest),))
    units = {"businesses": Unit.COUNT, **_UNITS}
    about = About("business_receipts", (name,), "receipts", tuple(sides))
    return Table((name, "businesses", *_FLOWS), tuple(rows), units, about)


def _bands(ours: list[OwnerPassing]) -> Table:
    """How many businesses pay on how much of what they take in."""
    owners: dict[int, Passing] = {}
    for each in ours:
        owners.setdefault(each.owner, Passing()).add(each.flows)
    counts = [0] * (len(BANDS) + 1)
    for flows in owners.values():
        if flows.net_receipts > 0:
            share = flows.net_spent / flows.net_receipts
            counts[sum(share > band for band in BANDS)] += 1
    rows = tuple((BANDS[at] if at < len(BANDS) else None, count) for at, count in enumerate(counts))
    return Table(("at_most", "businesses"), rows, {"at_most": Unit.RATIO, "businesses": Unit.COUNT})


def _businesses(scene: Scene, ours: list[OwnerPassing]) -> Table:
    found = scene.rows("SELECT owner, min(label) FROM account GROUP BY owner")
    names = {row[0]: str(row[1]) for row in found}
    owners: dict[int, Passing] = {}
    for each in ours:
        owners.setdefault(each.owner, Passing()).add(each.flows)
    first = sorted(owners, key=lambda owner: (-owners[owner].receipts, owner))[:LARGEST]
    rows = tuple((names[owner], *_cells(owners[owner])) for owner in first)
    return Table(("business", *_FLOWS), rows, _UNITS)


def pairs(scene: Scene) -> Result:
    """Indicator `pairs`: payments by who pays whom."""
    source = "(SELECT * FROM volume WHERE time >= $start AND time < $stop) AS paid"
    keys = ("src_kind", "dst_kind")
    payers = sums_and_units(scene, source, keys, "src_owner", "src_kind")
    payees = sums_and_units(scene, source, keys, "dst_owner", "dst_kind")
    order = sorted(payers, key=lambda key: tuple((said is None, said or "") for said in key))
    volume = sum(total for total, _, _ in payers.values())
    rows = tuple(
        (*key, payers[key][1], payers[key][0], payers[key][0] / volume) for key in order
    )
    about = About(
        "volume", ("payer_kind", "payee_kind"), "amount", tuple((payers[key][2], payees[key][2]) for key in order)
    )
    units = {"payments": Unit.COUNT, "amount": Unit.CURRENCY, "share": Unit.SHARE}
    table = Table(("payer_kind", "payee_kind", "payments", "amount", "share"), rows, units, about)
    between = payers.get(("business", "business"), (0, 0, None))[0]
    known = any(None not in key for key in order)
    return Result(
        {
            "volume": Figure(volume, Unit.CURRENCY, sum(many for _, many, _ in payers.values())),
            "b2b_share": ratio(between, volume, Unit.SHARE, why="no_transfers")
            if known or not volume
            else Figure(None, Unit.SHARE, why="no_kind"),
        },
        {"pairs": table},
    )


INDICATORS = (
    Indicator(
        name="recirculation",
        section="C",
        title="Recirculation and reconversion of businesses",
        title_fr="Recirculation et reconversion des professionnels",
        meaning="Of what businesses take in, how much they pay on in the currency, how much they change back, "
        "and how much they keep.",
        meaning_fr="Sur leurs recettes, ce que les professionnels redépensent en monnaie locale, "
        "ce qu'ils reconvertissent et ce qu'ils gardent.",
        formula="receipts + issued + … = spent + redeemed + fees + demurrage + change of balance, exactly (residual 0); "
        "recirculation = spent / receipts, reconversion = redeemed / receipts, refunds taken off both sides; "
        "passed on = 1 - redeemed / volume; of the overdraft: what of each receipt only repays it.",
        source="REC Barcelona (JRFM 14:430); Chiemgauer and Eusko yearly tables",
        flag=Flag.MEASURED,
        compute=compute,
        figures=FIGURES,
        tables=TABLES,
        columns=COLUMNS,
    ),
    Indicator(
        name="pairs",
        section="C",
        title="Who pays whom",
        title_fr="Qui paie qui",
        meaning="Payments between people, businesses, associations and public bodies.",
        meaning_fr="Paiements entre particuliers, professionnels, associations et organismes publics.",
        formula="sum of payments between different owners by kind of payer and payee",
        source="Common table of operators' monthly figures",
        flag=Flag.MEASURED,
        compute=pairs,
        figures={
            "volume": ("Volume of payments", "Volume des paiements"),
            "b2b_share": ("Between businesses", "Entre professionnels"),
        },
        tables={"pairs": ("Volume by payer and payee", "Volume par payeur et payé")},
        columns={
            "payer_kind": ("Payer", "Payeur"),
            "payee_kind": ("Payee", "Payé"),
            "payments": ("Payments", "Paiements"),
            "amount": ("Amount", "Montant"),
            "share": ("Share of volume", "Part du volume"),
        },
    ),
)
