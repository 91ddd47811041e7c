"""Charts of shares and distributions: density on a log axis, pyramid, curves, Lorenz, and flows as ribbons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ledger.analytics.answers.figures import Unit
from ledger.analytics.report.chart_kinds import axis_of, chart, colours, largest
from ledger.analytics.report.chart_style import (
    BLUE,
    GREY,
    HEIGHT,
    INK,
    ORANGE,
    SERIES,
    WIDTH,
    Canvas,
    Drawn,
    Row,
    alt,
)

NARROW = 0.45
HOUR, DAY, YEAR = 3_600, 86_400, 31_557_600
MARKS = (
    (60, "1 min", "1 min"),
    (HOUR, "1 h", "1 h"),
    (24 * HOUR, "1 d", "1 j"),
    (7 * 24 * HOUR, "1 wk", "1 sem."),
    (30 * 24 * HOUR, "30 d", "30 j"),
    (365 * 24 * HOUR, "1 y", "1 an"),
    (10 * 365 * 24 * HOUR, "10 y", "10 ans"),
)


def density(canvas: Canvas, rows: Sequence[Row], start: str, end: str, columns: Sequence[str]) -> Drawn:
    """Shares by duration in days on a log axis, from an hour on; the axis of height is by doubling of time.

    A class without an end, or that begins at 0, is as wide as one doubling.
    """
    names = [canvas.head(name) for name in columns]
    classes = _merged([each for row in rows if (each := _class(row, start, end, columns))])
    least = max(min((low for low, _, _ in classes), default=HOUR), HOUR / 2)
    most = max((high for _, high, shares in classes if any(shares)), default=YEAR)
    drawn: list[Row] = []
    for low, high, shares in classes:
        for at, name in enumerate(names):
            if high > least and low < most:
                point = {"series": name, "value": shares[at] / math.log2(high / low)}
                drawn += [{**point, "at": max(low, least)}, {**point, "at": min(high, most)}]
    marks = [(seconds, pair[canvas.lang == "fr"]) for seconds, *pair in MARKS if least <= seconds <= most]
    label = " : ".join([*(f"datum.value == {seconds} ? '{text}'" for seconds, text in marks), "''"])
    x: dict[str, Any] = {
        "scale": alt.Scale(type="log", domain=[least, most], nice=False),
        "axis": alt.Axis(values=[seconds for seconds, _ in marks], labelExpr=label, grid=True),
        "title": canvas.say("held for", "durée de détention"),
    }
    title = canvas.say(
        "share of the amount, per doubling of time", "part du montant, par doublement de la durée"
    )
    y = alt.Y(
        "value:Q", title=title, axis=alt.Axis(format=canvas.format(Unit.SHARE, 1), tickCount=5), stack=None
    )
    steps = chart(drawn).mark_area(opacity=0.25, line=True)
    colour = alt.Color("series:N", scale=colours(names), sort=names)
    return steps.encode(x=alt.X("at:Q", **x), y=y, color=colour)


Class = tuple[float, float, list[float]]


def _class(row: Row, start: str, end: str, columns: Sequence[str]) -> Class | None:
    """Seconds from and to, and the shares; None for what took no time, which a log axis does not have."""
    low, high = (row[name] * DAY if isinstance(row.get(name), int | float) else 0.0 for name in (start, end))
    high = high or 2 * low
    low = low or high / 2
    return (low, high, [float(row[name] or 0) for name in columns]) if high > low > 0 else None


def _merged(classes: Sequence[Class]) -> list[Class]:
    """Neighbours joined until each spans nearly half a doubling: narrower ones would stand out by chance."""
    merged: list[Class] = []
    for low, high, shares in classes:
        if merged and math.log2(merged[-1][1] / merged[-1][0]) < NARROW:
            first, _, before = merged.pop()
            merged.append((first, high, [a + b for a, b in zip(before, shares, strict=True)]))
        else:
            merged.append((low, high, shares))
    return merged


def pyramid(
    canvas: Canvas, rows: Sequence[Row], category: str, left: str, right: str, unit: Unit | None
) -> Drawn:
    """Two shares of each class back to back, the first class at the bottom."""
    top = largest(rows, left, right) * 1.05 or 1.0
    order = [str(row[category]) for row in reversed(rows)]
    data = [{**row, category: str(row[category])} for row in rows]
    axis = axis_of(canvas, rows, (left, right), unit)
    half = {"width": WIDTH // 2 - 50, "height": max(80, 26 * len(rows))}
    y = alt.Y(f"{category}:N", sort=order, title=None)

    def side(column: str, colour: str, turned: bool, axis_y: Any) -> Drawn:
        x = alt.X(
            f"{column}:Q",
            title=canvas.head(column),
            axis=axis,
            scale=alt.Scale(domain=[0, top], reverse=turned),
        )
        return chart(data, **half).mark_bar(color=colour).encode(x=x, y=y.copy().axis(axis_y))

    return alt.hconcat(side(left, BLUE, True, None), side(right, ORANGE, False, alt.Axis()), spacing=8)


def curves(
    canvas: Canvas, rows: Sequence[Row], x: str, y: str, series: str, bounds: tuple[str, str] | None = None
) -> Drawn:
    """Steps down from 1 over days, one for each series; with the interval where it has one."""
    names = list(dict.fromkeys(str(row[series]) for row in rows))
    data = [{**row, series: str(row[series])} for row in rows]
    axis = alt.Axis(tickCount=8, grid=False)
    base = chart(data).encode(
        x=alt.X(f"{x}:Q", title=canvas.title(x, Unit.DAYS), axis=axis),
        color=alt.Color(f"{series}:N", sort=names, scale=scale_of(names)),
    )
    where: dict[str, Any] = {
        "title": canvas.head(y),
        "axis": alt.Axis(format=".0%"),
        "scale": alt.Scale(domain=[0, 1]),
    }
    line = base.mark_line(interpolate="step-after").encode(y=alt.Y(f"{y}:Q", **where))
    if bounds is None:
        return line
    known = base.transform_filter(f"isValid(datum.{bounds[0]})")
    area = known.mark_area(interpolate="step-after", opacity=0.15).encode(
        y=alt.Y(f"{bounds[0]}:Q", **where), y2=f"{bounds[1]}:Q"
    )
    return alt.layer(area, line)


def scale_of(names: Sequence[str]) -> Drawn:
    """The series' colours while they are enough, else a ramp from old to new."""
    return colours(names) if len(names) <= len(SERIES) else alt.Scale(domain=list(names), scheme="viridis")


