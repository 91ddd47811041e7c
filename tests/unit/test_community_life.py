"""Dues, approvals, votes, exchanges of time and change at the till: the rules without any store."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.community import agreement, dues, exchanges, voting
from ledger.community.change import change
from ledger.community.voting import Ballot, Choice, Mode, VotingRules
from ledger.core.errors import Rejected

RULES = dues.DuesRules()


@pytest.mark.parametrize(
    ("price", "units", "euros", "back"),
    [(120, 100, 20, (0, 0)), (120, 500, 20, (400, 0)), (120, 100, 100, (0, 80)), (120, 500, 100, (400, 80)),
     (500, 500, 0, (0, 0)), (500, 1000, 0, (500, 0)), (120, 0, 200, (0, 80))],
)  # fmt: skip
def test_change_of_the_published_examples(price: int, units: int, euros: int, back: tuple[int, int]) -> None:
    """MLC-7: a price of 1.20 and its four vectors; notes alone, euros alone."""
    given = change(price, units, euros)
    assert given == back
    assert units + euros - price == given.units + given.euros


def test_units_are_never_changed_into_euros() -> None:
    """MLC-7: 5 units for 1.20 need 0.20 in euros, or the customer waives 0.80."""
    with pytest.raises(Rejected) as refused:
        change(120, 500, 0)
    assert refused.value.field == "euros"
    assert change(120, 500, 0, waived=80) == (300, 0)
    with pytest.raises(Rejected):
        change(120, 500, 0, waived=380)


def test_too_little_money() -> None:
    with pytest.raises(Rejected) as refused:
        change(500, 300, 100)
    assert "1.00" in str(refused.value)


@pytest.mark.parametrize(
    ("firm", "monthly"),
    [
        (dues.Firm(years=1, posts=Decimal(1), employees=0), 500),
        (dues.Firm(years=3, posts=Decimal(1), employees=0), 700),
        (dues.Firm(years=1, posts=Decimal(5), employees=4), 700),
        (dues.Firm(years=9, posts=Decimal("5.5"), employees=6), 1200),
        (dues.Firm(years=9, posts=Decimal(9), employees=6, rebate_percent=50), 600),
        (dues.Firm(years=9, posts=Decimal(3), employees=2, rebate_percent=25, further_shop=True), 263),
    ],
)
def test_the_grid_of_professional_dues(firm: dues.Firm, monthly: int) -> None:
    """MLC-16: 525 / 2 is 262.5, half up."""
    assert dues.firm_dues(firm, RULES) == monthly


def test_a_person_gives_what_they_like_above_the_floor() -> None:
    assert dues.person_dues(500, RULES) == 500
    with pytest.raises(Rejected) as refused:
        dues.person_dues(499, RULES)
    assert refused.value.field == "amount"


def test_dues_are_added_to_what_was_paid_and_lapse_after_the_grace() -> None:
    first = dues.paid_through(None, date(2025, 1, 31), 1)
    assert first == date(2025, 2, 27)
    assert dues.paid_through(first, date(2025, 2, 10), 12) == date(2026, 2, 27)
    assert dues.paid_through(first, date(2025, 6, 1), 12) == date(2026, 5, 31), "a gap is not paid afterwards"
    assert dues.lapses_on(date(2025, 12, 31), RULES) == date(2026, 3, 2)


def test_an_approval_goes_through_its_steps() -> None:
    step = agreement.advance(agreement.Step.DRAFT, agreement.Step.SUBMITTED)
    step = agreement.advance(step, agreement.Step.VISITED)
    sat = frozenset({"users", "professionals"})
    good = agreement.Verdict(step=agreement.Step.APPROVED, on=date(2026, 1, 5), colleges=sat, commitments=("reuse", "local"))
    assert agreement.decide(step, good, sat) is agreement.Step.APPROVED
    assert agreement.review_due(date(2024, 2, 29)) == date(2027, 2, 28)
    with pytest.raises(Rejected):
        agreement.advance(agreement.Step.SUBMITTED, agreement.Step.APPROVED)


@pytest.mark.parametrize(
    ("verdict", "field"),
    [
        (agreement.Verdict(step=agreement.Step.APPROVED, on=date(2026, 1, 5), colleges=frozenset({"users"}), commitments=("a", "b")), "colleges"),
        (agreement.Verdict(step=agreement.Step.APPROVED, on=date(2026, 1, 5), colleges=frozenset({"users", "pros"}), commitments=("a", "a")), "commitments"),
        (agreement.Verdict(step=agreement.Step.REFUSED, on=date(2026, 1, 5), colleges=frozenset({"users", "pros"})), "reasons"),
    ],
)
def test_a_committee_that_does_not_decide_well(verdict: agreement.Verdict, field: str) -> None:
    with pytest.raises(Rejected) as refused:
        agreement.decide(agreement.Step.VISITED, verdict, ("users", "pros"))
    assert refused.value.field == field


def test_every_member_counts_once() -> None:
    ballots = [Ballot("users", Choice.YES)] * 6 + [Ballot("users", Choice.NO)] * 3 + [Ballot("users", Choice.ABSTAIN)]
    said = voting.count(ballots, {"users": 40}, VotingRules(quorum_percent=25))
    assert (said.yes, said.no, said.quorate, said.adopted) == (Fraction(2, 3), Fraction(1, 3), True, True)
    assert not voting.count(ballots, {"users": 41}, VotingRules(quorum_percent=25)).quorate


def test_a_tie_is_not_adopted() -> None:
    tie = [Ballot("users", Choice.YES), Ballot("users", Choice.NO)]
    assert not voting.count(tie, {"users": 2}, VotingRules()).adopted
    assert not voting.count([], {"users": 2}, VotingRules()).adopted


def test_colleges_speak_with_their_weight() -> None:
    """GOV-2: 30 users say yes, the two professionals no; with 40 and 60... a college has at most 50."""
    rules = VotingRules(mode=Mode.COLLEGES, weights={"users": 40, "pros": 50, "public": 10})
    ballots = [Ballot("users", Choice.YES)] * 30 + [Ballot("pros", Choice.NO)] * 2
    said = voting.count(ballots, {"users": 100, "pros": 5, "public": 1}, rules)
    assert said.yes == Fraction(40, 90)
    assert not said.adopted
    assert said.by_college["public"] == (0, 0, 0)


@pytest.mark.parametrize("weights", [{"a": 60, "b": 40}, {"a": 50, "b": 40}, {"a": 50, "b": 45, "c": 5}, {}])
def test_weights_out_of_bounds(weights: dict[str, int]) -> None:
    with pytest.raises(Rejected) as refused:
        voting.count([], {"a": 1}, VotingRules(mode=Mode.COLLEGES, weights=weights))
    assert refused.value.field == "weights"


def test_more_ballots_than_voters() -> None:
    with pytest.raises(Rejected):
        voting.count([Ballot("a", Choice.YES)] * 2, {"a": 1}, VotingRules())


@pytest.mark.parametrize("giver_first", [True, False])
def test_both_sides_confirm_an_exchange(giver_first: bool) -> None:
    state = exchanges.advance(exchanges.Deal.PROPOSED, exchanges.Deal.AGREED)
    state = exchanges.confirm(state, giver=giver_first)
    assert exchanges.confirm(state, giver=giver_first) is state, "saying it twice is not both"
    assert exchanges.confirm(state, giver=not giver_first) is exchanges.Deal.PAID
    with pytest.raises(Rejected):
        exchanges.advance(exchanges.Deal.PAID, exchanges.Deal.CANCELLED)


def test_nothing_is_confirmed_before_it_is_agreed() -> None:
    with pytest.raises(Rejected):
        exchanges.confirm(exchanges.Deal.PROPOSED, giver=True)


def test_time_goes_in_steps() -> None:
    assert exchanges.minutes(1, 30, 15) == 90
    for hours, rest in ((0, 0), (1, 10), (-1, 15)):
        with pytest.raises(Rejected):
            exchanges.minutes(hours, rest, 15)
