"""How fast holding times are computed, beside what DuckDB needs to sort the same file, and beside follow-the-money."""

from __future__ import annotations

import csv
import json
import random
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

MANY, FEW = 10_000_000, 1_000_000
LARGE = 100_000_000
COMPARED = 200_000
TOOL_VARIABLE = "RICOCHET_TEST_FOLLOW_THE_MONEY"
MEMORY = "1536MB"
"""What DuckDB may use of the 3 GiB; with 100 million transfers, `MEMORY_LARGE` of the 8 GiB."""
MEMORY_LARGE = "6500MB"
"""Half of it holds all events of 100 million transfers, 16 bytes each, so that they are read twice and not three times."""
GIB = 2**30

Measured = dict[str, Any]


def measure(folder: Path, rounds: int, large: bool, follow_the_money: Path | None) -> None:
    """Measure and print. `large` adds 100 million transfers: 2 GB of disk, two minutes."""
    many, few = folder / "many.parquet", folder / "few.parquet"
    _work("make", many, MANY, 0, 365)
    _work("make", few, FEW, 0, 365)
    _work("make", folder / "day.parquet", MANY // 365, 365, 1)
    state = folder / "year.arrow"
    print(
        f"\ncirculation: {MANY:,} transfers, 400,001 accounts, one of them in two transfers of three; {rounds} rounds, medians"
    )
    print(f"{'':<60}{'seconds':>9}{'ratio':>8}{'least to most':>18}{'CPU s':>8}{'peak GiB':>10}")
    tasks: dict[str, tuple[object, ...]] = {
        "sort": ("sort", many, MEMORY), "scan": ("scan", many, MEMORY), "few": ("scan", few, MEMORY),
        "keep": ("scan", many, MEMORY, state), "day": ("day", folder / "day.parquet", state, MEMORY),
    }  # fmt: skip
    found: dict[str, list[Measured]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            found[name].append(_work(*task))
    whole = _median(found["scan"])
    _line("DuckDB: the file sorted by payer, written as Parquet", found["sort"])
    _line("FIFO, LIFO and mixed, from Parquet (at most 3)", found["scan"], whole / _median(found["sort"]))
    _line(
        f"{FEW:,} transfers; {MANY:,} against 10 times that (< 1.3)",
        found["few"],
        whole / 10 / _median(found["few"]),
    )
    _line("the same, keeping the state of every account", found["keep"], _median(found["keep"]) / whole)
    _line("one more day, from that state (< 0.05)", found["day"], _median(found["day"]) / whole)
    _line("set-off of 3,199 firms with 92,096 links", [_work("set_off") for _ in range(rounds)])
    _line("networks and set-off, 60,000 firms, 2 million payments", [_work("network") for _ in range(rounds)])
    _line("the whole report of that year with charts, as a PDF (< 60 s)", [_work("report")])
    if large:
        path = folder / "large.parquet"
        _work("make", path, LARGE, 0, 365)
        once = [_work("scan", path, MEMORY_LARGE)]
        _line(
            f"{LARGE:,} transfers, once; against 100 times {FEW:,} (< 1.3)",
            once,
            _median(once) / 100 / _median(found["few"]),
        )
    if follow_the_money is not None:
        _beside(folder, rounds, follow_the_money)


def _work(task: object, *arguments: object) -> Measured:
    command = [sys.executable, "-m", "tests.bench.circulation_work", str(task), *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    read: Measured = json.loads(done.stdout)
    return read


def _median(found: list[Measured]) -> float:
    return _middle("seconds", found)


def _middle(name: str, found: list[Measured]) -> float:
    return float(statistics.median(each[name] for each in found))


def _line(name: str, found: list[Measured], ratio: float | None = None) -> None:
    times = [each["seconds"] for each in found]
    said = "-" if ratio is None else f"{ratio:.3f}"
    peak = max(each["peak"] for each in found) / GIB
    print(
        f"{name:<60}{_median(found):>9.2f}{said:>8}{f'{min(times):.2f} to {max(times):.2f}':>18}{_middle('cpu', found):>8.2f}{peak:>10.2f}"
    )


def _beside(folder: Path, rounds: int, tool: Path) -> None:
    """Their two rules, pair by pair, against our three, on the same transfers."""
    ours, theirs, config = folder / "ours.csv", folder / "theirs.csv", folder / "config.json"
    packed = folder / "ours.parquet"
    begin, end = _write(ours, theirs)
    config.write_text(json.dumps({
        "transaction_header": ["txn_ID", "timestamp", "type", "src_ID", "tgt_ID", "amt"], "delimiter": ",",
        "quotechar": "\"", "escapechar": "%", "timeformat": "%Y-%m-%d %H:%M:%S",
        "timewindow_beg": begin, "timewindow_end": end, "boundary_type": "transactions",
        "transaction_categories": {"issue": "deposit", "transfer": "transfer"},
    }))  # fmt: skip
    out = folder / "flows"
    out.mkdir(exist_ok=True)
    command = [
        sys.executable,
        str(tool / "follow_the_money.py"),
        str(theirs),
        str(config),
        str(out),
        "--lifo",
        "--mixed",
        "--pairwise",
    ]
    began = time.perf_counter()
    subprocess.run(command, check=True, cwd=tool, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    _columns(ours, packed)
    csv_file, parquet = ([_work("foreign", path) for _ in range(rounds)] for path in (ours, packed))
    print(f"{f'follow-the-money: LIFO, mixed; {COMPARED:,} transfers, CSV, once':<60}{seconds:>9.2f}")
    _line(
        "FIFO, LIFO and mixed, CSV, every row checked (at least 100)", csv_file, seconds / _median(csv_file)
    )
    _line("FIFO, LIFO and mixed, Parquet, every row checked", parquet, seconds / _median(parquet))
    print(f"LIFO mean, days: ours {csv_file[0]['lifo']:.9f}, theirs {_their_mean(out):.9f}")


def _columns(path: Path, out: Path) -> None:
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{path}')) TO '{out}' (FORMAT parquet)")


def _write(ours: Path, theirs: Path) -> tuple[str, str]:
    """Transfers that nobody overdraws for, with a hub in a third of them, and issues before those that need money."""
    draw = random.Random(1)
    balance = [0] * 5_000
    rows: list[tuple[int, str, int | None, int, int]] = []
    moment, transfers = 1_577_836_800, 0
    while transfers < COMPARED:
        moment += draw.randint(1, 150)
        payer = 0 if draw.random() < 0.17 else draw.randrange(1, 5_000)
        payee = 0 if draw.random() < 0.17 else draw.randrange(1, 5_000)
        if payer == payee:
            continue
        if balance[payer] < 100:
            rows.append((moment, "issue", None, payer, 10_000))
            balance[payer] += 10_000
            continue
        amount = draw.randint(1, balance[payer])
        balance[payer] -= amount
        balance[payee] += amount
        rows.append((moment, "transfer", payer, payee, amount))
        transfers += 1
    with ours.open("w", newline="") as a, theirs.open("w", newline="") as b:
        mine, other = csv.writer(a), csv.writer(b)
        mine.writerow(["id", "time", "kind", "from", "to", "amount"])
        other.writerow(["txn_ID", "timestamp", "type", "src_ID", "tgt_ID", "amt"])
        for number, (at, kind, payer_or_none, payee, amount) in enumerate(rows, 1):
            mine.writerow([number, at, kind, "" if payer_or_none is None else payer_or_none, payee, amount])
            source = "bank" if payer_or_none is None else payer_or_none
            other.writerow([number, _clock(at), kind, source, payee, amount])
    return _clock(rows[0][0]), _clock(rows[-1][0])


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _their_mean(out: Path) -> float:
    """Days, of the pairs that end in a transfer; what is left at the end they call a withdrawal."""
    (path,) = out.glob("*pairs_lifo*.csv")
    held = amounts = 0.0
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["trj_categ"].endswith("transfer)"):
                amounts += float(row["trj_amt"])
                held += float(row["trj_amt"]) * float(row["trj_dur"]) / 24
    return held / amounts
