"""How unevenly members take part: Gini coefficients and the Herfindahl-Hirschman index (HHI)."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.analytics.answers.figures import FEW, Figure, Flag, Result, Unit, said
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.network.links import links
from ledger.analytics.source.scene import Scene


def gini(values: Sequence[int]) -> float | None:
    """0 when all have the same, towards 1 when one has all; None when there is nothing to share.

    Values are never negative: the index leaves [0, 1] otherwise. Take balances held and credit drawn apart.
    """
    if any(value < 0 for value in values):
        raise ValueError(
            "a Gini coefficient is of amounts from 0 up; take the positive and the negative part apart"
        )
    size, whole = len(values), sum(values)
    if not whole:
        return None
    ranked = sum(rank * value for rank, value in enumerate(sorted(values), start=1))
    return (2 * ranked - (size + 1) * whole) / (size * whole)


def hhi(values: Sequence[int]) -> float | None:
    """The sum of squared shares: 1/k when k have the same and the others nothing; None when there is nothing to share."""
    whole = sum(values)
    return sum(value * value for value in values) / whole**2 if whole else None


def compute(scene: Scene) -> Result:
    """Indicator `concentration`."""
    network = links(scene)
    paid, received = network.paid(), network.received()
    both = [out + into for out, into in zip(paid, received, strict=True)]
    found = {"gini_received": gini(received), "gini_paid": gini(paid), "hhi_turnover": hhi(both)}
    few = network.nodes < FEW
    figures = {"members": Figure(network.nodes, Unit.COUNT)}
    for name, value in found.items():
        why = "no_transfers" if value is None else "few"
        figures[name] = said(None if few else value, Unit.INDEX, network.nodes, why=why)
    return Result(figures, notes=["few"] if 0 < network.nodes < FEW else [])


INDICATORS = (
    Indicator(
        name="concentration",
        section="E",
        title="Concentration",
        title_fr="Concentration",
        meaning="How unevenly receipts and spending fall on the members who took part. Gini: 0 when all have the same, "
        "near 1 when one has nearly all. HHI: 1 divided by it is the number of equal members with the same concentration.",
        meaning_fr="Inégalité des recettes et des dépenses entre les membres actifs. Gini : 0 si tous ont autant, "
        "près de 1 si un seul a presque tout. HHI : son inverse est le nombre de membres égaux de même concentration.",
        formula="Gini = (2 sum i x_i - (n+1) sum x) / (n sum x), x ascending, over members with a payment in the window; "
        "HHI = sum of (share of paid + received)^2. Not given below 30 members.",
        source="Gini (1912); Herfindahl (1950), Hirschman (1945)",
        flag=Flag.MEASURED,
        compute=compute,
        figures={
            "members": ("Members who paid or were paid", "Membres ayant payé ou reçu"),
            "gini_received": ("Gini of receipts", "Gini des recettes"),
            "gini_paid": ("Gini of spending", "Gini des dépenses"),
            "hhi_turnover": ("HHI of paid plus received", "HHI des dépenses plus recettes"),
        },
    ),
)
