"""Holding times on any small ledger, against the slow reference; both kernels."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.analytics.scan.kernel import DEMURRAGE, OTHER, TRANSFER
from ledger.analytics.scan.scanned import ENDED, End, Rule, Scan, Side
from ledger.analytics.scan.scanner import Scanner, fast
from ledger.analytics.scan.shapes import Setting
from ledger.analytics.scan.state import State
from ledger.analytics.source.window import DAY
from tests.analytics_reference import RULES, Event, Pair, every_matching, holdings, integral

EDGES = [0, 1, 5, DAY, 3 * DAY]
ACCOUNTS, EVENTS = 4, 8
ROUNDED = (5 * EVENTS + ACCOUNTS * (EVENTS + 1) + 3 + 1) * 2**-53
"""What the kernel says that its mixed sums are off at most, relative, with an account's events and its end each a term;
and once for the float that they are compared with."""
KERNELS = pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])

amounts = st.one_of(st.integers(1, 9), st.integers(1, 2**53 - 1))
codes = st.sampled_from([TRANSFER, TRANSFER, OTHER, DEMURRAGE])


@st.composite
def ledgers(draw: st.DrawFn, codes: st.SearchStrategy[int] = codes) -> list[list[Event]]:
    """Up to four accounts with their events, in order of time; ties and negative balances are common."""
    accounts = []
    for _ in range(draw(st.integers(1, ACCOUNTS))):
        time, events = 0, []
        for _ in range(draw(st.integers(0, EVENTS))):
            time += draw(st.sampled_from([0, 0, 1, 4, DAY, 3 * DAY + 7]))
            delta = draw(amounts) * draw(st.sampled_from([1, -1]))
            events.append((time, delta, draw(codes)))
        accounts.append(events)
    return accounts


def scan(
    accounts: list[list[Event]], start: int, end: int, plain: bool, groups: int = 1, **other: object
) -> Scanner:
    """A scanner that was fed all events, in pieces that cut accounts."""
    group_of = [number % groups for number in range(len(accounts))]
    bounds = [*sorted({start, *(at for at in (DAY, 2 * DAY) if start < at < end)}), end]
    scanner = Scanner(Setting(start, end, groups, group_of, bounds, EDGES), plain=plain, **other)  # type: ignore[arg-type]
    rows = [(number, *event) for number, events in enumerate(accounts) for event in events]
    for at in range(0, len(rows), 3):
        scanner.feed(*(np.array(column, np.int64) for column in zip(*rows[at : at + 3], strict=True)))
    return scanner


def last(accounts: list[list[Event]]) -> int:
    return max((event[0] for events in accounts for event in events), default=0)


@KERNELS
@given(accounts=ledgers(), start=st.integers(0, 4 * DAY), more=st.integers(0, DAY))
def test_every_sum_is_that_of_the_reference(
    plain: bool, accounts: list[list[Event]], start: int, more: int
) -> None:
    end = max(last(accounts), start) + more
    found = scan(accounts, start, end, plain).finish()
    for side in Side:
        area = sum(
            integral(events, 0, end, side) - integral(cut(events, start), 0, start, side)
            for events in accounts
        )
        assert found.integral(side) == area
        assert sum(each for _, each in found.monthly(side)) == area
        for rule in RULES:
            pairs = [pair for events in accounts for pair in holdings(events, rule, end)]
            for ended in End:
                chosen = [
                    pair for pair in pairs if (pair.side, pair.ended) == (side, ended) and pair.at >= start
                ]
                check_sums(found, side, rule, ended, chosen)


def cut(events: list[Event], before: int) -> list[Event]:
    return [event for event in events if event[0] < before]


def check_sums(found: Scan, side: Side, rule: str, ended: End, pairs: list[Pair]) -> None:
    volume = sum(pair.amount for pair in pairs)
    total = sum(pair.amount * pair.seconds for pair in pairs)
    if rule == "mixed":
        assert found.mixed_seconds((ended,), side) == pytest.approx(float(total), rel=ROUNDED, abs=0)
        return
    matched = found.matched(Rule[rule.upper()], (ended,), side)
    assert (matched.pairs, matched.volume, matched.amount_seconds) == (len(pairs), volume, total)
    longer = [sum(pair.amount for pair in pairs if pair.seconds > edge) for edge in EDGES]
    bins = found.durations(Rule[rule.upper()], (ended,), side)
    assert [sum(bins[number + 1 :]) for number in range(len(EDGES))] == longer


@KERNELS
@given(accounts=ledgers(), start=st.integers(0, 4 * DAY))
def test_p1_money_is_conserved_in_time(plain: bool, accounts: list[list[Event]], start: int) -> None:
    end = max(last(accounts), start) + 11
    found = scan(accounts, start, end, plain).finish()
    for side in Side:
        for rule in Rule:
            held = found.matched(rule, End, side).amount_seconds
            assert held == found.integral(side) + found.carried(rule, side)
            assert found.residual(rule, side) == 0
        assert found.mixed_seconds(End, side) == pytest.approx(
            float(found.integral(side) + found.mixed_carried(side)), rel=2 * ROUNDED, abs=0
        )


@given(accounts=ledgers(st.sampled_from([TRANSFER, OTHER])))
def test_p2_lifo_is_least_and_fifo_most(accounts: list[list[Event]]) -> None:
    end = last(accounts)
    for events in accounts:
        found = scan([events], 0, end, plain=True).finish()
        for side in Side:
            lifo, fifo = (found.matched(rule, ENDED, side).amount_seconds for rule in (Rule.LIFO, Rule.FIFO))
            mixed = sum(pair.amount * pair.seconds for pair in holdings(events, "mixed", end)
                        if pair.side == side and pair.ended != End.OPEN)  # fmt: skip
            assert lifo <= mixed <= fifo
            if sum(delta for _, delta, _ in events) == 0:
                assert lifo == mixed == fifo


@st.composite
def purses(draw: st.DrawFn) -> list[Event]:
    """One account of a few units that never goes below zero."""
    time, balance, events = 0, 0, []
    for _ in range(draw(st.integers(1, 6))):
        time += draw(st.integers(0, 3))
        out = draw(st.integers(0, min(balance, 3)))
        delta = -out if out else draw(st.integers(1, 2))
        if balance + delta <= 6:
            balance += delta
            events.append((time, delta, TRANSFER))
    return events


@settings(max_examples=300)
@given(events=purses())
def test_fifo_and_lifo_bound_every_matching_there_is(events: list[Event]) -> None:
    end = last([events])
    found = scan([events], 0, end, plain=True).finish()
    totals = set(every_matching(events, end))
    assert found.matched(Rule.LIFO).amount_seconds == min(totals)
    assert found.matched(Rule.FIFO).amount_seconds == max(totals)


@given(accounts=ledgers())
def test_p7_few_pairs(accounts: list[list[Event]]) -> None:
    for events in accounts:
        found = scan([events], 0, last([events]), plain=True).finish()
        for rule in Rule:
            both = sum(found.matched(rule, ENDED, side).pairs for side in Side)
            crossings = sum(1 for before, delta in balances(events) if before * (before + delta) < 0)
            assert both <= len(events) + crossings


def balances(events: list[Event]) -> list[tuple[int, int]]:
    found, balance = [], 0
    for _, delta, _ in events:
        found.append((balance, delta))
        balance += delta
    return found


@KERNELS
@given(accounts=ledgers(), middle=st.integers(0, 6 * DAY))
def test_going_on_from_a_saved_state_is_the_same(
    plain: bool, accounts: list[list[Event]], middle: int
) -> None:
    end = max(last(accounts), middle) + 5
    whole = scan(accounts, 0, end, plain, groups=2).finish()
    first = scan([cut(events, middle) for events in accounts], 0, middle, plain, groups=2, keep=True)
    closed = first.finish()
    state = State.from_arrow(first.state.to_arrow())
    later = [[event for event in events if event[0] >= middle] for events in accounts]
    joined = closed.then(scan(later, middle, end, plain, groups=2, saved=state).finish())
    for side in Side:
        for rows in ([0], [1], [0, 1]):
            assert joined.integral(side, rows) == whole.integral(side, rows)
            for rule in Rule:
                for ended in End:
                    assert joined.matched(rule, (ended,), side, rows) == whole.matched(
                        rule, (ended,), side, rows
                    )
        for rule in Rule:
            assert joined.durations(rule, End, side) == whole.durations(rule, End, side)
            assert joined.residual(rule, side) == 0
        assert joined.mixed_seconds(End, side) == pytest.approx(
            whole.mixed_seconds(End, side), rel=2 * ROUNDED, abs=0
        )


@given(accounts=ledgers(), middle=st.integers(0, 6 * DAY), wait=st.integers(0, DAY))
def test_accounts_at_rest_are_answered_from_their_sums(
    accounts: list[list[Event]], middle: int, wait: int
) -> None:
    """The state as it is read again knows what its lots come to; without that every lot is walked."""
    first = scan([cut(events, middle) for events in accounts], 0, middle, plain=False, groups=2, keep=True)
    first.finish()
    state = State.from_arrow(first.state.to_arrow())
    assert (state.sums is not None) == (len(state.time[0]) > 0) and first.state.sums is None
    later = [[event for event in events if event[0] >= middle] for events in accounts]
    start, end = middle + wait, max(last(accounts), middle + wait) + 5
    from_sums, from_lots = (
        scan(later, start, end, plain=False, groups=2, saved=each).finish() for each in (state, first.state)
    )
    assert (from_sums.counts, from_sums.bins) == (from_lots.counts, from_lots.bins)
    assert from_sums.mixed == from_lots.mixed


def test_sums_that_two_words_cannot_hold_are_not_kept() -> None:
    most = 2**62
    for events in ([(0, most, OTHER)], [(0, 1, OTHER), (2**33, 1, OTHER)]):
        scanner = scan([events], 0, 2**34, plain=True, keep=True)
        scanner.finish()
        again = State.from_arrow(scanner.state.to_arrow())
        assert again.sums is None and again.amount[0].tolist() == [delta for _, delta, _ in events]


@given(accounts=ledgers())
def test_both_kernels_say_the_same(accounts: list[list[Event]]) -> None:
    assert fast() is not None, "numba is among what the tests need"
    end = last(accounts) + 3
    compiled, plain = (scan(accounts, 2, end, each, groups=3).finish() for each in (False, True))
    assert (compiled.counts, compiled.bins) == (plain.counts, plain.bins)
    assert compiled.mixed == plain.mixed, "the same floats in the same order"


@KERNELS
def test_few_old_units_among_very_many_new_ones_keep_their_age(plain: bool) -> None:
    # A mean moment of entry would be 3 days less 2.9e-11 s, which no float near 259,200 can tell from 3 days.
    many, long = 2**53 - 1, 3 * DAY
    for end in (TRANSFER, OTHER):
        accounts = [[(0, 1, OTHER), (long, many, OTHER), (long, -many - 1, end)]]
        found = scan(accounts, 0, long, plain).finish()
        assert found.mixed_seconds((End(end),)) == pytest.approx(long, rel=ROUNDED, abs=0)


def test_the_plain_kernel_has_no_largest_number() -> None:
    big = 2**80
    events = [[(0, big, OTHER), (2**40, -big, TRANSFER)]]
    scanner = Scanner(Setting(0, 2**40, 1, [0], [0, 2**40], EDGES), plain=True)
    for event in events[0]:
        scanner.feed(*(np.array([cell], object) for cell in (0, *event)))
    found = scanner.finish().matched(Rule.FIFO)
    assert (found.volume, found.amount_seconds) == (big, big * 2**40)


def test_the_reference_itself() -> None:
    events = [(0, 4, OTHER), (10, 4, OTHER), (20, -4, TRANSFER)]
    days = {rule: sum(pair.amount * pair.seconds for pair in holdings(events, rule, 20) if pair.ended == TRANSFER)
            for rule in RULES}  # fmt: skip
    assert days == {"fifo": 80, "lifo": 40, "mixed": Fraction(60)}
    assert [len(list(each)) for _, each in groupby(sorted(set(every_matching(events, 20))))] == [1] * 5
