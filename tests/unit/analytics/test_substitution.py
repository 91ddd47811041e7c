"""Import substitution: eight sectors of a published test system, the front, SUBST-1, and what the ledger adds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ledger.analytics.spending.survey import read_needs
from ledger.analytics.territory import substitution
from ledger.analytics.territory.economy import at_delta
from ledger.analytics.territory.io_table import read_io_table
from tests.analytics_town import Move, town
from tests.unit.analytics.test_footprint import read_two
from tests.unit.analytics.test_input_output import KINDS, MOVES, TOML, WIDE, folder

SIX = json.loads((Path(__file__).parent / "six_regions.json").read_text())
TERRITORY = TOML.replace("[codes]", "territory = true\n[codes]")


def test_the_published_ranking() -> None:
    known, local = SIX["import_substitution_reg1"], SIX["territory_reg1"]
    found = substitution.Need(np.array(known["local_supply"]), np.array(known["imports"]))
    assert found.self_sufficiency == pytest.approx(known["self_sufficiency"], abs=5e-7)
    gain = substitution.output_gain(found.imports, np.array(local["type1_local_output_multiplier"]))
    assert gain == pytest.approx(known["output_gain_if_10pct_substituted"], rel=1e-6)
    assert [known["sectors"][at] for at in np.argsort(-gain)] == known["ranking"]


def test_supply_and_gap_of_a_territory(tmp_path: Path) -> None:
    of = at_delta(read_io_table(folder(tmp_path, toml=TERRITORY)), None)
    found = substitution.need(of)
    assert found.supply == pytest.approx([950, 1_800])
    assert found.imports == pytest.approx([80, 20])
    assert found.self_sufficiency == pytest.approx([950 / 1_030, 1_800 / 1_820])


def test_a_region_imports_what_its_nation_makes_elsewhere(tmp_path: Path) -> None:
    table = read_io_table(folder(tmp_path))
    national = substitution.need(at_delta(table, None))
    ours = substitution.need(at_delta(table, 0.25))
    assert (ours.supply < national.supply).all()
    assert (ours.self_sufficiency < national.self_sufficiency).all()


def test_only_what_nothing_beats_stands_on_the_front() -> None:
    one, other = np.array([3.0, 1.0, 2.0, 1.0]), np.array([1.0, 3.0, 1.0, 3.0])
    assert substitution.pareto([one, other]) == [True, True, False, True]
    assert substitution.pareto([one]) == [True, False, False, False]


def test_the_score_leaves_out_what_the_network_offers() -> None:
    found = substitution.score(
        np.array([10.0, 5.0, 5.0]), np.array([0.5, 1.0, 1.0]), np.array([2.0, 2.0, 2.0]), np.array([0.0, 0.0, 1.0])
    )
    assert found == pytest.approx([0.5, 0.5, 0.0])
    assert substitution.score(np.zeros(2), np.ones(2), np.ones(2), np.zeros(2)) == pytest.approx([0, 0])


TURNOVER = WIDE + "firm_turnover,40,10,,,,\n"
REDEEMED: list[Move] = [*MOVES, (4, "redeem", "mason", None, 300), (5, "redeem", "notary", None, 50)]


def test_the_candidates(tmp_path: Path) -> None:
    table = read_io_table(folder(tmp_path, TURNOVER, TERRITORY))
    _, factors = read_two(tmp_path)
    result = substitution.compute(town(REDEEMED, KINDS, io_table=table, factors=factors, needs={"43": 1_500}))
    rows = result.tables["candidates"]
    assert rows.column("rank") == [1, 2]
    assert rows.column("io_sector") == ["food", "building"]
    assert rows.column("room") == pytest.approx([80 / 40, 20 / 10])
    assert rows.column("output") == pytest.approx([8 * 1.518152, 2 * 1.452145], abs=1e-5)
    assert rows.column("related") == [None, None]
    # the mason redeems 300; building buys 5 of 6 parts from food
    assert rows.column("signal") == pytest.approx([250, 50])
    assert rows.column("on_front") == [True, False]
    assert result.figures["on_front"].value == 1
    assert result.notes == []
    score = rows.column("score")
    assert isinstance(score[1], float) and 0 < score[1] < 1


def test_what_is_not_loaded_is_said(tmp_path: Path) -> None:
    result = substitution.compute(town([], io_table=read_io_table(folder(tmp_path, toml=TERRITORY))))
    assert result.notes == ["score_without_footprint", "score_without_coverage"]
    assert result.tables["candidates"].column("carbon") == [None, None]
    missing = substitution.compute(town([]))
    assert {figure.why for figure in missing.figures.values()} == {"needs_io_table"}


def test_related_suppliers_of_a_region(tmp_path: Path) -> None:
    table = read_io_table(folder(tmp_path, WIDE.replace("jobs_region,1,3", "jobs_region,1,1")))
    rows = substitution.compute(town([], io_table=table)).tables["candidates"]
    by_name = dict(zip(rows.column("io_sector"), rows.column("related"), strict=True))
    assert by_name == {"food": 150 / 350, "building": 500 / 600}


def test_needs_are_read(tmp_path: Path) -> None:
    (tmp_path / "needs.csv").write_text("sector,amount\n43.21A,100\n43.21A,50\n")
    assert read_needs(tmp_path / "needs.csv") == {"43.21A": 150}
