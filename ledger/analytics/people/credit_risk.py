"""Mutual credit: how accounts move between classes of limit use from month to month, and what losses that lets expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.answers.figures import Figure, Flag, Result, Table, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money.standing import Ints, balance_at, month_starts, steps
from ledger.analytics.people.credit_health import STUCK_DAYS, Accounts, accounts, crossings
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY
from ledger.core.accounts import Model

CLASSES = ("positive", "to_50", "to_80", "to_100", "over", "written_off")
"""Of limit use: no debt; up to 50, 80, 100 % of the line; above it, or in debt without a line; debt written off."""
LOST = CLASSES.index("written_off")
MONTHS = 12


def classes(held: Ints, line: Ints) -> NDArray[np.int64]:
    """The class of each account by its balance and its line (-1: no floor, any debt is within it)."""
    debt = -held
    of = np.full(len(held), CLASSES.index("over"), dtype=np.int64)
    for share, name in ((100, "to_100"), (80, "to_80"), (50, "to_50")):
        of[((line > 0) & (debt * 100 <= share * line)) | (line < 0)] = CLASSES.index(name)
    of[debt <= 0] = CLASSES.index("positive")
    return of


@dataclass(frozen=True, slots=True)
class Moves:
    """Month to month. `counts[i, j]` account-months that began in class i and stood in class j a month later."""

    counts: NDArray[np.int64]
    months: int
    written: int
    """Debts written off in the window, minor units."""
    settled: int
    """Debts that were paid in euros instead, minor units."""


def moves(scene: Scene) -> Moves:
    """Count the moves between the window's month starts; a written-off account goes to the last class and stays there."""
    changes = steps(scene)
    numbers = np.unique(changes.account)
    moments = month_starts(scene.window)
    if len(moments) > 1 and moments[-1] != scene.window.stop:
        moments.append(scene.window.stop)
    line = _lines(scene, numbers, moments)
    lost = dict(
        cast(
            list[tuple[int, int]],
            scene.rows(
                "SELECT dst, min(time) FROM movement WHERE kind = 'credit_writeoff' AND dst IS NOT NULL GROUP BY dst"
            ),
        )
    )
    lost_at = np.array([lost.get(number, 2**62) for number in numbers.tolist()], dtype=np.int64)
    counts = np.zeros((len(CLASSES), len(CLASSES)), dtype=np.int64)
    before: NDArray[np.int64] | None = None
    for at, moment in enumerate(moments):
        now = classes(balance_at(changes, moment), line[at])
        now[lost_at < moment] = LOST
        if before is not None:
            np.add.at(counts, (before, now), 1)
        before = now
    counts[LOST] = 0  # nobody comes back from there
    total = "SELECT coalesce(sum(amount), 0) FROM movement WHERE time >= $start AND time < $stop AND dst IS NOT NULL AND "
    return Moves(
        counts,
        max(len(moments) - 1, 0),
        scene.number(total + "kind = 'credit_writeoff'"),
        scene.number(total + "kind = 'issue' AND outside = 'settled'"),
    )


def _lines(scene: Scene, numbers: Ints, moments: list[int]) -> list[Ints]:
    """The line of each account at each moment: as its history says where it is known, else as it is now."""
    all_ = accounts(scene)
    present = all_.line[np.searchsorted(all_.number, numbers)]
    lines = [present.copy() for _ in moments]
    rows = cast(
        list[tuple[int, int, int | None]],
        scene.rows("SELECT account, time, floor FROM term ORDER BY account, seq"),
    )
    place = {number: at for at, number in enumerate(numbers.tolist())}
    for account, time, floor in rows:
        for at, moment in enumerate(moments):
            if time < moment and account in place:
                lines[at][place[account]] = -1 if floor is None else max(-floor, 0)
    return lines


