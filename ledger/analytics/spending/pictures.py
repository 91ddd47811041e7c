"""Tables that are there to be drawn: money in and out by month, its path through the sectors, receipts by tenths."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

from ledger.analytics.answers.figures import (
    FEW,
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
from ledger.analytics.money.standing import day_text, month_starts
from ledger.analytics.scan.behind import sums_and_units
from ledger.analytics.source.scene import Scene
from ledger.core.accounts import Model

INS = ("issued", "other_in")
OUTS = ("redeemed", "demurrage", "fees", "other_out")
FATES = ("paid_on", "redeemed", "charged", "kept")
SECTORS = 8
"""Drawn by name; smaller ones stand together."""
OTHERS = "…"
TENTHS = 10


def in_and_out(scene: Scene) -> Result:
    """What entered and left members' accounts by month, and what they held together at its end."""
    marks = [scene.window.start, *month_starts(scene.window), scene.window.stop]
    rows: list[tuple[Cell, ...]] = []
    before = _net(scene, scene.window.start) + scene.number("SELECT sum(opening) FROM account")
    for start, stop in pairwise(marks):
        moved = dict(
            cast(
                list[tuple[tuple[str, bool], int]],
                [
                    ((kind, into), amount)
                    for kind, into, amount in scene.rows(
                        """SELECT kind, src IS NULL, sum(amount) FROM movement
                           WHERE (src IS NULL OR dst IS NULL) AND time >= $from AND time < $until GROUP BY ALL ORDER BY ALL""",
                        **{"from": start, "until": stop},
                    )
                ],
            )
        )
        known = {
            "issued": ("issue", True),
            "redeemed": ("redeem", False),
            "demurrage": ("demurrage", False),
            "fees": ("fee", False),
        }
        said = {name: moved.get(which, 0) for name, which in known.items()}
        said["other_in"] = sum(amount for (_, into), amount in moved.items() if into) - said["issued"]
        said["other_out"] = sum(amount for (_, into), amount in moved.items() if not into) - sum(
            said[name] for name in OUTS[:3]
        )
        before += sum(said[name] for name in INS) - sum(said[name] for name in OUTS)
        rows.append((day_text(start)[:7], *(said[name] for name in (*INS, *OUTS)), before))
    columns = (*INS, *OUTS, "balance")
    figures = {
        name: Figure(sum(cast(int, row[at]) for row in rows), Unit.CURRENCY)
        for at, name in enumerate((*INS, *OUTS), start=1)
    }
    return Result(
        figures,
        {"by_month": Table(("month", *columns), tuple(rows), dict.fromkeys(columns, Unit.CURRENCY), WHOLE)},
    )


def _net(scene: Scene, at: int) -> int:
    return scene.number(
        """SELECT sum(CASE WHEN src IS NULL THEN amount ELSE -amount END) FROM movement
           WHERE (src IS NULL OR dst IS NULL) AND time < $at""",
        at=at,
    )


def paths(scene: Scene) -> Result:
    """From whom businesses of each sector received, and what became of it in the same window."""
    top = [
        cast("str | None", row[0])
        for row in scene.rows(
            """SELECT dst_sector, sum(amount) FROM volume
               WHERE dst_kind = 'business' AND time >= $start AND time < $stop
               GROUP BY dst_sector ORDER BY sum(amount) DESC, dst_sector"""
        )
    ]
    if not top:
        return Result({"receipts": Figure(None, Unit.CURRENCY, why="no_businesses")})
    named = [sector for sector in top if sector is not None][:SECTORS]
    listed = ", ".join(f"$s{at}" for at in range(len(named))) or "NULL"
    sector = f"CASE WHEN {{0}} IN ({listed}) THEN {{0}} WHEN {{0}} IS NULL THEN NULL ELSE '{OTHERS}' END"
    values: dict[str, Any] = {f"s{at}": name for at, name in enumerate(named)}
    into = f"""(SELECT src_owner, dst_owner, src_kind AS payer_kind, dst_kind, {sector.format("dst_sector")} AS sector, amount
                FROM volume WHERE dst_kind = 'business' AND time >= $start AND time < $stop)"""
    payers = sums_and_units(scene, into, ["payer_kind", "sector"], "src_owner", "payer_kind", **values)
    payees = sums_and_units(scene, into, ["payer_kind", "sector"], "dst_owner", "dst_kind", **values)
    order = sorted(payers, key=lambda key: tuple((part is None, str(part)) for part in key))
    columns = ("payer_kind", "sector", "amount")
    sides = tuple((payers[key][2], payees[key][2]) for key in order)
    received = sum(payers[key][0] for key in order)
    return Result(
        {"receipts": Figure(received, Unit.CURRENCY, sum(payers[key][1] for key in order))},
        {
            "into": Table(
                columns,
                tuple((*key, payers[key][0]) for key in order),
                {"amount": Unit.CURRENCY},
                About("paths into", columns[:2], "amount", sides),
            ),
            "onward": _onward(scene, sector, values),
        },
        ("kept_may_come_from_before",),
    )


