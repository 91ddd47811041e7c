"""One function for each kind of chart: rows that are ready to be drawn go in, a Vega-Lite chart comes out.

Rows are few (months, sectors, classes), never movements.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from ledger.analytics.answers.figures import Unit
from ledger.analytics.report.chart_style import (
    ABOVE,
    BLUE,
    GREY,
    HEIGHT,
    INK,
    ORANGE,
    RAMP,
    SERIES,
    WIDTH,
    Canvas,
    Drawn,
    Row,
    alt,
)

TALLEST = 380
STEEP = 4
"""A band that rises above so many times its usual height is cut off there, and says so."""
MOST_BARS = 12
MOST_CELLS = 24
"""More categories than these are cut off; the table beside the chart has them all."""


def largest(rows: Sequence[Row], *columns: str) -> float:
    """The largest number in some columns; 0 for none."""
    found = [abs(row[name]) for row in rows for name in columns if isinstance(row.get(name), int | float)]
    return float(max(found, default=0))


def axis_of(
    canvas: Canvas, rows: Sequence[Row], columns: Sequence[str], unit: Unit | None, **more: Any
) -> Drawn:
    """An axis with about five numbers, written for what it counts."""
    return alt.Axis(format=canvas.format(unit, largest(rows, *columns)), tickCount=5, **more)


def _months(rows: Sequence[Row], name: str = "month") -> Drawn:
    """An axis of months in the order of the rows; of many, every few are written."""
    names = list(dict.fromkeys(str(row[name]) for row in rows))
    axis = alt.Axis(values=names[:: max(1, -(-len(names) // 14))], labelAngle=-45, grid=False)
    return alt.X(f"{name}:N", title=None, sort=names, axis=axis, scale=alt.Scale(domain=names))


def _folded(rows: Sequence[Row], columns: Sequence[str], canvas: Canvas) -> list[Row]:
    """One row for each value, `series` naming its column."""
    return [
        {**row, "series": canvas.head(name), "value": row[name]}
        for row in rows
        for name in columns
        if isinstance(row.get(name), int | float)
    ]


def colours(names: Sequence[str]) -> Drawn:
    """A colour for each series."""
    return alt.Scale(domain=list(names), range=list(SERIES[: len(names)]))


def chart(rows: Sequence[Row], **size: Any) -> Drawn:
    """A chart of rows; without a size it is as wide as a page's text. Parts of a layered chart have no size of their own."""
    return alt.Chart(alt.Data(values=list(rows))).properties(**size)


def lines(
    canvas: Canvas, rows: Sequence[Row], columns: Sequence[str], unit: Unit | None, x: str = "month"
) -> Drawn:
    """One line for each column along the months."""
    names = [canvas.head(name) for name in columns]
    title = canvas.unit(unit) or (names[0] if len(names) == 1 else None)
    y = alt.Y("value:Q", title=title, axis=axis_of(canvas, rows, columns, unit))
    colour = alt.Color("series:N", scale=colours(names), legend=None if len(names) == 1 else alt.Legend())
    drawn = [{**row, "series": canvas.head(name), "value": row.get(name)} for row in rows for name in columns]
    marked = chart(drawn).mark_line(point=len(rows) < 40)  # months without a value break the line
    return marked.encode(
        x=_months(rows, x), y=y, color=colour, strokeDash=alt.StrokeDash("series:N", legend=None)
    )


def band(
    canvas: Canvas,
    rows: Sequence[Row],
    columns: tuple[str, str, str],
    unit: Unit | None,
    *,
    within: bool = True,
) -> Drawn:
    """A line and a band along the months; `columns` are low, middle, high. `within`: the line's own bounds.

    A band that is not the line's own has its name in the legend.
    """
    low, middle, high = columns
    axis = axis_of(canvas, rows, columns, unit)
    own = f"{canvas.head(low)} – {canvas.head(high)}"
    data = [{**row, "line": canvas.head(middle), "band": own} for row in rows]
    base = chart(data).encode(x=_months(rows))
    title = canvas.unit(unit) or canvas.head(middle)
    domain: dict[str, Any] = {}
    known = [top for row in rows if (top := largest([row], *columns))]
    highest, usual = max(known, default=0), median(known or [0])
    if highest > STEEP * usual > 0:  # a few months of beginning would press all others flat
        domain = {"scale": alt.Scale(domain=[0, STEEP * usual], nice=True)}
        title += canvas.say(f", cut off above {STEEP * usual:.0f}", f", coupé au-delà de {STEEP * usual:.0f}")
        axis = alt.Axis(format=canvas.format(unit, STEEP * usual), tickCount=5)
    colours_ = alt.Scale(domain=[canvas.head(middle), own], range=[BLUE, BLUE if within else ORANGE])
    area = base.mark_area(opacity=0.22, clip=True).encode(
        y=alt.Y(f"{low}:Q", title=title, axis=axis, **domain),
        y2=f"{high}:Q",
        color=alt.Color("band:N", scale=colours_),
    )
    line = base.mark_line(point=True, clip=True).encode(
        y=alt.Y(f"{middle}:Q", title=title, **domain), color=alt.Color("line:N", scale=colours_)
    )
    return alt.layer(area, line)


