"""Events dealt out to accounts are those that a sort gives, whatever fits into memory."""

from __future__ import annotations

import random

import numpy as np
import pytest

from ledger.analytics.scan import dealing
from ledger.analytics.scan.dealing import Piece, ordered
from ledger.analytics.scan.events import events
from ledger.analytics.scan.scanner import fast, pieces
from ledger.analytics.source.scene import Scene
from tests.analytics_town import Move, town

needs_numba = pytest.mark.skipif(fast() is None, reason="numba is not installed: all is sorted")


def rows(found: list[Piece]) -> list[tuple[int, ...]]:
    """Account, time, delta and code of each event."""
    return [row for piece in found for row in zip(*(column.tolist() for column in piece), strict=True)]


def sorted_rows(scene: Scene, from_seq: int = 0) -> list[tuple[int, ...]]:
    return rows(list(pieces(events(scene, from_seq))))


def record(movements: int, accounts: int, seed: int) -> Scene:
    """All kinds and every sort of side; notes, two accounts of one owner, and accounts that nothing happens to."""
    chance = random.Random(seed)
    names = [str(number) for number in range(accounts)]
    moves: list[Move] = []
    for at in range(movements):
        kind = chance.choice(("transfer", "transfer", "issue", "redeem", "demurrage", "fee", "correction"))
        src = None if kind == "issue" else "0" if chance.random() < 0.3 else chance.choice(names)
        dst = None if kind in ("redeem", "demurrage", "fee") else chance.choice(names)
        moves.append((at // 3, kind, src, dst, chance.choice((1, 7, 2**53 - 1))))
    listed: dict[str, dict[str, object]] = {name: {} for name in [*names, "nobody"]}
    listed["1"]["owner"] = "0"
    listed["2"]["form"] = "paper"
    return town(moves, listed)


@needs_numba
@pytest.mark.parametrize("most", [1, 10, 100, None])
def test_the_same_events_in_the_same_order(most: int | None) -> None:
    scene = record(300, 9, 5)
    found = list(ordered(scene, most=most))
    assert rows(found) == sorted_rows(scene) and len(rows(found)) > 300
    assert (len(found) > 1) == (most is not None)


@needs_numba
def test_pieces_cut_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = record(300, 9, 6)
    for size in (1, 7, 64):
        monkeypatch.setattr(dealing, "PIECE", size)
        found = list(ordered(scene))
        assert rows(found) == sorted_rows(scene)
        assert {len(piece[0]) for piece in found[:-1]} == {size}


@needs_numba
def test_from_a_movement_on_and_before_the_end() -> None:
    scene = record(60, 5, 7)
    assert rows(list(ordered(scene, 20))) == sorted_rows(scene, 20)
    assert rows(list(ordered(scene, 61))) == []


@needs_numba
@pytest.mark.parametrize("places", [(0, 1), (58, 59)])
def test_a_record_out_of_order_is_sorted(places: tuple[int, int]) -> None:
    scene = record(60, 5, 8)
    one, other = (place + 1 for place in places)
    expected = sorted_rows(scene)
    scene.db.execute(
        f"CREATE TABLE mixed AS SELECT * FROM movement ORDER BY CASE seq WHEN {one} THEN {other} WHEN {other} THEN {one}"
        " ELSE seq END; DROP VIEW volume; DROP TABLE movement; ALTER TABLE mixed RENAME TO movement"
    )
    with pytest.raises(dealing._OutOfOrder):
        dealing._counted(scene, 0, dealing._accounts(scene), dealing._count)
    assert rows(list(ordered(scene))) == expected


def test_without_numba_it_is_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = record(40, 5, 9)
    monkeypatch.setattr(dealing, "_made", [None])
    assert rows(list(ordered(scene))) == sorted_rows(scene)


def test_the_loops_as_python_runs_them() -> None:
    scene = record(80, 6, 10)
    accounts = dealing._accounts(scene)
    many = dealing._counted(scene, 0, accounts, dealing._count)
    found = list(dealing._dealt(scene, 0, accounts, many, 0, len(many), dealing._deal))
    assert rows(found) == sorted_rows(scene)
    assert int(many.sum()) == len(rows(found)) and many.dtype == np.int64


def test_nothing_moved() -> None:
    assert list(ordered(town([]))) == []