def credit_risk(scene: Scene) -> Result:
    """Probability of loss by class, what it lets expect, and what would be lost if all stuck debt were."""
    seen, all_ = moves(scene), accounts(scene)
    in_debt = seen.counts[1:LOST]
    months, defaults = int(in_debt.sum()), int(in_debt[:, LOST].sum())
    money = sum(each for each in all_.held.tolist() if each > 0)
    monthly = defaults / months if months else 0.0
    # With d losses in n account-months: at most this probability, 95 % sure (d = 0: 1 - 0.05^(1/n)).
    most = _upper(defaults, months) if months else 0.0
    lost_share = ratio(seen.written, seen.written + seen.settled, Unit.SHARE, n=defaults, why="no_defaults")
    severity = float(lost_share.value) if lost_share.value is not None else 1.0
    debts, stuck = _debts(all_), _stuck_debt(scene, all_)
    expected = sum(debts) * _year(monthly) * severity
    figures = {
        "loss_year": Figure(_year(monthly), Unit.SHARE, months, 0.0 if not defaults else None, _year(most))
        if months
        else Figure(None, Unit.SHARE, 0, why="window_too_short" if seen.months < 1 else "no_debt"),
        "loss_given_default": lost_share,
        "written_off": Figure(seen.written, Unit.CURRENCY, defaults),
        "expected_loss": Figure(
            round(expected), Unit.CURRENCY, len(debts), high=round(sum(debts) * _year(most) * severity)
        )
        if months
        else Figure(None, Unit.CURRENCY, 0, why="no_debt"),
        "provision": ratio(expected, money, Unit.SHARE, n=len(debts), why="no_money")
        if months
        else Figure(None, Unit.SHARE, 0, why="no_debt"),
        "haircut": ratio(stuck, money, Unit.SHARE, n=len(debts), why="no_money"),
    }
    return Result(figures, {"transitions": _table(seen.counts)}, () if defaults else ("no_loss_seen",))


def _year(monthly: float) -> float:
    return 1 - (1 - monthly) ** MONTHS


def _upper(defaults: int, months: int) -> float:
    """Upper end of the one-sided 95 % Clopper-Pearson interval."""
    from scipy.stats import beta  # its import is slow and only this line needs it

    return 1.0 if defaults >= months else float(beta.ppf(0.95, defaults + 1, months - defaults))


def _debts(all_: Accounts) -> list[int]:
    return [-each for each in all_.held.tolist() if each < 0]


def _stuck_debt(scene: Scene, all_: Accounts) -> int:
    sides = crossings(steps(scene), scene.window.start, scene.window.end)
    place = np.searchsorted(all_.number, sides.number)
    held, line = all_.held[place], all_.line[place]
    stuck = (
        (held < 0) & (line > 0) & (-2 * held > line) & (scene.window.stop - sides.since > STUCK_DAYS * DAY)
    )
    return sum(-each for each in held[stuck].tolist())


def _table(counts: NDArray[np.int64]) -> Table:
    """For the association: without `about`, since an account-month is not a person."""
    rows = [
        (CLASSES[at], CLASSES[to], int(counts[at, to]), float(counts[at, to] / counts[at].sum()))
        for at in range(LOST)
        for to in range(len(CLASSES))
        if counts[at].sum()
    ]
    return Table(
        ("from_class", "to_class", "account_months", "share"),
        tuple(rows),
        {"account_months": Unit.COUNT, "share": Unit.SHARE},
    )


INDICATORS = (
    Indicator(
        name="credit_risk",
        section="F",
        title="Losses to expect in mutual credit",
        title_fr="Pertes à prévoir en crédit mutuel",
        meaning="How accounts move between classes of limit use from one month to the next, how often a debt was lost, and what "
        "provision that asks for.",
        meaning_fr="Comment les comptes passent d'une classe d'utilisation à l'autre d'un mois sur l'autre, combien de dettes "
        "ont été perdues, et quelle provision cela demande.",
        formula="p = debts written off ÷ account-months in debt; a year: 1 − (1 − p)^12, with its 95 % upper bound. Expected "
        "loss: Σ debt × p × (written off ÷ (written off + paid in euros)); provision: ÷ Σ max(b, 0). "
        "Haircut: debt of stuck accounts ÷ Σ max(b, 0).",
        source="Definition of this project; upper bound: Clopper and Pearson (1934)",
        flag=Flag.ESTIMATED,
        compute=credit_risk,
        models=frozenset({Model.MUTUAL}),
        figures={
            "loss_year": (
                "Probability that a debt is lost in a year",
                "Probabilité qu'une dette soit perdue en un an",
            ),
            "loss_given_default": ("Part lost of a debt that fails", "Part perdue d'une dette défaillante"),
            "written_off": ("Written off in the window", "Passé en perte sur la période"),
            "expected_loss": ("Expected loss of a year", "Perte attendue sur un an"),
            "provision": ("Provision ÷ money held", "Provision ÷ monnaie détenue"),
            "haircut": (
                "If stuck debts were lost ÷ money held",
                "Si les dettes bloquées étaient perdues ÷ monnaie détenue",
            ),
        },
        tables={"transitions": ("From one month to the next", "D'un mois à l'autre")},
        columns={
            "from_class": ("Class", "Classe"),
            "to_class": ("A month later", "Un mois après"),
            "account_months": ("Account-months", "Comptes-mois"),
            "share": ("Share", "Part"),
        },
    ),
)
