"""From a question (whose currency, since when, until when) to a scene: the extract is brought up to date first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from ledger.analytics.scan.snapshots import newest
from ledger.analytics.scan.whole import BEFORE
from ledger.analytics.source.extract import Progress, refresh
from ledger.analytics.source.facts import MemberFact
from ledger.analytics.source.folder import Manifest
from ledger.analytics.source.journals import Journal, stored
from ledger.analytics.source.opening import AsOf, open_scene, span
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, Window, moment_text
from ledger.core.accounts import Model
from ledger.core.errors import Code, Rejected
from ledger.store.reader import Reader

Facts = Callable[[UUID], Iterable[MemberFact]]
"""What is known of a community's members; the application that keeps people supplies it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. None: the only currency; from the first movement; to the end of the day of the last."""

    community: UUID
    currency: str | None = None
    start: int | None = None
    """Seconds since 1970 UTC, like `end`."""
    end: int | None = None
    entry: int | None = None
    """As of this entry; None: the last."""


def moment(text: str, name: str) -> int:
    """A date or a moment (RFC 3339; UTC where it says nothing) in seconds. Raises Rejected, naming the option."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Rejected(
            Code.INVALID_FIELD,
            f"{name}: {text} is no date; write it like 2026-01-31 or 2026-01-31T12:00:00Z",
            name,
        ) from None
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())


def ask(
    reader: Reader,
    reports: Path,
    question: Question,
    *,
    facts: Iterable[MemberFact] | None = None,
    loaded: Mapping[str, object] | None = None,
    progress: Progress | None = None,
) -> Scene:
    """The scene for a question. Raises Rejected for what does not exist, FolderError, Unavailable, Corrupt."""
    with stored(reader, question.community) as journal:
        manifest = refresh(reports, journal, facts, progress)
    as_of = None
    if question.entry is not None and question.entry != manifest.seq:
        with stored(reader, question.community, question.entry) as until:
            as_of = AsOf(until.size, until.root.hex())
    return scene_of(reports, manifest, question, as_of, loaded)


def recompute(
    folder: Path,
    journal: Journal,
    question: Question,
    facts: Iterable[MemberFact],
    loaded: Mapping[str, object] | None = None,
    progress: Progress | None = None,
) -> Scene:
    """The scene for a question from the entries alone: an extract of its own, made from the first entry in `folder`."""
    manifest = refresh(folder, journal, facts, progress)
    return scene_of(folder, manifest, question, None, loaded)


def scene_of(
    reports: Path,
    manifest: Manifest,
    question: Question,
    as_of: AsOf | None,
    loaded: Mapping[str, object] | None,
) -> Scene:
    """The scene for a question from an extract that is up to date."""
    place = reports / manifest.community
    code = question.currency or only_currency(manifest)
    window = window_of(question, span(place, code))
    scene = open_scene(place, code, window, as_of=as_of, loaded=loaded, in_memory=True)
    if as_of is None:
        scene.kept[BEFORE] = lambda: newest(place, manifest, code, window.start)
    return scene


def only_currency(manifest: Manifest) -> str:
    """The currency that is meant when none is named. Raises Rejected where there are several or none."""
    codes = [code for _, code, _, model in manifest.currencies if model != Model.MIRROR]
    if len(codes) != 1:
        said = f"name one of {', '.join(codes)}" if codes else "define one first"
        raise Rejected(Code.INVALID_FIELD, f"currency: {manifest.code} has {len(codes)}; {said}", "currency")
    return codes[0]


def window_of(question: Question, record: tuple[int, int] | None) -> Window:
    """The window that is asked for. `record`: first and last movement. Raises Rejected for one without length."""
    first, last = record or (0, 0)
    start = first - first % DAY if question.start is None else question.start
    end = last - last % DAY + DAY if question.end is None else question.end
    if start >= end:
        raise Rejected(
            Code.INVALID_FIELD,
            f"to: the window from {moment_text(start)} to {moment_text(end)} has no length; let it end later than it begins",
            "to",
        )
    return Window.between(start, end)
