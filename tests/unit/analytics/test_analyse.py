"""`ricochet analyse`: the digits of the validation files, refusals, and a report that a person can read."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from ledger.__main__ import app
from tests.tidy import ROOT

S20K = ROOT / "tests" / "data" / "s20k"
COLUMNS = "id=id,time=t_seconds,kind=kind,from=src,to=dst,amount=amount_minor"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["analyse", *map(str, arguments)])


def answer(*arguments: object) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output

    def no_constant(name: str) -> None:
        raise AssertionError(f"{name} in the answer")

    found: dict[str, Any] = json.loads(done.stdout, parse_constant=no_constant)
    return found


def check_digits(expected: object, found: object, place: str = "") -> None:
    """Integers exactly, floats to 1e-12, every key of `expected` there."""
    if isinstance(expected, dict):
        assert isinstance(found, dict)
        for key, value in expected.items():
            check_digits(value, found[key], f"{place}/{key}")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12), place
    else:
        assert (found, type(found)) == (expected, type(expected)), place


def test_the_20_000_rows() -> None:
    expected = json.loads((S20K / "expected.json").read_text())
    del expected["follow_the_money"]
    check_digits(
        expected, answer(S20K / "ledger.csv", "--accounts", S20K / "accounts.csv", "--columns", COLUMNS)
    )


@pytest.mark.parametrize("form", ["csv.gz", "parquet"])
def test_the_same_rows_as_other_programs_write_them(tmp_path: Path, form: str) -> None:
    """Shuffled, with semicolons and a byte-order mark, moments in all zones, notes with line breaks; or typed columns."""
    with (S20K / "ledger.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    draw = random.Random(4)
    draw.shuffle(rows)
    path = tmp_path / f"ledger.{form}"
    if form == "parquet":
        moments = [datetime.fromtimestamp(int(row["t_seconds"]), UTC) for row in rows]
        columns: dict[str, Any] = {
            "id": [int(row["id"]) for row in rows], "time": pa.array(moments, pa.timestamp("ns", "Europe/Paris")),
            "kind": [row["kind"].upper() for row in rows], "from": [int(row["src"]) if row["src"] else None for row in rows],
            "to": [float(row["dst"]) if row["dst"] else None for row in rows],
            "amount": pa.array([int(row["amount_minor"]) for row in rows], pa.int32()),
        }  # fmt: skip
        pq.write_table(pa.table(columns), path)
    else:
        text = io.StringIO()
        out = csv.writer(text, delimiter=";", lineterminator="\r\n")
        out.writerow(["Id", "Note", "Time", "Kind", "From", "To", "Amount"])
        for row in rows:
            zone = timezone(timedelta(minutes=draw.randrange(-720, 841, 15)))
            moment = datetime.fromtimestamp(int(row["t_seconds"]), zone).isoformat(" ")
            note = draw.choice(("", "a;b", 'two\r\nlines with a "word"'))
            major = f"{int(row['amount_minor']) / 100:.2f}".replace(".", ",")
            kind = "" if row["kind"] == "transfer" else row["kind"]
            out.writerow([row["id"], note, moment, kind, f" {row['src']}", row["dst"], major])
        path.write_bytes(gzip.compress(text.getvalue().encode("utf-8-sig")))
    scale = ("--scale", 2) if form == "csv.gz" else ()
    expected = json.loads((S20K / "expected.json").read_text())
    del expected["follow_the_money"]
    check_digits(expected, answer(path, "--accounts", S20K / "accounts.csv", *scale))


def test_without_areas_only_what_needs_them_is_missing() -> None:
    found = answer(S20K / "ledger.csv", "--columns", COLUMNS)
    assert found["LM3_within_area"] is None
    assert (
        found["network"]["same_area_share"] is None and found["network"]["modularity_area_directed"] is None
    )
    assert not any(key.startswith("area_matrix") for key in found)
    assert found["LM3"]["R1"] == 16_458_304.0
    assert found["record"]["accounts_not_listed"] == 0


BODIES = {
    "integral_pence_seconds": 19_199_237_644_287_849_600,
    "open_pence": 184_579_401_034,
}
SIDES = {
    "positive_balances": {
        **BODIES,
        "fifo": {"pairs": 1634, "volume": 40_856_992_157, "amount_seconds": 3_174_899_622_638_774_400, "mean_days": 899.3937504984748},
        "lifo": {"pairs": 1879, "volume": 40_856_992_157, "amount_seconds": 230_092_836_673_593_600, "mean_days": 65.18129198890944},
        "mixed": {"volume": 40_856_992_157, "mean_days": 636.9609004673075},
    },
    "overdrafts": {
        **BODIES,
        "fifo": {"pairs": 1450, "volume": 9_269_464_858, "amount_seconds": 456_888_404_434_032_000, "mean_days": 570.4817179323082},
        "lifo": {"pairs": 1578, "volume": 9_269_464_858, "amount_seconds": 137_361_757_546_483_200, "mean_days": 171.51315433445922},
        "mixed": {"volume": 9_269_464_858, "mean_days": 390.1405482630376},
    },
    "network": {"nodes": 17, "edges": 135, "total": 234_705_858_049, "reciprocity_edges": 0.6962962962962963},
}  # fmt: skip


def test_public_bodies() -> None:
    said = os.environ.get("RICOCHET_TEST_UK_LEDGER")
    folder = Path(said) if said else ROOT.parent / "shared" / "data" / "uk_public_bodies"
    if not (folder / "payments_2014_2019.csv").is_file():
        pytest.skip("RICOCHET_TEST_UK_LEDGER names no folder with payments_2014_2019.csv and bodies.csv")
    found = answer(
        folder / "payments_2014_2019.csv", "--accounts", folder / "bodies.csv", "--to", "2020-01-01",
        "--columns", "id=id,time=ts,from=src,to=dst,amount=amount_pence",
    )  # fmt: skip
    check_digits(SIDES, found)
    areas = json.loads((Path(__file__).parent / "public_bodies_areas.json").read_text())
    check_digits(areas["area_matrix_pence"], found["area_matrix_pence"])
    check_digits(areas["same_area_share_by_payer_area"], found["same_area_share_by_payer_area"])


def test_a_bad_row_ends_it_with_code_1_and_nothing_said(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("time,from,to,amount\n5,a,b,1\n6,a,b,x\n")
    done = run(file, "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert (
        done.stderr
        == f"ricochet: {file}: line 3, column amount: 'x' is not an amount; digits alone, without signs for thousands or a currency\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--columns", "time"], 2, "is not name=title"),
        (["--columns", "time=t,time=u"], 2, "each name once"),
        (["--to", "yesterday"], 2, "--to: 'yesterday' is not a time"),
        (["--to", "1960-01-01"], 1, "lies before"),
        (["--accounts", "nowhere.csv"], 2, "nowhere.csv"),
        (
            ["--columns", "time=moment"],
            1,
            "no column 'moment' for `time`; the file has time, from, to, amount",
        ),
    ],
)
def test_what_cannot_be_asked(tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    file = tmp_path / "some.csv"
    file.write_text("time,from,to,amount\n5,a,b,1\n")
    done = run(file, *arguments)
    assert done.exit_code == code and says in done.stderr


@pytest.mark.parametrize("rows", ["", "5,a,b,1\n", "5,a,a,1\n", "5,,a,1\n", "5,a,b,1\n5,b,a,1\n"])
def test_tiny_records_have_an_answer(tmp_path: Path, rows: str) -> None:
    file = tmp_path / "tiny.csv"
    file.write_text("time,from,to,amount\n" + rows)
    found = answer(file)
    assert set(json.loads((S20K / "expected.json").read_text())) - {"follow_the_money"} <= set(found)
    assert found["fifo"]["identity_area"] is True and found["M_average"] is None
    assert found["record"]["rows"] == len(rows.splitlines())


def test_a_window_inside_the_record() -> None:
    found = answer(S20K / "ledger.csv", "--columns", COLUMNS, "--from", "31536000", "--to", "1972-01-01")
    with (S20K / "ledger.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if 31_536_000 <= int(row["t_seconds"]) < 63_072_000]
    assert found["transfers"] == sum(int(row["amount_minor"]) for row in rows if row["kind"] == "transfer")
    assert found["fifo"]["identity_area"] is True and found["lifo"]["identity_area"] is True
    assert found["record"]["outside_window"] == 20_000 - len(rows)


@pytest.mark.parametrize(("lang", "words"), [("en", "Velocity a year"), ("fr", "Vitesse par an")])
def test_a_report_to_read(tmp_path: Path, lang: str, words: str) -> None:
    file = tmp_path / "town.csv"
    rows = ["0,,ann,1000.50", "86400,ann,bob,20", "99999,bob,bob,1", "200000,bob,ann,3.25"]
    file.write_text("time,from,to,amount\n" + "\n".join(rows))
    done = run(file, "--scale", "2", "--lang", lang)
    assert done.exit_code == 0, done.output
    assert words in done.stdout
    assert (
        "movements from an account to itself" if lang == "en" else "mouvements d'un compte à lui-même"
    ) in done.stdout


def test_a_page_is_in_the_words_of_its_reader(tmp_path: Path) -> None:
    file, accounts = tmp_path / "town.csv", tmp_path / "accounts.csv"
    file.write_text("time,from,to,amount\n2025-01-05,,ann,900\n2025-03-06,ann,bob,500\n2025-03-07,bob,ann,100\n")
    accounts.write_text("name,sector,kind\nann,10.71C,business\nbob,47.19A,business\n")
    french, english = (run(file, "--accounts", accounts, "--lang", lang).stdout for lang in ("fr", "en"))
    assert "town · unités mineures" in french and "minor units" not in french
    assert "Boulangerie" in french and "Commerce (47.19A)" in french and "mars 2025" in french
    assert "town · minor units" in english and "Bakery" in english and "Mar 2025" in english
