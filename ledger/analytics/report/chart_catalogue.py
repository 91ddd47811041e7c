"""Which table of which indicator is drawn, and how."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger.analytics.answers.figures import Result, Table, Unit
from ledger.analytics.report import chart_kinds as kinds
from ledger.analytics.report import chart_shapes as shapes
from ledger.analytics.report.chart_style import Canvas, Drawn, Row

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Picture:
    """How a table is drawn, and the columns that are: where all of them are 0 there is nothing to see."""

    draw: Callable[[Canvas, Result, Table], Drawn]
    columns: tuple[str, ...]


def _series(*columns: str, x: str = "month") -> Picture:
    return Picture(
        lambda canvas, _, table: kinds.lines(
            canvas, canvas.rows(every_month(table, x), x), columns, table.units.get(columns[0]), x
        ),
        columns,
    )


def every_month(table: Table, column: str) -> Table:
    """With a row of nothing for each month between the first and the last that has none, so that a line breaks there."""
    at = table.columns.index(column)
    rows = {str(row[at]): row for row in table.rows}
    if not rows or not all(_MONTH.fullmatch(each) for each in rows):
        return table
    first, last = (int(each[:4]) * 12 + int(each[5:]) - 1 for each in (min(rows), max(rows)))
    months = (f"{each // 12:04}-{each % 12 + 1:02}" for each in range(first, last + 1))
    empty = tuple(None for _ in table.columns)
    every = tuple(rows.get(each, (*empty[:at], each, *empty[at + 1 :])) for each in months)
    return Table(table.columns, every, table.units)


def _band(low: str, middle: str, high: str, *, within: bool = True) -> Picture:
    columns = (low, middle, high)
    return Picture(
        lambda canvas, _, table: kinds.band(
            canvas, _trimmed(canvas.rows(table), columns), columns, table.units.get(middle), within=within
        ),
        columns,
    )


def _trimmed(rows: list[Row], columns: tuple[str, ...]) -> list[Row]:
    """From the first row that has all columns to the last: those between keep their place in time."""
    full = [at for at, row in enumerate(rows) if all(isinstance(row[name], int | float) for name in columns)]
    return rows[full[0] : full[-1] + 1] if full else []


def _bars(category: str, *columns: str, **how: Any) -> Picture:
    return Picture(
        lambda canvas, _, table: kinds.bars(
            canvas, canvas.rows(table, *columns[:1]), category, columns, table.units.get(columns[0]), **how
        ),
        columns,
    )


def _heat(x: str, y: str, value: str, **how: Any) -> Picture:
    return Picture(
        lambda canvas, _, table: kinds.heat(
            canvas, canvas.rows(table, value), x, y, value, table.units.get(value), **how
        ),
        (value,),
    )


def _between(category: str, low: str, middle: str, high: str, *, zero: bool = True) -> Picture:
    columns = (low, middle, high)
    return Picture(
        lambda canvas, _, table: kinds.forest(
            canvas, canvas.rows(table, middle), category, columns, table.units.get(middle), zero=zero
        ),
        columns,
    )


def _density(canvas: Canvas, _: Result, table: Table) -> Drawn:
    return shapes.density(canvas, canvas.rows(table), "from_days", "to_days", ("lifo_share", "fifo_share"))


def _pyramid(canvas: Canvas, _: Result, table: Table) -> Drawn:
    rows = canvas.rows(table)
    for row, (low, high, *_others) in zip(rows, table.rows, strict=True):
        more = canvas.say(f"over {low} days", f"plus de {low} jours")
        row["age"] = more if high is None else f"{low} – {high} {canvas.unit(Unit.DAYS)}"
    return shapes.pyramid(canvas, rows, "age", "fifo", "lifo", table.units.get("fifo"))


def _stock_flow(canvas: Canvas, _: Result, table: Table) -> Drawn:
    return kinds.stock_flow(
        canvas,
        canvas.rows(table, "month"),
        ("issued", "other_in"),
        ("redeemed", "demurrage", "fees", "other_out"),
        "balance",
    )


def _retention(canvas: Canvas, _: Result, table: Table) -> Drawn:
    return shapes.curves(canvas, canvas.rows(table, "stay"), "days", "stay", "cohort")


def _lorenz(canvas: Canvas, _: Result, table: Table) -> Drawn:
    rows = [{"tenth": 0.0, "cumulated": 0.0}, *canvas.rows(table, "cumulated")]
    return shapes.lorenz(canvas, rows, "tenth", ("cumulated",))


def _paths(canvas: Canvas, result: Result, table: Table) -> Drawn:
    # Payers, sectors and fates may have one name: marks that are not seen tell the columns apart.
    first, middle, last = "", "\u200b", "\u200b\u200b"
    into, onward = canvas.rows(table, "amount"), canvas.rows(result.tables["onward"], "amount")
    into.sort(key=lambda row: -row["amount"])
    links = [
        (f"{row['payer_kind']}{first}", f"{row['sector']}{middle}", float(row["amount"])) for row in into
    ]
    links += [
        (f"{row['sector']}{middle}", f"{row['fate']}{last}", float(row["amount"]))
        for row in onward
        if row["amount"]
    ]
    layers: list[list[str]] = [[], [], []]
    for source, target, _amount in links:
        for name in (source, target):
            layer = layers[name.count("\u200b")]
            if name not in layer:
                layer.append(name)
    return shapes.ribbons(canvas, layers, links)


def _shares_of(category: str, *columns: str) -> Picture:
    """Upright bars over classes that end at a share; the last has no end."""

    def draw(canvas: Canvas, _: Result, table: Table) -> Drawn:
        rows = canvas.rows(table)
        ends = [row[table.columns.index(category)] for row in table.rows]
        for row, end in zip(rows, ends, strict=True):
            most = max((each for each in ends if isinstance(each, int | float)), default=0)
            row[category] = f"> {most:.0%}" if end is None else f"≤ {end:.0%}"
        return kinds.bars(
            canvas, rows, category, columns, table.units.get(columns[0]), order=False, upright=True
        )

    return Picture(draw, columns)


def _front(canvas: Canvas, _: Result, table: Table) -> Drawn:
    units = (table.units.get("room"), table.units.get("output"))
    return kinds.front(canvas, canvas.rows(table, "room", "output"), "room", "output", units, "io_sector")


def _suppliers(canvas: Canvas, _: Result, table: Table) -> Drawn:
    rows = [{**row, "supplier": f"{row['sector']}, {row['area']}"} for row in canvas.rows(table, "extra")]
    return kinds.bars(canvas, rows, "supplier", ("extra",), table.units.get("extra"), titled=False)


DRAWN: dict[tuple[str, str], Picture] = {
    ("in_and_out", "by_month"): Picture(_stock_flow, ("balance",)),
    ("circulation", "by_month"): _series("average", "volume"),
    ("velocity", "by_month"): _band("inverse_fifo", "velocity", "inverse_lifo", within=False),
    ("velocity", "by_area"): _bars("area", "velocity"),
    ("velocity", "by_sector"): _bars("sector", "velocity"),
    ("holding", "by_month"): _band("lifo_days", "mixed_days", "fifo_days"),
    ("holding", "durations"): Picture(_density, ("lifo_share", "fifo_share")),
    ("holding", "by_area"): _between("area", "lifo_days", "mixed_days", "fifo_days"),
    ("holding", "by_sector"): _between("sector", "lifo_days", "mixed_days", "fifo_days"),
    ("age", "pyramid"): Picture(_pyramid, ("fifo", "lifo")),
    ("paths", "into"): Picture(_paths, ("amount",)),
    ("recirculation", "by_month"): _series("recirculation", "reconversion"),
    ("recirculation", "by_sector"): _bars("sector", "spent", "redeemed"),
    ("recirculation", "bands"): _shares_of("at_most", "businesses"),
    ("rounds", "rounds"): _bars("round", "amount", "within_area", order=False, upright=True),
    ("trajectories", "by_transfers"): _bars(
        "transfers", "redeemed_fifo", "redeemed_lifo", order=False, upright=True
    ),
    ("leakage", "by_sector"): _bars(
        "sector", "redeemed_share", "outside_share", "national_share", stacked=True
    ),
    ("leakage", "by_area"): _bars("area", "redeemed_share", "outside_share", "national_share", stacked=True),
    ("area_flows", "matrix"): _heat("payee_area", "payer_area", "amount"),
    ("sector_flows", "matrix"): _heat("payee_sector", "payer_sector", "amount"),
    ("crossings", "by_month"): _series("paid_out", "paid_in"),
    ("bases", "bases"): _bars("base", "share"),
    ("input_output", "multipliers"): _bars("io_sector", "type1", "type2"),
    ("import_substitution", "candidates"): Picture(_front, ("room", "output")),
    ("missing_suppliers", "candidates"): Picture(_suppliers, ("extra",)),
    ("connectedness", "by_month"): _series("strong_volume_share", x="period"),
    ("circularity", "by_year"): _bars("period", "cleared_share", order=False, upright=True),
    ("set_off", "by_month"): _series("gross", "net_debt", "cleared", x="period"),
    ("tenths", "tenths"): Picture(_lorenz, ("cumulated",)),
    ("credit_risk", "transitions"): _heat("to_class", "from_class", "share", sort=False),
    ("retention", "curves"): Picture(_retention, ("stay",)),
    ("hours", "by_sphere"): _bars("sphere", "hours"),
    ("hour_balances", "balances"): _bars("hours_from_to", "members", order=False, upright=True),
    ("comparison", "velocity"): _between("pilot", "low", "value", "high", zero=False),
    ("comparison", "holding"): _between("pilot", "low", "value", "high", zero=False),
    ("comparison", "recirculation"): _between("pilot", "low", "value", "high", zero=False),
    ("comparison", "clearing"): _between("pilot", "low", "value", "high", zero=False),
    ("participation", "by_kind"): _bars("kind", "registered", "active_90", "active_30"),
}
"""By indicator and table."""
