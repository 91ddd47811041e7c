"""How long money is held before it is paid on: [LIFO, mixed, FIFO], exact bounds of every way to match out to in."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.analytics.answers.figures import WHOLE, Cell, Figure, Flag, Result, Table, Unit, ratio, said
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money import holding_lines as lines
from ledger.analytics.scan.scanned import End, Rule, Scan, Side
from ledger.analytics.scan.whole import Group, scanned
from ledger.analytics.source.months import month_of
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR
from ledger.core.accounts import Model

PAID_ON = (End.TRANSFER,)
OPEN = (End.OPEN,)
SHOWN_DAYS = (1, 7, 28, 56, 90, 365)


def compute(scene: Scene) -> Result:
    """Holding times of what was paid on in the window, and what is still held."""
    found = scanned(scene)
    scan, seconds = found.scan, scene.window.seconds
    held = scan.matched(Rule.FIFO, PAID_ON)
    integral = scan.integral()
    mixed = scan.mixed_seconds(PAID_ON)
    fifo, lifo = (scan.matched(rule, PAID_ON).amount_seconds for rule in Rule)
    least, most = min(lifo, mixed, fifo), max(lifo, mixed, fifo)
    figures = {
        "holding_days": spread(scan, PAID_ON),
        "with_credit_days": _over_all_spending(scan),
        "volume": Figure(held.volume, Unit.CURRENCY, held.pairs),
        "on_credit": Figure(scan.spent() - held.volume, Unit.CURRENCY),
        "inverse_per_year": _inverse(held.volume * YEAR, mixed, least, most, held.pairs),
        "effective_balance": _bounded(mixed, lifo, fifo, seconds, Unit.CURRENCY, "empty_window"),
        "static_share": Figure(1 - mixed / integral, Unit.SHARE, low=1 - most / integral, high=1 - least / integral)
        if integral else Figure(None, Unit.SHARE, why="no_money"),
        "open": Figure(scan.stock(), Unit.CURRENCY, scan.matched(Rule.FIFO, OPEN).pairs),
        "open_days": spread(scan, OPEN),
        "existing": Figure(existing(scene), Unit.CURRENCY),
    }  # fmt: skip
    tables = {"by_month": _by_month(scan), "over": _over(scan), "durations": _durations(scan)}
    for key in ("area", "sector", "kind"):
        if any(getattr(group, key) is not None for group in found.groups):
            tables[f"by_{key}"] = _by(scene, key)
    notes = ["bounds", "ended_by_payment"]
    if figures["existing"].value:
        notes.append("opening_unknown")
    return Result(figures, tables, tuple(notes))


def spread(
    scan: Scan, ends: Iterable[End], side: Side = Side.HELD, rows: Iterable[int] | None = None
) -> Figure:  # fmt: skip
    """Mean days of holdings: mixed, between the least and the most of LIFO and FIFO."""
    ends, chosen = tuple(ends), list(scan.all_groups if rows is None else rows)
    fifo, lifo = (scan.matched(rule, ends, side, chosen) for rule in Rule)
    mixed = scan.mixed_days(ends, side, chosen)
    if mixed is None:
        return Figure(None, Unit.DAYS, 0, why="no_holdings")
    days = [fifo.mean_days or 0.0, lifo.mean_days or 0.0, mixed]
    return Figure(mixed, Unit.DAYS, fifo.pairs, min(days), max(days))


def existing(scene: Scene) -> int:
    """Balances brought along with their history unknown: held since then, at least. Minor units."""
    brought = "SELECT sum(amount) FROM movement WHERE kind = 'opening' AND src IS NULL AND time < $stop"
    return scene.number(brought) + scene.number("SELECT sum(abs(opening)) FROM account")


def _over_all_spending(scan: Scan) -> Figure:
    """The same over all payments, those on credit counting 0 days: its inverse tends to Fisher's velocity."""
    spent, mixed = scan.spent(), scan.mixed_seconds(PAID_ON)
    fifo, lifo = (scan.matched(rule, PAID_ON) for rule in Rule)
    return _bounded(
        mixed / DAY, lifo.amount_seconds / DAY, fifo.amount_seconds / DAY, spent, Unit.DAYS, "no_transfers", fifo.pairs
    )  # fmt: skip


def _bounded(
    mixed: float, lifo: float, fifo: float, whole: int, unit: Unit, why: str, n: int | None = None
) -> Figure:  # fmt: skip
    if not whole:
        return Figure(None, unit, n, why=why)
    return Figure(mixed / whole, unit, n, min(lifo, mixed, fifo) / whole, max(lifo, mixed, fifo) / whole)


def _inverse(volume: int, mixed: float, least: float, most: float, n: int) -> Figure:
    if not volume:
        return Figure(None, Unit.PER_YEAR, 0, why="no_transfers")
    if mixed <= 0:
        return Figure(None, Unit.PER_YEAR, n, why="no_time")
    fastest = volume / least if least > 0 else None  # newest first, all may have been spent in the second it came
    return Figure(volume / mixed, Unit.PER_YEAR, n, volume / most, fastest)


def _line(scan: Scan, rows: Iterable[int]) -> tuple[Cell, ...]:
    chosen = list(rows)
    fifo, lifo = (scan.matched(rule, PAID_ON, Side.HELD, chosen) for rule in Rule)
    mixed = scan.mixed_days(PAID_ON, Side.HELD, chosen)
    return fifo.volume, fifo.pairs, lifo.mean_days, mixed, fifo.mean_days


