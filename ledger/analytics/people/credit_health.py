"""Mutual credit: how lines are used, whether balances come back to zero, who holds what others owe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from ledger.analytics.answers.figures import FEW, Figure, Flag, Result, Table, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money.standing import Ints, Steps, balances, signs, steps
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR
from ledger.core.accounts import Model

HIGH_USE_PERCENT = 80
STUCK_DAYS = 365
LONG_NEGATIVE_DAYS = 274
"""Nine months: the reminder three months before a debt is due in euros (MUT-8)."""
HOARD_LINES = 5
HOARD_MONTHS = 6
"""MUT-5: above so many times the line, or so many months of sales, a balance is hoarded."""
SUGGEST_MONTHS = 3
SUGGEST_CAP = 30_000
"""MUT-4: a line is at most so many months of sales in the network, and so many units."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every member's account at the window's end, in the order of `number`; amounts in minor units."""

    number: Ints
    held: Ints
    line: Ints
    """How far below zero it may go; 0 for none, -1 without a floor."""
    sales_year: Ints
    """Received from other owners in the last 365.25 days."""
    sales: Ints
    """Received in the window."""


def accounts(scene: Scene) -> Accounts:
    """Balances, lines and sales, computed once for a scene."""
    kept = scene.kept.get("credit_accounts")
    if isinstance(kept, Accounts):
        return kept
    number, held = balances(scene, scene.window.stop)
    rows = cast(
        list[tuple[int, int, int]],
        scene.rows(
            """SELECT CASE WHEN a.floor IS NULL THEN -1 ELSE greatest(-a.floor, 0) END,
                      coalesce(v.year, 0), coalesce(v.seen, 0)
               FROM account a LEFT JOIN (
                   SELECT dst, sum(amount) FILTER (WHERE time >= $year_ago) AS year,
                          sum(amount) FILTER (WHERE time >= $start) AS seen
                   FROM volume WHERE time < $stop GROUP BY dst) v ON a.account = v.dst ORDER BY a.account""",
            year_ago=scene.window.stop - YEAR,
        ),
    )
    line, year, seen = (
        (np.array(column, dtype=held.dtype) for column in zip(*rows, strict=True)) if rows else (held,) * 3
    )
    scene.kept["credit_accounts"] = found = Accounts(number, held, line, year, seen)
    return found


@dataclass(frozen=True, slots=True)
class Crossings:
    """Of each account that ever moved, in the order of their numbers."""

    number: Ints
    since: Ints
    """Seconds of the last time its balance left, reached or crossed zero; its first movement when it never did."""
    below: Ints
    """Seconds that it stood below zero inside the window."""


def crossings(changes: Steps, start: int, end: int) -> Crossings:
    """Sides of zero over time."""
    was, now = signs(changes.before), signs(changes.after)
    first = changes.first
    starts = np.flatnonzero(first)
    moment = np.where((was != now) | first, changes.time, np.iinfo(np.int64).min)
    since = np.maximum.reduceat(moment, starts) if len(starts) else moment
    # Each change holds until the next of the account, the last until the end; before the first the opening held.
    until = np.append(changes.time[1:], end)
    until[np.append(starts[1:], len(first)) - 1] = end
    spans = np.clip(until, start, end) - np.clip(changes.time, start, end)
    spans = np.where(now < 0, spans, 0)
    spans += np.where(first & (was < 0), np.clip(changes.time, start, end) - start, 0)
    below = np.add.reduceat(spans, starts) if len(starts) else spans
    return Crossings(changes.account[starts], since, below)


def credit_health(scene: Scene) -> Result:
    """Lines granted and used, accounts near their limit or stuck, time below zero, hoards, who holds the positive side."""
    all_ = accounts(scene)
    held, line = all_.held, all_.line
    lined = line > 0
    used = np.where(held < 0, -held, held * 0)
    positive = np.where(held > 0, held, held * 0)
    sides = crossings(steps(scene), scene.window.start, scene.window.end)
    place = np.searchsorted(all_.number, sides.number)
    quiet = scene.window.stop - sides.since
    moved_held, moved_line = held[place], line[place]
    off_zero = moved_held != 0
    stuck = (moved_line > 0) & (2 * np.abs(moved_held) > moved_line) & (quiet > STUCK_DAYS * DAY)
    hoards = np.maximum(positive - hoard_bounds(all_), held * 0)
    granted, drawn, held_by_members = _sum(line[lined]), _sum(used), _sum(positive)
    with_line, length = int(lined.sum()), scene.window.seconds
    sold, years = _sum(all_.sales[lined]), length / YEAR
    many = len(sides.number)
    figures = {
        "negative": Figure(drawn, Unit.CURRENCY, int((held < 0).sum())),
        "positive": Figure(held_by_members, Unit.CURRENCY, int((held > 0).sum())),
        "outside_members": Figure(drawn - held_by_members, Unit.CURRENCY),
        "granted": Figure(granted, Unit.CURRENCY, with_line),
        "limit_use": ratio(_sum(used[lined]), granted, Unit.SHARE, n=with_line, why="no_lines"),
        "high_use": ratio(
            int((used[lined] * 100 > HIGH_USE_PERCENT * line[lined]).sum()),
            with_line,
            Unit.SHARE,
            n=with_line,
            why="no_lines",
        ),
        "turnover_to_limit": ratio(sold, granted * years, Unit.PER_YEAR, n=with_line, why="no_lines"),
        "days_since_zero": Figure(float(np.median(quiet[off_zero])) / DAY, Unit.DAYS, int(off_zero.sum()))
        if off_zero.any()
        else Figure(None, Unit.DAYS, 0, why="no_transfers"),
        "stuck": Figure(int(stuck.sum()), Unit.COUNT, with_line),
        "stuck_debt": Figure(_sum(-moved_held[stuck & (moved_held < 0)]), Unit.CURRENCY, with_line),
        "time_below": ratio(_sum(sides.below), many * length, Unit.SHARE, n=many, why="empty_window"),
        "long_negative": Figure(
            int(((moved_held < 0) & (quiet > LONG_NEGATIVE_DAYS * DAY)).sum()), Unit.COUNT, many
        ),
        "hoarded": Figure(_sum(hoards), Unit.CURRENCY, int((hoards > 0).sum())),
        "top_10_positive": _top_ten(positive),
    }
    return Result(
        figures, {"suggested_lines": _suggested(scene, all_)}, ("negative_plus_outside_is_positive",)
    )


