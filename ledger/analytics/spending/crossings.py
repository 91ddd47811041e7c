"""What members pay to members of other communities under conventions, and are paid by them."""

from __future__ import annotations

from typing import cast

from ledger.analytics.answers.figures import Cell, Figure, Flag, Result, Table, Unit
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.source.months import DAY_OF, month_of
from ledger.analytics.source.scene import TRANSFERS, Scene
from ledger.core.accounts import Model

_CROSSED = f"""
SELECT {DAY_OF.format(column="time")} AS day, coalesce(payee.other, payer.other) AS community,
       sum(amount) FILTER (payee.other IS NOT NULL) AS paid_out, count(payee.other) AS payments_out,
       sum(amount) FILTER (payer.other IS NOT NULL) AS paid_in, count(payer.other) AS payments_in
FROM movement LEFT JOIN partner payer ON src = payer.account LEFT JOIN partner payee ON dst = payee.account
WHERE {TRANSFERS} AND time >= $start AND time < $stop AND (payer.other IS NULL) <> (payee.other IS NULL)
GROUP BY day, community ORDER BY day, community"""
COLUMNS = ("paid_out", "payments_out", "paid_in", "payments_in")
_UNITS = {"paid_out": Unit.CURRENCY, "payments_out": Unit.COUNT, "paid_in": Unit.CURRENCY, "payments_in": Unit.COUNT}


def compute(scene: Scene) -> Result:
    """Indicator `crossings`. The tables are for who keeps this ledger: who was paid elsewhere is not in it."""
    agreed = scene.number("SELECT count(DISTINCT other) FROM partner")
    if not agreed:
        return Result({"communities": Figure(None, Unit.COUNT, why="no_conventions")})
    months: dict[str, list[int]] = {}
    others: dict[str, list[int]] = {}
    for day, other, *cells in scene.rows(_CROSSED):
        amounts = [int(each or 0) for each in cast(list[int | None], cells)]
        for sums in (
            months.setdefault(month_of(cast(int, day)), [0] * 4), others.setdefault(str(other), [0] * 4)
        ):  # fmt: skip
            sums[:] = [a + b for a, b in zip(sums, amounts, strict=True)]
    tables = {"by_month": _table("month", months), "by_community": _table("community", others)}
    return Result({"communities": Figure(len(others), Unit.COUNT, agreed)}, tables)


def _table(key: str, sums: dict[str, list[int]]) -> Table:
    rows = tuple(cast(tuple[Cell, ...], (name, *sums[name])) for name in sorted(sums))
    return Table((key, *COLUMNS), rows, _UNITS)


INDICATORS = (
    Indicator(
        name="crossings",
        section="D",
        title="Paid from one currency to another",
        title_fr="Payé d'une monnaie à l'autre",
        meaning="What members paid to members of other communities under their conventions, at par, and were paid by them. "
        "It is part of the volume of payments.",
        meaning_fr="Ce que les adhérents ont payé à ceux d'autres communautés selon leurs conventions, à parité, et ce "
        "qu'ils en ont reçu. C'est une part du volume des paiements.",
        formula="sum of payments to, and of payments from, the account that stands for the other community, by month (UTC)",
        source="Sums of the ledger",
        flag=Flag.MEASURED,
        compute=compute,
        models=frozenset({Model.BACKED}),
        figures={"communities": ("Communities paid to or from", "Communautés payées ou payeuses")},
        tables={
            "by_month": ("Paid out and in, by month", "Payé et reçu par mois"),
            "by_community": ("Paid out and in, by community", "Payé et reçu par communauté"),
        },
        columns={
            "month": ("Month", "Mois"),
            "community": ("Other community", "Autre communauté"),
            "paid_out": ("Paid to members elsewhere", "Payé à des adhérents d'ailleurs"),
            "payments_out": ("Payments", "Paiements"),
            "paid_in": ("Received from members elsewhere", "Reçu d'adhérents d'ailleurs"),
            "payments_in": ("Payments received", "Paiements reçus"),
        },
    ),
)
