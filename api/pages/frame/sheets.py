"""Tables as CSV and XLSX: numbers as numbers, and no text that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import Any

from ledger.interchange.spreadsheet import harmless

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
WIDTH, WIDEST = 12, 44
"""Of columns, in characters."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number and how a spreadsheet shows it, e.g. "0.0%"."""

    value: int | float | Decimal
    form: str = "General"


Cell = str | Number | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines under one title; the first holds the headings."""

    title: str
    lines: Sequence[Sequence[Cell]]


MARKS = {"fr": (";", ","), "en": (",", ".")}
"""Between columns, and in a number: what a spreadsheet of the language expects."""


def as_csv(sheets: Sequence[Sheet], lang: str = "en") -> bytes:
    """One after the other, an empty line between; shares as fractions."""
    between, point = MARKS[lang]
    text = io.StringIO()
    for at, sheet in enumerate(sheets):
        if at:
            text.write("\r\n")
        csv.writer(text, delimiter=between).writerows([[_plain(cell, point) for cell in line] for line in sheet.lines])
    return marked(text.getvalue())


def marked(text: str | bytes) -> bytes:
    """UTF-8 with the mark by which a spreadsheet knows it, without which it spoils every accent."""
    return BOM_UTF8 + (text.encode() if isinstance(text, str) else text)


def _plain(cell: Cell, point: str) -> str:
    if isinstance(cell, Number):
        return str(cell.value).replace(".", point)
    return harmless(cell or "")


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with a page for each sheet."""
    content = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = import_module("xlsxwriter").Workbook(content, plain)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    forms: dict[str, Any] = {}
    for sheet in sheets:
        page = book.add_worksheet(sheet.title[:31])
        page.freeze_panes(1, 1)
        widths: dict[int, int] = {}
        for at, line in enumerate(sheet.lines):
            for column, cell in enumerate(line):
                if isinstance(cell, Number):
                    form = forms.setdefault(cell.form, book.add_format({"num_format": cell.form}))
                    page.write_number(at, column, cell.value, form)
                elif cell:
                    page.write_string(at, column, cell, bold if at == 0 else None)
                    widths[column] = max(widths.get(column, WIDTH), min(len(cell) + 1, WIDEST))
        for column, width in widths.items():
            page.set_column(column, column, width)
    book.close()
    made: bytes = content.getvalue()
    return made