def stock_flow(
    canvas: Canvas, rows: Sequence[Row], ins: Sequence[str], outs: Sequence[str], stock: str
) -> Drawn:
    """Above, the stock at each month's end; below it, what came in (upwards) and went out (downwards)."""
    drawn = [
        {"month": row["month"], "series": canvas.head(name), "value": row[name] * (-1 if name in outs else 1)}
        for row in rows
        for name in (*ins, *outs)
        if isinstance(row.get(name), int | float) and row[name]
    ]
    if not drawn:  # an empty chart below would have no size
        return lines(canvas, rows, (stock,), Unit.CURRENCY)
    seen = {each["series"] for each in drawn}
    names = [canvas.head(name) for name in (*ins, *outs) if canvas.head(name) in seen]
    x = _months(rows)
    held = chart([{**row, "series": canvas.head(stock)} for row in rows], height=HEIGHT // 2)
    upper = held.mark_line(point=True, color=INK).encode(
        x=x.copy().axis(None),
        y=alt.Y(
            f"{stock}:Q",
            title=canvas.title(stock, Unit.CURRENCY),
            axis=axis_of(canvas, rows, (stock,), Unit.CURRENCY),
        ),
    )
    lower = (
        chart(drawn, height=HEIGHT // 2 + 20)
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y(
                "value:Q", title=canvas.unit(Unit.CURRENCY), axis=axis_of(canvas, drawn, ("value",), Unit.CURRENCY)
            ),
            color=alt.Color("series:N", scale=colours(names), sort=names),
        )
    )
    return alt.vconcat(upper, lower, spacing=12)


def bars(
    canvas: Canvas,
    rows: Sequence[Row],
    category: str,
    columns: Sequence[str],
    unit: Unit | None,
    *,
    order: bool = True,
    upright: bool = False,
    stacked: bool = False,
    titled: bool = True,
) -> Drawn:
    """Bars for each category, side by side for several columns; lying, the largest first, unless said otherwise."""
    kept = sorted(rows, key=lambda row: -largest([row], *columns)) if order else list(rows)
    kept = kept[:MOST_BARS]
    names = [canvas.head(name) for name in columns]
    sort = [str(row[category]) for row in kept]
    rotated = alt.Axis(labelAngle=-30 if max(map(len, sort), default=0) > 12 else 0, grid=False)
    where: dict[str, Any] = {"sort": sort, "title": canvas.head(category) if titled else None}
    value = {
        "title": canvas.unit(unit) or (names[0] if len(names) == 1 else None),
        "axis": axis_of(canvas, kept, columns, unit),
        "stack": "zero" if stacked else None,
    }
    # Names such as area numbers are text: a domain of mixed types would fall apart.
    data = _folded([{**row, category: str(row[category])} for row in kept], columns, canvas)
    colour = alt.Color(
        "series:N", scale=colours(names), sort=names, legend=None if len(names) == 1 else alt.Legend()
    )
    side = len(names) > 1 and not stacked
    if upright:
        offset = {"xOffset": alt.XOffset("series:N", sort=names)} if side else {}
        drawn = chart(data).mark_bar(**({} if side else {"size": 28}))
        return drawn.encode(
            x=alt.X(f"{category}:N", axis=rotated, **where),
            y=alt.Y("value:Q", **value),
            color=colour,
            **offset,
        )
    tall = max(60, len(kept) * (12 * len(names) + 8 if side else 22))
    offset = {"yOffset": alt.YOffset("series:N", sort=names)} if side else {}
    drawn = chart(data, height=tall).mark_bar()
    return drawn.encode(
        y=alt.Y(f"{category}:N", **where), x=alt.X("value:Q", **value), color=colour, **offset
    )


def heat(
    canvas: Canvas, rows: Sequence[Row], x: str, y: str, value: str, unit: Unit | None, *, sort: bool = True
) -> Drawn:
    """A matrix: payer across, payee down, the darker the more; up to 24 of each, the largest first."""
    kept, order_x, order_y = _largest_cells(rows, x, y, value, sort)
    cell = max(16, min(46, WIDTH // max(len(order_x), 1), TALLEST // max(len(order_y), 1)))
    top = largest(kept, value)
    size = {"width": cell * len(order_x), "height": cell * len(order_y)}
    base = chart(kept).encode(
        x=alt.X(f"{x}:N", sort=order_x, title=canvas.head(x), axis=alt.Axis(labelAngle=-45, orient="bottom")),
        y=alt.Y(f"{y}:N", sort=order_y, title=canvas.head(y), axis=ABOVE),
    )
    legend = alt.Legend(
        orient="right", title=canvas.title(value, unit), format=canvas.format(unit, top), gradientLength=140
    )
    tiles = base.mark_rect(stroke="white").encode(
        color=alt.Color(f"{value}:Q", scale=alt.Scale(range=list(RAMP), domain=[0, top or 1]), legend=legend)
    )
    if cell < 32:
        return tiles.properties(**size)
    words = base.mark_text(fontSize=10).encode(
        text=alt.Text(f"{value}:Q", format=".2~s" if unit is Unit.CURRENCY else canvas.format(unit, top)),
        color=alt.condition(f"datum['{value}'] > {0.55 * (top or 1)}", alt.value("white"), alt.value(INK)),
    )
    return alt.layer(tiles, words).properties(**size)


def _largest_cells(
    rows: Sequence[Row], x: str, y: str, value: str, sort: bool
) -> tuple[list[Row], list[str], list[str]]:
    named = [
        {**row, x: str(row[x]), y: str(row[y])} for row in rows if isinstance(row.get(value), int | float)
    ]
    orders = []
    for name in (x, y):
        totals: dict[str, float] = {}
        for row in named:
            totals[row[name]] = totals.get(row[name], 0.0) + row[value]
        orders.append(sorted(totals, key=lambda key: -totals[key])[:MOST_CELLS] if sort else list(totals))
    kept = [row for row in named if row[x] in orders[0] and row[y] in orders[1]]
    return kept, orders[0], orders[1]


def forest(
    canvas: Canvas,
    rows: Sequence[Row],
    name: str,
    columns: tuple[str, str, str],
    unit: Unit | None,
    *,
    zero: bool = False,
) -> Drawn:
    """A point between its bounds for each row, in the order of the rows; `columns` are low, middle, high.

    Rows that are `pooled` have another colour.
    """
    low, middle, high = columns
    kept = rows[:MOST_BARS]
    axis = axis_of(canvas, kept, columns, unit)
    data = [{**row, name: str(row[name]), "pooled": bool(row.get("pooled"))} for row in kept]
    base = chart(data).encode(y=alt.Y(f"{name}:N", sort=[row[name] for row in data], title=canvas.head(name)))
    colour = alt.condition("datum.pooled", alt.value(ORANGE), alt.value(BLUE))
    title, scale = canvas.title(middle, unit), alt.Scale(zero=zero)
    rules = base.mark_rule(strokeWidth=2).encode(
        x=alt.X(f"{low}:Q", title=title, axis=axis, scale=scale), x2=f"{high}:Q", color=colour
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X(f"{middle}:Q", title=title), color=colour
    )
    return alt.layer(rules, points).properties(height=max(60, 24 * len(data)))


def front(
    canvas: Canvas, rows: Sequence[Row], x: str, y: str, units: tuple[Unit | None, Unit | None], name: str
) -> Drawn:
    """Two goals against each other; rows with `on_front` are named, no other is better in both."""
    base = chart(rows).encode(
        x=alt.X(f"{x}:Q", title=canvas.title(x, units[0]), axis=axis_of(canvas, rows, (x,), units[0])),
        y=alt.Y(f"{y}:Q", title=canvas.title(y, units[1]), axis=axis_of(canvas, rows, (y,), units[1])),
    )
    points = base.mark_point(filled=True, size=70).encode(
        color=alt.condition("datum.on_front", alt.value(ORANGE), alt.value(GREY))
    )
    words = (
        base.transform_filter("datum.on_front").mark_text(align="left", dx=7, dy=-4).encode(text=f"{name}:N")
    )
    return alt.layer(points, words)
