"""One measurement of the circulation figures in a process of its own, so that its peak memory is its own.

`python -m tests.bench.circulation_work TASK ARGUMENTS...` prints seconds, peak memory in bytes and what was found.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

from ledger.analytics.foreign.record import foreign_scene
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.network.clearing import clear
from ledger.analytics.report.document import pdf
from ledger.analytics.report.whole import build
from ledger.analytics.scan.scanned import Rule
from ledger.analytics.scan.state import State
from ledger.analytics.scan.whole import SceneScan, scan_scene
from ledger.analytics.source.scene import SCHEMA, CurrencyFacts, Provenance, Scene
from ledger.analytics.source.window import DAY, Window
from tests.bench.network import credit_circle, indicator_seconds, large_year

BEGIN, DAYS = 1_700_000_000, 365
FIRMS = 200_000
Found = dict[str, int | float]


def make(path: str, number: str, first: str, days: str) -> Found:
    """Write so many transfers over some days: 400,000 accounts, one of them paying or paid in two of three."""
    count, begin = int(number), BEGIN + int(first) * DAY
    chance = [f"(hash(i * 7 + {at}) % 1000003) / 1000003.0 AS c{at}" for at in range(5)]
    _database().execute(
        f"COPY (SELECT i + {int(first) * 10**9 + 1} AS seq, seq AS entry, {begin} + i * {int(days) * DAY} // {count} AS time,"
        " 'transfer' AS kind, CASE WHEN c0 < 0.3333 THEN 0 ELSE 1 + CAST(floor(c1 * 200000) AS BIGINT) END AS src,"
        " CASE WHEN c0 BETWEEN 0.3333 AND 0.6666 THEN 0 WHEN c2 < 0.9 THEN 1 + CAST(floor(c3 * 200000) AS BIGINT)"
        " ELSE 200001 + CAST(floor(c3 * 200000) AS BIGINT) END AS dst,"
        " 1 + CAST(floor(c4 * 10000) AS BIGINT) AS amount, NULL::VARCHAR AS outside, NULL::VARCHAR AS sphere"
        f" FROM (SELECT i, {', '.join(chance)} FROM range({count}) AS t(i))) TO '{path}' (FORMAT parquet)"
    )
    return {}


def sort(path: str, memory: str) -> Found:
    """The same file sorted by account (the payer) and written again: what DuckDB itself needs."""
    db, out = _database(memory), f"{path}.sorted"
    with Clock() as clock:
        db.execute(f"COPY (SELECT * FROM '{path}' ORDER BY src, seq) TO '{out}' (FORMAT parquet)")
    Path(out).unlink()
    return clock.told()


def scan(path: str, memory: str, keep: str = "") -> Found:
    """FIFO, LIFO and mixed of the whole file; `keep` names a file for the state of all accounts."""
    scene = _scene(path, memory, 0, DAYS)
    with Clock() as clock:
        found = scan_scene(scene, keep=bool(keep))
        if keep and found.state is not None:
            _write(found.state, keep)
    return clock.told() | _told(found)


def day(path: str, state: str, memory: str) -> Found:
    """One day more, from the state that the year left."""
    scene = _scene(path, memory, DAYS, DAYS + 1)
    with Clock() as clock:
        found = _continued(scene, state)
    return clock.told() | _told(found)


def foreign(path: str) -> Found:
    """All three holding times of a CSV or Parquet file from elsewhere, checking every row included."""
    with Clock() as clock:
        with foreign_scene(Path(path)) as scene:
            found = scan_scene(scene)
    return clock.told() | _told(found)


def set_off() -> Found:
    """The set-off of a network of 3,199 firms and 92,096 links."""
    circle = credit_circle()
    with Clock() as clock:
        done = clear(circle)
    return clock.told() | {"cleared": done.cleared}


def network() -> Found:
    """Every network and set-off indicator on a year of 60,000 firms and 2 million payments."""
    scene = large_year()
    with Clock() as clock:
        parts = dict(indicator_seconds(scene))
    return clock.told() | parts


def report() -> Found:
    """Every indicator of that year, drawn and set as a PDF."""
    scene = large_year()
    with Clock() as clock:
        made = pdf(build(scene, REGISTRY), "fr")
    return clock.told() | {"bytes": len(made)}


def _write(state: State, path: str) -> None:
    table = state.to_arrow()
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _continued(scene: Scene, state: str) -> SceneScan:
    with pa.memory_map(state) as source:
        saved = State.from_arrow(pa.ipc.open_file(source).read_all())
        return scan_scene(scene, saved, from_seq=1)


class Clock:
    """Seconds between entering and leaving, of the clock and of the processors."""

    seconds = cpu = 0.0

    def __enter__(self) -> Clock:
        self._began, self._worked = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds, self.cpu = time.perf_counter() - self._began, time.process_time() - self._worked

    def told(self) -> Found:
        return {"seconds": self.seconds, "cpu": self.cpu}


def _told(found: SceneScan) -> Found:
    fifo, lifo = (found.scan.matched(rule) for rule in Rule)
    assert found.scan.residual(Rule.FIFO) == found.scan.residual(Rule.LIFO) == 0
    return {
        "pairs": fifo.pairs,
        "fifo": fifo.mean_days or 0.0,
        "mixed": found.scan.mixed_days() or 0.0,
        "lifo": lifo.mean_days or 0.0,
    }


def _scene(path: str, memory: str, first: int, last: int) -> Scene:
    db = _database(memory)
    db.execute(SCHEMA)
    db.execute(f"DROP TABLE movement; CREATE VIEW movement AS SELECT * FROM '{path}'")
    db.execute(
        "INSERT INTO account SELECT i, i::VARCHAR, NULL, 'digital', i, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL"
        f" FROM range({2 * FIRMS + 1}) AS t(i)"
    )
    window = Window.between(BEGIN + first * DAY, BEGIN + last * DAY)
    return Scene(db, window, CurrencyFacts("", 0, None), Provenance("bench", 0, ""))


def _database(memory: str = "4GB") -> duckdb.DuckDBPyConnection:
    spill = Path(sys.argv[2]).parent
    return duckdb.connect(config={"temp_directory": str(spill / "spill"), "memory_limit": memory})


TASKS: dict[str, Callable[..., Found]] = {
    "make": make,
    "sort": sort,
    "scan": scan,
    "day": day,
    "foreign": foreign,
    "set_off": set_off,
    "network": network,
    "report": report,
}


def main() -> None:
    """Do one task. Before it the kernel is compiled, or found compiled, and everything else imported."""
    task, *arguments = sys.argv[1:]
    if task in ("scan", "day", "foreign"):
        with tempfile.TemporaryDirectory() as folder:
            little, state = f"{folder}/little.parquet", f"{folder}/little.arrow"
            make(little, "10", "0", "365")
            scan(little, "1GB", state)
            day(little, state, "1GB")
    found = TASKS[task](*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"peak": peak, **found}))


if __name__ == "__main__":
    main()
