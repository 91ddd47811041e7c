"""What computes a report for HTTP, in a worker's thread; loaded by the first that is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from api.identity.errors import forbidden, not_found
from api.reporting import Wanted, facts_of
from ledger.analytics.comparing.compare import PILOTS
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.asking import Question, ask, moment
from ledger.analytics.report.charts import svg
from ledger.analytics.report.document import pdf
from ledger.analytics.report.region import closed_months, for_region, month_under_way
from ledger.analytics.report.whole import Report, build
from ledger.analytics.report.written import to_csv, to_json, to_parquet
from ledger.analytics.source.facts import MemberFact
from ledger.analytics.source.scene import Scene
from ledger.core.errors import Code, Rejected
from ledger.store.reader import Reader


def listing(lang: str) -> list[dict[str, Any]]:
    """What each indicator is, in a language."""
    french = lang == "fr"
    return [
        {
            "name": each.name,
            "section": each.section,
            "title": each.title_fr if french else each.title,
            "meaning": each.meaning_fr if french else each.meaning,
            "formula": each.formula,
            "source": each.source,
            "flag": each.flag.value,
            "models": sorted(model.value for model in each.models),
            "needs": sorted(each.needs),
        }
        for each in REGISTRY
    ]


def make(
    reader: Reader, folder: Path, wanted: Wanted, facts: Iterable[MemberFact], now: int
) -> tuple[str | bytes, str]:
    """The report in the form that is wanted, and its media type. `now`: seconds since 1970 by the server's clock."""
    if wanted.name != "all" and wanted.name not in REGISTRY:
        raise not_found("report")
    if wanted.aggregates and wanted.entry is not None:
        raise Rejected(
            Code.INVALID_FIELD, "entry: aggregates are as of the last entry; leave it out", "entry"
        )
    question = Question(
        community=wanted.community,
        currency=wanted.currency,
        start=None if wanted.start is None else moment(wanted.start, "from"),
        end=None if wanted.end is None else moment(wanted.end, "to"),
        entry=wanted.entry,
    )
    if wanted.pilots:
        return given(_beside(reader, folder, wanted, question, now), wanted.form, wanted.lang)
    if wanted.aggregates and question.end is None:
        question = replace(question, end=month_under_way(now))
    scene = ask(reader, folder, question, facts=facts)
    names = [each.name for each in REGISTRY] if wanted.name == "all" else [wanted.name]
    if wanted.aggregates:
        return given(for_region(scene, REGISTRY, names, now), wanted.form, wanted.lang)
    return given(build(scene, [REGISTRY[name] for name in names]), wanted.form, wanted.lang)


def scene(
    reader: Reader, folder: Path, community: UUID, currency: str, days: tuple[date, date], facts: Iterable[MemberFact]
) -> Scene:
    """A currency's record with the window [first, second day) in UTC."""
    start, end = (moment(each.isoformat(), name) for each, name in zip(days, ("from", "to"), strict=True))
    question = Question(community=community, currency=currency, start=start, end=end)
    return ask(reader, folder, question, facts=facts)


def _beside(reader: Reader, folder: Path, wanted: Wanted, question: Question, now: int) -> Report:
    """Communities side by side, for a reader of aggregates; `compare` withholds what few members are behind."""
    if not wanted.aggregates:
        raise forbidden("not_allowed", "pilots: only a reader of aggregates sees several communities")
    if wanted.name != "comparison" or question.start is None or question.end is None:
        raise Rejected(Code.INVALID_FIELD, "pilots: only for comparison, with from and to", "pilots")
    scene = ask(reader, folder, question, facts=facts_of(reader, question.community))
    closed_months(scene.window, now)
    others = {}
    for each in wanted.pilots:
        code, _, currency = each.partition(":")
        found = replace(question, community=reader.community(code).uid, currency=currency or None)
        other = ask(reader, folder, found, facts=facts_of(reader, found.community))
        others[f"{other.provenance.community} · {other.currency.code}"] = other
    roots = {f"{name}, {other.provenance.as_of}": other.provenance.root for name, other in others.items()}
    scene.loaded = {PILOTS: others}
    return build(scene, [REGISTRY["comparison"]], beside=roots)


def given(report: Report, form: str, lang: str) -> tuple[str | bytes, str]:
    """A report in a form, and its media type; for svg its first chart."""
    match form:
        case "csv":
            return to_csv(report), "text/csv; charset=utf-8"
        case "parquet":
            return to_parquet(report), "application/vnd.apache.parquet"
        case "pdf":
            return pdf(report, lang), "application/pdf"
        case "svg":
            for each in report.answers:
                drawn = svg(each.indicator, each.result, report.head.currency, lang)
                if drawn is not None:
                    return drawn, "image/svg+xml"
            raise not_found("chart")
    return to_json(report), "application/json"
