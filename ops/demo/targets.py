"""The published figures, what the ledger's records say, and how far apart the two may be.

Each function measures one community and returns its rows. Where a scene is at a scale, the published figure is at
that scale too, and the row says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, cast
from uuid import UUID

from ledger.core.accounts import AccountKind
from ledger.core.journal import Reason
from ledger.service import Ledger
from ops.demo import allowance, card, eusko, exchange, hours, measure, mesure
from ops.demo.figures import Figures
from ops.demo.measure import FIRMS, PEOPLE, K
from ops.demo.stage import moment

CENT = 100


class Unit(NamedTuple):
    """How a figure is written: what to multiply it by, its decimals, and what follows it."""

    factor: int
    decimals: int
    suffix: str


NUMBER, DECIMAL, MONEY = Unit(1, 0, ""), Unit(1, 2, ""), Unit(1, 0, "")
HOURS, PERCENT = Unit(1, 1, " h"), Unit(100, 1, " %")


@dataclass(frozen=True, slots=True)
class Row:
    """One published figure beside the reproduced one. `low` and `high` are the bounds, themselves good."""

    community: str
    what: str
    source: str
    """Key of the source in the design's list of sources; "computed" where it follows from published figures."""
    published: Fraction
    reproduced: Fraction
    low: Fraction | None
    high: Fraction | None
    tolerance: str
    unit: Unit = MONEY

    @property
    def ok(self) -> bool:
        """Whether the reproduced figure is within its bounds."""
        return (self.low is None or self.low <= self.reproduced) and (
            self.high is None or self.reproduced <= self.high
        )

    def said(self, value: Fraction) -> str:
        """A figure as people write it."""
        text = f"{float(value * self.unit.factor):,.{self.unit.decimals}f}"
        return text.replace(",", " ") + self.unit.suffix


class Rows:
    """Collects the rows of a community."""

    def __init__(self, community: str) -> None:
        self.community = community
        self.rows: list[Row] = []

    def near(
        self, what: str, source: str, published: Fraction | int | str, measured: Fraction | int, percent: int,
        unit: Unit = MONEY,
    ) -> None:  # fmt: skip
        """Within so many percent of the published figure."""
        figure = Fraction(published)
        away = abs(figure) * percent / 100
        said = f"± {percent} %" if percent else "exact"
        self._add(what, source, figure, Fraction(measured), figure - away, figure + away, said, unit)

    def points(
        self, what: str, source: str, published: str, measured: Fraction, points: int
    ) -> None:
        """A share within so many points of the published one."""
        figure, away = Fraction(published), Fraction(points, 100)
        said = f"± {points} points"
        self._add(what, source, figure, measured, figure - away, figure + away, said, PERCENT)

    def range(
        self, what: str, source: str, low: str, high: str, measured: Fraction | int, unit: Unit = MONEY
    ) -> None:
        """Between two published figures; their middle is shown."""
        least, most = Fraction(low), Fraction(high)
        self._add(
            what, source, (least + most) / 2, Fraction(measured), least, most, f"{low} to {high}", unit
        )

    def most(
        self, what: str, source: str, limit: Fraction | int, measured: Fraction | int, said: str, unit: Unit = MONEY
    ) -> None:
        """Not above a limit."""
        self._add(what, source, Fraction(limit), Fraction(measured), None, Fraction(limit), said, unit)

    def _add(
        self, what: str, source: str, published: Fraction, measured: Fraction, low: Fraction | None,
        high: Fraction | None, tolerance: str, unit: Unit,
    ) -> None:  # fmt: skip
        self.rows.append(
            Row(self.community, what, source, published, measured, low, high, tolerance, unit)
        )


def money(cents: Fraction | int) -> Fraction:
    """Minor units as units."""
    return Fraction(cents) / CENT


def first_year(ledger: Ledger, community: UUID, rows: Rows, figures: Figures) -> None:
    """A1: La Mesure."""
    record = measure.load(ledger, community, mesure.UNIT)
    said = figures.over(community, mesure.UNIT)
    stock = said("circulation", "paper_after")
    rows.near("converted, 11 months", "Mes-iDeclic", 24_000, money(said("rounds", "issued")), 1)
    rows.near("stock at the end", "Mes-iDeclic", 8_500, money(stock), 3)
    rows.near("reconversion rate", "computed", "0.646", said("recirculation", "redeemed_of_issued"), 3, PERCENT)
    firms = sum(1 for held in record.accounts.values() if held.kind in FIRMS)
    rows.near("firms", "Mes-iDeclic", 55, firms, 0, NUMBER)
    held = measure.balances(record, FIRMS) / stock
    rows.points("share of the stock with firms", "Mes-bonif", "0.80", held, 10)