def hoard_bounds(all_: Accounts) -> Ints:
    """The most each account may hold before it hoards: by its line where it has one, else by its sales."""
    return np.where(all_.line > 0, HOARD_LINES * all_.line, all_.sales_year * HOARD_MONTHS // 12)


def _sum(values: Ints) -> int:
    return sum(values.tolist())


def _top_ten(positive: Ints) -> Figure:
    holders = sorted((int(each) for each in positive if each > 0), reverse=True)
    if len(holders) < FEW:
        return Figure(None, Unit.SHARE, len(holders), why="few")
    return ratio(sum(holders[:10]), sum(holders), Unit.SHARE, n=len(holders))


def _suggested(scene: Scene, all_: Accounts) -> Table:
    """A line for each account with sales: three months of its sales of a year, at most 30,000 units. Not for the Region."""
    labels = dict(cast(list[tuple[int, str]], scene.rows("SELECT account, label FROM account")))
    cap = SUGGEST_CAP * 10**scene.currency.scale
    rows = [
        (labels[number], line if line >= 0 else None, held, sales, min(sales * SUGGEST_MONTHS // 12, cap))
        for number, line, held, sales in zip(
            all_.number.tolist(),
            all_.line.tolist(),
            all_.held.tolist(),
            all_.sales_year.tolist(),
            strict=True,
        )
        if sales > 0
    ]
    columns = ("account", "line", "balance", "sales_year", "suggested")
    return Table(columns, tuple(rows), dict.fromkeys(columns[1:], Unit.CURRENCY))


INDICATORS = (
    Indicator(
        name="credit_health",
        section="F",
        title="Health of mutual credit",
        title_fr="Santé du crédit mutuel",
        meaning="How much of the credit lines is used, which accounts stay near their limit or never come back to zero, and "
        "who holds what the others owe.",
        meaning_fr="Quelle part des lignes de crédit est utilisée, quels comptes restent près de leur limite ou ne reviennent "
        "jamais à zéro, et qui détient ce que les autres doivent.",
        formula="Limit use: Σ max(−b, 0) ÷ Σ line. Stuck: |b| above half of the line and zero not crossed for 12 months. "
        "Hoarded: above 5 lines, or 6 months of sales without a line. Suggested line: min(3 months of sales, 30,000).",
        source="Definition of this project; 12 months below zero: the rule of Sardex; hoarding: the experience of WIR",
        flag=Flag.MEASURED,
        compute=credit_health,
        models=frozenset({Model.MUTUAL}),
        figures={
            "negative": ("Sum of negative balances", "Somme des soldes négatifs"),
            "positive": ("Sum of positive balances", "Somme des soldes positifs"),
            "outside_members": (
                "Held by the community's own accounts",
                "Détenu par les comptes de la communauté",
            ),
            "granted": ("Lines granted", "Lignes accordées"),
            "limit_use": ("Limit use", "Utilisation des lignes"),
            "high_use": ("Accounts above 80 % of their line", "Comptes au-delà de 80 % de leur ligne"),
            "turnover_to_limit": ("Sales in a year ÷ lines", "Ventes annuelles ÷ lignes"),
            "days_since_zero": ("Median days since zero", "Jours depuis le dernier passage à zéro (médiane)"),
            "stuck": ("Stuck accounts", "Comptes bloqués"),
            "stuck_debt": ("Debt of stuck accounts", "Dette des comptes bloqués"),
            "time_below": ("Share of time below zero", "Part du temps sous zéro"),
            "long_negative": ("Below zero for nine months", "Sous zéro depuis neuf mois"),
            "hoarded": ("Hoarded", "Thésaurisé"),
            "top_10_positive": ("Ten largest holders", "Dix premiers détenteurs"),
        },
        tables={"suggested_lines": ("Lines that sales suggest", "Lignes que suggèrent les ventes")},
        columns={
            "account": ("Account", "Compte"),
            "line": ("Line", "Ligne"),
            "balance": ("Balance", "Solde"),
            "sales_year": ("Sales of a year", "Ventes sur un an"),
            "suggested": ("Suggested", "Suggérée"),
        },
    ),
)
