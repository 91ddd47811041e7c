"""`ricochet report`: what the journal says about a currency, computed again by anybody who has an export of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ledger.cli.common import COULD_NOT_RUN, community_named, fail, opened
from ledger.service import Ledger

# What computes is large; the functions that compute load it, so that the other commands start at once.
if TYPE_CHECKING:
    from ledger.analytics.source.facts import MemberFact

FactsOf = Callable[[Ledger, UUID], "Iterable[MemberFact]"]
facts_of: FactsOf | None = None
"""What is known of a community's members beside the journal; set by the program that keeps people (`api.__main__`)."""


def facts_known(ledger: Ledger, community: UUID) -> list[MemberFact]:
    """What this program knows of a community's members."""
    return [] if facts_of is None else list(facts_of(ledger, community))


class Form(StrEnum):
    """How a report is given."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    SVG = "svg"
    PDF = "pdf"


class Lang(StrEnum):
    """Languages of a report."""

    EN = "en"
    FR = "fr"


def report(
    context: typer.Context,
    names: Annotated[
        list[str],
        typer.Argument(
            help="Names of indicators, or all, or list; with --check also a report's file.", metavar="NAME..."
        ),
    ],
    community: Annotated[str, typer.Option(help="Code of the community.")] = "",
    currency: Annotated[
        str | None, typer.Option(help="Code of the currency, where there are several.")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="First day or moment; by default that of the first movement.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(help="Day or moment where it ends; by default the day after the last movement."),
    ] = None,
    entry: Annotated[int | None, typer.Option(min=1, help="As of this entry; by default the last.")] = None,
    lang: Annotated[Lang, typer.Option(help="Language of titles and figures.")] = Lang.EN,
    json: Annotated[bool, typer.Option("--json", help="As JSON, which --check can check.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="As one long table.")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="As one long table in a Parquet file.")] = False,
    svg: Annotated[bool, typer.Option("--svg", help="The charts, into the folder --out.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="As a document with charts.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="File to write, for --svg a folder; else the terminal.")
    ] = None,
    beside: Annotated[
        list[str] | None,
        typer.Option("--with", help="NAME=FILE of data from beside the ledger; may be given several times."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Compute from the entries alone and compare; exit code 1 names differences."
        ),
    ] = False,
    archive: Annotated[
        Path | None, typer.Option(help="With --check: a file of `ricochet export` in place of the database.")
    ] = None,
    members: Annotated[
        Path | None, typer.Option(help="File of members' facts: read with --check, else written.")
    ] = None,
) -> None:
    """Figures of a currency over a window, with all that is needed to compute them again."""
    form = _form(json=json, csv=csv, parquet=parquet, svg=svg, pdf=pdf)
    from ledger.analytics.report.loading import load
    from ledger.cli import report_check, report_show, reporting

    if names == ["list"]:
        report_show.listing(lang.value)
        return
    data = load(beside or [])
    if check and names[0].endswith(".json"):
        if len(names) > 1:
            fail("--check: give one report's file, or names of indicators", COULD_NOT_RUN)
        report_check.written(context, Path(names[0]), archive, members, data)
        return
    if not community:
        fail("--community is missing; say whose report", COULD_NOT_RUN)
    with opened(context, read_only=True) as ledger:
        uid = community_named(ledger, community)
        question = reporting.question(uid, currency, from_, to, entry)
        made = reporting.make(context.obj, ledger, question, names, data)
        if check:
            report_check.again(ledger, made, data, archive)
            return
    if members is not None:
        members.write_bytes(made.facts)
    report_show.show(made.report, form, lang.value, out)


def _form(**asked: bool) -> Form:
    chosen = [name for name, yes in asked.items() if yes]
    if len(chosen) > 1:
        fail(f"--{' and --'.join(chosen)}: choose one", COULD_NOT_RUN)
    return Form(chosen[0]) if chosen else Form.TEXT