def eighth_year(ledger: Ledger, community: UUID, rows: Rows, figures: Figures) -> None:
    """A2: the Eusko in 2020, at one tenth."""
    whole = measure.load(ledger, community, eusko.UNIT)
    year = whole.between(eusko.YEAR_BEGINS, eusko.YEAR_ENDS)
    said = figures.over(community, eusko.UNIT, eusko.YEAR_BEGINS, eusko.YEAR_ENDS)
    converted, back = measure.conversions(year), measure.redemptions(year)
    fees = measure.load(ledger, community, "EUR").between(eusko.YEAR_BEGINS, eusko.YEAR_ENDS)
    commission = measure.total(fees.chosen((Reason.COMMISSION,)))
    gift = measure.gifts(whole.between(eusko.YEAR_ENDS, eusko.END))

    def scaled(published: int) -> Fraction:
        return Fraction(published, eusko.SCALE)

    rows.near("reconversion rate", "EM-chiffres", "0.493", said("recirculation", "redeemed_of_issued"), 1, PERCENT)
    rows.near("net issue, at 1/10", "EM-chiffres", scaled(725_233), money(converted - back), 1)
    rows.near("commission 5 %, at 1/10", "computed", scaled(35_328), money(commission), 5)
    rows.near("gift 3 %, at 1/10", "presselib", scaled(42_954), money(gift), 5)
    rows.near("gift cover ratio", "computed", "0.82", Fraction(commission, gift), 5, DECIMAL)
    rows.range("standing order a month", "EM-chiffres", "41", "50", money(measure.regular_top_up(year, 12)))
    rows.points("firms that never changed back", "EM-chiffres", "0.84", said("merchants", "never_redeemed"), 5)
    people, firms = measure.active(year, PEOPLE), measure.active(year, FIRMS)
    tills = {no for no in firms if whole.accounts[no].form.value == "paper"}
    rows.near("people per firm (France)", "enquête", "3.6", Fraction(len(people), len(firms - tills)), 20, DECIMAL)
    paid = sum(cast(int, amount) for amount in said.table("forms", "forms").column("amount"))
    stock = said("circulation", "average") + said("circulation", "paper_average")
    rows.range("velocity a year, notes too", "computed", "1.0", "1.3", paid / stock / said.years, DECIMAL)


def barter(ledger: Ledger, community: UUID, rows: Rows, figures: Figures) -> None:
    """C2: Sardex from its first payment. All its members are firms."""
    record = measure.load(ledger, community, exchange.UNIT)
    marks = [moment(2010, month + 1, 1, 0) for month in (9, 22, 34)]
    for until, firms, published in zip(marks, (250, 500, None), (350_000, 1_000_000, 5_000_000), strict=True):
        when = {250: "9 months", 500: "22 months", None: "34 months"}[firms]
        if firms is not None:
            joined = measure.opened_before(ledger, community, record, until)
            rows.near(f"firms after {when}", "Sar-net", firms, joined, 0, NUMBER)
        said = figures.over(community, exchange.UNIT, None, until)
        rows.near(f"volume after {when}", "Sar-net", published, money(said("velocity", "volume")), 10)
    payments = said.count("velocity", "volume")
    september = figures.over(community, exchange.UNIT, moment(2010, 9, 1, 0), marks[0])
    rows.near("volume of September 2010", "Sar-net", 100_000, money(september("velocity", "volume")), 20)
    rows.near("payments after 34 months", "Sar-net", 5_000, payments, 10, NUMBER)
    rows.near("units per payment", "computed", 1_000, money(said("velocity", "volume") / payments), 10)
    rows.near("sum of all balances", "MUT-1", 0, measure.balances(record, frozenset(K)), 0)


