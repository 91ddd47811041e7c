"""Analyse a ledger that never was in Ricochet: `ricochet analyse FILE`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.common import COULD_NOT_RUN, fail
from ledger.cli.report import Lang
from ledger.core.money import MAX_SCALE


def analyse(
    file: Annotated[
        Path, typer.Argument(help="Movements: CSV (UTF-8, with a heading) or Parquet.", metavar="FILE")
    ],
    accounts: Annotated[
        Path | None,
        typer.Option(
            help="Accounts: the account first, then area and, if known, sector, owner, kind, opening."
        ),
    ] = None,
    columns: Annotated[
        str,
        typer.Option(help="Which column is what: id=id,time=ts,kind=kind,from=src,to=dst,amount=cents"),
    ] = "",
    scale: Annotated[
        int | None,
        typer.Option(min=0, max=MAX_SCALE, help="Amounts have up to so many decimals; else minor units."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="First moment; by default that of the first movement.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(help="Moment where it ends; by default that of the last movement, which then counts."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the main figures as JSON.")] = False,
    lang: Annotated[Lang, typer.Option(help="Language of the report.")] = Lang.EN,
) -> None:
    """Figures of circulation for a ledger from elsewhere. A bad row is named by line and column, and nothing computed."""
    # What computes is large: only this command loads it.
    from ledger.cli.analysing import tell

    tell(file, accounts, named(columns), scale, from_, to, as_json, lang.value)


def named(said: str) -> dict[str, str]:
    """`id=id,time=ts` as a mapping; a title with a comma stands in quotes with its name."""
    found: dict[str, str] = {}
    for part in next(csv.reader([said], skipinitialspace=True), []):
        name, mark, title = (each.strip() for each in part.partition("="))
        if not mark or not title or name in found:
            fail(f"--columns: {part!r} is not name=title, each name once, such as time=ts", COULD_NOT_RUN)
        found[name] = title
    return found
