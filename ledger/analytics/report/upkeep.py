"""What the night does for reports: extracts and snapshots brought up to date, and the main figures of each currency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.asking import Facts, Question, ask
from ledger.analytics.scan.snapshots import take
from ledger.analytics.source.folder import read_manifest
from ledger.analytics.source.opening import span
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR
from ledger.core.accounts import Model
from ledger.core.errors import LedgerError
from ledger.store.reader import Reader

MAIN = {
    "circulation": ("circulation", "after"),
    "velocity_year": ("velocity", "per_year"),
    "members_active": ("participation", "active_90"),
}
"""Name of each main figure → indicator and key; over the twelve months before the last movement."""


class Main(NamedTuple):
    """One main figure of a currency, in the unit of its indicator."""

    community: str
    currency: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Done:
    """What was brought up to date."""

    communities: int
    figures: tuple[Main, ...]
    errors: tuple[str, ...]
    """What went wrong, by community; the others are done."""


def bring_up(reader: Reader, reports: Path, facts: Facts | None = None, *, figures_too: bool = False) -> Done:
    """Every community in turn; one that fails does not stop the others. `figures_too`: the main figures as well."""
    done, figures, errors = 0, list[Main](), list[str]()
    for community in reader.communities():
        try:
            for scene in _scenes(reader, reports, community.uid, facts):
                figures += main_figures(scene) if figures_too else ()
            done += 1
        except (LedgerError, OSError) as error:
            errors.append(f"{community.code}: {error}")
    return Done(done, tuple(figures), tuple(errors))


def _scenes(reader: Reader, reports: Path, community: UUID, facts: Facts | None) -> Iterator[Scene]:
    """A scene of the last twelve months of each currency, its snapshots made."""
    known = None if facts is None else list(facts(community))
    for unit in reader.currencies(community):
        if unit.model is Model.MIRROR:
            continue
        place = reports / str(community)
        scene = ask(reader, reports, Question(community=community, currency=unit.code), facts=known)
        manifest = read_manifest(place)
        assert manifest is not None
        take(scene, place, manifest)
        ends = span(place, unit.code)
        if ends is not None:
            end = ends[1] - ends[1] % DAY + DAY
            question = Question(community=community, currency=unit.code, start=end - YEAR, end=end)
            yield ask(reader, reports, question, facts=known)


def main_figures(scene: Scene) -> Iterator[Main]:
    """Those of MAIN that can be said."""
    for name, (indicator, key) in MAIN.items():
        figure = REGISTRY[indicator].compute(scene).figures[key]
        if figure.value is not None:
            yield Main(scene.provenance.community, scene.currency.code, name, float(figure.value))
