"""A report as plain values and as files: JSON that can be checked again, and one long table as CSV or Parquet.

Whole numbers stay whole: amounts are minor units, and amount x seconds may pass 2**53, which a reader of JSON must bear.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ledger.analytics.answers.figures import Cell, Figure, Table
from ledger.analytics.report.whole import SECTIONS, Answer, Head, Report
from ledger.interchange.spreadsheet import harmless

FORMAT = 1
BIG = 2**63


def plain(report: Report) -> dict[str, Any]:
    """The report as JSON has it; docs/reference/reports.md says what each field means."""
    return {
        "ricochet_report": FORMAT,
        "head": head_plain(report.head),
        "indicators": [_answer(answer) for answer in report.answers],
    }


def to_json(report: Report) -> str:
    """As text, indented."""
    return json.dumps(plain(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def head_plain(head: Head) -> dict[str, Any]:
    """What was looked at."""
    start, end = head.window.text()
    return {
        "community": head.community,
        "currency": head.currency.code,
        "scale": head.currency.scale,
        "model": None if head.currency.model is None else head.currency.model.value,
        "from": start,
        "to": end,
        "window": [head.window.start, head.window.end, head.window.stop],
        "entry": head.as_of,
        "root": head.root,
        "undone": head.undone,
        "internal": head.internal,
        "movements": head.movements,
        "program": head.program,
        "facts": head.facts,
        "beside": dict(head.beside),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    indicator, result = answer.indicator, answer.result
    return {
        "name": indicator.name,
        "section": indicator.section,
        "title": indicator.title,
        "formula": indicator.formula,
        "source": indicator.source,
        "flag": indicator.flag.value,
        "figures": {key: _figure(figure) for key, figure in result.figures.items()},
        "tables": {key: _table(table) for key, table in result.tables.items()},
        "notes": list(result.notes),
        "missing": list(answer.missing),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    said: dict[str, Any] = {"value": figure.value, "unit": figure.unit.value}
    for name in ("n", "low", "high"):
        value = getattr(figure, name)
        if value is not None:
            said[name] = value
    if figure.flag is not None:
        said["flag"] = figure.flag.value
    if figure.why:
        said["why"] = figure.why
    return said


def _table(table: Table) -> dict[str, Any]:
    return {
        "columns": list(table.columns),
        "units": {name: unit.value for name, unit in table.units.items()},
        "rows": [list(row) for row in table.rows],
    }


# --- one long table: a line for each figure and for each cell ---

COLUMNS = (
    "section", "indicator", "item", "row", "column", "value", "unit", "n", "low", "high", "flag", "why",
)  # fmt: skip


def lines(report: Report) -> Iterator[tuple[Cell, ...]]:
    """The lines of the long table. For a figure `row` and `column` are empty; rows count from 1."""
    for answer in report.answers:
        indicator, result = answer.indicator, answer.result
        for key, figure in result.figures.items():
            flag = (figure.flag or indicator.flag).value
            yield (
                indicator.section, indicator.name, key, None, None, figure.value, figure.unit.value, figure.n,
                figure.low, figure.high, flag, figure.why or None,
            )  # fmt: skip
        for key, table in result.tables.items():
            for number, row in enumerate(table.rows, 1):
                for name, cell in zip(table.columns, row, strict=True):
                    unit = table.units.get(name)
                    yield (
                        indicator.section, indicator.name, key, number, name, cell,
                        None if unit is None else unit.value, None, None, None, indicator.flag.value, None,
                    )  # fmt: skip


def to_csv(report: Report) -> str:
    """The long table, comma and UTF-8; a number has a decimal point and all its digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in line] for line in lines(report))
    return out.getvalue()


def to_parquet(report: Report) -> bytes:
    """The long table with the head as its metadata; `value` as a float, `whole` where it is a whole number, `text` else."""
    rows = list(lines(report))
    columns: dict[str, pa.Array] = {}
    for at, name in enumerate(COLUMNS):
        cells = [row[at] for row in rows]
        if name == "value":
            columns |= _values(cells)
        elif name in ("low", "high"):
            columns[name] = pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
        elif name in ("row", "n"):
            columns[name] = pa.array(cells, pa.int64())
        else:
            columns[name] = pa.array(cells, pa.string())
    table = pa.table(columns).replace_schema_metadata(
        {"ricochet_report": json.dumps(head_plain(report.head))}
    )
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _values(cells: list[Cell]) -> dict[str, pa.Array]:
    numbers = [
        float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None
        for cell in cells
    ]
    wholes = [
        cell if isinstance(cell, int) and not isinstance(cell, bool) and -BIG <= cell < BIG else None
        for cell in cells
    ]
    texts = [
        cell if isinstance(cell, str) else str(cell).lower() if isinstance(cell, bool) else None
        for cell in cells
    ]
    return {
        "value": pa.array(numbers, pa.float64()),
        "whole": pa.array(wholes, pa.int64()),
        "text": pa.array(texts, pa.string()),
    }


def titles(lang: str) -> dict[str, str]:
    """Titles of the parts, by letter."""
    return {letter: pair[lang == "fr"] for letter, pair in SECTIONS.items()}