_UNITS = {
    "volume": Unit.CURRENCY, "pairs": Unit.COUNT, "lifo_days": Unit.DAYS, "mixed_days": Unit.DAYS, "fifo_days": Unit.DAYS,
}  # fmt: skip


def _by_month(scan: Scan) -> Table:
    rows = [
        (month_of(start // DAY), *_line(scan, scan.month(number)))
        for number, start in enumerate(scan.bounds[:-1])
    ]
    return Table(("month", *_UNITS), tuple(rows), _UNITS, WHOLE)


def _by(scene: Scene, key: str) -> Table:
    """By the holder; for members of the community only: holding times have no sides to protect."""
    found = scanned(scene)

    def of(group: Group) -> str | None:
        value: str | None = getattr(group, key)
        return value

    names = sorted({of(group) for group in found.groups}, key=lambda name: (name is None, name or ""))
    rows = [
        (name, *_line(found.scan, [row for row, group in enumerate(found.groups) if of(group) == name]))
        for name in names
    ]
    return Table((key, *_UNITS), tuple(rows), _UNITS)


def _over(scan: Scan) -> Table:
    """Shares of what was paid on that had been held longer than so many days."""
    volume = scan.matched(Rule.FIFO, PAID_ON).volume
    rows: list[tuple[Cell, ...]] = []
    for days in SHOWN_DAYS:
        fifo, lifo = (ratio(scan.over(days, rule, PAID_ON), volume).value for rule in Rule)
        rows.append((days, lifo, fifo))
    return Table(("days", "lifo_share", "fifo_share"), tuple(rows), _SHARES, WHOLE)


def _durations(scan: Scan) -> Table:
    """Shares of what was paid on by how long it had been held; the last row has no upper end."""
    volume = scan.matched(Rule.FIFO, PAID_ON).volume
    fifo, lifo = (scan.durations(rule, PAID_ON) for rule in Rule)
    ends: list[float | None] = [edge / DAY for edge in scan.edges]
    rows: list[tuple[Cell, ...]] = [
        (low, high, ratio(young, volume).value, ratio(old, volume).value)
        for low, high, young, old in zip([0.0, *ends], [*ends, None], lifo, fifo, strict=True)
    ]
    return Table(("from_days", "to_days", "lifo_share", "fifo_share"), tuple(rows), _SHARES, WHOLE)


_SHARES = {
    "days": Unit.COUNT, "from_days": Unit.DAYS, "to_days": Unit.DAYS, "lifo_share": Unit.SHARE, "fifo_share": Unit.SHARE,
}  # fmt: skip


def age_of_credit(scene: Scene) -> Result:
    """How long credit stays drawn: the same matching below zero."""
    scan = scanned(scene).scan
    ended = (End.TRANSFER, End.OTHER)
    repaid = scan.matched(Rule.FIFO, ended, Side.CREDIT)
    figures = {
        "repaid_days": spread(scan, ended, Side.CREDIT),
        "repaid": Figure(repaid.volume, Unit.CURRENCY, repaid.pairs),
        "open": Figure(scan.stock(Side.CREDIT), Unit.CURRENCY, scan.matched(Rule.FIFO, OPEN, Side.CREDIT).pairs),
        "open_days": spread(scan, OPEN, Side.CREDIT),
        "average": ratio(scan.integral(Side.CREDIT), scene.window.seconds, Unit.CURRENCY, why="empty_window"),
        "repaid_share": said(
            repaid.volume / whole if (whole := repaid.volume + scan.stock(Side.CREDIT)) else None, Unit.SHARE,
            why="no_credit",
        ),
    }  # fmt: skip
    return Result(figures, notes=("bounds",))


INDICATORS = (
    Indicator(
        name="holding",
        section="B",
        title="How long money is held",
        title_fr="Durée de détention",
        meaning="The days between receiving a unit and paying it on. Units cannot be told apart, so the figure has exact "
        "bounds: newest first gives the shortest, oldest first the longest; in proportion lies between.",
        meaning_fr="Jours entre la réception d'une unité et son paiement. Les unités ne se distinguent pas : la mesure a des "
        "bornes exactes, la plus récente d'abord (courte), la plus ancienne d'abord (longue) ; la proportionnelle est entre.",
        formula="T = sum of amount x time held / sum of amount over holdings that ended in a payment in the window, [LIFO, "
        "mixed, FIFO]; those that ended in a redemption, demurrage or not yet are left out; dated when they end, and the "
        "holder's. 1/T; effective balance = volume x T / length; static share = 1 - effective balance / M. Demurrage takes "
        "the oldest first. With credit: all payments, those on credit held 0 days",
        source="Mattsson, Luedtke and Takes (2022), arXiv:2209.01512",
        flag=Flag.MEASURED,
        compute=compute,
        figures=lines.FIGURES,
        tables=lines.TABLES,
        columns=lines.COLUMNS,
    ),
    Indicator(
        name="credit_age",
        section="F",
        title="How long credit stays drawn",
        title_fr="Âge du crédit",
        meaning="The days between drawing credit and repaying it by selling, and how old the credit is that is drawn now.",
        meaning_fr="Jours entre le tirage d'un crédit et son remboursement par des ventes, et âge du crédit encore tiré.",
        formula="the matching of holding times on the part of balances below zero, [LIFO, mixed, FIFO]; open credit has its "
        "age at the window's end",
        source="The holding period of Mattsson, Luedtke and Takes (2022), below zero",
        flag=Flag.MEASURED,
        compute=age_of_credit,
        models=frozenset({Model.MUTUAL, Model.TIME}),
        figures=lines.CREDIT_FIGURES,
    ),
)
