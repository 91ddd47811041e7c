"""Indicators and their answers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.schemas.common import Out


class IndicatorOut(Out):
    """One indicator that can be asked for."""

    name: str
    section: str = Field(description="Part of a Region's report, A to J.")
    title: str
    meaning: str
    formula: str
    source: str
    flag: str = Field(description="measured, declared or estimated")
    models: list[str] = Field(description="Kinds of currency for which it says something.")
    needs: list[str] = Field(description="Data from beside the ledger without which it says nothing.")


class IndicatorsOut(Out):
    """All of them, in the order of a report."""

    items: list[IndicatorOut]


class ReportHeadOut(Out):
    """What was looked at; with an export of the journal anybody can compute the same figures."""

    community: str
    currency: str
    scale: int
    model: str | None
    from_: str = Field(alias="from")
    to: str
    window: list[int] = Field(description="Start, end, and the moment from which nothing counts, seconds.")
    entry: int
    root: str = Field(description="Merkle root at that entry, hexadecimal.")
    undone: int
    internal: int
    movements: int
    program: str
    facts: str = Field(
        description="SHA-256 of what was known of members beside the journal; empty for nothing."
    )
    beside: dict[str, str]


class FigureOut(Out):
    """A number with its unit, or why there is none. Currency is minor units."""

    value: int | float | None
    unit: str
    n: int | None = None
    low: int | float | None = None
    high: int | float | None = None
    flag: str | None = None
    why: str | None = None


class TableOut(Out):
    """Rows under columns."""

    columns: list[str]
    units: dict[str, str]
    rows: list[list[Any]]


class AnswerOut(Out):
    """What one indicator answers."""

    name: str
    section: str
    title: str
    formula: str
    source: str
    flag: str
    figures: dict[str, FigureOut]
    tables: dict[str, TableOut]
    notes: list[str]
    missing: list[str]


class ReportOut(Out):
    """A report; also as CSV, Parquet, SVG or PDF."""

    ricochet_report: int
    head: ReportHeadOut
    indicators: list[AnswerOut]
