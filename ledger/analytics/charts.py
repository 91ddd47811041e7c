"""The charts of a report: which table is drawn how, as SVG made on the server, without a browser and without a network.

Every chart stands beside the table that it draws; title and description are in the SVG for those who cannot see it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from ledger.analytics import chart_kinds as kinds
from ledger.analytics import chart_shapes as shapes
from ledger.analytics.chart_style import Canvas, Drawn, config, number_locale, time_locale
from ledger.analytics.figures import Result, Table, Unit
from ledger.analytics.registry import Indicator
from ledger.analytics.scene import CurrencyFacts
from ledger.analytics.wording import cell as value_word

_WIDTH = re.compile(r'width="([0-9.]+)"')

Draw = Callable[[Canvas, Result, Table], Drawn]

LEAST_ROWS = 2
"""One number needs no picture."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of an indicator."""

    table: str
    """The table that it draws."""
    title: str
    description: str
    svg: str
    """With <title> and <desc>; text stays text."""
    width: float
    """Of the drawing, CSS pixels."""


def charts(indicator: Indicator, result: Result, currency: CurrencyFacts, lang: str = "en") -> list[Chart]:
    """All charts that an answer has data for."""
    heads = {name: pair[lang == "fr"] for name, pair in indicator.columns.items()}
    canvas = Canvas(lang, currency, heads)
    made = []
    for name, table in result.tables.items():
        draw = DRAWN.get((indicator.name, name))
        if draw is None or len(table.rows) < LEAST_ROWS or not _drawable(table):
            continue
        title = indicator.tables.get(name, (name, name))[lang == "fr"]
        told = describe(canvas, title, table)
        text = to_svg(draw(canvas, result, table), title, told, lang)
        made.append(Chart(name, title, told, text, float(_WIDTH.search(text[:400]).group(1))))  # type: ignore[union-attr]
    return made


def svg(indicator: Indicator, result: Result, currency: CurrencyFacts, lang: str = "en") -> str | None:
    """The first chart of an answer; None when there is nothing to draw."""
    found = charts(indicator, result, currency, lang)
    return found[0].svg if found else None


def _drawable(table: Table) -> bool:
    """Some number is not 0: a chart of nothing says nothing."""
    return any(isinstance(cell, int | float) and cell for row in table.rows for cell in row)


