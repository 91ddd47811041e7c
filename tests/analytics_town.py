"""Small scenes made by hand, and those of the ledgers that come with the tests."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ledger.analytics.source.scene import SCHEMA, VOLUME_VIEW, CurrencyFacts, Provenance, Scene
from ledger.analytics.source.window import Window
from ledger.core.accounts import Model
from tests.tidy import ROOT

Move = tuple[int, str, str | None, str | None, int]
"""Time in seconds, kind, from, to (None: the community), amount."""

COLUMNS = ("kind", "form", "owner", "area", "sector", "floor", "opening")


def town(
    moves: Sequence[Move],
    accounts: Mapping[str, Mapping[str, object]] | None = None,
    /,
    *,
    window: Window | None = None,
    model: Model | None = None,
    outside: Mapping[int, str] | None = None,
    **loaded: object,
) -> Scene:
    """A scene of these moves, in this order. `accounts` adds facts to an account; `owner` is the name of an account.

    `outside` names the community's account of a move, by the move's place from 0.
    """
    accounts = accounts or {}
    names = list(dict.fromkeys([*accounts, *(name for move in moves for name in move[2:4] if name is not None)]))
    number = {name: at for at, name in enumerate(names)}
    db = duckdb.connect()
    db.execute(SCHEMA)
    rows = [
        (at + 1, at + 1, time, kind, _maybe(number, src), _maybe(number, dst), amount, (outside or {}).get(at))
        for at, (time, kind, src, dst, amount) in enumerate(moves)
    ]
    _insert(db, "movement", ("seq", "entry", "time", "kind", "src", "dst", "amount", "outside"), rows)
    held = []
    for name in names:
        facts = dict(accounts.get(name, {}))
        owner = number[str(facts.pop("owner", name))]
        assert set(facts) <= set(COLUMNS), facts
        said = {"form": "digital", "opening": 0, **facts, "owner": owner}
        held.append((number[name], name, *(said.get(column) for column in COLUMNS)))
    _insert(db, "account", ("account", "label", *COLUMNS), held)
    db.execute(VOLUME_VIEW)
    times = [move[0] for move in moves] or [0]
    return Scene(
        db, window or Window.whole(min(times), max(times)), CurrencyFacts("RIV", 2, model),
        Provenance("town", len(moves), "00" * 32), loaded,
    )  # fmt: skip


def _maybe(number: Mapping[str, int], name: str | None) -> int | None:
    return None if name is None else number[name]


def _insert(db: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    if not rows:
        return
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    db.register("rows_given", pa.table({name: _typed(column) for name, column in columns.items()}))
    db.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM rows_given")
    db.unregister("rows_given")


def _typed(column: list[object]) -> pa.Array:
    is_text = any(isinstance(cell, str) for cell in column)
    return pa.array(column, pa.string() if is_text else pa.int64())


def read_csv(path: Path) -> list[dict[str, str]]:
    """Lines by heading."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def s20k() -> Scene:
    """The synthetic ledger of 20,000 rows; its window is from its first movement to its last."""
    folder = ROOT / "tests" / "data" / "s20k"
    moves: list[Move] = [
        (int(row["t_seconds"]), row["kind"], row["src"] or None, row["dst"] or None, int(row["amount_minor"]))
        for row in read_csv(folder / "ledger.csv")
    ]
    areas = {row["account"]: {"area": row["area"]} for row in read_csv(folder / "accounts.csv")}
    return town(moves, areas)


def public_bodies() -> Scene:
    """Payments between public bodies, 2014 to 2019: not in the repository, so the test is skipped where it is not."""
    said = os.environ.get("RICOCHET_TEST_UK_LEDGER")
    folder = Path(said) if said else ROOT.parent / "shared" / "data" / "uk_public_bodies"
    if not (folder / "payments_2014_2019.csv").is_file():
        pytest.skip("RICOCHET_TEST_UK_LEDGER names no folder with payments_2014_2019.csv and bodies.csv")
    moves: list[Move] = [
        (_seconds(row["ts"]), "transfer", row["src"], row["dst"], int(row["amount_pence"]))
        for row in read_csv(folder / "payments_2014_2019.csv")
    ]
    areas = {row["body"]: {"area": row["area"]} for row in read_csv(folder / "bodies.csv")}
    return town(moves, areas, window=Window.between(min(move[0] for move in moves), _seconds("2020-01-01 00:00:00")))


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