def _onward(scene: Scene, sector: str, values: dict[str, Any]) -> Table:
    """By sector: paid on, redeemed, charged, and what receipts exceed these by (kept; nothing when they do not)."""
    within = "kind = 'business' AND time >= $start AND time < $stop"
    moved = f"""(
        SELECT {sector.format("sector")} AS sector, owner, kind, amount, fate FROM (
            SELECT dst_sector AS sector, dst_owner AS owner, dst_kind AS kind, time, amount, 'received' AS fate FROM volume
            UNION ALL SELECT src_sector, src_owner, src_kind, time, amount, 'paid_on' FROM volume
            UNION ALL SELECT a.sector, a.owner, a.kind, m.time, m.amount,
                             CASE m.kind WHEN 'redeem' THEN 'redeemed' ELSE 'charged' END
                      FROM movement m JOIN account a ON m.src = a.account WHERE m.kind IN ('redeem', 'fee', 'demurrage'))
        WHERE {within})"""
    found = sums_and_units(scene, moved, ["sector", "fate"], "owner", "kind", **values)
    rows: list[tuple[Cell, ...]] = []
    sides: list[tuple[Units, ...]] = []
    for name in sorted({key[0] for key in found}, key=lambda name: (name is None, str(name))):
        received = found.get((name, "received"), (0, 0, Units(0, 0, 0)))
        fates = {fate: found[name, fate] for fate in FATES if (name, fate) in found}
        kept = received[0] - sum(amount for amount, _, _ in fates.values())
        fates["kept"] = (
            max(kept, 0),
            0,
            received[2],
        )  # the same businesses, and none may stand out more than in receipts
        for fate, (amount, _, units) in fates.items():
            rows.append((name, fate, amount))
            sides.append((units,))
    return Table(
        ("sector", "fate", "amount"),
        tuple(rows),
        {"amount": Unit.CURRENCY},
        About("paths onward", ("sector", "fate"), "amount", tuple(sides)),
    )


