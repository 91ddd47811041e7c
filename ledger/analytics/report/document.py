"""A report as a tagged PDF: cover, parts A to J, charts beside their tables, a method sheet for each indicator.

Typst sets it from its own fonts, without a network. This module only decides what is said and hands it over as JSON.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger.analytics.answers.figures import WHOLE, About, Cell, Figure, Flag, Table, Unit
from ledger.analytics.answers.methods import formula, source
from ledger.analytics.answers.reasons import note
from ledger.analytics.answers.value_words import text_word
from ledger.analytics.answers.wording import FLAGS, cell, figure, label, unit_word
from ledger.analytics.report.charts import Chart, charts
from ledger.analytics.report.document_words import LACKING, MAIN, SILENT, UNKNOWN, WORDS, days
from ledger.analytics.report.whole import SECTIONS, Answer, Report
from ledger.core.accounts import Model

ROWS = 14
"""Rows of a long table that the page shows; up to `ROWS_IF_ALL` it shows all. The data file has every row."""
ROWS_IF_ALL = 24
WHOLE_REPORT = 4
"""From so many parts on it is a whole report: it has a table of contents and says which parts are silent."""
DRAWN_ONLY = frozenset({("holding", "durations"), ("retention", "curves")})
"""Long tables whose chart and whose summary, the table after it, say all that a page can."""
SERIES = ("month", "period")
"""First columns of tables that go along time: the page shows their end, the chart all of it."""
GROUPS = ("area", "sector")
"""First columns of tables of groups: the page shows the largest by their first number."""
SHRINK = 0.66
"""Points for each pixel of a chart."""
PAGE = 482.0
"""Width of the text, points."""
TEMPLATE = Path(__file__).parent / "templates" / "report.typ"

_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Plain = dict[str, Any]


def pdf(report: Report, lang: str = "en") -> bytes:
    """The report as PDF/UA-1."""
    made: bytes = _compiled(report, lang, format="pdf", pdf_standards=["ua-1"])
    return made


def pages(report: Report, lang: str = "en", ppi: float = 60.0) -> list[bytes]:
    """Each page as PNG, to be looked at."""
    made = _compiled(report, lang, format="png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def _compiled(report: Report, lang: str, **how: Any) -> Any:
    import typst  # loads its compiler: only when a document is asked for

    with tempfile.TemporaryDirectory(prefix="ricochet-report-") as folder:
        place = Path(folder)
        said = content(report, lang, place)
        (place / "report.json").write_text(
            json.dumps(said, ensure_ascii=False, allow_nan=False), encoding="utf-8"
        )
        (place / "report.typ").write_bytes(TEMPLATE.read_bytes())
        return typst.compile(place / "report.typ", root=place, ignore_system_fonts=True, **how)


def content(report: Report, lang: str, folder: Path) -> Plain:
    """Everything the pages say, in a language; charts are written into `folder` as SVG."""
    words = {name: pair[lang == "fr"] for name, pair in WORDS.items()}
    head = report.head
    whole = len(report.sections) >= WHOLE_REPORT
    foreign = head.currency.model is None
    sections = [
        {
            "title": f"{section.letter}. {label(SECTIONS[section.letter], section.letter, lang)}",
            "said": "",
            "answers": [_answer(report, each, lang, folder) for each in section.answers],
        }
        for section in report.sections
    ]
    if whole:
        sections = _with_silent(sections, lang)
    return {
        "lang": lang,
        "words": words,
        "title": f"{head.community} · {unit_word(head.currency, lang)}",
        "kicker": words["kicker"],
        "program": f"ricochet {head.program}",
        "window": words["window_said"].format(*days(head.window, lang)),
        "short-proof": words["rows_proof" if foreign else "proof"].format(head.as_of, head.root[:16]),
        "facts": [
            (words["rows" if foreign else "entry"], f"{head.as_of}", False),
            (words["sha256" if foreign else "root"], head.root, True),
            (words["movements"], _number(head.movements, lang), False),
            (words["left_out"], words["left_out_said"].format(head.undone, head.internal), False),
            *((words["facts"], head.facts, True) for _ in [0] if head.facts),
            *((f"{words['beside']}: {name}", hashed, True) for name, hashed in head.beside.items()),
            (words["program"], f"ricochet {head.program}", False),
        ],
        "again": words["again_rows" if foreign else "again"],
        "main": _main(report, lang),
        "outline": whole,
        "sections": sections,
        "sheets": [_sheet(report, each, lang) for each in report.answers],
    }


def _with_silent(sections: Sequence[Plain], lang: str) -> list[Plain]:
    """All parts A to I; those without an answer say what they would need."""
    by_letter = {section["title"][0]: section for section in sections}
    found = []
    for letter, pair in SECTIONS.items():
        if letter in by_letter:
            found.append(by_letter[letter])
        elif letter in SILENT:
            title = f"{letter}. {pair[lang == 'fr']}"
            found.append({"title": title, "said": SILENT[letter][lang == "fr"], "answers": []})
    return found


def _main(report: Report, lang: str) -> list[Plain]:
    """The figures that stand on the cover, where the report has them."""
    results = {each.indicator.name: each for each in report.answers}
    found = []
    for name, key in MAIN:
        each = results.get(name)
        said = None if each is None else each.result.figures.get(key)
        if each is not None and said is not None and said.value is not None:
            bare = Figure(said.value, said.unit)
            title = label((each.indicator.title, each.indicator.title_fr), name, lang)
            words = label(each.indicator.figures.get(key), key, lang)
            found.append({"value": figure(bare, report.head.currency, lang), "title": title, "label": words})
    return found[:4]


def _answer(report: Report, answer: Answer, lang: str, folder: Path) -> Plain:
    indicator, result, currency = answer.indicator, answer.result, report.head.currency
    drawn = {each.table: each for each in charts(indicator, result, currency, lang)}
    needs = [LACKING.get(each, (each, each))[lang == "fr"] for each in answer.missing]
    return {
        "title": label((indicator.title, indicator.title_fr), indicator.name, lang),
        "meaning": label((indicator.meaning, indicator.meaning_fr), indicator.name, lang),
        "missing": " ".join(needs),
        "figures": [_figure(answer, key, each, report, lang) for key, each in result.figures.items()],
        "tables": [
            {
                "chart": _chart(f"{indicator.name}-{key}.svg", drawn[key], folder) if key in drawn else None,
                **_table(answer, key, each, report, lang),
            }
            for key, each in result.tables.items()
            if each.rows
        ],
        "notes": [note(code, lang) for code in result.notes],
    }


def _figure(answer: Answer, key: str, each: Figure, report: Report, lang: str) -> Plain:
    flag = FLAGS[each.flag or answer.indicator.flag]
    return {
        "label": label(answer.indicator.figures.get(key), key, lang),
        "value": figure(each, report.head.currency, lang),
        "given": each.value is not None,
        "n": "" if each.n is None else _number(each.n, lang),
        "flag": flag[lang == "fr"],
    }


def _chart(name: str, each: Chart, folder: Path) -> Plain:
    (folder / name).write_text(each.svg, encoding="utf-8")
    return {
        "file": name,
        "title": each.title,
        "alt": each.description,
        "width": min(each.width * SHRINK, PAGE),
    }


def _table(answer: Answer, key: str, table: Table, report: Report, lang: str) -> Plain:
    currency = report.head.currency
    shown = _shown(answer.indicator.name, key, table)
    units = [table.units.get(name) for name in table.columns]
    groups = {table.columns[0], *(table.about.keys if isinstance(table.about, About) else ())} - set(table.units)
    title = label(answer.indicator.tables.get(key), key, lang)
    if Unit.CURRENCY in units:
        counted = WORDS["in_hours"][lang == "fr"] if currency.model is Model.TIME else unit_word(currency, lang)
        title = f"{title} ({counted})"
    rows = [
        [
            _short(text_word(name, each, lang))
            if isinstance(each, str)
            else UNKNOWN[lang == "fr"]
            if each is None and name in groups
            else cell(each, unit, currency, lang, bare=True)
            for name, each, unit in zip(table.columns, row, units, strict=True)
        ]
        for row in shown
    ]
    left = len(table.rows) - len(shown)
    return {
        "title": title,
        "headings": [label(answer.indicator.columns.get(name), name, lang) for name in table.columns],
        "numeric": [_numeric(table, at) for at in range(len(table.columns))],
        "rows": rows,
        "more": WORDS[_more(table, shown)][lang == "fr"].format(_number(left, lang)) if left else "",
    }


def _shown(name: str, key: str, table: Table) -> Sequence[tuple[Cell, ...]]:
    """All rows of a short table; of a long one the latest months, the largest groups, else the first."""
    if (name, key) in DRAWN_ONLY:
        return ()
    if len(table.rows) <= ROWS_IF_ALL:
        return table.rows
    if table.columns[0] in SERIES:
        return table.rows[-ROWS:]
    if table.about is not None and table.about is not WHOLE:
        size = table.about.value
    elif table.columns[0] in GROUPS and table.units:
        size = next(iter(table.units))
    else:
        return table.rows[:ROWS]
    sizes = [each if isinstance(each, int | float) else 0 for each in table.column(size)]
    order = sorted(range(len(sizes)), key=lambda at: -sizes[at])
    return [table.rows[at] for at in order[:ROWS]]


def _more(table: Table, shown: Sequence[tuple[Cell, ...]]) -> str:
    """The words for the rows that a page leaves out."""
    if not shown:
        return "drawn"
    return "earlier" if table.columns[0] in SERIES else "more"


def _short(text: str) -> str:
    """An account's name by its last part, the only one that is its own; any other text as it is."""
    return f"…{text[-8:]}" if _UID.fullmatch(text) else text


