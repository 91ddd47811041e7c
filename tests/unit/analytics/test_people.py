from __future__ import annotations

import pytest

from ledger.analytics.answers.figures import WHOLE, Result
from ledger.analytics.comparing.disclosure import protect
from ledger.analytics.people.merchants import guarantee, merchants
from ledger.analytics.people.participation import participation
from ledger.analytics.people.pulse import pulse
from ledger.analytics.people.retention import kaplan_meier, retention
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR, Window
from ledger.core.accounts import Model
from tests.analytics_town import Move, town

END = 400 * DAY
WINDOW = Window.between(35 * DAY, END)


def value(result: Result, name: str) -> float | int | None:
    return result.figures[name].value


def add_members(scene: Scene, rows: list[tuple[object, ...]]) -> Scene:
    """owner, kind, college, joined, left, dues_until."""
    for owner, kind, college, joined, left, dues in rows:
        scene.db.execute(
            'INSERT INTO member (owner, kind, college, joined, "left", dues_until) VALUES (?, ?, ?, ?, ?, ?)',
            [owner, kind, college, joined, left, dues],
        )
    return scene


def valley() -> Scene:
    moves: list[Move] = [
        (10 * DAY, "issue", None, "ada", 1000),
        (50 * DAY, "transfer", "ada", "baker", 100),
        (330 * DAY, "transfer", "ada", "baker", 100),
        (395 * DAY, "transfer", "baker", "cook", 50),
        (400 * DAY, "transfer", "ada", "dyer", 100),
    ]
    kinds = {"ada": "person", "baker": "business", "cook": "business", "dyer": "business", "eve": "person"}
    scene = town(
        moves, {name: {"kind": kind} for name, kind in kinds.items()}, window=WINDOW, model=Model.BACKED
    )
    return add_members(
        scene,
        [
            (0, "person", "holders", 0, None, END),
            (1, "business", "firms", 30 * DAY, None, END - 1),
            (2, "business", "firms", 100 * DAY, None, END + 1),
            (3, "business", "firms", END, None, END + 1),
            (4, "person", "holders", 40 * DAY, 100 * DAY, None),
        ],
    )


def test_registered_is_not_active() -> None:
    said = participation(valley())
    names = ("registered", "dues_paid", "active_90", "active_30", "joins", "leaves")
    assert [value(said, name) for name in names] == [3, 2, 3, 2, 2, 1]
    assert value(said, "renewal") == pytest.approx(1 / 2), (
        "ada renewed, the baker did not; the others joined later"
    )
    assert said.tables["by_kind"].rows == (("business", 2, 1, 2, 2), ("person", 1, 1, 1, 0))
    assert [row[0] for row in said.tables["by_college"].rows] == ["firms", "holders"]


def test_who_waits_to_be_let_in_is_no_member_yet() -> None:
    scene = valley()
    scene.db.execute("INSERT INTO member (owner, kind, state, joined) VALUES (5, 'person', 'pending', ?)", [50 * DAY])
    said = participation(scene)
    assert (value(said, "registered"), value(said, "joins")) == (3, 2)


def test_small_groups_of_members_are_hidden_from_the_region() -> None:
    (shown,) = protect([participation(valley()).tables["by_kind"]])
    assert shown.rows == (("business", None, None, None, None), ("person", None, None, None, None))


def test_without_members_the_accounts_are_counted() -> None:
    scene = town([(1, "transfer", "a", "b", 5)], {"c": {}, "b2": {"owner": "b"}})
    said = participation(scene)
    assert value(said, "registered") == 3
    assert value(said, "active_90") == 2
    assert said.figures["dues_paid"].why == "no_dues"
    assert said.figures["joins"].why == "no_members"
    assert "registered_from_accounts" in said.notes


def test_an_empty_window_says_so() -> None:
    scene = town([], window=Window.between(0, 10))
    assert value(participation(scene), "registered") == 0
    assert participation(scene).figures["active_share"].why == "empty"
    assert retention(scene).figures["stay_90"].why == "no_transfers"
    assert merchants(scene).figures["top_10_share"].why == "no_transfers"


def test_kaplan_meier_of_the_textbook() -> None:
    """Six lives: gone at 6, 6, 6, 7 and 10, one censored at 6: S = 0.5 … as 1 - 3/6, x (1 - 1/2) x (1 - 1/1)."""
    curve = kaplan_meier([(6, True), (6, True), (6, True), (6, False), (7, True), (10, True)])
    assert [(days, at_risk) for days, at_risk, *_ in curve] == [(0, 6), (6, 6), (7, 2), (10, 1)]
    assert [stay for _, _, stay, *_ in curve] == pytest.approx([1, 0.5, 0.25, 0])
    assert all(low is None for *_, low, _ in curve), "fewer than 30"


