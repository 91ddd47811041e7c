"""The one list of indicators: what each is called, how it is defined, and who computes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ledger.analytics.answers.figures import Flag, Result
from ledger.analytics.source.scene import Scene
from ledger.core.accounts import Model

Compute = Callable[[Scene], Result]
ALL_MODELS = frozenset(Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One line of the registry; its reference page and the method note in a report are written from it."""

    name: str
    """What one types: `ricochet report NAME`."""
    section: str
    """The part of a Region's report, A to J (docs/reference/indicators)."""
    title: str
    title_fr: str
    meaning: str
    """In words that a treasurer knows, one or two sentences."""
    meaning_fr: str
    formula: str
    source: str
    """Where the definition comes from."""
    flag: Flag
    compute: Compute
    models: frozenset[Model] = ALL_MODELS
    """The kinds of currency for which it says something."""
    needs: frozenset[str] = frozenset()
    """What must be loaded beside the ledger: `io_table`, `factors`, `survey`, `accounts`."""
    figures: dict[str, tuple[str, str]] = field(default_factory=dict)
    """English and French label of each figure, by its key."""
    tables: dict[str, tuple[str, str]] = field(default_factory=dict)
    """English and French caption of each table, by its key."""
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    """English and French heading of each column, by its name."""


class Registry:
    """Indicators by name, in the order of a report."""

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        self._by_name: dict[str, Indicator] = {}
        for indicator in sorted(indicators, key=lambda each: each.section):
            if indicator.name in self._by_name:
                raise ValueError(f"two indicators are called {indicator.name}")
            self._by_name[indicator.name] = indicator

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> Indicator:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def for_model(self, model: Model) -> list[Indicator]:
        """Those that say something about a kind of currency."""
        return [each for each in self._by_name.values() if model in each.models]
