"""The accounts beside a ledger from elsewhere, its window, and files other than CSV."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ledger.analytics.foreign.record import ForeignFacts, foreign_scene
from ledger.analytics.foreign.source import ForeignError
from tests.unit.analytics.test_foreign import DAY, HEAD, refusal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.csv"


def test_accounts_of_the_issuer_stand_outside(file: Path) -> None:
    content = HEAD + "1,1,issue,bank,ann,9\n2,2,,ann,bob,4\n3,3,,bob,bank,3\n4,4,,bank,till,2\n5,5,,,bank,2\n"
    listed = "account,kind\nbank,system\ntill,reserve\nann,person\nzoe,business\n"
    file.write_text(content)
    accounts = file.with_name("a.csv")
    accounts.write_text(listed)
    with foreign_scene(file, accounts) as scene:
        kinds = scene.rows("SELECT kind, amount, outside FROM movement ORDER BY seq")
        assert kinds == [("issue", 9, "system"), ("transfer", 4, None), ("redeem", 3, "system")]
        facts = scene.loaded["foreign"]
        assert isinstance(facts, ForeignFacts)
        assert (facts.rows, facts.between_system, facts.unknown_accounts) == (5, 2, 1)
        assert scene.rows("SELECT label, kind FROM account ORDER BY account") == [
            ("ann", "person"), ("zoe", "business"), ("bob", None),
        ]  # fmt: skip


def test_the_accounts_file(file: Path) -> None:
    file.write_text(HEAD + "1,5,,a,b,10\n2,6,,b,c,1\n3,7,,b,b,1\n")
    accounts = file.with_name("a.csv")
    accounts.write_text(
        'body,area,sector,owner,opening\na,"North, East",food,,-50\nb,,food,co,20\nc,West,,co,\nd,West,,,7\n'
    )
    with foreign_scene(file, accounts) as scene:
        found = scene.rows("SELECT label, area, sector, owner, opening FROM account ORDER BY account")
        assert found == [
            ("a", "North, East", "food", 0, -50), ("b", None, "food", 1, 20), ("c", "West", None, 1, 0),
            ("d", "West", None, 3, 7),
        ]  # fmt: skip
        facts = scene.loaded["foreign"]
        assert isinstance(facts, ForeignFacts)
        assert (facts.self_payments, scene.provenance.internal, facts.unknown_accounts) == (1, 2, 0)
        assert scene.number("SELECT sum(amount) FROM volume") == 10


def test_accounts_files_that_are_wrong(file: Path) -> None:
    row = HEAD + "1,5,,a,b,10\n"
    assert refusal(file, row, "account,area\na,x\nb,y\na,z\n") == (
        "line 4: account 'a' stands there twice, first in line 2",
    )
    assert "no account is named" in refusal(file, row, "account,area\n,x\n")[0]
    assert "is not a kind of account" in refusal(file, row, "account,kind\na,robot\n")[0]
    assert "has it decimals? --scale" in refusal(file, row, "account,opening\na,1.5\n")[0]
    assert "no column is called area" in refusal(file, row, "account,region\na,x\n")[0]
    assert "more than one column area" in refusal(file, row, "account,area,area\na,x,y\n")[0]


def test_the_window(file: Path) -> None:
    file.write_text(HEAD + "1,100,,a,b,10\n2,200,,b,c,1\n")
    with foreign_scene(file) as scene:
        assert (scene.window.start, scene.window.end, scene.window.stop) == (100, 200, 201)
    with foreign_scene(file, start=50, end=200) as scene:
        assert (scene.window.start, scene.window.end, scene.window.stop) == (50, 200, 200)
    with pytest.raises(ForeignError, match="lies before"), foreign_scene(file, end=99):
        pass


def test_parquet_with_its_own_types(file: Path) -> None:
    path = file.with_suffix(".parquet")
    moment = datetime(1970, 1, 2, 3, tzinfo=UTC)
    table = {
        "id": pa.array([3, 1]), "time": pa.array([moment, moment], pa.timestamp("ms", "UTC")),
        "from": pa.array([None, 7], pa.int32()), "to": pa.array([7, 8], pa.int32()),
        "amount": pa.array([Decimal("1.50"), Decimal("2.00")], pa.decimal128(10, 2)),
    }  # fmt: skip
    pq.write_table(pa.table(table), path)
    with foreign_scene(path, scale=2) as scene:
        rows = scene.rows("SELECT entry, time, kind, amount FROM movement ORDER BY seq")
        assert rows == [(2, DAY + 10_800, "transfer", 200), (1, DAY + 10_800, "issue", 150)]
    table["amount"], table["time"] = pa.array([0, 2]), pa.array([date(1970, 1, 2), None])
    pq.write_table(pa.table(table), path)
    with pytest.raises(ForeignError) as refused, foreign_scene(path):
        pass
    assert [fault.split(":")[0] for fault in refused.value.faults] == [
        "row 1, column amount",
        "row 2, column time",
    ]


def test_parquet_with_whole_numbers_as_floats(file: Path) -> None:
    path = file.with_suffix(".parquet")
    table = {
        "time": pa.array([5.0, 6.0]), "from": pa.array([float("nan"), 7.0]), "to": pa.array([7.0, None]),
        "amount": pa.array([3.0, 2.0]),
    }  # fmt: skip
    pq.write_table(pa.table(table), path)
    with foreign_scene(path) as scene:
        assert scene.rows("SELECT time, kind, amount FROM movement ORDER BY seq") == [
            (5, "issue", 3),
            (6, "redeem", 2),
        ]
        assert scene.rows("SELECT label FROM account") == [("7",)]
    pq.write_table(pa.table(table | {"amount": pa.array([3.5, 2.0])}), path)
    with foreign_scene(path, scale=1) as scene:
        assert scene.number("SELECT sum(amount) FROM movement") == 55


def test_a_compressed_file(file: Path) -> None:
    packed = file.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress((HEAD + "1,5,,a,b,1\n").encode()))
    with foreign_scene(packed) as scene:
        assert scene.number("SELECT count(*) FROM movement") == 1


def test_a_file_that_only_begins_like_parquet(file: Path) -> None:
    assert "not a readable Parquet file" in refusal(file, b"PAR1 and nothing more")[0]
