"""A report's figures as the observatory shows them: which ones, under which words, and what a dash means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.association.region import Target
from api.pages.frame.figures import alone, counted_in, figure_of, flag_word, number, unit_of
from api.pages.frame.looking import Pilot
from api.pages.frame.sheets import Number
from ledger.analytics.answers import wording
from ledger.analytics.answers.figures import Result, Table, Unit
from ledger.analytics.answers.methods import Method, method_of
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.comparing.disclosure import HIDDEN
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.chart_style import PAGE_FONT
from ledger.analytics.report.charts import svg
from ledger.core.accounts import Model

ROWS = (
    ("participation", "registered"), ("participation", "dues_paid"), ("participation", "active_90"),
    ("circulation", "average"), ("velocity", "volume"), ("velocity", "per_year"), ("holding", "holding_days"),
    ("recirculation", "recirculation"), ("recirculation", "reconversion"), ("rounds", "lm3"), ("rounds", "lm_inf"),
    ("leakage", "leak_share"), ("area_flows", "same_share"), ("circularity", "circularity"),
    ("concentration", "gini_received"), ("merchants", "top_10_share"), ("hours", "hours"), ("credit_health", "limit_use"),
)  # fmt: skip
"""(indicator, figure) side by side, from people to money to territory."""
IN_PERCENT = frozenset(
    {
        "recirculation.recirculation", "recirculation.reconversion", "leakage.leak_share", "area_flows.same_share",
        "circularity.circularity", "merchants.top_10_share", "credit_health.limit_use",
    }
)  # fmt: skip
IN_UNITS = frozenset({"circulation.average", "velocity.volume", "hours.hours"})
"""How aims are typed: these in percent, those in whole units of the currency, the others as plain numbers."""
_TYPED = re.compile(r"([0-9]{1,12}(?:[.,][0-9]{1,4})?)\s*%?", re.ASCII)
CHARTS = ("circulation", "velocity", "in_and_out", "recirculation", "age", "holding", "sector_flows", "area_flows")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one pilot, in words. `target` "" where none was set."""

    text: str
    hidden: bool = False
    silent: bool = False
    """It cannot be said; `text` says why."""
    flag: str = ""
    n: int | None = None
    number: Number | None = None
    """For spreadsheets; `counts` is what it counts."""
    counts: str = ""
    target: str = ""
    reached: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One definition, and what it is for each pilot."""

    key: str
    label: str
    indicator: Indicator
    method: Method
    standing: str
    """Measured, declared or estimated, in words."""
    cells: tuple[Cell, ...]


def rows(
    some: list[tuple[Pilot, dict[str, Any], dict[str, Target]]], lang: str, only: tuple[str, ...] = ()
) -> list[Row]:
    """The rows in which at least one pilot says something, and the three counts of members in any case.

    `only` names the indicators that may be shown.
    """
    found = []
    for name, key in ROWS:
        if only and name not in only:
            continue
        indicator = REGISTRY[name]
        cells = tuple(_cell(pilot, report, targets, name, key, lang) for pilot, report, targets in some)
        if any(not cell.silent for cell in cells) or (name, key) in ROWS[:3]:
            label = alone(f"{name}.{key}", wording.label(indicator.figures.get(key), key, lang), lang)
            flag = next((cell.flag for cell in cells if not cell.silent), indicator.flag.value)
            standing = flag_word(flag, lang)
            found.append(Row(f"{name}.{key}", label, indicator, method_of(indicator, lang), standing, cells))
    return found


def _cell(
    pilot: Pilot, report: dict[str, Any], targets: dict[str, Target], name: str, key: str, lang: str
) -> Cell:
    answer = next((each for each in report["indicators"] if each["name"] == name), None)
    said = None if answer is None else answer["figures"].get(key)
    if answer is None or said is None:
        return Cell("–", silent=True)
    figure = figure_of(said, f"{name}.{key}")
    unit = unit_of(pilot)
    goal = targets.get(f"{name}.{key}")
    flag = (figure.flag or REGISTRY[name].flag).value
    if figure.value is None:
        hidden = figure.why == HIDDEN
        return Cell(wording.figure(figure, unit, lang), hidden=hidden, silent=not hidden, flag=flag)
    return Cell(
        wording.figure(figure, unit, lang), flag=flag, n=figure.n, number=number(figure.value, figure.unit, unit),
        counts=counted_in(figure.unit, pilot.currency, lang),
        target="" if goal is None else wording.cell(goal.value, figure.unit, unit, lang),
        reached=None if goal is None else figure.value >= goal.value,
    )  # fmt: skip


def answered(report: dict[str, Any], name: str) -> Result | None:
    """An indicator's answer in a report; None where it is not there."""
    answer = next((each for each in report["indicators"] if each["name"] == name), None)
    if answer is None or name not in REGISTRY:
        return None
    return Result(
        {key: figure_of(said) for key, said in answer["figures"].items()},
        {key: table_of(said) for key, said in answer["tables"].items()},
        tuple(answer["notes"]),
    )


def picture(report: dict[str, Any], pilot: Pilot, name: str, lang: str) -> str | None:
    """The chart of an indicator as SVG, drawn from the report that is shown; None where it has none."""
    result = answered(report, name)
    return None if result is None else svg(REGISTRY[name], result, unit_of(pilot), lang, PAGE_FONT)


def title_of(name: str, lang: str) -> str:
    """The title of an indicator."""
    return REGISTRY[name].title_fr if lang == "fr" else REGISTRY[name].title


def table_of(said: dict[str, Any]) -> Table:
    """A table from its JSON."""
    units = {name: Unit(unit) for name, unit in said["units"].items()}
    return Table(tuple(said["columns"]), tuple(tuple(row) for row in said["rows"]), units)


def label_of(key: str, lang: str) -> str:
    """The label of "indicator.figure"; the key itself where there is none such."""
    name, _, figure = key.partition(".")
    return wording.label(REGISTRY[name].figures.get(figure), figure, lang) if name in REGISTRY else key


def aim_of(typed: str, key: str, pilot: Pilot) -> float | None:
    """An aim as it is kept, in the figure's own unit; None for what is no number."""
    said = _TYPED.fullmatch(typed.strip().replace("\u202f", "").replace(" ", ""))
    if said is None:
        return None
    number = Decimal(said[1].replace(",", "."))
    if key in IN_PERCENT:
        number /= 100
    elif key in IN_UNITS:
        number *= 60 if pilot.model is Model.TIME else 10**pilot.scale
    return float(number)


def typed_in(key: str, lang: str) -> str:
    """What an aim for a figure is typed in, "" for a plain number."""
    if key in IN_PERCENT:
        return "%"
    return ("unités de la monnaie" if lang == "fr" else "units of the currency") if key in IN_UNITS else ""
