"""Where a ledger outgrows one machine: the same SQL and the same kernel on Spark give the same integers."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.analytics.money import age, circulation, velocity
from ledger.analytics.scan.behind import sums_and_units
from ledger.analytics.scan.events import events_of
from ledger.analytics.scan.scanned import End, Rule, Scan
from ledger.analytics.scan.scanner import scan_part
from ledger.analytics.scan.whole import SceneScan, scan_scene, setting_of
from ledger.analytics.source.scene import VOLUME_VIEW, Scene
from tests import spark
from tests.analytics_town import Move, town


class SparkScene(Scene):
    """A scene whose questions Spark answers."""

    engine: Any

    def rows(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        window = self.window
        named = {"start": window.start, "end": window.end, "stop": window.stop, **values}
        used = {name: value for name, value in named.items() if f"${name}" in sql}
        return [tuple(row) for row in self.engine.sql(re.sub(r"\$(\w+)", r":\1", sql), args=used).collect()]


def record() -> Scene:
    """3,000 movements of 60 accounts, one of them in a third of all; overdrafts, all kinds, two accounts of one owner."""
    moves: list[Move] = []
    for at in range(3_000):
        src, dst = (at * 7) % 60, (at * 13 + 5) % 60
        if at % 3 == 0:
            src = 0
        kind = ("issue", "redeem", "fee", "demurrage")[at // 10 % 4] if at % 10 == 0 else "transfer"
        moves.append((
            at // 2 * 4_000, kind, None if kind == "issue" else str(src), str(dst) if kind in ("issue", "transfer") else None,
            1 + (at * 7_919) % 10_007 * (2**35 if at % 500 == 1 else 1),
        ))  # fmt: skip
    listed: dict[str, dict[str, object]] = {
        str(number): {
            "area": ("north", "south", None)[number // 4 % 3],
            "kind": ("business", "person")[number % 2],
        }
        for number in range(60)
    }
    listed["1"]["owner"] = "2"
    return town(moves, listed)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, SparkScene]]:
    folder: Path = tmp_path_factory.mktemp("spark")
    scene = record()
    for table in ("movement", "account"):
        scene.db.execute(f"COPY {table} TO '{folder / table}.parquet' (FORMAT parquet)")
    with spark.session(folder) as engine:
        for table in ("movement", "account"):
            engine.read.parquet(str(folder / f"{table}.parquet")).createOrReplaceTempView(table)
        engine.sql(VOLUME_VIEW.replace("REPLACE VIEW", "REPLACE TEMPORARY VIEW").rstrip().rstrip(";"))
        there = SparkScene(scene.db, scene.window, scene.currency, scene.provenance)
        there.engine = engine
        yield scene, there


def test_aggregates_are_the_same(scenes: tuple[Scene, SparkScene]) -> None:
    here, there = scenes
    assert circulation.flows_of(there) == circulation.flows_of(here)
    assert age._dormant(there) == age._dormant(here)
    source = "(SELECT * FROM volume WHERE time >= $start AND time < $stop)"
    keys = ["src_area", "dst_area"]
    both = [sums_and_units(scene, source, keys, "src_owner", "src_kind") for scene in (here, there)]
    assert both[0] == both[1] and len(both[0]) == 7


@pytest.fixture(scope="module")
def parts(scenes: tuple[Scene, SparkScene]) -> list[Scan]:
    """The scans of Spark's workers."""
    here, there = scenes
    _, setting = setting_of(here)
    sql = events_of(there).replace("$from_seq", ":from_seq").replace("$stop", ":stop")
    events = there.engine.sql(sql, args={"from_seq": 0, "stop": here.window.stop})
    rows = (
        events.repartition(3, "account")
        .sortWithinPartitions("account", "seq")
        .mapInArrow(scan_part(setting), "scan binary")
    ).collect()
    return [pickle.loads(bytes(row.scan)) for row in rows]


def test_holding_times_are_the_same(scenes: tuple[Scene, SparkScene], parts: list[Scan]) -> None:
    here, _ = scenes
    assert len(parts) == 3
    found, expected = Scan.together(parts), scan_scene(here).scan
    assert (found.counts, found.bins) == (expected.counts, expected.bins)
    assert found.mixed_days() == pytest.approx(expected.mixed_days(), rel=1e-12)
    assert found.matched(Rule.FIFO, (End.TRANSFER,)).pairs > 1_000


def test_money_in_circulation_and_velocity_are_the_same(
    scenes: tuple[Scene, SparkScene], parts: list[Scan]
) -> None:
    """Whole indicators: their SQL on Spark, over the scan of its workers. The mixed rule is in none of these figures."""
    here, there = scenes
    there.kept["scan"] = SceneScan(Scan.together(parts), setting_of(here)[0])
    for compute in (circulation.compute, circulation.stock_flow, velocity.compute):
        expected = compute(here)
        assert compute(there) == expected
        assert all(figure.value is not None for figure in expected.figures.values())
