"""From a foreign record to its figures on the terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import typer

from ledger.analytics.answers.reasons import why
from ledger.analytics.foreign.cells import read_moment
from ledger.analytics.foreign.record import ForeignFacts, foreign_scene
from ledger.analytics.foreign.source import ForeignError
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.analysis import analysis
from ledger.analytics.report.loading import Beside
from ledger.analytics.report.whole import Answer, Report
from ledger.analytics.source.scene import Scene
from ledger.cli.common import COULD_NOT_RUN, REFUSED, fail
from ledger.cli.report import Form
from ledger.cli.report_show import show
from ledger.cli.reporting import bar, compute


def tell(
    file: Path, accounts: Path | None, columns: dict[str, str], scale: int | None,
    start: str | None, end: str | None, as_json: bool, lang: str,
) -> None:  # fmt: skip
    """Print the figures of a record, as JSON or as a report. Refuses (exit code 1) a record with a bad row."""
    window = _moment("--from", start), _moment("--to", end)
    try:
        with foreign_scene(file, accounts, columns, scale, *window) as scene:
            if as_json:
                typer.echo(json.dumps(analysis(scene), indent=1, ensure_ascii=False, allow_nan=False))
            else:
                with bar() as shown:
                    report = compute(scene, list(REGISTRY), Beside(), shown)
                _page(report, scene, lang)
    except ForeignError as error:
        fail(str(error), REFUSED)


def _page(report: Report, scene: Scene, lang: str) -> None:
    """The report without what says nothing, then what was left out and what says nothing."""
    french = lang == "fr"
    answers = report.answers
    sections = (replace(each, answers=tuple(filter(_says, each.answers))) for each in report.sections)
    show(replace(report, sections=tuple(each for each in sections if each.answers)), Form.TEXT, lang, None)
    outside = left_out(scene, lang)
    if outside:
        typer.echo("\nÉcartés :" if french else "\nLeft out:")
    for line in outside:
        typer.echo(f"  {line}")
    typer.echo("\nNon dit pour ce registre :" if french else "\nNot said of this record:")
    for answer in answers:
        if not _says(answer):
            reasons = answer.missing or dict.fromkeys(
                why(each.why, lang) for each in answer.result.figures.values()
            )
            title = answer.indicator.title_fr if french else answer.indicator.title
            typer.echo(f"  {title}: {', '.join(reasons)}")


def left_out(scene: Scene, lang: str) -> list[str]:
    """What the record holds that the figures do not, in words."""
    facts = scene.loaded["foreign"]
    assert isinstance(facts, ForeignFacts)
    outside = scene.number("SELECT count(*) FROM movement WHERE time < $start OR time >= $stop")
    counts = (
        (outside, "movements outside the window; those before it set the balances",
         "mouvements hors période ; ceux d'avant fixent les soldes"),
        (facts.self_payments, "movements from an account to itself", "mouvements d'un compte à lui-même"),
        (facts.between_system, "movements between two accounts of the issuer",
         "mouvements entre deux comptes de l'émetteur"),
        (facts.unknown_accounts, "accounts not in the accounts file: area and sector unknown",
         "comptes absents du fichier des comptes : territoire et secteur inconnus"),
    )  # fmt: skip
    return [f"{count} {words[lang == 'fr']}" for count, *words in counts if count]


def _says(answer: Answer) -> bool:
    figures = answer.result.figures
    return any(each.value is not None for each in figures.values()) or (
        not figures and bool(answer.result.tables)
    )


def _moment(option: str, said: str | None) -> int | None:
    if said is None:
        return None
    try:
        return read_moment(said)
    except ValueError as error:
        fail(f"{option}: {error}", COULD_NOT_RUN)
