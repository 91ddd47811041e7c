from __future__ import annotations

import numpy as np
import pytest

from ledger.analytics.answers.figures import Result
from ledger.analytics.money.standing import balance_at, balances, month_starts, steps
from ledger.analytics.people.credit_health import credit_health, crossings
from ledger.analytics.people.credit_risk import CLASSES, classes, credit_risk, moves
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR, Window
from ledger.core.accounts import Model
from tests.analytics_town import Move, public_bodies, town

MONTHS = Window.between(0, 181 * DAY)  # January to June 1970
LINE = {"floor": -1000}


def value(result: Result, name: str) -> float | int | None:
    return result.figures[name].value


def ring(window: Window = MONTHS) -> Scene:
    moves_: list[Move] = [
        (10 * DAY, "transfer", "a", "b", 900),
        (20 * DAY, "transfer", "b", "c", 400),
        (20 * DAY, "transfer", "c", "a", 300),
        (40 * DAY, "transfer", "a", "c", 100),
        (100 * DAY, "transfer", "c", "b", 300),
    ]
    return town(moves_, {"a": LINE, "b": LINE, "c": LINE, "d": LINE}, window=window, model=Model.MUTUAL)


def test_balances_along_time() -> None:
    scene = ring()
    changes = steps(scene)
    assert changes.after.tolist() == [-900, -600, -700, 900, 500, 800, 400, 100, 200, -100]
    assert changes.first.tolist() == [True, False, False, True, False, False, True, False, False, False]
    for at in (0, 10 * DAY, 10 * DAY + 1, 20 * DAY + 1, 101 * DAY):
        numbers, held = balances(scene, at)
        assert held[:3].tolist() == balance_at(changes, at).tolist()
        assert numbers.tolist() == [0, 1, 2, 3]
    assert sum(balances(scene, 200 * DAY)[1].tolist()) == 0


def test_an_opening_balance_counts() -> None:
    scene = town([(5, "transfer", "a", "b", 30)], {"a": {"opening": 100}, "c": {"opening": -7}})
    assert balances(scene, 5)[1].tolist() == [100, -7, 0]
    assert balances(scene, 6)[1].tolist() == [70, -7, 30]
    assert steps(scene).before.tolist() == [100, 0]


def test_amounts_beyond_64_bits_stay_exact() -> None:
    huge = 2**53 - 1
    scene = town([(at, "transfer", "a", "b", huge) for at in range(1500)])
    assert steps(scene).after[-1] == 1500 * huge
    assert balances(scene, 10**6)[1].tolist() == [-1500 * huge, 1500 * huge]


def test_month_starts() -> None:
    assert month_starts(Window.between(0, 59 * DAY)) == [31 * DAY]
    assert month_starts(Window.between(0, 59 * DAY + 1)) == [31 * DAY, 59 * DAY]
    assert month_starts(Window.between(5, 5)) == []


def test_sides_of_zero() -> None:
    sides = crossings(steps(ring()), 0, 181 * DAY)
    assert (sides.since / DAY).tolist() == [10, 10, 100]
    assert (sides.below / DAY).tolist() == [171, 0, 81]
    late = crossings(steps(ring()), 50 * DAY, 120 * DAY)
    assert (late.below / DAY).tolist() == [70, 0, 20]


def test_debt_before_the_first_movement_counts() -> None:
    scene = town([(40, "transfer", "b", "a", 30)], {"a": {"opening": -30}}, window=Window.between(0, 100))
    assert crossings(steps(scene), 0, 100).below.tolist() == [40, 60]


def test_health_of_a_ring() -> None:
    said = credit_health(ring())
    assert (value(said, "negative"), value(said, "positive"), value(said, "outside_members")) == (800, 800, 0)
    assert (value(said, "granted"), value(said, "limit_use"), value(said, "high_use")) == (4000, 0.2, 0)
    sold = 900 + 400 + 300 + 100 + 300
    assert value(said, "turnover_to_limit") == pytest.approx(sold / 4000 / (MONTHS.seconds / YEAR))
    assert value(said, "days_since_zero") == pytest.approx(171)
    assert value(said, "time_below") == pytest.approx((171 + 81) / (3 * 181))
    assert value(said, "stuck") == 0
    assert said.figures["top_10_positive"].why == "few"


def test_who_does_not_come_back_to_zero_is_stuck() -> None:
    said = credit_health(ring(Window.between(0, 500 * DAY)))
    assert (value(said, "stuck"), value(said, "stuck_debt")) == (2, 700), (
        "a with its debt, b with what it holds"
    )
    assert value(said, "long_negative") == 2, "a since day 10, c since day 100"
    assert credit_risk(ring(Window.between(0, 500 * DAY))).figures["haircut"].value == pytest.approx(
        700 / 800
    )


