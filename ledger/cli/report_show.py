"""A report on the terminal, or as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from ledger.analytics.answers.figures import Table
from ledger.analytics.answers.methods import formula
from ledger.analytics.answers.reasons import note
from ledger.analytics.answers.value_words import text_word
from ledger.analytics.answers.wording import FLAGS, cell, clock, figure, label, unit_word
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.charts import charts
from ledger.analytics.report.document import pdf
from ledger.analytics.report.whole import SECTIONS, Answer, Head, Report
from ledger.analytics.report.written import to_csv, to_json, to_parquet
from ledger.cli.common import COULD_NOT_RUN, REFUSED, fail
from ledger.cli.report import Form

ROWS = 15
"""Rows of a table that the terminal shows."""

_HEAD: dict[str, tuple[str, str]] = {
    "window": ("Window", "Période"),
    "entry": ("As of entry", "Jusqu'à l'écriture"),
    "root": ("Merkle root", "Racine de Merkle"),
    "rows": ("Rows of the file", "Lignes du fichier"),
    "sha256": ("Its SHA-256", "Son SHA-256"),
    "movements": ("Movements in the window", "Mouvements de la période"),
    "left out": (
        "Left out: reversed with their reversals / inside one owner",
        "Écartés : annulés et leurs annulations / chez un même titulaire",
    ),
    "program": ("Computed by", "Calculé par"),
    "missing": ("needs data from beside the ledger: {0}", "demande des données hors registre : {0}"),
    "more": ("{0} more rows; --csv has them all", "{0} autres lignes ; --csv les donne toutes"),
    "figure": ("Figure", "Indicateur"),
    "value": ("Value", "Valeur"),
    "standing": ("Standing", "Nature"),
}


def listing(lang: str) -> None:
    """Every indicator with its title."""
    grid = Grid("", "", "", box=None, show_header=False, pad_edge=False)
    for each in REGISTRY:
        grid.add_row(each.name, each.section, label((each.title, each.title_fr), each.name, lang))
    _console().print(grid)


def show(report: Report, form: Form, lang: str, out: Path | None) -> None:
    """Write the report in a form; binary ones need a file."""
    if form in (Form.SVG, Form.PDF, Form.PARQUET) and out is None:
        fail(f"--{form.value} needs --out", COULD_NOT_RUN)
    match form:
        case Form.JSON:
            _text(to_json(report), out)
        case Form.CSV:
            _text(to_csv(report), out)
        case Form.PARQUET:
            _bytes(to_parquet(report), out)
        case Form.PDF:
            _bytes(pdf(report, lang), out)
        case Form.SVG:
            assert out is not None
            _charts(report, lang, out)
        case Form.TEXT:
            with Console(file=out.open("w", encoding="utf-8"), width=120) if out else _console() as console:
                _page(console, report, lang)


def _text(content: str, out: Path | None) -> None:
    if out is None:
        typer.echo(content, nl=False)
    else:
        out.write_text(content, encoding="utf-8")


def _bytes(content: bytes, out: Path | None) -> None:
    assert out is not None
    out.write_bytes(content)


def _charts(report: Report, lang: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    drawn = 0
    for each in report.answers:
        for chart in charts(each.indicator, each.result, report.head.currency, lang):
            place = folder / f"{each.indicator.name}.{chart.table}.svg"
            place.write_text(chart.svg, encoding="utf-8")
            typer.echo(place)
            drawn += 1
    if not drawn:
        fail("there is nothing to draw: no table here has a chart and enough rows", REFUSED)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 120, highlight=False)


def _page(console: Console, report: Report, lang: str) -> None:
    _head(console, report.head, lang)
    for section in report.sections:
        console.print()
        console.rule(
            f"{section.letter}. {label(SECTIONS[section.letter], section.letter, lang)}", align="left"
        )
        for answer in section.answers:
            console.print()
            _answer(console, report.head, answer, lang)


def _head(console: Console, head: Head, lang: str) -> None:
    console.print(Text(f"{head.community} · {unit_word(head.currency, lang)}", style="bold"))
    start, end = head.window.text()
    foreign = head.currency.model is None
    rows = {
        "window": clock((start, end)),
        ("rows" if foreign else "entry"): str(head.as_of),
        ("sha256" if foreign else "root"): head.root,
        "movements": str(head.movements),
        "left out": f"{head.undone} / {head.internal}",
        "program": f"ricochet {head.program}",
    }
    grid = Grid(box=None, show_header=False, pad_edge=False)
    grid.add_column(max_width=50)
    grid.add_column(min_width=len(head.root))
    for key, value in rows.items():
        grid.add_row(label(_HEAD[key], key, lang), value)
    console.print(grid)


def _answer(console: Console, head: Head, answer: Answer, lang: str) -> None:
    indicator, result = answer.indicator, answer.result
    title = label((indicator.title, indicator.title_fr), indicator.name, lang)
    console.print(Text(title, style="bold"), Text(f" {indicator.name}", style="dim"), sep="")
    console.print(Text(formula(indicator, lang), style="dim"))
    if answer.missing:
        console.print(label(_HEAD["missing"], "missing", lang).format(", ".join(answer.missing)))
        return
    if result.figures:
        headings = [label(_HEAD[key], key, lang) for key in ("figure", "value")]
        grid = Grid(*headings, "n", label(_HEAD["standing"], "standing", lang), box=None, pad_edge=False)
        for column in (1, 2):
            grid.columns[column].justify = "right"
        for key, each in result.figures.items():
            grid.add_row(
                label(indicator.figures.get(key), key, lang),
                figure(each, head.currency, lang),
                "" if each.n is None else str(each.n),
                label(FLAGS[each.flag or indicator.flag], "", lang),
            )
        console.print(grid)
    for key, table in result.tables.items():
        console.print()
        console.print(Text(label(indicator.tables.get(key), key, lang), style="italic"))
        _table(console, head, answer, table, lang)
    for code in result.notes:
        console.print(Text(f"* {note(code, lang)}"))


def _table(console: Console, head: Head, answer: Answer, table: Table, lang: str) -> None:
    grid = Grid(box=None, pad_edge=False)
    for name in table.columns:
        number = name in table.units
        grid.add_column(
            label(answer.indicator.columns.get(name), name, lang), justify="right" if number else "left"
        )
    for row in table.rows[:ROWS]:
        grid.add_row(
            *(
                text_word(name, value, lang)
                if isinstance(value, str)
                else cell(value, table.units.get(name), head.currency, lang)
                for name, value in zip(table.columns, row, strict=True)
            )
        )
    console.print(grid)
    if len(table.rows) > ROWS:
        console.print(label(_HEAD["more"], "more", lang).format(len(table.rows) - ROWS))
