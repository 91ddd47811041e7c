"""`ricochet compare`: several communities of one server by the same measures over the same window."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.common import COULD_NOT_RUN, community_named, fail, opened
from ledger.cli.report import Form, Lang, facts_known


def compare(
    context: typer.Context,
    communities: Annotated[
        list[str],
        typer.Argument(help="Codes of communities, with :CURRENCY where one has several.", metavar="COMMUNITY..."),
    ],
    from_: Annotated[str, typer.Option("--from", help="First day or moment.")],
    to: Annotated[str, typer.Option(help="Day or moment where it ends.")],
    lang: Annotated[Lang, typer.Option(help="Language of titles and figures.")] = Lang.EN,
    form: Annotated[Form, typer.Option("--as", help="What to write.")] = Form.TEXT,
    out: Annotated[Path | None, typer.Option(help="File to write, for svg a folder; else the terminal.")] = None,
) -> None:
    """Velocity, holding time, recirculation and set-off side by side, with intervals; nothing is ranked that overlaps."""
    if len(set(communities)) < 2:
        fail("name at least two communities", COULD_NOT_RUN)
    from ledger.analytics.comparing.compare import PILOTS
    from ledger.analytics.indicators import REGISTRY
    from ledger.analytics.report.asking import Question, ask, moment
    from ledger.analytics.report.whole import build
    from ledger.analytics.source.places import reports_folder
    from ledger.cli import report_show

    start, end = moment(from_, "--from"), moment(to, "--to")
    folder = reports_folder(context.obj, os.environ.get("RICOCHET_REPORTS", ""))
    with opened(context, read_only=True) as ledger:
        scenes = {}
        for each in dict.fromkeys(communities):
            code, _, currency = each.partition(":")
            uid = community_named(ledger, code)
            question = Question(community=uid, currency=currency or None, start=start, end=end)
            scene = ask(ledger.reader, folder, question, facts=facts_known(ledger, uid))
            scenes[f"{scene.provenance.community} · {scene.currency.code}"] = scene
    first, *others = scenes
    scenes[first].loaded = {**scenes[first].loaded, PILOTS: {name: scenes[name] for name in others}}
    # Each record that was read stands on the report with its entry and root, as other data beside the first one's does.
    roots = {f"{name}, {scenes[name].provenance.as_of}": scenes[name].provenance.root for name in others}
    report_show.show(build(scenes[first], [REGISTRY["comparison"]], beside=roots), form, lang.value, out)
