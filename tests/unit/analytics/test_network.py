"""The network's figures: digits of two ledgers, counts below 30 members, unknown areas, empty windows, owners."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from ledger.analytics.answers.figures import Figure
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.network import areas, circuits, concentration, measures
from ledger.analytics.network.areas import communities, grouped, mutual_information
from ledger.analytics.network.clearing import clear
from ledger.analytics.network.links import Links, TooLarge, links, traits
from ledger.analytics.network.measures import clearing_block, network_block
from ledger.analytics.network.set_off import circularity
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.slices import months, slices, years
from ledger.analytics.source.window import DAY, Window
from tests.analytics_graphs import chance_network
from tests.analytics_town import Move, public_bodies, s20k, town
from tests.tidy import ROOT

EXPECTED = json.loads(Path(__file__).with_name("public_bodies_network.json").read_text())
LINES = (*measures.INDICATORS, *circuits.INDICATORS, *areas.INDICATORS, *concentration.INDICATORS)


def check_digits(found: dict[str, object], expected: dict[str, object]) -> None:
    """Integers are equal, floats within 1e-12, and the keys are the same."""
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        if isinstance(value, dict):
            check_digits(cast(dict[str, object], found[key]), value)
        else:
            assert type(found[key]) is type(value), key
            assert found[key] == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value), key


def test_the_synthetic_ledger_to_the_digit() -> None:
    expected = json.loads((ROOT / "tests" / "data" / "s20k" / "expected.json").read_text())
    check_digits(network_block(s20k()), expected["network"])


def test_public_bodies_to_the_digit() -> None:
    expected = dict(EXPECTED["whole"])
    low, high = expected.pop("greedy_peel_cleared_min_max")
    check_digits(network_block(public_bodies()), expected)
    assert low < high < expected["clearing"]["cleared"]


def test_local_authorities_are_those_outside_of_london_and_the_state() -> None:
    scene = public_bodies()
    scene.db.execute(
        "DELETE FROM movement WHERE src IN (SELECT account FROM account WHERE area IN ('National', 'London'))"
        " OR dst IN (SELECT account FROM account WHERE area IN ('National', 'London'))"
    )
    check_digits(network_block(scene), EXPECTED["local_authorities"])


def test_public_bodies_year_by_year() -> None:
    found = {label: clearing_block(links(part)) for label, part in years(public_bodies())}
    assert found.keys() == EXPECTED["by_year"].keys()
    for year, expected in EXPECTED["by_year"].items():
        check_digits(found[year], expected)


def pay(*pairs: str, amount: int = 100, start: int = 0) -> list[Move]:
    """One payment for each pair of letters, a second apart."""
    return [(start + at, "transfer", pair[0], pair[1], amount) for at, pair in enumerate(pairs)]


def test_parallel_payments_are_one_link_and_self_links_none() -> None:
    scene = town([*pay("ab", "ab", "ba", "aa"), (9, "transfer", "a", "c", 7)], {"c": {"owner": "a"}})
    found = links(scene)
    assert (found.nodes, found.amount.tolist(), found.count.tolist()) == (2, [200, 100], [2, 1])
    assert measures.compute(scene).figures["within_owner"].value == 2
    assert links(scene) is found, "not kept"


def test_accounts_of_one_owner_are_one_member() -> None:
    scene = town(pay("ab", "bc", "cd"), {"d": {"owner": "a"}})
    block = network_block(scene)
    assert (block["nodes"], block["lscc_nodes"], block["directed_3cycles"]) == (3, 3, 1)


def test_only_payments_in_the_window_count() -> None:
    moves = [
        *pay("ab", start=0),
        *pay("bc", start=10),
        (11, "issue", None, "b", 5),
        (12, "correction", "c", "b", 5),
    ]
    assert network_block(town([*moves, *pay("ca", start=20)], window=Window.between(10, 20)))["total"] == 100


@pytest.mark.parametrize("moves", [[], [(0, "issue", None, "a", 5)], pay("aa")])
def test_an_empty_network_has_no_shares(moves: list[Move]) -> None:
    block = network_block(town(moves))
    assert block["clearing"] == {"total": 0, "NID": 0, "remaining": 0, "cleared": 0, "cleared_share": None}
    shares = (
        "lscc_share",
        "reciprocity_edges",
        "gini_in_strength",
        "same_area_share",
        "modularity_area_directed",
    )
    assert [block[key] for key in shares] == [None] * 5
    assert [block[key] for key in ("nodes", "edges", "kcore_max", "kcore_max_nodes", "n_scc_gt1")] == [0] * 5


def test_areas_are_none_when_no_account_has_one() -> None:
    block = network_block(town(pay("ab", "ba")))
    assert (block["same_area_share"], block["modularity_area_directed"]) == (None, None)


def test_payments_with_an_unknown_area_are_left_out_and_counted() -> None:
    scene = town(pay("ab", "bc", "cd"), {"a": {"area": "x"}, "b": {"area": "x"}, "c": {"area": "y"}})
    result = areas.area_compute(scene)
    assert result.figures["same_area_share"].value == 1 / 2
    assert result.figures["unknown_area_share"].value == 1 / 3
    assert result.figures["modularity"] == Figure(None, result.figures["modularity"].unit, 3, why="few")
    assert result.notes == ["unknown_area_left_out"]
    # paid: x 200, y 0; received: x 100, y 100; so Q = 1/2 - (200 * 100) / 200^2
    of = grouped(links(scene), traits(scene, links(scene)).area)
    assert (of.same_share, of.modularity) == (0.5, 0.0)


def ring(members: int, area: int = 7) -> Scene:
    """A ring of members in areas of so many, who also pay the next but one inside their area."""
    moves = [(0, "transfer", f"m{at}", f"m{(at + 1) % members}", 10) for at in range(members)]
    moves += [
        (1, "transfer", f"m{at}", f"m{at + 2}", 90) for at in range(members - 2) if at % area < area - 2
    ]
    facts = {f"m{at}": {"area": f"area {at // area}"} for at in range(members)}
    return town(cast(list[Move], moves), facts)


def everything(scene: Scene) -> Iterator[tuple[Indicator, str, Figure]]:
    """Each figure of each indicator here, after checking that all it says has labels."""
    for line in LINES:
        result = line.compute(scene)
        assert result.figures.keys() <= line.figures.keys(), line.name
        assert result.tables.keys() <= line.tables.keys(), line.name
        for table in result.tables.values():
            assert set(table.columns) <= line.columns.keys(), line.name
        yield from ((line, key, figure) for key, figure in result.figures.items())


INFERRED = ("_z", "by_chance", "gini", "hhi", "communities", "agreement")


def test_fewer_than_30_members_get_only_counts_and_shares() -> None:
    for line, key, figure in everything(ring(28)):
        inferred = any(part in key for part in INFERRED) or key == "modularity"
        assert (figure.why == "few") == (inferred or line.name == "communities"), (line.name, key)


def test_from_30_members_on_there_are_z_scores() -> None:
    figures = {(line.name, key): figure for line, key, figure in everything(ring(35))}
    assert {figure.why for figure in figures.values()} == {""}
    cycles = figures["cycles", "three_cycles_by_chance"]
    assert cycles.n == 100
    assert cycles.low is not None and cycles.value is not None and cycles.high is not None
    assert cycles.low <= cycles.value <= cycles.high


def test_the_same_data_give_the_same_random_networks() -> None:
    assert circuits.cycles(ring(35)) == circuits.cycles(ring(35))


def test_the_synthetic_ledger_against_chance() -> None:
    scene = s20k()
    circular = circularity(scene).figures
    assert circular["circularity"].value == pytest.approx(0.14643645233107083, rel=1e-12)
    assert circular["circularity_by_chance"].value == pytest.approx(0.100, abs=0.01)
    assert cast(float, circular["circularity_z"].value) > 3
    cycles, back = circuits.cycles(scene).figures, circuits.reciprocity(scene).figures
    assert cycles["three_cycles"].value == 125
    assert cycles["three_cycles_by_chance"].value == pytest.approx(109, abs=6)
    assert cycles["three_cycles_z"].value == pytest.approx(0.9, abs=0.6), "no more than by chance"
    assert cast(float, back["link_z"].value) > 4, "members of one area meet again"


def test_no_z_when_chance_has_no_room() -> None:
    moves = [(0, "transfer", f"m{at}", "hub", 10) for at in range(40)]
    figures = circuits.cycles(town(cast(list[Move], moves))).figures
    assert figures["three_cycles_z"].why == "no_spread"
    assert figures["three_cycles_by_chance"].value == 0


def test_communities_find_cliques_that_are_areas() -> None:
    moves: list[Move] = []
    for group in "xyz":
        moves += [
            (0, "transfer", f"{group}{a}", f"{group}{b}", 50) for a in range(12) for b in range(12) if a != b
        ]
    moves += [(1, "transfer", "x0", "y0", 1), (1, "transfer", "y0", "z0", 1)]
    facts = {f"{group}{number}": {"area": group} for group in "xyz" for number in range(12)}
    result = areas.community_compute(town(moves, facts))
    assert result.figures["communities"].value == 3
    assert result.figures["agreement_with_areas"].value == pytest.approx(1)
    assert [row[1:2] + row[4:] for row in result.tables["communities"].rows] == [
        (12, group, 12) for group in "xyz"
    ]


def test_communities_depend_neither_on_the_run_nor_on_the_size_of_amounts() -> None:
    one = chance_network(60, 300, seed=4)
    assert len({tuple(communities(one).tolist()) for _ in range(5)}) == 1
    large = Links(one.owner, one.src, one.dst, one.amount * 2**20, one.count)
    assert communities(one).tolist() == communities(large).tolist()


def test_mutual_information_of_known_partitions() -> None:
    assert mutual_information("aabb", "xxyy") == pytest.approx(1)
    assert mutual_information("aabb", "xyxy") == pytest.approx(0, abs=1e-15)
    assert mutual_information("aaaa", "xxxx") is None
    # H1 = H2 = ln 2, I = ln 2 - (H(1/4) of the pairs) by hand
    assert mutual_information("aaabbb", "xxyyyy") == pytest.approx(0.478704, abs=1e-6)


def test_gini_refuses_negative_values() -> None:
    with pytest.raises(ValueError, match="apart"):
        concentration.gini([3, -1])
    assert (concentration.gini([5, 5, 5]), concentration.gini([0, 0, 9]), concentration.gini([0])) == (
        0,
        2 / 3,
        None,
    )


def test_amounts_beyond_64_bits_are_exact_but_not_set_off() -> None:
    most = 2**53 - 1
    block = network_block(town([(at, "transfer", "ab"[at % 2], "bc"[at % 2], most) for at in range(1_800)]))
    assert block["total"] == 1_800 * most > 2**63
    assert block["clearing"] == {
        "total": 1_800 * most, "NID": 900 * most, "remaining": None, "cleared": None, "cleared_share": None
    }  # fmt: skip
    spread = links(town([(at, "transfer", f"a{at}", f"b{at}", most) for at in range(1_100)]))
    assert clear(spread).remaining == spread.total == 1_100 * most
    with pytest.raises(TooLarge, match=r"amount: what one owner paid another .*take a shorter window"):
        links(town([(at, "transfer", "a", "b", most) for at in range(1_100)]))


def test_slices_are_calendar_months_and_years_cut_at_the_window() -> None:
    window = Window.between(40 * DAY, 400 * DAY)
    found = list(slices(window, 45 * DAY, 100 * DAY, 1))
    assert [label for label, _ in found] == ["1970-02", "1970-03", "1970-04"]
    assert [found[0][1], found[1][1]] == [
        Window(40 * DAY, 59 * DAY, 59 * DAY),
        Window(59 * DAY, 90 * DAY, 90 * DAY),
    ]
    assert [(label, part.start, part.stop) for label, part in slices(window, 45 * DAY, 399 * DAY, 12)] == [
        ("1970", 40 * DAY, 365 * DAY), ("1971", 365 * DAY, 400 * DAY)
    ]  # fmt: skip
    last = Window.whole(0, 31 * DAY)
    assert list(slices(last, 0, 31 * DAY, 1))[-1] == ("1970-02", Window(31 * DAY, 31 * DAY, 31 * DAY + 1))


def test_every_payment_is_in_one_month_and_one_year() -> None:
    scene = s20k()
    whole = links(scene)
    for series in (months(scene), years(scene)):
        assert sum(links(part).total for _, part in series) == whole.total
