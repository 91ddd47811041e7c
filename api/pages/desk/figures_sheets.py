"""The desk's figures as sheets: each with its definition, then month by month, then what proves them."""

from __future__ import annotations

from typing import Any

from api.pages.desk.figures_told import Told
from api.pages.frame.looking import Period
from api.pages.frame.sheets import Cell, Number, Sheet
from api.pages.frame.visit import Visit


def sheets(visit: Visit, told: Told, period: Period, head: dict[str, Any]) -> list[Sheet]:
    """What `frame.sheets` writes."""
    heads: list[Cell] = [
        visit.text("Figure"), visit.text("Value"), visit.text("Counted in"), visit.text("In words"), visit.text("Aim"),
        visit.text("Standing"), visit.text("Observations"), visit.text("Formula"), visit.text("Source"),
    ]  # fmt: skip
    shown = {line.key for line in told.first}
    every = [*told.first, *(line for line in told.lines if line.key not in shown)]
    lines: list[list[Cell]] = [heads] + [
        [
            line.label, line.number, line.counts, line.text, line.aim, line.standing,
            None if line.n is None else Number(line.n, "#,##0"), line.indicator.formula, line.indicator.source,
        ]
        for line in every
    ]  # fmt: skip
    lines += [
        [],
        [visit.text("Months"), f"{period.first} – {period.last}"],
        [visit.text("As of entry"), Number(head["entry"], "#,##0")],
        [visit.text("Merkle root"), head["root"]],
    ]
    found = [Sheet(visit.text("Figures"), lines)]
    if told.months is not None:
        months: list[list[Cell]] = [
            [visit.text("Month"), *(_headed(*each) for each in zip(told.months.heads, told.months.counts, strict=True))]
        ]
        months += [[month, *(each for _, each in cells)] for month, cells in told.months.rows]
        found.append(Sheet(visit.text("Month by month"), months))
    return found


def _headed(head: str, counts: str) -> str:
    return f"{head} ({counts})" if counts else head
