"""The figures of the indicators, as anybody's report gives them, for the table of the demo."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from uuid import UUID

from api.reporting import facts_of
from ledger.analytics.answers.figures import Result, Table
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.asking import Question, ask
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import YEAR
from ledger.service import Ledger
from ops.demo.stage import SECOND


class Said:
    """What the indicators say of one currency over one window."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._results: dict[str, Result] = {}

    def __call__(self, indicator: str, key: str) -> Fraction:
        """One figure. Raises ValueError where it cannot be said."""
        figure = self._result(indicator).figures[key]
        if figure.value is None:
            raise ValueError(f"{indicator}.{key} is not said: {figure.why}")
        return Fraction(figure.value)

    def count(self, indicator: str, key: str) -> int:
        """How many observations are behind a figure."""
        return self._result(indicator).figures[key].n or 0

    def table(self, indicator: str, key: str) -> Table:
        """One table."""
        return self._result(indicator).tables[key]

    @property
    def years(self) -> Fraction:
        """Length of the window."""
        return Fraction(self._scene.window.seconds, YEAR)

    def _result(self, indicator: str) -> Result:
        if indicator not in self._results:
            self._results[indicator] = REGISTRY[indicator].compute(self._scene)
        return self._results[indicator]


class Figures:
    """Asks the indicators; `folder` keeps the extract of the journals."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger, self._folder = ledger, folder

    def over(self, community: UUID, currency: str, since: int | None = None, until: int | None = None) -> Said:
        """Over a window (ns); without bounds from the first day to the last."""
        start, end = (None if at is None else at // SECOND for at in (since, until))
        question = Question(community=community, currency=currency, start=start, end=end)
        facts = facts_of(self._ledger.reader, community)
        return Said(ask(self._ledger.reader, self._folder, question, facts=facts))
