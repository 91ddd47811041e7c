"""How soon members begin and how long they stay: delay to the first payment, Kaplan-Meier curves by cohort."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import cast

from ledger.analytics.answers.figures import FEW, WHOLE, Cell, Figure, Flag, Result, Table, Unit
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money.standing import ACTIVITY
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR

QUIET_DAYS = 90
"""Who has not paid or been paid for so long counts as gone since their last payment."""
MARKS = (90, 180, 365, 730)
Z95 = 1.959963984540054

STEP_DAYS = 30

Point = tuple[int, int, float, float | None, float | None]
"""Days, at risk, share that stays, and the bounds of its interval."""

Life = tuple[int, bool]
"""Days from the first payment to the last, or to the window's end; whether the member is gone."""


def retention(scene: Scene) -> Result:
    """Delay from joining to the first payment, and the share that stays, by cohort of the first payment."""
    curves: list[tuple[Cell, ...]] = []
    everybody: list[Life] = []
    for cohort, lives in sorted(_cohorts(scene).items()):
        everybody += lives
        curves += [(cohort, len(lives), *point) for point in _monthly(kaplan_meier(lives), lives)]
    whole = kaplan_meier(everybody)
    figures = {"first_payment_delay": _delay(scene)}
    for days in MARKS:
        figures[f"stay_{days}"] = _share_at(whole, days, len(everybody), everybody)
    columns = ("cohort", "members", "days", "at_risk", "stay", "low", "high")
    kinds = {"members": Unit.COUNT, "days": Unit.DAYS, "at_risk": Unit.COUNT, "stay": Unit.SHARE}
    # A step may be one member who goes, so the curves are for the association, not for a reader of aggregates.
    tables = {
        "curves": Table(columns, tuple(curves), {**kinds, "low": Unit.SHARE, "high": Unit.SHARE}),
        "stay": Table(
            ("days", "stay", "low", "high", "n"),
            tuple(
                (days, each.value, each.low, each.high, each.n)
                for days in MARKS
                for each in [figures[f"stay_{days}"]]
            ),
            {"days": Unit.DAYS, "stay": Unit.SHARE, "low": Unit.SHARE, "high": Unit.SHARE, "n": Unit.COUNT},
            WHOLE,
        ),
    }
    return Result(figures, tables, ("gone_after_90_quiet_days",))


def kaplan_meier(lives: Sequence[Life]) -> list[Point]:
    """Steps of the curve: days, at risk just before, share that stays, and a 95 % interval (Greenwood, log-log).

    The first step is (0, everybody, 1). No interval below 30 lives, nor where the share is 0 or 1.
    """
    stay, spread = 1.0, 0.0
    points: list[Point] = [(0, len(lives), 1.0, None, None)]
    ends: dict[int, list[bool]] = {}
    for days, gone in lives:
        ends.setdefault(days, []).append(gone)
    at_risk = len(lives)
    for days in sorted(ends):
        went = sum(ends[days])
        if went:
            stay *= 1 - went / at_risk
            spread += went / (at_risk * (at_risk - went)) if at_risk > went else 0.0
            points.append((days, at_risk, stay, *_interval(stay, spread, len(lives))))
        at_risk -= len(ends[days])
    return points


def _interval(stay: float, spread: float, n: int) -> tuple[float | None, float | None]:
    if n < FEW or not 0 < stay < 1:
        return None, None
    wide = Z95 * math.sqrt(spread) / abs(math.log(stay))
    return stay ** math.exp(wide), stay ** math.exp(-wide)


def _monthly(curve: Sequence[Point], lives: Sequence[Life]) -> list[Point]:
    """The curve every 30 days, as far as somebody was seen."""
    longest = max(days for days, _ in lives)
    points = []
    for days in range(0, longest + 1, STEP_DAYS):
        _, _, stay, low, high = [point for point in curve if point[0] <= days][-1]
        points.append((days, sum(1 for seen, _ in lives if seen >= days), stay, low, high))
    return points


def _share_at(
    curve: Sequence[tuple[int, int, float, float | None, float | None]],
    days: int,
    n: int,
    lives: Sequence[Life],
) -> Figure:
    """The curve at so many days, where at least one life was seen that long."""
    if not any(seen >= days for seen, _ in lives):
        return Figure(None, Unit.SHARE, n, why="window_too_short" if lives else "no_transfers")
    _, _, stay, low, high = [point for point in curve if point[0] <= days][-1]
    return Figure(stay, Unit.SHARE, n, low, high)


