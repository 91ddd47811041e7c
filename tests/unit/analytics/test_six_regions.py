"""A published test system of six regions and eight sectors, read from a folder where there is one.

The folder that RICOCHET_TEST_MRIO names holds trade_flows_Z.txt, finald_demand_Y.txt, emissions.txt and
FDemissions.txt, tab-separated, as the Python package that published them ships them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from ledger.analytics.territory.accounting import Regions, accounts
from ledger.analytics.territory.economy import at_delta
from ledger.analytics.territory.io_table import IoTable, Origin
from ledger.analytics.territory.leontief import Floats, embodied, inverse, output_multipliers, per_output
from ledger.analytics.territory.substitution import need, output_gain

EXPECTED = json.loads((Path(__file__).parent / "six_regions.json").read_text())


def read(name: str) -> tuple[list[str], list[str], Floats]:
    """Regions of the columns, names of the second heading, and the numbers."""
    folder = os.environ.get("RICOCHET_TEST_MRIO")
    if not folder:
        pytest.skip("RICOCHET_TEST_MRIO names no folder with the six regions")
    lines = [line.split("\t") for line in (Path(folder) / name).read_text().splitlines()]
    return lines[0][3:], lines[1][3:], np.array([[float(cell) for cell in line[3:]] for line in lines[2:]])


@pytest.fixture
def system() -> tuple[Regions, list[str]]:
    regions, sectors, flows = read("trade_flows_Z.txt")
    names = sorted(set(regions))
    buyers, _, demand = read("finald_demand_Y.txt")
    _, _, stress = read("emissions.txt")
    _, _, direct = read("FDemissions.txt")

    def by_region(of: Floats) -> Floats:
        return np.column_stack([of[:, np.array(buyers) == name].sum(axis=1) for name in names])

    places = np.array([names.index(name) for name in regions])
    return Regions(places, flows, by_region(demand), stress, by_region(direct)), sectors[:8]


def test_the_system(system: tuple[Regions, list[str]]) -> None:
    regions, sectors = system
    known = EXPECTED["pymrio_test"]
    output = regions.flows.sum(axis=1) + regions.demand.sum(axis=1)
    assert output.sum() == pytest.approx(known["total_x"], rel=1e-14)
    leontief = inverse(per_output(regions.flows, output))
    assert output_multipliers(leontief)[:8] == pytest.approx(list(known["L_colsum_reg1"].values()), abs=1e-8)
    intensity = per_output(regions.stress, output)
    assert intensity[0, :8] == pytest.approx(list(known["S_reg1"].values()), abs=1e-8)
    assert embodied(intensity, leontief)[0, :8] == pytest.approx(list(known["M_reg1"].values()), abs=1e-8)
    found = accounts(regions)
    for ours, theirs in zip(found, ("D_pba_reg", "D_cba_reg", "D_imp_reg", "D_exp_reg"), strict=True):
        assert ours == pytest.approx(np.array(known[theirs]), abs=1e-4)
    assert sectors == EXPECTED["territory_reg1"]["sectors"]


def test_the_first_region_as_a_territory(system: tuple[Regions, list[str]]) -> None:
    regions, sectors = system
    home = regions.of == 0
    output = (regions.flows.sum(axis=1) + regions.demand.sum(axis=1))[home]
    abroad = regions.flows[~home][:, home]
    imported = abroad.reshape(5, 8, 8).sum(axis=(0, 2)) + regions.demand[~home, 0].reshape(5, 8).sum(axis=0)
    table = IoTable(
        Origin("six regions", 2000, "LGPL"), tuple(sectors), regions.flows[home][:, home],
        {"households": regions.demand[home, 0], "imported": imported},
        {"output": output, "imports": abroad.sum(axis=0)}, territory=True,
    )  # fmt: skip
    territory = at_delta(table, None)
    known = EXPECTED["territory_reg1"]
    for ours, theirs in (
        (territory.type1, "type1_local_output_multiplier"),
        (territory.imported, "direct_import_leakage_per_unit"),
        (territory.leakage, "total_import_leakage_per_unit_final_demand"),
        (territory.retained, "value_added_retained"),
        (territory.leakage + territory.retained, "identity_leak_plus_va"),
    ):
        assert ours == pytest.approx(known[theirs], abs=5e-7)
    known = EXPECTED["import_substitution_reg1"]
    found = need(territory)
    assert found.imports == pytest.approx(known["imports"], abs=1e-4)
    assert found.supply == pytest.approx(known["local_supply"], abs=1e-4)
    assert found.self_sufficiency == pytest.approx(known["self_sufficiency"], abs=5e-7)
    gain = output_gain(found.imports, territory.type1)
    assert gain == pytest.approx(known["output_gain_if_10pct_substituted"], abs=1e-4)
    assert [sectors[at] for at in np.argsort(-gain)] == known["ranking"]
