"""Leontief's model and regional quotients: worked examples of the literature, and what a table must be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ledger.analytics.source.beside import BesideError
from ledger.analytics.territory import input_output
from ledger.analytics.territory.economy import at_delta, band
from ledger.analytics.territory.io_table import read_io_table
from ledger.analytics.territory.leontief import (
    Unproductive,
    closed,
    closed_multipliers,
    embodied,
    inverse,
    output_multipliers,
    per_output,
    rounds,
)
from ledger.analytics.territory.regional import cilq, flq, regional, size_factor, slq
from tests.analytics_town import Move, town

# Miller and Blair, Input-Output Analysis: two sectors, and with households as a third
Z = np.array([[150.0, 500.0], [200.0, 100.0]])
X = np.array([1_000.0, 2_000.0])
A = per_output(Z, X)
CLOSED = closed(A, np.array([0.3, 0.25]), np.array([0.05, 0.4]), 0.05)


def test_the_open_example() -> None:
    assert pytest.approx(np.array([[0.15, 0.25], [0.2, 0.05]])) == A
    leontief = inverse(A)
    assert leontief == pytest.approx(np.array([[1.254125, 0.330033], [0.264026, 1.122112]]), abs=5e-7)
    assert output_multipliers(leontief) == pytest.approx([1.518152, 1.452145], abs=5e-7)
    assert leontief @ np.array([600, 1_500]) == pytest.approx([1_247.5248, 1_841.5842], abs=5e-5)


def test_the_example_with_households() -> None:
    assert pytest.approx(np.array([[0.15, 0.25, 0.05], [0.2, 0.05, 0.4], [0.3, 0.25, 0.05]])) == CLOSED
    leontief = inverse(CLOSED)
    expected = [[1.365086, 0.42526, 0.250904], [0.527323, 1.348076, 0.595365], [0.569849, 0.48905, 1.288539]]
    assert leontief == pytest.approx(np.array(expected), abs=5e-7)
    assert closed_multipliers(leontief) == pytest.approx([1.892409, 1.773336], abs=1e-6)


def test_rounds_are_the_beginning_of_the_multiplier() -> None:
    expected = [[1.0, 1.0], [0.35, 0.30], [0.1125, 0.1025], [0.037375, 0.03325]]
    assert rounds(A, 4) == pytest.approx(np.array(expected))
    assert rounds(A, 60).sum(axis=0) == pytest.approx(output_multipliers(inverse(A)))


def test_an_economy_that_eats_itself() -> None:
    with pytest.raises(Unproductive, match="rows are sellers"):
        inverse(np.array([[0.5, 0.6], [0.6, 0.5]]))


def test_a_sector_without_output() -> None:
    flows = np.array([[10.0, 0.0], [0.0, 0.0]])
    assert output_multipliers(inverse(per_output(flows, np.array([100.0, 0.0])))) == pytest.approx([1 / 0.9, 1])


REGION, NATION = np.array([50.0, 300.0, 150.0]), np.array([2_000.0, 9_000.0, 9_000.0])


def test_quotients() -> None:
    assert slq(REGION, NATION) == pytest.approx([1, 4 / 3, 2 / 3])
    assert size_factor(REGION, NATION, 0.25) == pytest.approx(0.43444559229642954, rel=1e-14)
    expected = [[0.434446, 0.325834, 0.651668], [0.579261, 0.579261, 0.868891], [0.28963, 0.217223, 0.28963]]
    assert flq(REGION, NATION, 0.25) == pytest.approx(np.array(expected), abs=5e-7)
    assert regional(np.ones((3, 3)), flq(REGION, NATION, 0.25)) == pytest.approx(np.array(expected), abs=5e-7)


def test_a_region_never_supplies_more_than_the_nation_buys() -> None:
    specialised = flq(np.array([900.0, 10.0]), np.array([1_000.0, 1_000.0]), 0.2)
    assert specialised.max() > 1
    assert regional(np.full((2, 2), 0.3), specialised).max() == 0.3


def test_quotients_of_sectors_that_are_nowhere() -> None:
    simple = slq(np.array([0.0, 10.0]), np.array([0.0, 100.0]))
    assert simple.tolist() == [0, 1]
    assert np.isfinite(cilq(simple)).all()
    with pytest.raises(ValueError, match="delta"):
        flq(REGION, NATION, 1.0)


TOML = 'year = 2019\nlicence = "CC BY 4.0"\nsource = "an example"\nper_major = 1.0\n[codes]\n"10" = "food"\n"43" = "building"\n'
WIDE = """sector,food,building,households,other_demand,exports,imported
food,150,500,200,100,50,80
building,200,100,1000,500,200,20
imports,250,400,,,,
wages,300,500,,,,
output,1000,2000,,,,
jobs,10,40,,,,
jobs_region,1,3,,,,
"""


def folder(path: Path, table: str = WIDE, toml: str = TOML) -> Path:
    (path / "table.toml").write_text(toml)
    (path / "table.csv").write_text(table)
    return path


def test_a_wide_and_a_long_table_are_the_same(tmp_path: Path) -> None:
    wide = read_io_table(folder(tmp_path))
    head, *lines = [line.split(",") for line in WIDE.splitlines()]
    cells = [(line[0], name, value) for line in lines for name, value in zip(head[1:], line[1:], strict=True) if value]
    long = read_io_table(folder(tmp_path, "row,column,value\n" + "\n".join(map(",".join, cells))))
    assert long.sectors == wide.sectors == ("food", "building")
    assert (long.flows == wide.flows).all()
    assert {name: list(of) for name, of in long.rows.items()} == {name: list(of) for name, of in wide.rows.items()}
    assert (wide.origin.year, wide.origin.licence, wide.per_major, wide.territory) == (2019, "CC BY 4.0", 1.0, False)
    assert (wide.sector_of("10.71C"), wide.sector_of("43"), wide.sector_of("99"), wide.sector_of(None)) == (0, 1, None, None)


def test_leakage_and_value_added_are_everything(tmp_path: Path) -> None:
    table = read_io_table(folder(tmp_path))
    for each in band(table):
        assert each.leakage + each.retained == pytest.approx([1, 1])
    assert at_delta(table, None).leakage == pytest.approx(embodied(np.array([0.25, 0.2]), inverse(A)))


def test_output_and_imports_follow_when_absent(tmp_path: Path) -> None:
    lines = [line for line in WIDE.splitlines() if not line.startswith(("output", "imports"))]
    table = read_io_table(folder(tmp_path, "\n".join([*lines, "value_added,400,1000,,,,"])))
    assert list(table.output) == [1_000, 2_000]
    assert list(table.imports()) == [250, 400]


def test_a_table_of_the_territory_is_not_made_regional(tmp_path: Path) -> None:
    table = read_io_table(folder(tmp_path, toml=TOML.replace("[codes]", "territory = true\n[codes]")))
    (only,) = band(table)
    assert (only.delta, list(only.type1)) == (None, list(output_multipliers(inverse(A))))


@pytest.mark.parametrize(
    ("table", "toml", "message"),
    [
        (WIDE.replace("food,150", "food,-150"), TOML, "food, food: must be at least 0"),
        (WIDE.replace("food,150", "food,abc"), TOML, "line 2, food: must be a number"),
        (WIDE.replace("sector,food", "sector,feed"), TOML, "feed is neither a sector"),
        (WIDE.replace("households", "gifts"), TOML, "gifts is neither a sector"),
        (WIDE.replace("wages", "food"), TOML, "stands twice"),
        (WIDE.replace("output,1000,2000", "output,300,500"), TOML, "use up at least all output"),
        (WIDE, TOML.replace("year = 2019", ""), "year: missing"),
        (WIDE, TOML.replace("per_major = 1.0", "per_major = 0"), "per_major"),
        (WIDE, TOML.replace('"food"', '"feed"'), "no sector feed"),
        (WIDE, TOML.replace("licence", "license"), "licence: missing"),
        (WIDE, "year =", "cannot be read"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, table: str, toml: str, message: str) -> None:
    with pytest.raises(BesideError, match=message):
        read_io_table(folder(tmp_path, table, toml))


KINDS = {
    "ada": {"kind": "person"},
    "baker": {"kind": "business", "sector": "10.71C"},
    "mason": {"kind": "business", "sector": "43.21A"},
    "notary": {"kind": "business", "sector": "69.10Z"},
}
MOVES: list[Move] = [
    (0, "transfer", "ada", "baker", 3_000),
    (1, "transfer", "ada", "mason", 1_000),
    (2, "transfer", "ada", "notary", 1_000),
    (3, "transfer", "baker", "mason", 500),
]


def test_what_members_buy_sets_in_motion(tmp_path: Path) -> None:
    table = read_io_table(folder(tmp_path, toml=TOML.replace("[codes]", "territory = true\n[codes]")))
    result = input_output.compute(town(MOVES, KINDS, io_table=table))
    assert result.figures["coverage"].value == 0.8
    assert result.figures["type1"].value == pytest.approx(0.75 * 1.518152 + 0.25 * 1.452145, abs=1e-6)
    assert result.figures["type1"].low == result.figures["type1"].high == result.figures["type1"].value
    leak, kept = result.figures["leakage"].value, result.figures["retained"].value
    assert leak is not None and kept is not None and leak + kept == pytest.approx(1)
    assert result.tables["multipliers"].column("io_sector") == ["food", "building"]
    assert result.tables["origin"].rows == (("an example", "2019", "CC BY 4.0", None),)


def test_a_national_table_gives_a_band(tmp_path: Path) -> None:
    figure = input_output.compute(town(MOVES, KINDS, io_table=read_io_table(folder(tmp_path)))).figures["type1"]
    assert figure.low is not None and figure.high is not None and figure.value is not None
    assert 1 < figure.low < figure.value < figure.high < 1.518152


def test_without_a_table_it_says_what_is_missing() -> None:
    assert {figure.why for figure in input_output.compute(town(MOVES, KINDS)).figures.values()} == {"needs_io_table"}


def test_without_purchases_there_is_nothing_to_weigh(tmp_path: Path) -> None:
    table = read_io_table(folder(tmp_path))
    assert input_output.compute(town([], io_table=table)).figures["type1"].why == "no_transfers"
    unknown = town(MOVES[2:3], KINDS, io_table=table)
    assert input_output.compute(unknown).figures["type1"].why == "no_sector"