def test_kaplan_meier_of_the_leukaemia_trial() -> None:
    """The 6-MP arm of Freireich 1963, 21 patients: published S(6) 0.857, S(10) 0.753, S(23) 0.448."""
    gone = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    seen = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = {
        days: stay
        for days, _, stay, *_ in kaplan_meier([(d, True) for d in gone] + [(d, False) for d in seen])
    }
    assert [round(curve[days], 3) for days in (6, 7, 10, 13, 16, 22, 23)] == [
        0.857,
        0.807,
        0.753,
        0.69,
        0.627,
        0.538,
        0.448,
    ]


def test_an_interval_from_thirty_lives_on() -> None:
    lives = [(10 * (at + 1), at % 2 == 0) for at in range(30)]
    for days, _, stay, low, high in kaplan_meier(lives)[1:]:
        if 0 < stay < 1:
            assert low is not None and high is not None, days
            assert 0 < low < stay < high < 1


def test_who_is_quiet_is_gone_since_the_last_payment() -> None:
    moves: list[Move] = [
        (0, "transfer", "early", "stay", 1),
        (100 * DAY, "transfer", "early", "stay", 1),
        (380 * DAY, "transfer", "late", "stay", 1),
    ]
    scene = town(moves, window=Window.between(0, 400 * DAY))
    said = retention(scene)
    assert value(said, "stay_90") == 1.0
    assert value(said, "stay_180") == pytest.approx(0.5), (
        "early is gone after 100 days; late is censored after 20"
    )
    assert value(said, "stay_365") == pytest.approx(0.5)
    assert said.figures["stay_730"].why == "window_too_short"
    assert {row[0] for row in said.tables["curves"].rows} == {"1970-Q1", "1971-Q1"}
    assert said.tables["stay"].about is WHOLE
    assert said.tables["curves"].about is None


def test_delay_to_the_first_payment() -> None:
    said = retention(valley())
    assert value(said, "first_payment_delay") == pytest.approx(295.0), (
        "the cook, joined at day 100; eve never paid"
    )
    assert said.figures["first_payment_delay"].n == 1


def test_businesses() -> None:
    moves: list[Move] = [
        *((WINDOW.start + at, "transfer", "ada", f"shop{at:02}", 100 + at) for at in range(40)),
        (WINDOW.start + 50, "redeem", "shop00", None, 10),
        (WINDOW.start + 50, "issue", None, "club", 30),
        (WINDOW.start + 50, "issue", None, "ada", 1000),
        (END - DAY, "transfer", "shop01", "shop02", 1),
    ]
    accounts: dict[str, dict[str, object]] = {f"shop{at:02}": {"kind": "business"} for at in range(45)}
    accounts |= {"club": {"kind": "association"}, "ada": {"kind": "person"}}
    said = merchants(
        town(moves, accounts, window=WINDOW, model=Model.BACKED, outside={41: "common_fund", 42: "issuance"})
    )
    assert value(said, "accepting") == 45
    assert value(said, "active") == 2
    assert value(said, "without_receipts") == 5
    assert value(said, "never_redeemed") == pytest.approx(39 / 40)
    received = sorted([100 + at + (at == 2) for at in range(40)], reverse=True)
    assert value(said, "top_10_share") == pytest.approx(sum(received[:10]) / sum(received))
    assert (value(said, "gifts"), value(said, "gift_share")) == (30, 0.03)


def test_few_receivers_have_no_top_share() -> None:
    assert merchants(valley()).figures["top_10_share"].why == "few"
    assert merchants(valley()).figures["top_10_share"].n == 3 - 1


def test_the_guarantee_by_form() -> None:
    moves: list[Move] = [
        (5, "issue", None, "notes", 400),
        (6, "issue", None, "ada", 600),
        (END - 1, "transfer", "ada", "bea", 100),
    ]
    facts = {"notes": {"form": "paper"}}
    scene = town(moves, facts, window=WINDOW, model=Model.BACKED)
    scene.db.execute(
        "INSERT INTO reserve VALUES (1, 5, 'paper', 400), (2, 6, 'digital', 600), (3, 7, 'digital', -300), "
        f"(4, {END}, 'digital', 1)"
    )
    told = guarantee(scene)
    assert (value(told, "guarantee_paper"), value(told, "guarantee_digital")) == (1.0, 0.5)
    assert value(told, "gauge_payments") == pytest.approx(100 / 100_000_000)
    assert value(told, "gauge_circulation") == pytest.approx(1000 / 100_000_000)
    untold = guarantee(town(moves, facts, window=WINDOW, model=Model.BACKED))
    assert untold.figures["guarantee_paper"].why == "needs_reserve"
    assert WINDOW.seconds < YEAR


def test_the_pulse_is_what_the_reports_say() -> None:
    scene = valley()
    felt = pulse(scene)
    assert felt.active == {"ada", "baker", "cook"} and len(felt.active) == value(
        participation(scene), "active_90"
    )
    assert felt.paid == 250 and value(guarantee(scene), "gauge_payments") == pytest.approx(
        felt.paid / 100_000_000
    )
    assert pulse(town([(5, "issue", None, "ada", 400)], window=WINDOW)).active == frozenset()
