"""What became of money that one payer gave to others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.analytics.scan.onward import KEPT, REPAID, Flow, Posting, enough, follow, told


def test_what_leaves_takes_from_all_in_proportion() -> None:
    went = follow(100, [Posting(50, "me", True), Posting(-120, "farm"), Posting(30, "x"), Posting(-40, "press")])
    assert went == {"farm": 40, "press": 7, KEPT: 3}, "a third of what is held is ours; then 10 of 60"
    assert follow(0, [Posting(50, "me", True), Posting(-20, "farm")]) == {"farm": 20, KEPT: 30}
    assert follow(0, [Posting(50, "me", True), Posting(-80, "farm")]) == {"farm": 50}, "and the rest is debt"


def test_a_debt_is_filled_before_anything_is_held() -> None:
    assert follow(-30, [Posting(50, "me", True), Posting(-70, "farm")]) == {REPAID: 30, "farm": 20}
    assert follow(-30, [Posting(20, "x"), Posting(50, "me", True)]) == {REPAID: 10, KEPT: 40}
    assert follow(0, [Posting(-80, "farm"), Posting(100, "me", True)]) == {REPAID: 80, KEPT: 20}


@given(
    st.integers(-1_000, 1_000),
    st.lists(
        st.tuples(st.integers(-500, 500).filter(bool), st.sampled_from("abc"), st.booleans()), max_size=40
    ),
)
def test_all_that_was_given_is_somewhere(opening: int, some: list[tuple[int, str, bool]]) -> None:
    postings = [Posting(amount, end, mine and amount > 0) for amount, end, mine in some]
    assert sum(follow(opening, postings).values()) == sum(each.amount for each in postings if each.mine)


def people(*amounts: int, ends: int = 3) -> list[Flow]:
    return [Flow(at, amount, at % ends if ends else None) for at, amount in enumerate(amounts)]


def test_a_group_needs_five_people_none_of_whom_is_nearly_all() -> None:
    assert enough(people(10, 10, 10, 10, 10))
    assert not enough(people(10, 10, 10, 10))
    assert not enough(people(1_000, 10, 10, 10, 10)), "one is more than 85 percent"
    assert not enough(people(10, 10, 10, 10, 10, ends=2)), "only two to whom it went"
    assert enough(people(10, 10, 10, 10, 10, ends=0)), "it went to nobody, such as what is still held"


def test_groups_of_too_few_are_told_together_or_not_at_all() -> None:
    large, small = people(*[100] * 8), people(10, 10)
    assert told({"food": small}) == []
    found = told({"food": large, KEPT: people(*[50] * 8, ends=0), "books": small})
    assert [(each.keys, each.people) for each in found] == [(("food",), 8), (("books", KEPT), 8)]
    assert sum(each.share for each in found) == 10_000 and all(each.share % 500 == 0 for each in found)
    assert told({"food": large, "books": small})[0].keys == ("books", "food"), (
        "else the rest could be subtracted"
    )
    assert told({}) == []
