"""A chart's figures as tables, from the report that it was drawn from: words and numbers as in the report's own files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.pages.frame.looking import Pilot
from api.pages.observatory.shown import drawable, title_of
from ledger.analytics.answers import wording
from ledger.analytics.answers.figures import Unit
from ledger.analytics.answers.value_words import text_word
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.source.scene import CurrencyFacts

MOST = 60
"""Rows on a page; the files have all."""


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
    answer = next((each for each in report["indicators"] if each["name"] == name), None)
    if answer is None or not drawable(answer):
        return None
    indicator, unit = REGISTRY[name], CurrencyFacts(pilot.currency, pilot.scale, pilot.model)
    tables = tuple(
        _listed(wording.label(indicator.tables.get(key), key, lang), indicator.columns, each, unit, lang)
        for key, each in answer["tables"].items()
        if each["rows"]
    )
    return Charted(name, title_of(name, lang), tables)


def _listed(title: str, names: Any, table: dict[str, Any], currency: CurrencyFacts, lang: str) -> Listed:
    units = [Unit(table["units"][name]) if name in table["units"] else None for name in table["columns"]]
    rows = tuple(
        tuple(
            text_word(name, each, lang) if isinstance(each, str) else wording.cell(each, unit, currency, lang)
            for name, each, unit in zip(table["columns"], row, units, strict=True)
        )
        for row in table["rows"][:MOST]
    )
    numbers = [any(not isinstance(row[at], str) for row in table["rows"]) for at in range(len(units))]
    heads = tuple(
        (wording.label(names.get(name), name, lang), "num" if number else "")
        for name, number in zip(table["columns"], numbers, strict=True)
    )
    return Listed(title, heads, rows, max(0, len(table["rows"]) - MOST))
