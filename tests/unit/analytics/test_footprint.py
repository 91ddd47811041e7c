"""Footprints: factors from a file, the counterfactual as a band, accounts of several regions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ledger.analytics.source.beside import BesideError
from ledger.analytics.territory import footprint
from ledger.analytics.territory.accounting import Regions, accounts
from ledger.analytics.territory.factors import Factors, read_factors
from ledger.analytics.territory.io_table import IoTable, read_io_table
from ledger.analytics.territory.leontief import inverse
from tests.analytics_town import town
from tests.unit.analytics.test_input_output import KINDS, MOVES, TOML, WIDE, A, folder

FACTORS_TOML = """year = 2020
licence = "open"
source = "an example"
[counterfactual]
text = "the same product from a supermarket"
replaced = [0.2, 0.8]
"""
FACTORS = """stressor,unit,sector,direct,total,imported
CO2,kg,food,0.5,,2.0
CO2,kg,building,0.25,,
water,m3,food,1,4,3
"""


def read_two(path: Path, toml: str = FACTORS_TOML, table: str = FACTORS) -> tuple[IoTable, Factors]:
    (path / "factors.toml").write_text(toml)
    (path / "factors.csv").write_text(table)
    return read_io_table(folder(path)), read_factors(path)


def test_suppliers_are_in_the_total(tmp_path: Path) -> None:
    table, factors = read_two(tmp_path)
    expected = np.array([0.5, 0.25]) @ inverse(A)
    assert footprint.totals(factors.stressors["CO2"], table) == pytest.approx(expected)
    assert footprint.totals(factors.stressors["water"], table)[0] == 4


def test_the_footprint_of_purchases(tmp_path: Path) -> None:
    table, factors = read_two(tmp_path)
    result = footprint.compute(town(MOVES, KINDS, io_table=table, factors=factors))
    local = np.array([0.5, 0.25]) @ inverse(A)
    carbon, water = result.tables["stressors"].rows
    assert carbon[:2] == ("CO2", "kg")
    assert carbon[2] == pytest.approx(30 * local[0] + 10 * local[1])
    assert carbon[3:] == pytest.approx((0.2 * 30 * (2.0 - local[0]), 0.8 * 30 * (2.0 - local[0])))
    # local water weighs more than imported: less than nothing was avoided
    assert water[2] == pytest.approx(30 * 4 + 10 * (inverse(A)[0, 1]))
    assert water[3:] == pytest.approx((-24, -6))
    figure = result.figures["avoided"]
    assert (figure.low, figure.high) == carbon[3:]
    assert result.figures["coverage"].value == 0.8
    assert result.notes == ("modelled",)
    assert result.tables["origin"].column("year") == ["2020", "2019"]


def test_without_a_counterfactual_nothing_is_avoided(tmp_path: Path) -> None:
    table, factors = read_two(tmp_path, FACTORS_TOML.split("[counterfactual]")[0])
    result = footprint.compute(town(MOVES, KINDS, io_table=table, factors=factors))
    assert result.figures["avoided"].why == "needs_counterfactual"
    assert result.tables["stressors"].column("low") == [None, None]


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    table, factors = read_two(tmp_path)
    whys = [
        footprint.compute(town(moves, KINDS, **loaded)).figures["footprint"].why
        for moves, loaded in (
            (MOVES, {}),
            (MOVES, {"factors": factors}),
            ([], {"factors": factors, "io_table": table}),
            (MOVES[2:3], {"factors": factors, "io_table": table}),
        )
    ]
    assert whys == ["needs_factors", "needs_io_table", "no_transfers", "no_sector"]


@pytest.mark.parametrize(
    ("toml", "table", "message"),
    [
        (FACTORS_TOML.replace("0.8", "1.8"), FACTORS, "two shares from 0 to 1"),
        (FACTORS_TOML.replace("[0.2, 0.8]", "[0.8, 0.2]"), FACTORS, "two shares from 0 to 1"),
        (FACTORS_TOML, FACTORS.replace("kg,building", "g,building"), "CO2 has two units"),
        (FACTORS_TOML, FACTORS.replace("building", "food"), "food stands twice"),
        (FACTORS_TOML, FACTORS.splitlines()[0], "no factors"),
        (FACTORS_TOML, FACTORS.replace("0.25", "-0.25"), "line 3, direct: must be at least 0"),
        (FACTORS_TOML.replace("year", "jahr"), FACTORS, "year: missing"),
    ],
)
def test_bad_factors_are_named(tmp_path: Path, toml: str, table: str, message: str) -> None:
    with pytest.raises(BesideError, match=message):
        read_two(tmp_path, toml, table)


def test_the_table_of_the_example_has_what_it_needs() -> None:
    assert "wages" in WIDE and "jobs_region" in WIDE and "[codes]" in TOML


def test_accounts_of_two_regions_by_hand() -> None:
    """One sector each. The second buys 50 of the first's 100; both emit 1 per unit."""
    found = accounts(
        Regions(
            of=np.array([0, 1]),
            flows=np.array([[0.0, 50.0], [0.0, 0.0]]),
            demand=np.array([[50.0, 0.0], [0.0, 100.0]]),
            stress=np.array([[100.0, 100.0]]),
            direct=np.array([[7.0, 0.0]]),
        )
    )
    assert found.production.tolist() == [[107, 100]]
    assert found.consumption == pytest.approx(np.array([[57, 150]]))
    assert found.imports == pytest.approx(np.array([[0, 50]]))
    assert found.exports == pytest.approx(np.array([[50, 0]]))
    assert found.production - found.exports + found.imports == pytest.approx(found.consumption)