def lorenz(canvas: Canvas, rows: Sequence[Row], x: str, columns: Sequence[str]) -> Drawn:
    """Cumulated shares against the line of equality."""
    names = [canvas.head(name) for name in columns]
    drawn = [
        {"x": row[x], "series": canvas.head(name), "value": row[name]} for row in rows for name in columns
    ]
    share = alt.Axis(format=".0%", tickCount=5)
    where = {
        "x": alt.X("x:Q", title=canvas.head(x), axis=share),
        "y": alt.Y("value:Q", title=canvas.say("share of the total", "part du total"), axis=share),
    }
    line = (
        chart(drawn)
        .mark_line()
        .encode(color=alt.Color("series:N", scale=colours(names), sort=names), **where)
    )
    even = (
        chart([{"x": 0, "value": 0}, {"x": 1, "value": 1}])
        .mark_line(color=GREY, strokeDash=[4, 3], strokeWidth=1)
        .encode(**where)
    )
    return alt.layer(even, line).properties(width=300, height=300)


# --- ribbons: households > sectors > redemption ---

GAP = 0.02
STEPS = 24
NODE = 0.03

Link = tuple[str, str, float]


def ribbons(canvas: Canvas, layers: Sequence[Sequence[str]], links: Sequence[Link]) -> Drawn:
    """Flows from left to right between columns of names; a node is as high as what passes it.

    `layers` names the nodes of each column from the top; a link goes from one column to the next.
    """
    column = {name: at for at, names in enumerate(layers) for name in names}
    total = max((sum(_through(name, links) for name in names) for names in layers), default=0.0) or 1.0
    room = 1 - GAP * max((len(names) - 1 for names in layers), default=0)
    places: dict[str, tuple[float, float]] = {}
    for names in layers:
        at = 0.0
        for name in names:
            tall = _through(name, links) / total * room
            places[name] = (at, at + tall)
            at += tall + GAP
    leaving, arriving = (
        {name: place[0] for name, place in places.items()},
        {name: place[0] for name, place in places.items()},
    )
    last = max(len(layers) - 1, 1)
    drawn: list[Row] = []
    for number, (source, target, value) in enumerate(links):
        thick = value / total * room
        x0, x1 = column[source] / last + NODE, column[target] / last
        y0, y1 = leaving[source], arriving[target]
        leaving[source] += thick
        arriving[target] += thick
        for step in range(STEPS + 1):
            part = step / STEPS
            bend = y0 + (y1 - y0) * part * part * (3 - 2 * part)
            drawn.append(
                {
                    "x": x0 + (x1 - x0) * part,
                    "y": 1 - bend,
                    "y2": 1 - bend - thick,
                    "link": number,
                    "source": source,
                }
            )
    nodes: list[Row] = [
        {
            "x": column[name] / last,
            "x2": column[name] / last + NODE,
            "y": 1 - low,
            "y2": 1 - high,
            "name": name,
        }
        for name, (low, high) in places.items()
    ]
    nothing = {"axis": None, "scale": alt.Scale(domain=[0, 1 + NODE], nice=False, zero=False)}
    upright = {"axis": None, "scale": alt.Scale(domain=[0, 1], nice=False, zero=False)}
    colours = alt.Scale(
        domain=list(layers[0]) + [name for names in layers[1:] for name in names], range=[*SERIES] * 9
    )
    tall = max(HEIGHT, 26 * max(map(len, layers)))
    area = (
        chart(drawn)
        .mark_area(opacity=0.45)
        .encode(
            x=alt.X("x:Q", **nothing),
            y=alt.Y("y:Q", **upright),
            y2="y2:Q",
            detail="link:N",
            color=alt.Color("source:N", scale=colours, legend=None),
        )
    )
    base = chart(nodes).encode(x=alt.X("x:Q", **nothing), x2="x2:Q", y=alt.Y("y:Q", **upright), y2="y2:Q")
    boxes = base.mark_rect(color=INK)
    words = (
        chart([{**node, "x": node["x2"], "y": (node["y"] + node["y2"]) / 2} for node in nodes])
        .mark_text(align="left", dx=5, fontSize=11)
        .encode(x=alt.X("x:Q", **nothing), y=alt.Y("y:Q", **upright), text="name:N")
    )
    return alt.layer(area, boxes, words).properties(width=WIDTH - 150, height=tall)


def _through(name: str, links: Sequence[Link]) -> float:
    ins = sum(value for _, target, value in links if target == name)
    outs = sum(value for source, _, value in links if source == name)
    return max(ins, outs)