def describe(canvas: Canvas, title: str, table: Table) -> str:
    """What the chart shows, in words: its columns and the range of each."""
    parts = []
    for at, name in enumerate(table.columns):
        cells = [row[at] for row in table.rows if row[at] is not None]
        numbers = [cell for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
        if not cells:
            continue
        if len(numbers) == len(cells):
            unit = table.units.get(name)
            low, high = (
                value_word(each, unit, canvas.currency, canvas.lang) for each in (min(numbers), max(numbers))
            )
            parts.append(f"{canvas.head(name)}: {low} – {high}")
        else:
            parts.append(
                f"{canvas.head(name)}: {cells[0]} … {cells[-1]}"
                if len(cells) > 1
                else f"{canvas.head(name)}: {cells[0]}"
            )
    lines = canvas.say(f"{len(table.rows)} lines", f"{len(table.rows)} lignes")
    return f"{title}. {lines}. " + "; ".join(parts) + "."


def to_svg(drawn: Drawn, title: str, description: str, lang: str) -> str:
    """A chart as SVG text."""
    spec = drawn.to_dict()
    spec["config"] = config()
    made: str = _converter().vegalite_to_svg(
        spec,
        format_locale=number_locale(lang),
        time_format_locale=time_locale(lang),
        allowed_base_urls=[],
    )
    at = made.index(">") + 1
    head = made[: at - 1] + f' role="img" lang="{lang}" aria-labelledby="chart-title chart-desc">'
    words = (
        f'<title id="chart-title">{escape(title)}</title><desc id="chart-desc">{escape(description)}</desc>'
    )
    return head + words + made[at:]


@cache
def _converter() -> Any:
    import vl_convert  # loads a JavaScript engine: only when a chart is asked for

    return vl_convert


# --- which table is drawn how ---


def _series(*columns: str, unit: Unit | None = None, x: str = "month") -> Draw:
    return lambda canvas, _, table: kinds.lines(
        canvas, canvas.rows(table, x), columns, unit or table.units.get(columns[0]), x
    )


def _band(low: str, middle: str, high: str, *, within: bool = True) -> Draw:
    return lambda canvas, _, table: kinds.band(
        canvas,
        canvas.rows(table, low, middle, high),
        (low, middle, high),
        table.units.get(middle),
        within=within,
    )


def _bars(category: str, *columns: str, **how: Any) -> Draw:
    return lambda canvas, _, table: kinds.bars(
        canvas, canvas.rows(table, *columns[:1]), category, columns, table.units.get(columns[0]), **how
    )


def _heat(x: str, y: str, value: str, **how: Any) -> Draw:
    return lambda canvas, _, table: kinds.heat(
        canvas, canvas.rows(table, value), x, y, value, table.units.get(value), **how
    )


def _between(category: str, low: str, middle: str, high: str) -> Draw:
    return lambda canvas, _, table: kinds.forest(
        canvas,
        canvas.rows(table, low, middle, high),
        category,
        (low, middle, high),
        table.units.get(middle),
        zero=True,
    )


def _forest(canvas: Canvas, _: Result, table: Table) -> Drawn:
    rows = canvas.rows(table, "value")
    return kinds.forest(canvas, rows, "pilot", ("low", "value", "high"), table.units.get("value"))


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


def _shares_of(category: str, *columns: str) -> Draw:
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

    return draw


DRAWN: dict[tuple[str, str], Draw] = {
    ("in_and_out", "by_month"): _stock_flow,
    ("circulation", "by_month"): _series("average", "volume"),
    ("velocity", "by_month"): _band("inverse_fifo", "velocity", "inverse_lifo", within=False),
    ("velocity", "by_area"): _bars("area", "velocity"),
    ("velocity", "by_sector"): _bars("sector", "velocity"),
    ("holding", "by_month"): _band("lifo_days", "mixed_days", "fifo_days"),
    ("holding", "durations"): _density,
    ("holding", "by_area"): _between("area", "lifo_days", "mixed_days", "fifo_days"),
    ("holding", "by_sector"): _between("sector", "lifo_days", "mixed_days", "fifo_days"),
    ("age", "pyramid"): _pyramid,
    ("paths", "into"): _paths,
    ("recirculation", "by_month"): _series("recirculation", "reconversion"),
    ("recirculation", "by_sector"): _bars("sector", "spent", "redeemed"),
    ("recirculation", "bands"): _shares_of("at_most", "businesses"),
    ("rounds", "rounds"): _bars("round", "amount", "within_area", order=False, upright=True),
    ("leakage", "by_sector"): _bars(
        "sector", "redeemed_share", "outside_share", "national_share", stacked=True
    ),
    ("leakage", "by_area"): _bars("area", "redeemed_share", "outside_share", "national_share", stacked=True),
    ("area_flows", "matrix"): _heat("payee_area", "payer_area", "amount"),
    ("sector_flows", "matrix"): _heat("payee_sector", "payer_sector", "amount"),
    ("connectedness", "by_month"): _series("strong_volume_share", x="period"),
    ("circularity", "by_year"): _bars("period", "cleared_share", order=False, upright=True),
    ("set_off", "by_month"): _series("gross", "net_debt", "cleared", x="period"),
    ("tenths", "tenths"): _lorenz,
    ("credit_risk", "transitions"): _heat("to_class", "from_class", "share", sort=False),
    ("retention", "curves"): _retention,
    ("hours", "by_sphere"): _bars("sphere", "hours"),
    ("hour_balances", "balances"): _bars("hours_from_to", "members", order=False, upright=True),
    ("comparison", "velocity"): _forest,
    ("comparison", "holding"): _forest,
    ("comparison", "recirculation"): _forest,
    ("comparison", "clearing"): _forest,
    ("participation", "by_kind"): _bars("kind", "registered", "active_90", "active_30"),
}
"""By indicator and table."""


def drawn_tables() -> Iterable[tuple[str, str]]:
    """Indicator and table of every chart there is."""
    return DRAWN.keys()
