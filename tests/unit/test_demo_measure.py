"""What the demo measures, on ledgers small enough to reckon by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.journal import Reason
from ledger.core.policy import Policy, Programme
from ledger.service import Ledger, open_ledger
from ops.demo import measure, targets
from ops.demo.figures import Figures
from ops.demo.measure import FIRMS, Held, K, Move, Record
from ops.demo.stage import DAY, Clock, Deck, Holder, Scene, SceneFailed, moment

START = moment(2020, 1, 2)
FUNDER, PURSE, A, B, C = range(1, 6)


def record(*moves: tuple[Reason, int, int, int], step: int = DAY) -> Record:
    """A funder, a purse and three firms; moves (reason, payer, payee, amount), one a day."""
    kinds = {FUNDER: K.FUNDER, PURSE: K.PURSE, A: K.BUSINESS, B: K.BUSINESS, C: K.BUSINESS}
    accounts = {
        no: Held(UUID(int=no), kind, Form.DIGITAL, 0, "food" if kind is K.PURSE else "", 0) for no, kind in kinds.items()
    }
    numbers = count(1)
    return Record(accounts, [Move(seq := next(numbers), START + seq * step, *move) for move in moves])


def test_a_budget_is_measured_at_its_fullest() -> None:
    story = record(
        (Reason.GRANT, FUNDER, PURSE, 60),
        (Reason.PURSE_EXPIRY, PURSE, FUNDER, 20),
        (Reason.GRANT, FUNDER, PURSE, 50),
        (Reason.PURSE_EXPIRY, PURSE, FUNDER, 90),
    )
    assert measure.most_granted(story) == {"food": 90}


def test_a_household_month_counts_once() -> None:
    monthly = [(Reason.GRANT, FUNDER, PURSE, 10)] * 3
    assert measure.household_months(record(*monthly)) == 1
    assert measure.household_months(record(*monthly, step=31 * DAY)) == 3


def test_standing_orders_are_those_of_every_month() -> None:
    story = record(*[(Reason.ISSUE, FUNDER, PURSE, 30)] * 3, step=31 * DAY)
    assert measure.regular_top_up(story, 3) == 30
    assert measure.regular_top_up(story, 4) == 0


@pytest.fixture
def town(tmp_path: Path) -> tuple[Ledger, Scene]:
    clock = Clock()
    ledger = open_ledger(f"sqlite:///{tmp_path / 'town.db'}", clock=clock, master_key=bytes(32))
    return ledger, Scene(ledger, clock, "TWN", "Town", START, seed=1)


def opened(scene: Scene, noun: str, kind: AccountKind, unit: str, **terms: Any) -> Holder:
    return scene.open(START, scene.member(noun, kind), unit, **terms)


def test_a_backed_year_is_read_from_the_tables(town: tuple[Ledger, Scene], tmp_path: Path) -> None:
    ledger, scene = town
    scene.currency(START, "TWN", Model.BACKED, Policy(commission_bp=500))
    person = opened(scene, "Resident", AccountKind.PERSON, "TWN")
    firm, other = (opened(scene, "Shop", AccountKind.BUSINESS, "TWN") for _ in range(2))

    def issue(amount: int) -> UUID:
        return scene.plan(
            START, c.Issue, account=person.account, currency="TWN", amount=amount, euros=amount
        )

    def pays(**terms: Any) -> UUID:
        return scene.plan(
            START + DAY, c.Pay, payer=person.account, payee=firm.account, currency="TWN", **terms
        )

    issue(10_000)
    scene.plan(START, c.Reverse, entry=issue(5_000), actor=scene.board)
    scene.plan(START + DAY, c.Refund, payment=pays(amount=4_000), amount=1_000)
    hold = scene.plan(
        START + DAY, c.PlaceHold, payer=person.account, payee=firm.account, amount=2_000, currency="TWN"
    )
    scene.plan(START + 2 * DAY, c.CaptureHold, hold=hold, amount=1_500)
    scene.plan(START + 3 * DAY, c.Redeem, account=firm.account, currency="TWN", amount=2_500, invoice="1")
    scene.play()
    with ledger:
        said = Figures(ledger, tmp_path / "reports").over(scene.community, "TWN")
        units = measure.load(ledger, scene.community, "TWN")
        euros = measure.load(ledger, scene.community, "EUR")
        assert measure.opened_before(ledger, scene.community, units, START + DAY) == 2
        assert measure.opened_before(ledger, scene.community, units, START) == 0
    assert (measure.conversions(units), measure.redemptions(units)) == (10_000, 2_500)
    assert said("circulation", "after") == 7_500
    assert said("velocity", "volume") == 5_500, "a refund is no volume"
    assert said("rounds", "issued") == 10_000
    assert said("recirculation", "redeemed_of_issued") == Fraction(1, 4)
    assert said("merchants", "never_redeemed") == 0
    assert said.count("velocity", "volume") == 2 and said.years == Fraction(4 * 86_400, 31_557_600)
    assert [row[0] for row in said.table("forms", "forms").rows] == ["digital"]
    with pytest.raises(ValueError, match=r"leakage\.national_share is not said"):
        said("leakage", "national_share")
    assert measure.total(euros.chosen((Reason.COMMISSION,))) == 125
    assert len(measure.active(units, FIRMS)) == 1
    assert measure.balances(units, FIRMS) == 2_000
    assert measure.total(units.between(START + 2 * DAY, START + 3 * DAY).chosen(measure.PAID)) == 1_500
    assert other.account not in {units.accounts[no].uid for no in measure.active(units, FIRMS)}


def test_hours_are_counted_without_the_gifts(town: tuple[Ledger, Scene]) -> None:
    ledger, scene = town
    scene.currency(START, "HEURE", Model.TIME, Policy(default_line=900, step=15, spheres=True))
    ann, ben = (opened(scene, "Member", AccountKind.PERSON, "HEURE") for _ in range(2))
    association = scene.technical("HEURE", AccountKind.OPERATOR)
    for payer, payee, minutes, activity in (
        (association, ann, 900, "welcome-gift"),
        (ann.account, ben, 90, "garden"),
        (association, ben, 30, "newsletter"),
    ):
        scene.plan(
            START, c.Pay, payer=payer, payee=payee.account, amount=minutes, currency="HEURE",
            sphere="associative", activity=activity,
        )  # fmt: skip
    scene.play()
    with ledger:
        assert targets.hours_of(ledger, scene.community) == (2, 2, 120, -930)


def test_a_story_that_the_ledger_does_not_follow_stops(town: tuple[Ledger, Scene]) -> None:
    ledger, scene = town
    programme = Programme(code="food", budget=100)
    scene.currency(START, "CARD", Model.EARMARKED, Policy(programmes=(programme,)))
    household = scene.member("Household", AccountKind.PERSON)
    purse = scene.open(START, household, "CARD", kind=AccountKind.PURSE, programme="food")
    scene.plan(START, c.Grant, account=purse.account, amount=101)
    with ledger, pytest.raises(SceneFailed, match="budget_exceeded"):
        scene.play()


def test_a_row_is_good_at_its_bounds() -> None:
    rows = targets.Rows("TWN")
    rows.near("a", "s", 100, 103, 3)
    rows.near("b", "s", 100, Fraction(10_301, 100), 3)
    rows.points("c", "s", "0.80", Fraction(9, 10), 10)
    rows.range("d", "s", "1", "2", Fraction(201, 100))
    rows.most("e", "s", 0, -5, "at most 0")
    rows.near("f", "s", -100, -104, 5)
    assert [row.ok for row in rows.rows] == [True, False, True, False, True, True]
    assert rows.rows[2].said(Fraction(1, 3)) == "33.3 %"
    assert rows.rows[0].said(Fraction(1_234_567)) == "1 234 567"


def test_a_deck_keeps_its_proportions() -> None:
    deck = Deck(Random(5), "aab")
    assert sorted(deck.deal() for _ in range(6)) == ["a", "a", "a", "a", "b", "b"]
