"""`ricochet report … --check`: the figures computed again, from the entries alone, and what differs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from ledger.analytics.report.asking import Question, recompute
from ledger.analytics.report.checking import Claimed, differences, read_report
from ledger.analytics.report.loading import Beside
from ledger.analytics.report.written import plain
from ledger.analytics.source.facts import MemberFact, facts_hash, read_facts, write_facts
from ledger.analytics.source.journals import Journal, archived, stored
from ledger.cli.common import COULD_NOT_RUN, REFUSED, community_named, fail, opened
from ledger.cli.report import facts_known
from ledger.cli.reporting import Made, bar, chosen, compute, facts_in
from ledger.core.errors import Corrupt
from ledger.service import Ledger

SHOWN = 20
"""Differences that are printed."""


def written(
    context: typer.Context,
    path: Path,
    archive: Path | None,
    members: Path | None,
    data: Beside,
) -> None:
    """Check a report that was written as JSON, against a database or an archive."""
    claimed = read_report(path.read_text(encoding="utf-8"))
    if archive is not None:
        with _of_archive(archive, claimed) as journal:
            _compare(journal, claimed, _facts(claimed, facts_in(members)), data)
        return
    with opened(context, read_only=True) as ledger:
        uid = community_named(ledger, claimed.community)
        known = facts_in(members) if members else facts_known(ledger, uid)
        with stored(ledger.reader, uid, claimed.entry) as journal:
            if journal.root.hex() != claimed.root:
                _other_root(claimed, journal.root)
            _compare(journal, claimed, _facts(claimed, known), data)


def again(ledger: Ledger, made: Made, data: Beside, archive: Path | None) -> None:
    """Check a report that was just made from the extract."""
    claimed = read_report(json.dumps(plain(made.report)))
    facts = read_facts(made.facts)
    if archive is not None:
        with _of_archive(archive, claimed) as journal:
            _compare(journal, claimed, facts, data)
        return
    with stored(ledger.reader, made.question.community, claimed.entry) as journal:
        _compare(journal, claimed, facts, data)


@contextmanager
def _of_archive(path: Path, claimed: Claimed) -> Iterator[Journal]:
    with archived(path, claimed.entry, bytes.fromhex(claimed.root)) as journal:
        if journal.code != claimed.community:
            fail(f"{path} is of {journal.code}; the report is of {claimed.community}", COULD_NOT_RUN)
        try:
            yield journal
        except Corrupt as error:
            fail(f"{path}: {error}", REFUSED)


def _facts(claimed: Claimed, known: list[MemberFact]) -> list[MemberFact]:
    """The members' facts that the report used. Without the same ones its figures cannot come out."""
    if not claimed.facts:
        return []
    if facts_hash(write_facts(known)) != claimed.facts:
        fail(
            "what was known of the members is not what the report used; "
            "give the file that `ricochet report … --members FILE` wrote with it, as --members FILE",
            COULD_NOT_RUN,
        )
    return known


def _other_root(claimed: Claimed, root: bytes) -> None:
    fail(
        f"entry {claimed.entry} of {claimed.community} has the root {root.hex()}, the report says {claimed.root}: "
        "it is of another journal, or one of the two was changed",
        REFUSED,
    )


def _compare(journal: Journal, claimed: Claimed, facts: list[MemberFact], data: Beside) -> None:
    """Read every entry, compute, and say what differs."""
    question = Question(
        community=journal.community,
        currency=claimed.currency,
        start=claimed.window.start,
        end=claimed.window.end,
    )
    with tempfile.TemporaryDirectory(prefix="ricochet-check-") as scratch, bar() as shown:
        scene = recompute(
            Path(scratch),
            journal,
            question,
            facts,
            data.loaded,
            lambda done, of: shown.tell("reading entries", done, of),
        )
        found: dict[str, Any] = json.loads(
            json.dumps(plain(compute(scene, chosen(list(claimed.names)), data, shown)))
        )
    different = differences(claimed.content, found)
    for each in different[:SHOWN]:
        typer.echo(f"{each.place}: written {each.written}, found {each.found}", err=True)
    if different:
        fail(f"{len(different)} differences; the report does not follow from the journal", REFUSED)
    typer.echo(
        f"equal: {len(claimed.names)} indicators from entries 1 to {claimed.entry}, root {claimed.root}"
    )
