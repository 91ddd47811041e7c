"""How every chart looks and how it writes numbers: one set of colours, one type, axes in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import altair
from babel import Locale
from babel.dates import get_day_names, get_month_names

from ledger.analytics.answers.figures import Cell, Table, Unit
from ledger.analytics.answers.value_words import text_word
from ledger.analytics.answers.wording import unit_word
from ledger.analytics.source.scene import CurrencyFacts
from ledger.core.accounts import Model

alt: Any = altair
"""Untyped: its stubs do not follow keywords that are gathered in dictionaries; it checks every chart when it is made."""

Drawn = Any
"""A chart of altair's."""

INK = "#1f2a30"
MUTED = "#55636b"
GRID = "#e3e8ea"
PAPER = "#ffffff"
BLUE, ORANGE, GREEN, PURPLE, SKY, GREY = "#0072b2", "#d55e00", "#009e73", "#8b5fa8", "#56b4e9", "#8a969c"
"""Apart for the colour-blind (after Okabe and Ito), dark enough on white for thin lines; SKY and GREY only fill."""
SERIES = (BLUE, ORANGE, GREEN, PURPLE, GREY, SKY)
RAMP = ("#eef4f8", "#bdd7e7", "#6baed6", "#2171b5", "#08306b")

ABOVE = alt.Axis(titleAngle=0, titleAlign="right", titleAnchor="end", titleBaseline="bottom", titleX=-8, titleY=-8)
"""An upright title above the labels: beside them it would stand on long ones, whose width is known only to who draws."""
WIDTH, HEIGHT = 520, 240
FONT = "Libertinus Serif, Georgia, serif"
PAGE_FONT = "Helvetica Neue, Arial, sans-serif"
"""That of documents, and that of pages on a screen: as wide everywhere as the server took its letters to be."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The reader's language, the currency, and the headings of columns."""

    lang: str
    currency: CurrencyFacts
    heads: Mapping[str, str] = field(default_factory=dict)

    def head(self, column: str) -> str:
        """The heading of a column."""
        return self.heads.get(column, column.replace("_", " "))

    def say(self, english: str, french: str) -> str:
        """Words in the reader's language."""
        return french if self.lang == "fr" else english

    def value(self, column: str, cell: Cell, unit: Unit | None) -> Cell:
        """A cell as it is drawn: amounts in whole units of the currency, hours for time; codes and months in words."""
        if unit is Unit.CURRENCY and isinstance(cell, int | float):
            return cell / 60 if self.currency.model is Model.TIME else cell / 10**self.currency.scale
        if isinstance(cell, str):
            return text_word(column, cell, self.lang)
        return self.say("unknown", "inconnu") if cell is None and unit is None else cell

    def unit(self, unit: Unit | None) -> str:
        """What an axis counts, in brackets behind its title; empty where the title says it."""
        if unit is Unit.CURRENCY:
            return self.say("hours", "heures") if self.currency.model is Model.TIME else unit_word(self.currency, self.lang)
        return {
            Unit.DAYS: self.say("days", "jours"),
            Unit.PER_YEAR: self.say("per year", "par an"),
            Unit.PER_WEEK: self.say("per week", "par semaine"),
        }.get(unit or Unit.OTHER, "")

    def title(self, column: str, unit: Unit | None) -> str:
        """The title of an axis with its unit."""
        counts, head = self.unit(unit), self.head(column)
        return f"{head} ({counts})" if counts and counts not in head.lower() else head

    def format(self, unit: Unit | None, largest: float = 0.0) -> str:
        """A d3 number format."""
        if unit is Unit.SHARE:
            return ".0%" if largest > 0.05 else ".1%"
        if largest >= 10_000:
            return "~s"
        return ",.0f" if largest >= 10 else ",.1~f" if largest >= 1 else ",.2~f"

    def rows(self, table: Table, *columns: str) -> list[Row]:
        """The rows of a table as drawn; those with nothing in one of `columns` are left out."""
        return [
            {
                name: self.value(name, cell, table.units.get(name))
                for name, cell in zip(table.columns, row, strict=True)
            }
            for row in table.rows
            if all(row[table.columns.index(name)] is not None for name in columns)
        ]


def config(font: str) -> Row:
    """Vega-Lite's configuration."""
    return {
        "background": PAPER,
        "font": font,
        "view": {
            "stroke": None, "continuousWidth": WIDTH, "discreteWidth": WIDTH, "continuousHeight": HEIGHT,
            "discreteHeight": HEIGHT,
        },
        "axis": {
            "labelColor": MUTED, "titleColor": INK, "titleFontWeight": "normal", "labelFontSize": 11, "titleFontSize": 12,
            "gridColor": GRID, "domainColor": GREY, "tickColor": GREY, "labelLimit": 180, "titlePadding": 8,
        },
        "legend": {
            "orient": "top", "title": None, "labelColor": INK, "labelFontSize": 11, "symbolSize": 90, "labelLimit": 420,
            "columns": 3, "offset": 6, "titleFontWeight": "normal", "titleFontSize": 11, "titleColor": INK,
            "titleLimit": 0,
        },
        "range": {"category": list(SERIES), "ramp": list(RAMP), "heatmap": list(RAMP)},
        "header": {"labelColor": INK, "labelFontSize": 11, "title": None},
        "text": {"color": INK, "fontSize": 11},
        "line": {"strokeWidth": 2},
        "bar": {"color": BLUE},
    }  # fmt: skip


def number_locale(lang: str) -> Row:
    """Marks of numbers for d3, from Babel."""
    numbers = Locale(lang).number_symbols["latn"]
    return {
        "decimal": numbers["decimal"],
        "thousands": numbers["group"],
        "grouping": [3],
        "currency": ["", ""],
        "percent": "%" if lang == "en" else "\u202f%",
    }


def time_locale(lang: str) -> Row:
    """Names of months and days for d3, from Babel."""
    months = [get_month_names("wide", locale=lang)[number] for number in range(1, 13)]
    short = [get_month_names("abbreviated", locale=lang)[number] for number in range(1, 13)]
    days = [get_day_names("wide", locale=lang)[(number - 1) % 7] for number in range(7)]
    few = [get_day_names("abbreviated", locale=lang)[(number - 1) % 7] for number in range(7)]
    return {
        "dateTime": "%x, %X",
        "date": "%d/%m/%Y",
        "time": "%H:%M:%S",
        "periods": ["AM", "PM"],
        "days": days,
        "shortDays": few,
        "months": months,
        "shortMonths": short,
    }