def test_hoards_by_line_and_by_sales() -> None:
    moves_: list[Move] = [(5, "transfer", "a", "b", 900), (5, "transfer", "a", "c", 900)]
    said = credit_health(town(moves_, {"a": {"floor": -5000}, "b": {"floor": -100}}, model=Model.MUTUAL))
    assert value(said, "hoarded") == (900 - 500) + (900 - 450)
    assert said.figures["hoarded"].n == 2
    rows = {row[0]: row[1:] for row in said.tables["suggested_lines"].rows}
    assert rows == {"b": (100, 900, 900, 225), "c": (None, 900, 900, 225)}


def test_units_outside_members_are_shown() -> None:
    said = credit_health(
        town([(5, "transfer", "a", "b", 90), (6, "fee", "b", None, 9)], {"a": LINE}, model=Model.MUTUAL)
    )
    assert (value(said, "negative"), value(said, "positive"), value(said, "outside_members")) == (90, 81, 9)


def test_no_lines_is_said() -> None:
    said = credit_health(town([(5, "transfer", "a", "b", 90)], {"a": {"floor": 0}, "b": {"floor": 0}}))
    assert {said.figures[name].why for name in ("limit_use", "high_use", "turnover_to_limit")} == {"no_lines"}
    empty = credit_health(town([], window=Window.between(0, 10)))
    assert empty.figures["days_since_zero"].why == "no_transfers"
    assert credit_risk(town([], window=Window.between(0, 10))).figures["loss_year"].why == "window_too_short"


def test_classes_of_limit_use() -> None:
    held = np.array([5, 0, -1, -500, -501, -800, -801, -1000, -1001, -1, -1])
    line = np.array([1000] * 9 + [0, -1])
    names = [CLASSES[at] for at in classes(held, line)]
    assert names == [
        "positive", "positive", "to_50", "to_50", "to_80", "to_80", "to_100", "to_100", "over", "over", "to_50",
    ]  # fmt: skip


def test_moves_between_classes() -> None:
    seen = moves(ring())
    assert seen.months == 5, "from 1 February to 1 June, and to the window's end"
    assert seen.counts.sum() == 3 * 5
    row = {(row[0], row[1]): row[2:] for row in credit_risk(ring()).tables["transitions"].rows}
    assert row["to_80", "to_80"] == (5, 1.0)
    assert row["positive", "to_50"] == (1, 1 / 8)
    assert row["to_50", "to_50"] == (2, 1.0)


def test_the_line_of_the_time_counts_where_it_is_known() -> None:
    scene = ring()
    for account, time, floor in [(0, 0, -700), (0, 125 * DAY, -1000)]:
        scene.db.execute("INSERT INTO term VALUES (?, 1, ?, ?, 0)", [account, time, floor])
    row = {(row[0], row[1]): row[2] for row in credit_risk(scene).tables["transitions"].rows}
    assert row["to_100", "to_100"] == 3, "600 of 700 on 1 February, then 700 of 700 until 1 May"
    assert row["to_100", "to_80"] == 1


def test_a_loss_is_counted_once() -> None:
    scene = town(
        [(10 * DAY, "transfer", "a", "b", 600), (100 * DAY, "credit_writeoff", None, "a", 600)],
        {"a": LINE, "b": LINE},
        window=MONTHS,
        model=Model.MUTUAL,
    )
    said = credit_risk(scene)
    months = 3  # 1 February to 1 March, to 1 April, and the month of the loss
    assert said.figures["loss_year"].n == months
    assert value(said, "loss_year") == pytest.approx(1 - (1 - 1 / months) ** 12)
    assert (value(said, "written_off"), value(said, "loss_given_default")) == (600, 1.0)
    assert value(said, "expected_loss") == 0, "no debt is left"


def test_no_loss_seen_is_not_no_risk() -> None:
    said = credit_risk(ring())
    months = said.figures["loss_year"].n
    assert months == 7
    monthly = 1 - 0.05 ** (1 / months)
    assert value(said, "loss_year") == 0
    assert said.figures["loss_year"].high == pytest.approx(1 - (1 - monthly) ** 12)
    assert "no_loss_seen" in said.notes


def test_public_bodies_owe_what_they_hold() -> None:
    said = credit_health(public_bodies())
    assert value(said, "negative") == value(said, "positive")
    assert value(said, "outside_members") == 0
