"""How often issued money is paid on: rounds R1, R2, R3…, LM3 and the limit of all rounds.

R1 is what was issued, R2 what those who were issued it paid on to other members, R3 what these paid on again. Each
account pays on the same share of every round: what it spent in the window by what it took in (issued and received).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ledger.analytics.answers.figures import WHOLE, Figure, Flag, Result, Table, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.source.scene import Scene
from ledger.analytics.spending.injected import Floats, Injected, injected, sum_at
from ledger.analytics.spending.multipliers import lm3
from ledger.analytics.spending.survey import Lm3Survey
from ledger.core.accounts import Model

SHOWN = 10
"""So many rounds stand in the table."""


def rounds(of: Injected, first: Floats, count: int, *, within_area: bool = False) -> list[float]:
    """The first `count` rounds that start with `first` (n,), in minor units; `within_area` keeps links inside an area."""
    share = of.passed_on()
    if within_area:
        share = np.where(of.same_area, share, 0.0)
    held: Floats = first
    found = [float(first.sum())]
    while len(found) < count:
        held = np.bincount(of.payee, weights=held[of.payer] * share, minlength=of.size).astype(np.float64)
        found.append(float(held.sum()))
    return found


def lm3_block(scene: Scene, within_area: bool = False) -> dict[str, float | None]:
    """R1, R2, R3, LM3 and, for the whole record, the limit under fixed keys; all None when nothing was issued."""
    of = injected(scene)
    keys = ("R1", "R2", "R3", "LM3")
    limits = () if within_area else ("LM_infinity", "one_plus_T_over_G")
    if of.total_issued == 0:
        return dict.fromkeys((*keys, *limits))
    first = rounds(of, of.issued.astype(np.float64), 3, within_area=within_area)
    limit = (of.total_issued + of.volume) / of.total_issued
    return {**dict(zip(keys, (*first, lm3(first)), strict=True)), **dict.fromkeys(limits, limit)}


def firms_only(scene: Scene, of: Injected) -> list[float]:
    """Rounds among businesses: R1 is what they took from everybody else, R2 what they paid on to businesses, and so on."""
    found = scene.rows("SELECT DISTINCT owner FROM account WHERE kind = 'business'")
    business = np.isin(of.owner, np.array([row[0] for row in found], np.int64))
    paid, sold = business[of.payer], business[of.payee]
    bought = sold & ~paid
    first = sum_at(of.payee[bought], of.amount[bought], of.size)
    took = sum_at(of.payee[sold], of.amount[sold], of.size)
    between = paid & sold
    trade = Injected(
        of.owner, np.where(business, took, 0) - sum_at(of.payee[between], of.amount[between], of.size),
        of.payer[between], of.payee[between], of.amount[between], of.same_area[between], 0, 0,
    )  # fmt: skip
    return rounds(trade, first.astype(np.float64), 3)


def compute(scene: Scene) -> Result:
    """Indicator `rounds`."""
    of = injected(scene)
    total, count = of.total_issued, int((of.issued > 0).sum())
    figures = {"issued": Figure(total, Unit.CURRENCY, count)}
    tables = {}
    notes = ["convention_nef"]
    if total:
        first = of.issued.astype(np.float64)
        all_rounds = rounds(of, first, SHOWN)
        inside = rounds(of, first, SHOWN, within_area=True)
        tables["rounds"] = Table(
            ("round", "amount", "within_area"),
            tuple(zip(range(1, SHOWN + 1), all_rounds, inside, strict=True)),
            {"amount": Unit.CURRENCY, "within_area": Unit.CURRENCY},
            about=WHOLE,
        )
        figures |= {f"r{at + 1}": Figure(all_rounds[at], Unit.CURRENCY, count) for at in range(3)}
    else:
        all_rounds = inside = []
    figures["lm3"] = _lm3(all_rounds, count)
    figures["lm_inf"] = _limit(of.volume, total, count)
    figures["transfers_per_issue"] = ratio(of.volume, total, n=count, why="no_issue")
    figures["lm3_territory"] = _lm3(inside, count) if of.same_area.any() else Figure(None, Unit.RATIO, why="no_area")
    figures["lm3_firms"] = _firms(scene, of)
    figures |= _life(scene)
    before = int(np.maximum(of.spent - of.income, 0).sum())
    figures["spent_from_before"] = Figure(before, Unit.CURRENCY)
    if before:
        notes.append("spent_from_before")
    survey = scene.loaded.get("survey")
    if isinstance(survey, Lm3Survey):
        figures["lm3_survey"] = Figure(survey.lm3, Unit.RATIO, len(survey.answers), flag=Flag.DECLARED)
    return Result(figures, tables, notes)


def _lm3(found: Sequence[float], count: int) -> Figure:
    return Figure(lm3(found), Unit.RATIO, count) if found else Figure(None, Unit.RATIO, count, why="no_issue")


def _limit(volume: int, issued: int, count: int | None = None) -> Figure:
    return ratio(volume + issued, issued, n=count, why="no_issue")


def _firms(scene: Scene, of: Injected) -> Figure:
    if not scene.number("SELECT count(*) FROM account WHERE kind = 'business'"):
        return Figure(None, Unit.RATIO, why="no_kind")
    found = firms_only(scene, of)
    return Figure(lm3(found), Unit.RATIO) if found[0] else Figure(None, Unit.RATIO, why="no_transfers")


def _life(scene: Scene) -> dict[str, Figure]:
    """Of the record from its beginning: a window may spend what was issued before it."""
    volume = scene.number("SELECT sum(amount) FROM volume WHERE time < $stop")
    issued = scene.number("SELECT sum(amount) FROM movement WHERE kind = 'issue' AND src IS NULL AND time < $stop")
    return {"lm_inf_life": _limit(volume, issued)}


INDICATORS = (
    Indicator(
        name="rounds",
        section="C",
        title="Rounds and local multiplier (LM3)",
        title_fr="Tours et multiplicateur local (LM3)",
        meaning="How much is paid on, among members, of each unit that was issued: once, twice, three times. "
        "LM3 is 1 when all is kept or redeemed at once, and 3 when all is passed on twice.",
        meaning_fr="Ce qui est repayé entre membres pour chaque unité émise : une fois, deux fois, trois fois. "
        "Le LM3 vaut 1 si tout est gardé ou reconverti aussitôt, et 3 si tout est dépensé deux fois de suite.",
        formula="g issued per owner, T payments between owners, inc = g + column sums of T, Q = T / inc by row; "
        "R1 = sum g, R2 = sum gQ, R3 = sum gQQ; LM3 = (R1+R2+R3)/R1; limit = 1 + sum T / sum g. "
        "Territory: only links inside one area stay in Q. Firms: g is what firms took from others, Q among firms.",
        source="New Economics Foundation, The Money Trail (2002), on the ledger; firms: REC Barcelona",
        flag=Flag.MEASURED,
        compute=compute,
        models=frozenset({Model.BACKED, Model.EARMARKED, Model.TIME, Model.MIRROR}),
        figures={
            "issued": ("Issued in the window", "Émis dans la période"),
            "r1": ("Round 1: issued", "Tour 1 : émis"),
            "r2": ("Round 2: paid on once", "Tour 2 : dépensé une fois"),
            "r3": ("Round 3: paid on twice", "Tour 3 : dépensé deux fois"),
            "lm3": ("LM3 on the ledger", "LM3 sur le registre"),
            "lm_inf": ("Multiplier of all rounds", "Multiplicateur de tous les tours"),
            "transfers_per_issue": ("Payments per unit issued", "Paiements par unité émise"),
            "lm3_territory": ("LM3 inside one area", "LM3 à l'intérieur d'un territoire"),
            "lm3_firms": ("LM3 among businesses", "LM3 entre professionnels"),
            "lm_inf_life": ("Multiplier since the beginning", "Multiplicateur depuis l'origine"),
            "spent_from_before": ("Spent beyond the window's income", "Dépensé au-delà des recettes de la période"),
            "lm3_survey": ("LM3 by survey", "LM3 par enquête"),
        },
        tables={"rounds": ("Rounds of spending", "Tours de dépense")},
        columns={
            "round": ("Round", "Tour"),
            "amount": ("Amount", "Montant"),
            "within_area": ("Inside one area", "Dans un même territoire"),
        },
    ),
)