def household_allowance(ledger: Ledger, community: UUID, rows: Rows, figures: Figures) -> None:
    """C3: the REC."""
    record = measure.load(ledger, community, allowance.UNIT)
    said = figures.over(community, allowance.UNIT)
    granted = said("rounds", "issued")
    months = measure.household_months(record)
    households = {move.payee for move in record.chosen((Reason.GRANT,))}
    rows.near("allowance issued", "uppers", 789_592, money(granted), 1)
    rows.near("households", "uppers", 533, len(households), 0, NUMBER)
    rows.near("merchants paid", "uppers", 175, said("merchants", "receivers"), 1, NUMBER)
    rows.near("per household-month", "computed", 106, money(granted / months), 1)
    rows.near("recirculation", "uppers", "0.334", said("recirculation", "recirculation"), 4, PERCENT)
    multiplier = said("rounds", "transfers_per_issue")
    rows.near("multiplier (published +54 %)", "uppers", "1.50", multiplier, 4, DECIMAL)
    rows.near("LM3 on the ledger", "computed", "1.45", said("rounds", "lm3_firms"), 4, DECIMAL)
    _budgets(ledger, community, rows, allowance.UNIT, record)


def pupils_card(ledger: Ledger, community: UUID, rows: Rows, _: Figures) -> None:
    """C3: the purses of the pupils, at one hundredth."""
    record = measure.load(ledger, community, card.UNIT)
    books = [no for no, held in record.accounts.items() if held.programme == "loisir" and held.kind is K.PURSE]
    rows.near("card holders, at 1/100", "M'Ra", Fraction(300_000, card.SCALE), len(books), 0, NUMBER)
    _budgets(ledger, community, rows, card.UNIT, record)


def _budgets(ledger: Ledger, community: UUID, rows: Rows, unit: str, record: measure.Record) -> None:
    """PUB-3: the largest use of a budget at any moment, by the budget in force."""
    budgets = {p.code: p.budget for p in ledger.reader.policies(community, unit)[-1].policy.programmes}
    granted = measure.most_granted(record)
    highest = max(Fraction(granted[code], budgets[code]) for code in granted)
    rows.most(f"{unit}: most of a budget in use", "PUB-3", 1, highest, "at most 100 %", PERCENT)


def accorderies(ledger: Ledger, communities: Iterable[UUID], rows: Rows) -> None:
    """C4: the mean of the Accorderies on stage."""
    found = [hours_of(ledger, community) for community in communities]
    count = len(found)
    members, services, minutes, behind = (sum(column) for column in zip(*found, strict=True))
    rows.near("members of one", "secours-catho", 167, Fraction(members, count), 1, NUMBER)
    rows.near("services a year", "secours-catho", 533, Fraction(services, count), 5, NUMBER)
    rows.near("hours a year", "secours-catho", 1_000, Fraction(minutes, 60 * count), 5, HOURS)
    rows.near("hours per member", "computed", 6, Fraction(minutes, 60 * members), 5, HOURS)
    rows.near("hours per service", "computed", "1.9", Fraction(minutes, 60 * services), 5, HOURS)
    rows.most("balance of the association", "computed", -1_000, Fraction(behind, 60 * count), "or below", HOURS)


def hours_of(ledger: Ledger, community: UUID) -> tuple[int, int, int, int]:
    """Members, services, minutes of service, and the association's balance in minutes; gifts are no services."""
    record = measure.load(ledger, community, hours.UNIT)
    gifts = set()
    for entry in measure.entries(ledger, community):
        if getattr(entry.command, "activity", "") == hours.GIFT_ACTIVITY:
            gifts.add(entry.seq)
    served = [move for move in record.chosen(measure.PAID) if move.seq not in gifts]
    members = sum(1 for held in record.accounts.values() if held.kind is K.PERSON)
    own = measure.balances(record, {AccountKind.OPERATOR})
    return members, len(served), measure.total(served), own


PLAN: dict[str, tuple[Callable[[Ledger, UUID, Rows, Figures], None], ...]] = {
    "MES": (first_year,),
    "RIV": (eighth_year,),
    "EBX": (barter,),
    "PASS": (household_allowance, pupils_card),
}
"""Which figures are measured of which community."""


def table(ledger: Ledger, communities: dict[str, UUID]) -> list[Row]:
    """Every row, in the order of the story. `communities`: code to uuid."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="ricochet-demo-") as folder:
        figures = Figures(ledger, Path(folder))
        for code, some in PLAN.items():
            collected = Rows(code)
            for fill in some:
                fill(ledger, communities[code], collected, figures)
            rows += collected.rows
    collected = Rows("ACC")
    accorderies(ledger, [uid for code, uid in communities.items() if code.startswith("ACC-")], collected)
    return rows + collected.rows