def _cohorts(scene: Scene) -> dict[str, list[Life]]:
    """Lives of all who made or received a payment before the window's stop, by the quarter (or year) it began in."""
    rows = scene.rows(
        f"""SELECT t.first, t.last, m."left" FROM
            (SELECT owner, min(time) AS first, max(time) AS last FROM {ACTIVITY} WHERE time < $stop GROUP BY owner) t
            LEFT JOIN (SELECT owner, max("left") AS "left" FROM member GROUP BY owner) m ON t.owner = m.owner
            ORDER BY t.owner"""
    )
    spans = cast(list[tuple[int, int, int | None]], rows)
    long = bool(spans) and scene.window.stop - min(first for first, _, _ in spans) > 3 * YEAR
    cohorts: dict[str, list[Life]] = {}
    for first, last, left in spans:
        gone = last < scene.window.stop - QUIET_DAYS * DAY or (left is not None and left < scene.window.stop)
        until = last if gone else scene.window.stop
        cohorts.setdefault(_cohort(first, long), []).append(((until - first) // DAY, gone))
    return cohorts


def _cohort(at: int, long: bool) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return str(moment.year) if long else f"{moment.year}-Q{(moment.month + 2) // 3}"


def _delay(scene: Scene) -> Figure:
    """Median days from joining to the first payment, of those who joined in the window and have paid or been paid."""
    known = scene.number("SELECT count(*) FROM member") > 0
    began = (
        "SELECT owner, joined FROM member WHERE joined IS NOT NULL"
        if known
        else "SELECT owner, min(opened) AS joined FROM account WHERE opened IS NOT NULL GROUP BY owner"
    )
    rows = scene.rows(
        f"""SELECT min(a.time) - b.joined FROM ({began}) b JOIN {ACTIVITY} a ON a.owner = b.owner
            WHERE b.joined >= $start AND b.joined < $stop AND a.time >= b.joined AND a.time < $stop
            GROUP BY b.owner, b.joined"""
    )
    waits = [cast(int, row[0]) / DAY for row in rows]
    if not waits:
        return Figure(None, Unit.DAYS, 0, why="no_joins")
    return Figure(median(waits), Unit.DAYS, len(waits))


INDICATORS = (
    Indicator(
        name="retention",
        section="G",
        title="How soon members begin, how long they stay",
        title_fr="Délai avant le premier échange, fidélité",
        meaning="The days from joining to the first payment, and the share of members still paying or being paid after "
        "3, 6, 12 and 24 months.",
        meaning_fr="Le nombre de jours entre l'adhésion et le premier paiement, et la part des adhérents qui paient ou "
        "sont encore payés après 3, 6, 12 et 24 mois.",
        formula="Kaplan-Meier: S(t) = Π (1 − d/n). A life runs from the first payment to the last; who was quiet for 90 days "
        "before the end, or left, is gone since the last payment; others are censored at the end. 95 % by Greenwood, n ≥ 30.",
        source="Kaplan and Meier (1958); Greenwood (1926)",
        flag=Flag.MEASURED,
        compute=retention,
        figures={
            "first_payment_delay": (
                "Median days to the first payment",
                "Délai médian avant le premier paiement",
            ),
            "stay_90": ("Still there after 90 days", "Encore là après 90 jours"),
            "stay_180": ("Still there after 180 days", "Encore là après 180 jours"),
            "stay_365": ("Still there after a year", "Encore là après un an"),
            "stay_730": ("Still there after two years", "Encore là après deux ans"),
        },
        tables={
            "curves": ("Retention by cohort", "Fidélité par cohorte"),
            "stay": ("Share that stays", "Part qui reste"),
        },
        columns={
            "cohort": ("Cohort", "Cohorte"),
            "members": ("Members", "Adhérents"),
            "days": ("Days", "Jours"),
            "at_risk": ("At risk", "Exposés"),
            "stay": ("Still there", "Encore là"),
            "low": ("95 % from", "95 % de"),
            "high": ("to", "à"),
            "n": ("n", "n"),
        },
    ),
)
