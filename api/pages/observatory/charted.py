"""A chart's figures as tables, from the report that it was drawn from: words and numbers as in the report's own files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.pages.frame.figures import unit_of
from api.pages.frame.looking import Pilot
from api.pages.observatory.shown import answered, title_of
from ledger.analytics.answers import wording
from ledger.analytics.answers.figures import Cell, Table
from ledger.analytics.answers.value_words import text_word
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.charts import drawable
from ledger.analytics.source.scene import CurrencyFacts

MOST = 60
"""Rows on a page; the files have all."""
HIDDEN_WORD = ("hidden", "masqué")


@dataclass(frozen=True, slots=True)
class Listed:
    """A table in words. `heads`: label and "num" for what stands to the right."""

    title: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Charted:
    """One indicator of one pilot: what it is called, and its tables."""

    name: str
    title: str
    tables: tuple[Listed, ...]


def charted(pilot: Pilot, report: dict[str, Any], name: str, lang: str) -> Charted | None:
    """What is behind a chart of a pilot; None where it has nothing to draw."""
    result = answered(report, name)
    if result is None or not drawable(REGISTRY[name], result):
        return None
    indicator, unit = REGISTRY[name], unit_of(pilot)
    tables = tuple(
        _listed(wording.label(indicator.tables.get(key), key, lang), indicator.columns, each, unit, lang)
        for key, each in result.tables.items()
        if each.rows
    )
    return Charted(name, title_of(name, lang), tables)


def _listed(title: str, names: Any, table: Table, currency: CurrencyFacts, lang: str) -> Listed:
    numbers = [any(not isinstance(row[at], str) for row in table.rows) for at in range(len(table.columns))]
    heads = tuple(
        (wording.label(names.get(name), name, lang), "num" if number else "")
        for name, number in zip(table.columns, numbers, strict=True)
    )
    rows = tuple(_row(table, row, currency, lang) for row in table.rows[:MOST])
    return Listed(title, heads, rows, max(0, len(table.rows) - MOST))


def _row(table: Table, row: tuple[Cell, ...], currency: CurrencyFacts, lang: str) -> tuple[str, ...]:
    """A row of whose numbers none is left was withheld by the rule of secrecy, and says so."""
    hidden = all(each is None or isinstance(each, str) for each in row) and None in row
    return tuple(
        HIDDEN_WORD[lang == "fr"] if each is None and hidden and name in table.units
        else text_word(name, each, lang) if isinstance(each, str)
        else wording.cell(each, table.units.get(name), currency, lang)
        for name, each in zip(table.columns, row, strict=True)
    )  # fmt: skip
