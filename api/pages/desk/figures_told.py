"""A report's figures in words, by heading, and as a workbook: what the desk shows of it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from api.pages.frame.looking import Pilot
from ledger.analytics.answers import wording
from ledger.analytics.answers.figures import Figure, Flag, Unit
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.source.scene import CurrencyFacts


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `value` is its number for a workbook, None where it cannot be said and `text` says why."""

    key: str
    label: str
    text: str
    value: int | float | None
    flag: str
    n: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """An indicator with its figures and its definition."""

    name: str
    title: str
    meaning: str
    formula: str
    source: str
    lines: tuple[Line, ...]


def parts(report: dict[str, Any], pilot: Pilot, lang: str) -> list[Part]:
    """Those that say something, in the order of the report."""
    unit = CurrencyFacts(pilot.currency, pilot.scale, pilot.model)
    found = []
    for answer in report["indicators"]:
        if answer["name"] not in REGISTRY:
            continue
        indicator = REGISTRY[answer["name"]]
        lines = tuple(_line(indicator, key, each, unit, lang) for key, each in answer["figures"].items())
        if any(each.value is not None for each in lines):
            french = lang == "fr"
            title, meaning = (indicator.title_fr, indicator.meaning_fr) if french else (indicator.title, indicator.meaning)
            found.append(Part(indicator.name, title, meaning, indicator.formula, indicator.source, lines))
    return found


def _line(indicator: Indicator, key: str, each: dict[str, Any], unit: CurrencyFacts, lang: str) -> Line:
    flag = each.get("flag")
    figure = Figure(
        each["value"], Unit(each["unit"]), each.get("n"), each.get("low"), each.get("high"),
        None if flag is None else Flag(flag), each.get("why", ""),
    )  # fmt: skip
    label = wording.label(indicator.figures.get(key), key, lang)
    text = wording.figure(figure, unit, lang)
    return Line(f"{indicator.name}.{key}", label, text, figure.value, (figure.flag or indicator.flag).value, figure.n)


def said(key: str, lang: str) -> str:
    """The label of "indicator.figure"; the key itself where there is none such."""
    name, _, figure = key.partition(".")
    return wording.label(REGISTRY[name].figures.get(figure), figure, lang) if name in REGISTRY else key


HEADS = {
    "en": ("Figure", "Key", "Said", "Number, in smallest units", "Standing", "Observations", "Formula", "Source"),
    "fr": ("Indicateur", "Clé", "En clair", "Nombre, en plus petites unités", "Origine", "Observations", "Formule", "Source"),
}


def book(report: dict[str, Any], pilot: Pilot, lang: str) -> bytes:
    """The figures as XLSX, the entry and root that prove them below."""
    content = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    made = import_module("xlsxwriter").Workbook(content, plain)
    sheet, bold = made.add_worksheet(), made.add_format({"bold": True})
    sheet.write_row(0, 0, HEADS[lang], bold)
    rows = [
        (part, line) for part in parts(report, pilot, lang) for line in part.lines if line.value is not None
    ]
    for at, (part, line) in enumerate(rows, 1):
        flag = wording.FLAGS[Flag(line.flag)][lang == "fr"]
        sheet.write_row(at, 0, (line.label, line.key, line.text, line.value, flag, line.n or "", part.formula, part.source))
    sheet.write_row(len(rows) + 2, 0, ("entry", report["head"]["entry"], "root", report["head"]["root"]))
    sheet.set_column(0, len(HEADS[lang]) - 1, 24)
    made.close()
    return content.getvalue()
