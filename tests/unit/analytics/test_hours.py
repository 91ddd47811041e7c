from __future__ import annotations

import pytest

from ledger.analytics.answers.figures import Result
from ledger.analytics.comparing.disclosure import protect
from ledger.analytics.money.standing import steps
from ledger.analytics.people.hours import days_away, exchanges, hour_balances
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, Window
from ledger.core.accounts import Model
from tests.analytics_town import Move, town


def value(result: Result, name: str) -> float | int | None:
    return result.figures[name].value


def bank() -> Scene:
    """Gifts of 15 hours, an exchange each way, a workshop, and hours for the association; amounts in minutes."""
    moves: list[Move] = [
        (0, "issue", None, "ada", 900),
        (0, "issue", None, "bea", 900),
        (10 * DAY, "transfer", "ada", "bea", 120),
        (12 * DAY, "transfer", "bea", "ada", 60),
        (13 * DAY, "transfer", "cid", "bea", 30),
        (20 * DAY, "issue", None, "cid", 90),
        (21 * DAY, "fee", "ada", None, 120),
    ]
    scene = town(moves, window=Window.between(0, 30 * DAY), model=Model.TIME, outside={5: "operator"})
    for seq, sphere in [(3, "individual"), (4, "individual"), (5, "collective"), (6, "associative")]:
        scene.db.execute("UPDATE movement SET sphere = ? WHERE seq = ?", [sphere, seq])
    return scene


def test_hours_by_sphere() -> None:
    said = exchanges(bank())
    assert (value(said, "hours"), value(said, "exchanges")) == (300, 4)
    assert said.tables["by_sphere"].rows == (
        ("associative", 90, 1),
        ("collective", 30, 1),
        ("individual", 180, 2),
    )


def test_starting_gifts_are_no_exchange() -> None:
    moves: list[Move] = [(at, "issue", None, name, 900) for at, name in enumerate("abcd")]
    moves += [(10, "transfer", "a", "b", 60), (11, "issue", None, "e", 45), (12, "issue", None, "a", 900)]
    scene = town(moves, window=Window.between(0, 20), model=Model.TIME)
    scene.db.execute("UPDATE movement SET sphere = 'associative' WHERE kind = 'issue'")
    said = exchanges(scene)
    assert (value(said, "hours"), value(said, "exchanges")) == (60 + 45 + 900, 3), (
        "e began with work, a worked later"
    )
    assert (value(said, "starting_gifts"), said.figures["starting_gifts"].n) == (3600, 4)
    assert "starting_gifts_apart" in said.notes


def test_giving_and_receiving() -> None:
    said = exchanges(bank())
    assert value(said, "members_exchanging") == 3
    assert value(said, "give_and_receive") == 1.0
    # ada gave 120 and got 60, bea got 150 and gave 60, cid gave 30 and got 90
    assert value(said, "balance_index") == pytest.approx(
        sorted([1 - 60 / 180, 1 - 90 / 210, 1 - 60 / 120])[1]
    )
    assert value(said, "balance_index_whole") == pytest.approx(1 - (60 + 90 + 60) / (180 + 210 + 120))


def test_the_association_stands_where_its_gifts_put_it() -> None:
    said = hour_balances(bank())
    assert value(said, "association_balance") == -(900 + 900 + 90) + 120
    assert value(said, "members_balance") == 900 + 900 + 90 - 120
    assert said.figures["spread"].why == "few"
    assert value(said, "negative_share") == 0.0


def test_days_from_zero_to_zero() -> None:
    moves: list[Move] = [
        (0, "transfer", "a", "b", 60),
        (4 * DAY, "transfer", "b", "a", 60),  # both are back after 4 days
        (5 * DAY, "transfer", "b", "a", 30),
        (11 * DAY, "transfer", "a", "b", 90),  # both cross zero after 6 days
    ]
    scene = town(moves, window=Window.between(0, 30 * DAY))
    assert sorted(days_away(steps(scene), 0)) == [4, 4, 6, 6]
    assert days_away(steps(scene), 5 * DAY) == [6, 6]
    assert value(hour_balances(scene), "days_to_zero") == 5


def test_balances_fall_into_classes() -> None:
    moves: list[Move] = [(1, "transfer", f"giver{at}", f"taker{at}", 60 * at) for at in range(1, 41)]
    said = hour_balances(town(moves, model=Model.TIME))
    table = said.tables["balances"]
    assert sum(int(row[1] or 0) for row in table.rows) == 80
    assert table.rows[0] == ("< -60", 0)
    assert table.rows[2] == ("-30 … -15", 15), "-30 to -16: a balance on a bound stands above it"
    assert table.rows[4] == ("-5 … 0", 5)
    assert table.rows[5] == ("0 … 5", 4)
    assert (said.figures["spread"].low, said.figures["spread"].high) == (-32 * 60, 32 * 60)
    (shown,) = protect([table])
    assert {row[1] for row in shown.rows} <= {0, None} | {
        row[1] for row in table.rows if int(row[1] or 0) >= 11
    }


def test_an_empty_bank() -> None:
    empty = town([], window=Window.between(0, 10), model=Model.TIME)
    assert exchanges(empty).figures["balance_index"].why == "no_transfers"
    assert hour_balances(empty).figures["days_to_zero"].why == "never_at_zero"
    assert value(hour_balances(empty), "association_balance") == 0
