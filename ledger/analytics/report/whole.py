"""A report: the answers of several indicators for one scene, under a head by which anybody can compute them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from ledger.analytics.answers.figures import Result
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.source.scene import CurrencyFacts, Scene
from ledger.analytics.source.window import Window

SECTIONS: dict[str, tuple[str, str]] = {
    "A": ("Territory and pilots", "Territoire et expérimentations"),
    "B": ("Money", "Monnaie"),
    "C": ("Recirculation", "Recirculation"),
    "D": ("Territory: flows and leakage", "Territoire : flux et fuites"),
    "E": ("Network", "Réseau"),
    "F": ("Liquidity", "Liquidité"),
    "G": ("People", "Personnes"),
    "H": ("Environment", "Environnement"),
    "I": ("Effect and cost", "Effet et coût"),
    "J": ("Methods", "Méthodes"),
}
"""English and French title of each part of a Region's report, by its letter."""

Progress = Callable[[int, int, str], None]
"""Called before each indicator with how many are done, how many there are, and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What was looked at, so that the figures can be had again from an export of the journal."""

    community: str
    """Its code; for a foreign record the name of its file."""
    currency: CurrencyFacts
    window: Window
    as_of: int
    """Number of the last entry that was read; for a foreign record its number of rows."""
    root: str
    """Merkle root at that entry, hex; for a foreign record the SHA-256 of its bytes."""
    undone: int
    """Movements left out because they were reversed, and their reversals."""
    internal: int
    """Movements between accounts of one owner, left out of volume."""
    movements: int
    """Movements in the window, all kinds."""
    program: str
    """Version of Ricochet that computed it."""
    facts: str = ""
    """SHA-256 of what was known of members beside the journal, hex; "" for nothing."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 (hex) of each file from beside the ledger, by what it is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One indicator's answer."""

    indicator: Indicator
    result: Result
    missing: tuple[str, ...] = ()
    """What it needs beside the ledger and was not loaded; then the result says nothing."""


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one part; `SECTIONS` has its title."""

    letter: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was asked, in the order of the parts."""

    head: Head
    sections: tuple[Section, ...]

    @property
    def answers(self) -> list[Answer]:
        """All answers, in order."""
        return [answer for section in self.sections for answer in section.answers]


def head_of(scene: Scene, beside: Mapping[str, str] | None = None) -> Head:
    """The head for a scene; `beside`: hashes of the files that were loaded."""
    came = scene.provenance
    return Head(
        community=came.community,
        currency=scene.currency,
        window=scene.window,
        as_of=came.as_of,
        root=came.root,
        undone=came.undone,
        internal=came.internal,
        movements=scene.number("SELECT count(*) FROM movement WHERE time >= $start AND time < $stop"),
        program=version("ricochet"),
        facts=came.facts,
        beside=dict(beside or {}),
    )


def build(
    scene: Scene,
    indicators: Iterable[Indicator],
    progress: Progress | None = None,
    beside: Mapping[str, str] | None = None,
) -> Report:
    """Ask each indicator that fits the scene's model; one that lacks outside data answers what is missing."""
    asked = [
        each for each in indicators if scene.currency.model is None or scene.currency.model in each.models
    ]
    sections: dict[str, list[Answer]] = {}
    for done, indicator in enumerate(asked):
        if progress is not None:
            progress(done, len(asked), indicator.name)
        sections.setdefault(indicator.section[:1], []).append(answer(scene, indicator))
    if progress is not None:
        progress(len(asked), len(asked), "")
    return Report(
        head_of(scene, beside), tuple(Section(letter, tuple(sections[letter])) for letter in sorted(sections))
    )


def answer(scene: Scene, indicator: Indicator) -> Answer:
    """One indicator's answer for a scene."""
    missing = tuple(sorted(indicator.needs - scene.loaded.keys()))
    return Answer(indicator, Result() if missing else indicator.compute(scene), missing)