def tenths(scene: Scene) -> Result:
    """What each tenth of the receivers got, from the smallest to the largest; nothing below 30 receivers."""
    found = [
        cast(tuple[str | None, int], row)
        for row in scene.rows(
            """SELECT max(dst_kind), sum(amount) FROM volume WHERE time >= $start AND time < $stop
               GROUP BY dst_owner ORDER BY sum(amount), dst_owner"""
        )
    ]
    n = len(found)
    if n < FEW:
        return Result({"top_tenth": Figure(None, Unit.SHARE, n, why="few" if n else "no_transfers")})
    total, sum_, rows, sides = sum(amount for _, amount in found), 0, [], []
    for tenth in range(TENTHS):
        part = found[n * tenth // TENTHS : n * (tenth + 1) // TENTHS]
        got = sum(amount for _, amount in part)
        sum_ += got
        firms = sum(1 for kind, _ in part if kind in ("business", "association", "public"))
        rows.append(((tenth + 1) / TENTHS, len(part), got, sum_ / total))
        sides.append((Units(firms, len(part) - firms, max(amount for _, amount in part)),))
    units = {"tenth": Unit.SHARE, "receivers": Unit.COUNT, "received": Unit.CURRENCY, "cumulated": Unit.SHARE}
    return Result(
        {"top_tenth": ratio(rows[-1][2], total, Unit.SHARE, n=n)},
        {
            "tenths": Table(
                tuple(units),
                tuple(rows),
                units,
                About("received by tenth", ("tenth",), "received", tuple(sides)),
            )
        },
    )


_MONEY = frozenset(set(Model) - {Model.TIME})

INDICATORS = (
    Indicator(
        name="in_and_out",
        section="B",
        title="Money in and out by month",
        title_fr="Entrées et sorties de monnaie par mois",
        meaning="What was issued to members, redeemed and charged each month, and what they held together at its end.",
        meaning_fr="Ce qui a été émis aux adhérents, reconverti et prélevé chaque mois, et ce qu'ils détenaient à la fin.",
        formula="Sums of movements between members and the community by kind; balance = balance before + in − out.",
        source="Money conservation: what is held changes by what comes in less what goes out",
        flag=Flag.MEASURED,
        compute=in_and_out,
        figures={
            "issued": ("Issued", "Émis"),
            "other_in": ("Other in", "Autres entrées"),
            "redeemed": ("Redeemed", "Reconverti"),
            "demurrage": ("Demurrage", "Fonte"),
            "fees": ("Fees and dues", "Frais et cotisations"),
            "other_out": ("Other out", "Autres sorties"),
        },
        tables={"by_month": ("In and out by month", "Entrées et sorties par mois")},
        columns={
            "month": ("Month", "Mois"),
            "issued": ("Issued", "Émis"),
            "other_in": ("Other in", "Autres entrées"),
            "redeemed": ("Redeemed", "Reconverti"),
            "demurrage": ("Demurrage", "Fonte"),
            "fees": ("Fees", "Frais"),
            "other_out": ("Other out", "Autres sorties"),
            "balance": ("Held at the end", "Détenu à la fin"),
        },
    ),
    Indicator(
        name="paths",
        section="C",
        title="The path of money through the sectors",
        title_fr="Le chemin de la monnaie à travers les secteurs",
        meaning="Who pays the businesses of each sector, and how much of it they pay on, redeem or keep.",
        meaning_fr="Qui paie les professionnels de chaque secteur, et quelle part ils redépensent, reconvertissent ou gardent.",
        formula="Payments to businesses by kind of payer and sector of payee; their payments, redemptions and charges of the "
        "same window; kept = max(0, receipts − these). Eight largest sectors by name.",
        source="Definition of this project",
        flag=Flag.MEASURED,
        compute=paths,
        models=_MONEY,
        figures={"receipts": ("Receipts of businesses", "Recettes des professionnels")},
        tables={
            "into": ("Who pays the sectors", "Qui paie les secteurs"),
            "onward": ("What becomes of it", "Ce que cela devient"),
        },
        columns={
            "payer_kind": ("Payer", "Payeur"),
            "sector": ("Sector", "Secteur"),
            "fate": ("Then", "Ensuite"),
            "amount": ("Amount", "Montant"),
        },
    ),
    Indicator(
        name="tenths",
        section="E",
        title="Receipts by tenths of receivers",
        title_fr="Recettes par dixièmes de bénéficiaires",
        meaning="How much of all payments each tenth of the receivers gets, from the smallest to the largest.",
        meaning_fr="Quelle part des paiements reçoit chaque dixième des bénéficiaires, du plus petit au plus grand.",
        formula="Lorenz curve of receipts by owner at tenths (n ≥ 30).",
        source="Lorenz (1905)",
        flag=Flag.MEASURED,
        compute=tenths,
        figures={"top_tenth": ("Share of the largest tenth", "Part du dernier dixième")},
        tables={"tenths": ("Receipts by tenth", "Recettes par dixième")},
        columns={
            "tenth": ("Receivers up to", "Bénéficiaires jusqu'à"),
            "receivers": ("Receivers", "Bénéficiaires"),
            "received": ("Received", "Reçu"),
            "cumulated": ("Cumulated share", "Part cumulée"),
        },
    ),
)  # fmt: skip
