"""The charts of a report: which table is drawn how, as SVG made on the server, without a browser and without a network.

Every chart stands beside the table that it draws; title and description are in the SVG for those who cannot see it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from ledger.analytics.answers.figures import Result, Table
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.answers.wording import cell as value_word
from ledger.analytics.report.chart_catalogue import DRAWN, Picture
from ledger.analytics.report.chart_style import FONT, Canvas, Drawn, config, number_locale, time_locale
from ledger.analytics.source.scene import CurrencyFacts

_WIDTH = re.compile(r'width="([0-9.]+)"')

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


def charts(
    indicator: Indicator, result: Result, currency: CurrencyFacts, lang: str = "en", font: str = FONT
) -> list[Chart]:
    """All charts that an answer has data for."""
    heads = {name: pair[lang == "fr"] for name, pair in indicator.columns.items()}
    canvas = Canvas(lang, currency, heads)
    made = []
    for name, picture in drawable(indicator, result).items():
        table = result.tables[name]
        title = indicator.tables.get(name, (name, name))[lang == "fr"]
        told = describe(canvas, title, table)
        text = to_svg(picture.draw(canvas, result, table), title, told, lang, font)
        made.append(Chart(name, title, told, text, float(_WIDTH.search(text[:400]).group(1))))  # type: ignore[union-attr]
    return made


def drawable(indicator: Indicator, result: Result) -> dict[str, Picture]:
    """The tables of an answer that have something to draw, and how."""
    found = {name: DRAWN.get((indicator.name, name)) for name in result.tables}
    return {
        name: picture
        for name, picture in found.items()
        if picture is not None
        and len(result.tables[name].rows) >= LEAST_ROWS
        and _says(result.tables[name], picture)
    }


def svg(
    indicator: Indicator, result: Result, currency: CurrencyFacts, lang: str = "en", font: str = FONT
) -> str | None:
    """The first chart of an answer; None when there is nothing to draw."""
    found = charts(indicator, result, currency, lang, font)
    return found[0].svg if found else None


def _says(table: Table, picture: Picture) -> bool:
    """Something that is drawn is not 0."""
    places = [table.columns.index(name) for name in picture.columns]
    return any(isinstance(row[at], int | float) and row[at] for row in table.rows for at in places)


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
            first, last = (canvas.value(name, each, None) for each in (cells[0], cells[-1]))
            parts.append(f"{canvas.head(name)}: {first}" + (f" … {last}" if len(cells) > 1 else ""))
    lines = canvas.say(f"{len(table.rows)} lines", f"{len(table.rows)} lignes")
    return f"{title}. {lines}. " + "; ".join(parts) + "."


def to_svg(drawn: Drawn, title: str, description: str, lang: str, font: str = FONT) -> str:
    """A chart as SVG text."""
    spec = drawn.to_dict()
    spec["config"] = config(font)
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
