"""What members pay from one community to another, by month: protected by PRIV-3 as one grid, whatever the page asks for.

All months that have ended are protected at once and some are chosen afterwards, so that two readings over different
months or pilots say nothing together that one does not say alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from api.association.flows import Crossed, Flows, Party
from api.pages.frame.figures import unit_of
from api.pages.frame.looking import Period, Pilot
from ledger.analytics.answers import wording
from ledger.analytics.answers.figures import About, Table, Unit, Units
from ledger.analytics.answers.value_words import text_word
from ledger.analytics.comparing.disclosure import protect
from ledger.analytics.report import chart_kinds as kinds
from ledger.analytics.report.chart_style import PAGE_FONT, Canvas
from ledger.analytics.report.charts import to_svg
from ledger.analytics.source.scene import CurrencyFacts

Way = tuple[UUID, str, UUID]
"""From which community and currency to which community."""
KEYS = ("month", "way")
WORDS = {
    "title": ("Paid from one currency to another", "Payé d'une monnaie à l'autre"),
    "meaning": (
        "What members of one community paid members of another under their convention, at par, by month of the payment.",
        "Ce que les adhérents d'une communauté ont payé à ceux d'une autre selon leur convention, à parité, par mois.",
    ),
    "formula": (
        "sum of payments that arrived, by month (UTC), payer's and payee's community",
        "somme des paiements arrivés, par mois (UTC), communauté du payeur et du payé",
    ),
    "source": ("Sums of the ledgers", "Sommes des registres"),
}
"""English and French."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of one way; both None where it is hidden. `amount` in minor units."""

    amount: int | None
    payments: int | None

    @property
    def hidden(self) -> bool:
        """Whether the rule of secrecy withholds it."""
        return self.amount is None


Grid = dict[tuple[str, Way], Cell]


@dataclass(frozen=True, slots=True)
class Between:
    """The ways between some pilots, and for each month a cell for each way; None: nothing was paid."""

    ways: tuple[tuple[str, CurrencyFacts], ...]
    """ "Les Rives → La Mesure", and the payer's currency."""
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]

    def said(self, lang: str) -> list[tuple[str, list[tuple[str, bool]]]]:
        """Months and cells in words, and whether each is hidden."""
        return [(text_word("month", month, lang), [self._said(at, cell, lang) for at, cell in enumerate(cells)])
                for month, cells in self.rows]  # fmt: skip

    def _said(self, at: int, cell: Cell | None, lang: str) -> tuple[str, bool]:
        if cell is None:
            return "–", False
        return wording.cell(cell.amount, Unit.CURRENCY, self.ways[at][1], lang), cell.hidden

    def picture(self, lang: str) -> str | None:
        """A line for each way as SVG; None with less than two months to draw."""
        names = {str(at): name for at, (name, _) in enumerate(self.ways)}
        rows = [
            {"month": text_word("month", month, lang)}
            | {
                str(at): cell.amount / 10 ** self.ways[at][1].scale
                for at, cell in enumerate(cells) if cell is not None and cell.amount is not None
            }
            for month, cells in self.rows
        ]  # fmt: skip
        if sum(len(row) > 1 for row in rows) < 2:
            return None
        canvas = Canvas(lang, self.ways[0][1], names)
        told = "; ".join(
            f"{month}: {', '.join(text for text, _ in cells)}" for month, cells in self.said(lang)
        )
        drawn = kinds.lines(canvas, rows, list(names), None)
        return to_svg(drawn, WORDS["title"][lang == "fr"], told, lang, PAGE_FONT)


@dataclass(slots=True)
class _Kept:
    """The grid of the last state of the records."""

    state: tuple[Flows, date, int, int] | None = None
    grid: Grid = field(default_factory=dict)


_kept = _Kept()


def words(lang: str) -> dict[str, str]:
    """Title, meaning, formula and source in a language."""
    return {name: pair[lang == "fr"] for name, pair in WORDS.items()}


def seen(flows: Flows, now: date) -> Grid:
    """The grid of all that crossed before the month `now`; kept until more does."""
    state, month = (flows, now, *flows.state()), now.isoformat()[:7]
    if _kept.state != state:
        _kept.grid, _kept.state = grid(each for each in flows.every() if each.month < month), state
    return _kept.grid


def grid(crossed: Iterable[Crossed]) -> Grid:
    """All that ever crossed, by month and way, as a reader of aggregates may see it."""
    found: dict[tuple[str, Way], list[Crossed]] = {}
    for each in crossed:
        found.setdefault((each.month, (each.source, each.currency, each.target)), []).append(each)
    order = list(found)
    rows = tuple(
        (at[0], " ".join(map(str, at[1])), len(found[at]), sum(each.amount for each in found[at])) for at in order
    )
    sides = tuple(
        (_units((each.payer, each.amount) for each in found[at]), _units((each.payee, each.amount) for each in found[at]))
        for at in order
    )  # fmt: skip
    about = About("crossed", KEYS, "amount", sides)
    (shown,) = protect([Table((*KEYS, "payments", "amount"), rows, {"amount": Unit.CURRENCY}, about)])
    return {at: Cell(_whole(row[3]), _whole(row[2])) for at, row in zip(order, shown.rows, strict=True)}


def _whole(cell: object) -> int | None:
    return cell if isinstance(cell, int) else None


def _units(paid: Iterable[tuple[Party, int]]) -> Units:
    by: Counter[Party] = Counter()
    for party, amount in paid:
        by[party] += amount
    professionals = sum(each.professional for each in by)
    return Units(professionals, len(by) - professionals, max(by.values(), default=0))


def between(seen: Grid, some: list[Pilot], period: Period) -> Between:
    """What the grid says of the ways between some pilots, in the months of a period."""
    mine = {(each.community, each.currency): each for each in some}
    names = {each.community: each.name for each in some}
    ways = sorted(
        {way for _, way in seen if way[:2] in mine and way[2] in names},
        key=lambda way: (names[way[0]], way[1], names[way[2]]),
    )
    months = sorted({month for month, way in seen if way in ways and period.first <= month <= period.last})
    facts = [(mine[way[:2]], way) for way in ways]
    return Between(
        tuple(
            (f"{names[way[0]]} → {names[way[2]]}", unit_of(pilot))
            for pilot, way in facts
        ),
        tuple((month, tuple(seen.get((month, way)) for way in ways)) for month in months),
    )  # fmt: skip
