"""Candidate suppliers: what they would sell and buy, what they add to the circulation, which are solved, what is unknown."""

from __future__ import annotations

import numpy as np

from ledger.analytics.comparing.disclosure import protect
from ledger.analytics.network.clearing import clear
from ledger.analytics.network.duals import most_extra, potentials
from ledger.analytics.network.links import links, traits
from ledger.analytics.source.scene import Scene
from ledger.analytics.territory.candidates import candidates, ranked
from ledger.analytics.territory.missing_suppliers import INDICATORS, compute
from tests.analytics_graphs import chance_network, network_of
from tests.analytics_town import Move, s20k, town


def valley(mill_area: str | None = "east", sectors: bool = True) -> Scene:
    """Shops in the west take money from farmers and have nobody to buy from; in the east a mill buys from farmers."""
    payments = [
        ("farm", "shop", 100), ("farm", "tailor", 40),  # the west takes in
        ("bakery", "mill", 60), ("bakery", "tailor", 20),  # how shops buy in the east: three quarters at mills
        ("mill", "farm", 30), ("mill", "smith", 15),  # how mills buy: half of what they take goes to farms
    ]  # fmt: skip
    moves: list[Move] = [(at, "transfer", *payment) for at, payment in enumerate(payments)]
    trade = {
        "farm": "farming",
        "shop": "shops",
        "bakery": "shops",
        "tailor": "cloth",
        "mill": "mills",
        "smith": "metal",
    }
    west = ("shop", "tailor", "farm")
    facts = {
        name: {
            "kind": "business",
            "sector": trade[name] if sectors else None,
            "area": "west" if name in west else mill_area,
        }
        for name in trade
    }
    return town(moves, facts)


def test_a_candidate_sells_and_buys_as_its_sector_does() -> None:
    scene = valley()
    network = links(scene)
    label = traits(scene, network).label
    found = {(one.sector, one.area): one for one in candidates(network, traits(scene, network))}
    mill = found["mills", "west"]
    # the shop keeps 100 and would spend 60 of 80 of it at mills; tailors bought nothing that could be learnt from
    assert ([label[node] for node in mill.customers], mill.sales.tolist()) == (["shop"], [75])
    # mills received 60, paid 30 to farms and 15 to smiths
    assert dict(zip((label[node] for node in mill.suppliers), mill.purchases.tolist(), strict=True)) == {
        "farm": 37, "smith": 18
    }  # fmt: skip
    assert ("metal", "west") not in found, "smiths sold nothing to shops and bought nothing"


def test_the_extra_circulation_is_what_comes_back() -> None:
    scene = valley()
    network = links(scene)
    before = clear(network)
    assert before.cleared == 0
    best = ranked(network, traits(scene, network), before, shown=5)[0]
    assert (best.candidate.sector, best.candidate.area, best.extra) == ("mills", "west", 3 * 37), (
        "shop, mill, farm, shop"
    )
    assert best.most >= 3 * 37
    result = compute(scene)
    assert result.tables["candidates"].rows[0][:7] == ("mills", "west", 1, 75, 2, 55, 111)
    assert result.figures["best"].value == 111
    assert result.figures["surplus"].value == 100 + 60 + 15 + 15, "shop, tailor, mill, smith"


def test_without_areas_everybody_is_a_customer() -> None:
    scene = valley()
    scene.db.execute("UPDATE account SET area = NULL")
    rows = compute(scene).tables["candidates"].rows
    assert {row[1] for row in rows} == {None}
    assert rows[0][:2] == ("mills", None)


def test_an_unknown_area_belongs_to_no_candidate() -> None:
    assert {row[1] for row in compute(valley(mill_area=None)).tables["candidates"].rows} == {"west"}


def test_without_sectors_or_payments_it_says_so() -> None:
    assert {figure.why for figure in compute(valley(sectors=False)).figures.values()} == {"no_sector"}
    assert {figure.why for figure in compute(town([])).figures.values()} == {"no_transfers"}


def test_solving_stops_when_the_bounds_allow_or_the_work_is_spent() -> None:
    scene = s20k()
    trades = "['bread', 'milk', 'wood', 'care', 'books']"
    scene.db.execute(f"UPDATE account SET kind = 'business', sector = {trades}[1 + account * 7919 % 5]")
    network = links(scene)
    of, before = traits(scene, network), clear(network)
    everything = ranked(network, of, before, shown=1_000)
    assert len(everything) == 5 * 8
    assert all(one.extra is not None and 0 <= one.extra <= one.most for one in everything)
    some = ranked(network, of, before, shown=3)
    assert [one.extra for one in some[:3]] == [one.extra for one in everything[:3]], (
        "the best three are proved"
    )
    assert sum(one.extra is not None for one in some) < 40
    least = ranked(network, of, before, shown=3, work=1)
    assert [one.extra is not None for one in least] == [True] + [False] * 39
    assert [one.most for one in least[1:]] == sorted((one.most for one in least[1:]), reverse=True)
    assert compute(scene).notes == ["candidate_assumptions"]


def test_prices_prove_the_largest_set_off() -> None:
    network = chance_network(40, 300, seed=5)
    done = clear(network)
    price = potentials(network, done.left)
    owed = np.maximum(0, 1 + price[network.src] - price[network.dst])
    assert int((network.amount * owed).sum()) == done.cleared
    chain = network_of([(0, 1, 5), (1, 2, 5), (2, 3, 5)])
    assert potentials(chain, chain.amount).tolist() == [0, 1, 2, 3]
    end, start, four = np.array([3]), np.array([0]), np.array([4])
    assert most_extra(end, four, start, four) == 4 * 5, "the chain's end pays one more, who pays its start"
    assert most_extra(start, four, end, four) == 0


def test_a_region_sees_no_candidate_with_few_customers() -> None:
    table = compute(valley()).tables["candidates"]
    (shown,) = protect([table])
    assert {row[6] for row in shown.rows} == {None}


def test_its_words_are_complete() -> None:
    result = compute(valley())
    (line,) = INDICATORS
    assert result.figures.keys() == line.figures.keys()
    assert set(result.tables["candidates"].columns) == line.columns.keys()
