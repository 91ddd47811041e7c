"""The reference pages of reports: every indicator, and what an extract makes of a journal."""

from __future__ import annotations

from docs.markdown import table
from ledger.analytics.answers.reasons import NOTES, WHY
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.comparing.disclosure import INDIVIDUALS, PROFESSIONALS, SHARE_PERCENT
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.loading import LOADERS
from ledger.analytics.report.whole import SECTIONS
from ledger.analytics.report.written import COLUMNS
from ledger.analytics.source.mapping import LEFT_OUT, RULES
from ledger.analytics.source.scene import Kind
from ledger.core.accounts import Model

MODELS = tuple(model for model in Model if model is not Model.MIRROR)


def indicators_page() -> str:
    """Every indicator, by the part of a report in which it stands."""
    text = (
        "# Indicators\n\n"
        "What `ricochet report` and `GET /v1/reports` can say of a currency. Each figure comes with its unit and, where it "
        "has one, the number of observations behind it (`n`); a figure that cannot be said says why. *Measured* figures "
        "follow from the journal alone, *declared* ones from what members or the association state, *estimated* ones "
        "from a model. Amounts are minor units, in hours minutes. How the journal is read is said under "
        "[Reports](reports.md).\n"
    )
    for letter, (title, _) in SECTIONS.items():
        of_part = [each for each in REGISTRY if each.section == letter]
        if of_part:
            text += f"\n## {letter}. {title}\n" + "".join(map(_indicator, of_part))
    return text


def _indicator(each: Indicator) -> str:
    models = [model for model in MODELS if model in each.models]
    lines = [
        f"\n### `{each.name}`: {each.title}\n",
        f"{each.meaning}\n",
        f"* Formula: {_one_line(each.formula)}",
        f"* Source: {each.source}",
        f"* Flag: {each.flag.value}",
        f"* Currencies: {'all' if len(models) == len(MODELS) else ', '.join(models)}",
    ]
    if each.needs:
        lines.append(f"* Needs beside the ledger: {', '.join(sorted(each.needs))}")
    text = "\n".join(lines) + "\n"
    if each.figures:
        rows = ((f"`{key}`", label, french) for key, (label, french) in each.figures.items())
        text += "\n" + table(["Figure", "Label", "In French"], rows)
    if each.tables:
        rows = ((f"`{key}`", label, french) for key, (label, french) in each.tables.items())
        text += "\n" + table(["Table", "Caption", "In French"], rows)
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def reports_page() -> str:
    """How the journal becomes movements, what a report carries, and what its codes mean."""
    kinds = ", ".join(f"`{kind.value}`" for kind in Kind)
    rows = []
    for reason, rule in RULES.items():
        sides = (rule.between, rule.paid_in, rule.paid_out)
        rows.append(
            (f"`{reason.name.lower()}`", *(f"`{kind.value}`" if kind else "–" for kind in sides), rule.why)
        )
    left = ", ".join(f"`{reason.name.lower()}`" for reason in sorted(LEFT_OUT))
    return (
        "# Reports\n\n"
        "A report is computed from an extract of the journal: its movements as Parquet files by currency and month, kept "
        "beside the database (`RICOCHET_REPORTS`). Only new entries are read, through a connection that cannot write, and "
        "what was read is checked against the Merkle root. An entry is dated by its own date: imported history falls into "
        "its month. Reversed entries and their reversals are left out and counted; as of an earlier entry they are seen "
        "as they stood then. Several transfers of one entry (a payment and its fee) are movements of their own.\n\n"
        "## From reasons to kinds\n\n"
        f"A movement has one of the kinds {kinds}. It follows from the reason of the transfer and from who stands on its "
        "sides: a member's account or one of the community's own.\n\n"
        + table(["Reason", "Between members", "To the community", "From the community", "Because"], rows)
        + f"\nLeft out: {left}. Transfers between two accounts of the community's own are left out too.\n\n"
        "## A report as JSON\n\n"
        "`head` says what was looked at: `community`, `currency`, `scale`, `model`, `from` and `to` (UTC; what happens at "
        "`to` is not counted), `window` (the same in seconds, and the moment from which movements no longer count), "
        "`entry` and `root` (the last entry that was read, and the Merkle root of the journal up to it), `undone` and "
        "`internal` (movements left out: reversed with their reversals; between accounts of one owner), `movements`, "
        "`program`, `facts` (SHA-256 of what was known of members beside the journal) and `beside` (SHA-256 of each file "
        "loaded). `indicators` has for each its `figures` (`value`, `unit`, and where they are said `n`, `low`, `high`, "
        "`flag`, `why`), its `tables` (`columns`, `units`, `rows`), `notes`, and what is `missing`. Whole numbers stay "
        "whole and may pass 2^53.\n\n"
        "`ricochet report --check FILE` computes it again from the entries alone, of the database or of an export "
        "(`--archive`): whole numbers must be equal, ratios to nine digits.\n\n"
        "## As a table\n\n"
        f"`--csv` and `--parquet` give one line for each figure and each cell, with the columns {_listed(COLUMNS)}. In "
        "Parquet `value` is a float, with `whole` and `text` beside it, and the head is in the file's metadata.\n\n"
        "## Data from beside the ledger\n\n"
        f"`--with NAME=FILE` loads {_listed(LOADERS)}. An indicator that lacks its data says so.\n\n"
        "## What a reader of aggregates sees\n\n"
        f"Whole months that have ended, and no sum with fewer than {PROFESSIONALS} professionals or {INDIVIDUALS} "
        f"individuals behind it, or one of them above {SHARE_PERCENT} %; further cells are withheld so that sums "
        "give nothing away.\n\n"
        "## Why a figure is not said\n\n"
        + table(["Code", "Meaning"], ((f"`{code}`", said) for code, (said, _) in sorted(WHY.items())))
        + "\n## Notes\n\n"
        + table(["Code", "Meaning"], ((f"`{code}`", said) for code, (said, _) in sorted(NOTES.items())))
    )


def _listed(names: object) -> str:
    assert hasattr(names, "__iter__")
    return ", ".join(f"`{name}`" for name in names)
