"""A report's figures in words: the month's own first, all by heading, and month by month: what the desk shows of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from api.association.region import Target
from api.pages.frame.figures import alone, counted_in, figure_of, flag_word, month_word, number, unit_of
from api.pages.frame.looking import Pilot
from api.pages.frame.sheets import Number
from ledger.analytics.answers import wording
from ledger.analytics.answers.figures import Unit
from ledger.analytics.answers.methods import method_of
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.whole import SECTIONS
from ledger.analytics.source.scene import CurrencyFacts

FIRST = (
    "circulation.after", "circulation.paper_after", "guarantee.guarantee_digital", "guarantee.guarantee_paper",
    "participation.registered", "participation.dues_paid", "participation.active_90", "participation.joins",
    "participation.leaves", "participation.renewal", "in_and_out.issued", "in_and_out.redeemed",
    "recirculation.redeemed_of_issued", "merchants.never_redeemed", "velocity.volume", "pairs.b2b_share",
    "recirculation.recirculation", "velocity.per_year", "holding.holding_days", "rounds.transfers_per_issue",
    "rounds.lm3", "merchants.top_10_share", "merchants.without_receipts", "merchants.gifts", "hours.hours",
    "hours.give_and_receive", "hour_balances.association_balance", "credit_health.negative", "credit_health.limit_use",
    "credit_health.long_negative", "guarantee.gauge_payments", "guarantee.gauge_circulation",
)  # fmt: skip
"""What an operator reports every month (E1), in that order; those that a kind of currency has not are left out."""
COUNTS = frozenset({"participation.registered", "participation.dues_paid", "participation.active_90"})
"""Always given; where one cannot be said, why."""
MONTHLY = (
    ("circulation", "after"), ("in_and_out", "issued"), ("in_and_out", "redeemed"), ("circulation", "volume"),
    ("velocity", "velocity"), ("recirculation", "recirculation"), ("recirculation", "reconversion"),
    ("holding", "mixed_days"),
)  # fmt: skip
"""Columns month by month: of which indicator's table `by_month`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `number` is None where it cannot be said and `text` says why; `counts` is what the number counts."""

    key: str
    label: str
    text: str
    number: Number | None
    counts: str
    flag: str
    standing: str
    n: int | None
    indicator: Indicator
    aim: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """An indicator with its figures and its definition."""

    title: str
    meaning: str
    formula: str
    source: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the report with its indicators."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Months:
    """A table month by month: headings after the month, what each column counts, and rows in words and in numbers."""

    heads: tuple[str, ...]
    counts: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, Number | None], ...]], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All that a report says."""

    first: tuple[Line, ...]
    months: Months | None
    headings: tuple[Heading, ...]

    @property
    def lines(self) -> list[Line]:
        """Every figure that can be said, by heading."""
        return [line for heading in self.headings for part in heading.parts for line in part.lines]


def tell(report: dict[str, Any], pilot: Pilot, lang: str, aims: dict[str, Target]) -> Told:
    """A report in a language."""
    unit, found, every = unit_of(pilot), dict[str, list[Part]](), dict[str, Line]()
    for answer in report["indicators"]:
        if answer["name"] not in REGISTRY:
            continue
        indicator = REGISTRY[answer["name"]]
        lines = [_line(indicator, key, each, unit, lang, aims) for key, each in answer["figures"].items()]
        every |= {line.key: line for line in lines}
        sayable = tuple(each for each in lines if each.number is not None)
        if sayable:
            found.setdefault(indicator.section, []).append(_part(indicator, sayable, lang))
    headings = tuple(
        Heading(pair[lang == "fr"], tuple(found[letter])) for letter, pair in SECTIONS.items() if letter in found
    )
    first = (every[key] for key in FIRST if key in every and (every[key].number is not None or key in COUNTS))
    named = (replace(line, label=alone(line.key, line.label, lang)) for line in first)
    return Told(tuple(named), _months(report, unit, lang), headings)


def _part(indicator: Indicator, lines: tuple[Line, ...], lang: str) -> Part:
    return Part(*method_of(indicator, lang), lines)


def _line(
    indicator: Indicator, key: str, each: dict[str, Any], unit: CurrencyFacts, lang: str, aims: dict[str, Target]
) -> Line:
    name = f"{indicator.name}.{key}"
    figure, aim = figure_of(each, name), aims.get(name)
    flag = (figure.flag or indicator.flag).value
    return Line(
        name, wording.label(indicator.figures.get(key), key, lang), wording.figure(figure, unit, lang),
        None if figure.value is None else number(figure.value, figure.unit, unit),
        counted_in(figure.unit, unit.code, lang), flag, flag_word(flag, lang), figure.n, indicator,
        "" if aim is None else wording.cell(aim.value, figure.unit, unit, lang),
    )  # fmt: skip


def _months(report: dict[str, Any], unit: CurrencyFacts, lang: str) -> Months | None:
    """None for less than two months: the figures above say it all."""
    mine = {name for name, _ in MONTHLY}
    tables = {
        each["name"]: each["tables"]["by_month"]
        for each in report["indicators"]
        if each["name"] in mine and "by_month" in each["tables"]
    }
    months = sorted({row[table["columns"].index("month")] for table in tables.values() for row in table["rows"]})
    heads, counts, columns = list[str](), list[str](), list[list[tuple[str, Number | None]]]()
    for name, column in MONTHLY:
        found = _column(tables.get(name), column)
        if any(value is not None for value in found.values()):
            counted = Unit.SHARE if name == "recirculation" else Unit(tables[name]["units"][column])
            label = wording.label(REGISTRY[name].columns.get(column), column, lang)
            heads.append(alone(f"{name}.{column}", label, lang))
            counts.append(counted_in(counted, unit.code, lang))
            columns.append([_cell(found.get(month), counted, unit, lang) for month in months])
    if len(months) < 2 or not columns:
        return None
    rows = zip(months, zip(*columns, strict=True), strict=True)
    return Months(tuple(heads), tuple(counts), tuple((month_word(month, lang), cells) for month, cells in rows))


def _column(table: dict[str, Any] | None, column: str) -> dict[str, int | float | None]:
    """By month."""
    if table is None or column not in table["columns"]:
        return {}
    at, month = table["columns"].index(column), table["columns"].index("month")
    return {row[month]: row[at] for row in table["rows"]}


def _cell(value: int | float | None, counted: Unit, unit: CurrencyFacts, lang: str) -> tuple[str, Number | None]:
    said = wording.cell(value, counted, unit, lang, bare=True)
    return said, None if value is None else number(value, counted, unit)


def said(key: str, lang: str) -> str:
    """The label of "indicator.figure"; the key itself where there is none such."""
    name, _, figure = key.partition(".")
    return wording.label(REGISTRY[name].figures.get(figure), figure, lang) if name in REGISTRY else key