def _numeric(table: Table, at: int) -> bool:
    return table.columns[at] in table.units or any(isinstance(row[at], int | float) for row in table.rows)


def _sheet(report: Report, answer: Answer, lang: str) -> Plain:
    """How an indicator is defined, so that anybody can compute it again."""
    indicator, head = answer.indicator, report.head
    words = {name: pair[lang == "fr"] for name, pair in WORDS.items()}
    start, end = head.window.text()
    counted = [each.n for each in answer.result.figures.values() if each.n is not None]
    flags = {each.flag or indicator.flag for each in answer.result.figures.values()} or {indicator.flag}
    lines = [
        (words["name"], f"ricochet report {indicator.name}"),
        (words["formula"], formula(indicator, lang)),
        (words["source"], source(indicator, lang)),
        (words["window"], f"[{start}, {end})"),
        (words["standing"], ", ".join(FLAGS[flag][lang == "fr"] for flag in Flag if flag in flags)),
        (words["exclusions"], words["left_out_said"].format(head.undone, head.internal)),
        (words["n"], f"{_number(max(counted), lang)}" if counted else "–"),
    ]
    if indicator.needs:
        used = ", ".join(
            f"{name} ({head.beside[name][:16]})" if name in head.beside else name
            for name in sorted(indicator.needs)
        )
        lines.append((words["beside"], used))
    return {"title": label((indicator.title, indicator.title_fr), indicator.name, lang), "lines": lines}


def _number(value: int, lang: str) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=lang))
