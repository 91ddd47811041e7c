"""Any small ledger from elsewhere, written as programs write them: every figure of `analyse --json` is the slow reference's."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.analytics.foreign.record import foreign_scene
from ledger.analytics.report.analysis import analysis
from ledger.analytics.source.window import DAY
from tests.analytics_figures import Row, figures

NAMES = ("ann", "é b", 'q"x"', "x,y;z", "7", "007", "-", "nulle")
TITLES = ("id", "time", "kind", "from", "to", "amount")


@st.composite
def ledgers(draw: st.DrawFn) -> list[Row]:
    """Up to thirty rows; ties, overdrafts and payments to oneself are common."""
    names, time = NAMES[: draw(st.integers(2, len(NAMES)))], draw(st.sampled_from([-5, 0, 1_600_000_000]))
    rows = []
    for _ in range(draw(st.integers(1, 30))):
        time += draw(st.sampled_from([0, 0, 1, 3_600, DAY, 8 * DAY, 400 * DAY]))
        kind = draw(st.sampled_from(["transfer"] * 6 + ["issue", "issue", "redeem", "demurrage", "fee"]))
        src, dst = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        amount = draw(st.one_of(st.integers(1, 50), st.integers(1, 10**9)))
        rows.append(Row(time, kind, "" if kind == "issue" else src, dst if kind in ("transfer", "issue") else "", amount))
    return rows


def write(path: Path, rows: list[Row], look: Random) -> None:
    """As some program would: marks, line ends, a mark of order, columns and lines in any order, kinds left out."""
    order = look.sample(range(len(TITLES)), len(TITLES))
    lines = [(number, row.time, row.kind if row.kind in ("demurrage", "fee") or look.random() < 0.5 else "",
              row.src, row.dst, row.amount) for number, row in enumerate(rows, 1)]  # fmt: skip
    look.shuffle(lines)
    with path.open("w", newline="", encoding=look.choice(["utf-8", "utf-8-sig"])) as file:
        writer = csv.writer(file, delimiter=look.choice(",;\t"), lineterminator=look.choice(["\n", "\r\n"]))
        writer.writerows([line[at] for at in order] for line in [TITLES, *lines])


@settings(max_examples=60, deadline=None)
@given(rows=ledgers(), seed=st.integers(0, 2**20), with_areas=st.booleans())
def test_every_figure_is_that_of_the_reference(rows: list[Row], seed: int, with_areas: bool) -> None:
    look = Random(seed)
    areas = {name: look.choice("nsw") for name in NAMES} if with_areas else {}
    with tempfile.TemporaryDirectory() as folder:
        record, accounts = Path(folder) / "some.csv", Path(folder) / "accounts.csv"
        write(record, rows, look)
        with accounts.open("w", newline="") as file:
            csv.writer(file).writerows([("who", "note", "area"), ("only here", "", "n"), *((a, "", b) for a, b in areas.items())])
        with foreign_scene(record, accounts if areas else None) as scene:
            found = analysis(scene)
    check_figures(figures(rows, areas), found, "")


def check_figures(expected: object, found: object, place: str) -> None:
    """Whole numbers exactly; the mixed mean is a mean of moments, kept to a part of a microsecond."""
    if isinstance(expected, dict):
        assert isinstance(found, dict)
        for key, value in expected.items():
            check_figures(value, found[key], f"{place}/{key}")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-10, abs=1e-10 if "mixed" in place else 1e-13), place
    else:
        assert found == expected, place
