from __future__ import annotations

import numpy as np
import pytest

from ledger.analytics.comparing.bootstrap import Estimate, centred, of_ratio, of_statistic, pooled
from ledger.analytics.comparing.compare import (
    MEASURES,
    NotComparable,
    clearing_share,
    compare,
    holding,
    places,
)
from ledger.analytics.comparing.compare import velocity as compared_velocity
from ledger.analytics.money import velocity
from ledger.analytics.network.clearing import clear
from ledger.analytics.network.links import links
from ledger.analytics.scan.scanned import End
from ledger.analytics.scan.whole import scanned
from ledger.analytics.source.window import Window
from ledger.analytics.spending.recirculation import compute as recirculation
from ledger.core.accounts import Model
from tests.analytics_town import town
from tests.analytics_valley import YEAR_2025, valley


def test_the_value_is_that_of_the_indicator() -> None:
    scene = valley()
    found = compared_velocity(scene)
    assert found is not None
    assert found.value == pytest.approx(velocity.per_year(scene).value, rel=1e-12)
    days = holding(scene)
    assert days is not None
    assert days.value == pytest.approx(scanned(scene).scan.mixed_days((End.TRANSFER,)), rel=1e-9)
    passed = MEASURES["recirculation"][1](scene)
    assert passed is not None
    assert passed.value == recirculation(scene).figures["recirculation"].value
    cleared = clearing_share(scene)
    done = clear(links(scene))
    assert cleared is not None and cleared.value == done.cleared / done.total


def test_an_interval_holds_its_value_and_is_always_the_same() -> None:
    for _, ask in MEASURES.values():
        one, again = ask(valley()), ask(valley())
        assert one == again
        assert one is not None and one.low is not None and one.high is not None
        assert one.low <= one.value <= one.high
        assert one.low < one.high


def test_an_interval_covers_what_it_should() -> None:
    """Of 200 samples of 60 members from a known law, about 95 % of the intervals hold the true ratio 2."""
    chance = np.random.default_rng(7)
    hits = 0
    for seed in range(200):
        wholes = chance.gamma(4, 1, 60)
        parts = wholes * chance.gamma(20, 0.1, 60)
        found = of_ratio(parts, wholes, float(parts.sum() / wholes.sum()), seed)
        assert found.low is not None and found.high is not None
        hits += found.low <= 2 <= found.high
    assert 180 <= hits <= 200


def test_below_thirty_members_there_is_no_interval() -> None:
    parts = np.ones(29)
    assert of_ratio(parts, parts, 1.0) == Estimate(1.0, None, None, 29)
    assert of_statistic(lambda _: 1.0, 29, 1.0, 10) == Estimate(1.0, None, None, 29)
    assert of_ratio(np.ones(30), np.ones(30), 1.0) == Estimate(1.0, 1.0, 1.0, 30)


def test_an_interval_does_not_go_below_zero() -> None:
    assert centred(0.1, np.array([0.0, 0.5, 1.0]), 30).low == 0.0
    assert centred(0.1, np.array([0.3]), 30) == Estimate(0.1, None, None, 30)


def test_no_place_where_intervals_overlap() -> None:
    a, b, c = Estimate(9, 8, 10, 50), Estimate(5, 4, 6, 50), Estimate(4, 3, 5, 50)
    assert places({"a": a, "b": b, "c": c}) == {"a": 1}
    assert places({"a": a, "c": c}) == {"a": 1, "c": 2}
    assert places({"a": a, "few": Estimate(1, None, None, 12)}) == {}
    assert places({"a": a}) == {}
    assert places({"a": a, "none": None}) == {}


def test_pooling_as_published() -> None:
    """Equal precision: the mean; spread beyond chance is what is left of the variance of the values."""
    wide = 1.959963984540054
    same = pooled([Estimate(value, value - wide, value + wide, 40) for value in (1.0, 2.0, 3.0)])
    assert same is not None
    assert same.value == pytest.approx(2.0)
    assert same.between == 0.0
    far = pooled([Estimate(value, value - wide, value + wide, 40) for value in (0.0, 10.0)])
    assert far is not None
    assert far.between == pytest.approx((50 - 1) ** 0.5), "variance of 0 and 10 is 50, that of chance is 1"
    assert far.high - far.value == pytest.approx(wide * (50 / 2) ** 0.5)
    assert pooled([Estimate(1.0, 0.5, 1.5, 40)]) is None


def test_pilots_side_by_side() -> None:
    said = compare(
        {"Romans": valley(), "Valence": valley(seed=2), "Credit": valley(Model.MUTUAL, payments=3000)}
    )
    assert set(said.tables) == set(MEASURES)
    names = said.tables["velocity"].column("pilot")
    assert sorted(map(str, names)) == ["Credit", "Romans", "Valence", "pooled"]
    assert said.tables["velocity"].column("pooled") == [False, False, False, True]
    assert "models_differ" in said.notes
    assert said.figures["velocity_pooled"].n == 3


def test_a_community_of_few_is_kept_secret() -> None:
    tiny = town(
        [(YEAR_2025.start, "transfer", "a", "b", 5)],
        {"a": {"kind": "business"}, "b": {"kind": "business"}},
        window=YEAR_2025,
    )
    said = compare({"Romans": valley(), "tiny": tiny})
    rows = {row[0]: row[1:] for row in said.tables["velocity"].rows}
    assert rows["tiny"] == (None, None, None, None, None, False)
    assert said.figures["velocity_pooled"].why == "one_pilot"
    assert "hidden" in said.notes


def test_windows_must_be_one() -> None:
    other = town([], window=Window.between(0, 10))
    with pytest.raises(NotComparable, match="tiny"):
        compare({"Romans": valley(), "tiny": other})


def test_nothing_to_compare_is_no_error() -> None:
    empty = town([], window=Window.between(0, 10))
    assert {ask(empty) for _, ask in MEASURES.values()} == {None}
    assert compare({"empty": empty}).figures["holding_pooled"].why == "one_pilot"
