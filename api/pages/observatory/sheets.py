"""The table of the pilots as pages of a workbook: figures with their method, and what went between the currencies."""

from __future__ import annotations

from typing import Any

from api.pages.frame.figures import number
from api.pages.frame.looking import Period, Pilot
from api.pages.frame.sheets import Cell, Sheet
from api.pages.frame.visit import Visit
from api.pages.observatory.between import Between, words
from api.pages.observatory.shown import Row
from ledger.analytics.answers.figures import Unit


def figures(
    visit: Visit, some: list[Pilot], rows: list[Row], period: Period, heads: list[dict[str, Any]]
) -> Sheet:
    """Every figure of every pilot as a number with what it counts, and its aim; then what proves them."""
    lines: list[list[Cell]] = [[visit.text("Figure")]]
    for each in some:
        lines[0] += [f"{each.name} {each.currency}", visit.text("Counted in"), visit.text("Aim")]
    lines[0] += [visit.text("Standing"), visit.text("Meaning"), visit.text("Formula"), visit.text("Source")]
    for row in rows:
        line: list[Cell] = [row.label]
        for cell in row.cells:
            said = visit.text("hidden") if cell.hidden else cell.text
            line += [cell.number or said, cell.counts, cell.target]
        lines.append([*line, row.standing, *row.method[1:]])
    below: list[tuple[str, list[str]]] = [
        (visit.text("Months"), [f"{period.first} – {period.last}" for _ in some]),
        (visit.text("As of entry"), [str(each["entry"]) for each in heads]),
        (visit.text("Merkle root"), [each["root"] for each in heads]),
    ]
    for name, proofs in below:
        lines.append([name, *(cell for each in proofs for cell in (each, "", ""))])
    return Sheet(visit.text("Figures"), lines)


def flows(visit: Visit, found: Between) -> Sheet:
    """One line for each month and way."""
    told = words(visit.lang)
    lines: list[list[Cell]] = [
        [visit.text("Month"), visit.text("From and to"), visit.text("Amount"), visit.text("Counted in"), visit.text("Payments")]
    ]
    for month, cells in found.rows:
        for (name, unit), cell in zip(found.ways, cells, strict=True):
            if cell is None:
                continue
            if cell.amount is None or cell.payments is None:
                lines.append([month, name, visit.text("hidden"), unit.code, ""])
            else:
                amount = number(cell.amount, Unit.CURRENCY, unit)
                lines.append([month, name, amount, unit.code, number(cell.payments, Unit.COUNT, unit)])
    lines += [[], [told["meaning"]], [told["formula"]], [told["source"]]]
    return Sheet(visit.text("Between currencies"), lines)
