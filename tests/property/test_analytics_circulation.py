"""What holds for money and its velocity on any small record: P3, P4, P5 and P10."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.analytics.money import circulation, holding, velocity
from ledger.analytics.scan.scanned import Rule, Side
from ledger.analytics.scan.whole import scan_scene, scanned
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR, Window
from tests.analytics_town import Move, town

NAMES = ("ann", "bob", "cut", "dan")
INWARD = ("issue", "credit_writeoff", "opening", "correction")
OUTWARD = ("redeem", "demurrage", "fee", "correction")


@st.composite
def moves(draw: st.DrawFn, closed: bool = False) -> list[Move]:
    """Up to ten movements between four accounts and the community; `closed`: payments only."""
    time = 0
    found: list[Move] = []
    for _ in range(draw(st.integers(1, 10))):
        time += draw(st.sampled_from([0, 60, DAY, 40 * DAY]))
        amount = draw(st.one_of(st.integers(1, 99), st.integers(1, 2**53 - 1)))
        way = "between" if closed else draw(st.sampled_from(["between", "between", "in", "out"]))
        src, dst = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
        kind = "transfer" if closed else draw(st.sampled_from(["transfer", "transfer", "correction", "fee"]))
        if way == "in":
            found.append((time, draw(st.sampled_from(INWARD)), None, dst, amount))
        elif way == "out":
            found.append((time, draw(st.sampled_from(OUTWARD)), src, None, amount))
        else:
            found.append((time, kind, src, dst, amount))
    return found


def value(figure: object) -> int | float:
    found = figure.value  # type: ignore[attr-defined]
    assert isinstance(found, int | float)
    return found


@given(record=moves(closed=True))
def test_p3_what_some_owe_is_what_others_hold(record: list[Move]) -> None:
    scan = scanned(town(record)).scan
    assert scan.integral(Side.HELD) == scan.integral(Side.CREDIT)
    assert scan.stock(Side.HELD) == scan.stock(Side.CREDIT)
    assert scan.residual(Rule.LIFO, Side.CREDIT) == 0


@given(record=moves(), start=st.integers(0, 90), length=st.integers(0, 200))
def test_p4_money_adds_up_in_any_window(record: list[Move], start: int, length: int) -> None:
    scene = town(
        record,
        {"ann": {"owner": "bob"}, "bob": {}},
        window=Window.between(start * DAY, (start + length) * DAY),
    )
    said = {name: value(figure) for name, figure in circulation.stock_flow(scene).figures.items()}
    assert said["residual"] == 0
    assert (said["before"], said["after"]) == (
        held(record, scene.window.start),
        held(record, scene.window.stop),
    )


def held(record: Sequence[Move], before: int) -> int:
    balance = dict.fromkeys(NAMES, 0)
    for time, _, src, dst, amount in record:
        if time < before:
            for name, change in ((src, -amount), (dst, amount)):
                if name is not None:
                    balance[name] += change
    return sum(max(each, 0) for each in balance.values())


@given(record=moves())
def test_p5_sent_is_received_is_volume(record: list[Move]) -> None:
    scene = town(record, {"ann": {"owner": "bob", "area": "x"}, "bob": {}, "cut": {"area": "y"}})
    volume = scene.number("SELECT sum(amount) FROM volume")
    owner = {"ann": "bob"}
    said = sum(
        m[4]
        for m in record
        if m[1] == "transfer" and owner.get(str(m[2]), m[2]) != owner.get(str(m[3]), m[3])
    )
    assert value(velocity.compute(scene).figures["volume"]) == volume == said
    for side in ("src", "dst"):
        by_side = scene.rows(f"SELECT sum(amount) FROM volume GROUP BY {side}")
        assert sum(int(str(row[0])) for row in by_side) == volume
    rows = [each for table in ("by_area",) for each in velocity.compute(scene).tables[table].column("volume")]
    assert sum(int(str(each)) for each in rows) == volume


@given(record=moves())
def test_p10_effective_balance_times_inverse_velocity_times_time_is_volume(record: list[Move]) -> None:
    scene = town(record)
    figures = holding.compute(scene).figures
    balance, inverse = figures["effective_balance"], figures["inverse_per_year"]
    if balance.value is not None and inverse.value is not None:
        years = scene.window.seconds / YEAR
        volume = value(figures["volume"])
        assert balance.value * inverse.value * years == pytest.approx(volume, rel=1e-9)
        assert balance.low is not None
        assert (inverse.high is None) == (balance.low == 0)
        if inverse.high is not None:
            assert balance.low * inverse.high * years == pytest.approx(volume, rel=1e-9)


@given(record=moves())
def test_bounds_hold_and_no_figure_is_without_reason(record: list[Move]) -> None:
    scene = town(record, {"ann": {"area": "x", "sector": "food", "opening": 7}, "bob": {"opening": -3}})
    for module in (circulation, velocity, holding):
        for indicator in module.INDICATORS:
            for figure in indicator.compute(scene).figures.values():
                assert figure.value is not None or figure.why
                if figure.low is not None and figure.value is not None:
                    assert figure.low <= figure.value * (1 + 1e-9) + 1e-9
                if figure.high is not None and figure.value is not None:
                    assert figure.value <= figure.high * (1 + 1e-9) + 1e-9


@given(record=moves(), middle=st.integers(0, 100))
def test_one_more_day_from_a_saved_state_is_the_whole(record: list[Move], middle: int) -> None:
    scene = town(record, {"ann": {"opening": 5}})
    end = max(scene.window.end, middle * DAY)
    whole = scan_scene(at(scene, 0, end, end + 1))
    first = scan_scene(at(scene, 0, middle * DAY, middle * DAY), keep=True)
    seq = scene.number(f"SELECT count(*) + 1 FROM movement WHERE time < {middle * DAY}")
    joined = first.scan.then(scan_scene(at(scene, middle * DAY, end, end + 1), first.state, seq).scan)
    assert joined.matched(Rule.FIFO) == whole.scan.matched(Rule.FIFO)
    assert joined.integral() == whole.scan.integral()
    assert joined.residual(Rule.LIFO) == 0


def at(scene: Scene, start: int, end: int, stop: int) -> Scene:
    return scene.at(Window(start, end, stop))
