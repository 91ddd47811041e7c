"""Snapshots of closed months: figures are the same with them, and they follow what arrives in the past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from ledger.analytics.scan import snapshots
from ledger.analytics.scan.whole import scan_scene
from ledger.analytics.source.folder import Manifest, read_manifest
from ledger.analytics.source.opening import open_scene
from ledger.analytics.source.window import Window
from ledger.core import commands as c
from tests.integration.extracted import Town
from tests.integration.store_work import DAY, START, Clock, open_store


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    clock = Clock()
    with open_store(f"sqlite:///{tmp_path}/snap.db", clock=clock) as ledger:
        made = Town(ledger, clock, tmp_path / "reports")
        made.go_on(14)
        made.refresh()
        yield made


def manifest(town: Town) -> Manifest:
    found = read_manifest(town.place)
    assert found is not None
    return found


def take(town: Town) -> int:
    return snapshots.take(town.scene(), town.place, manifest(town))


def check_same_scan(town: Town) -> int:
    """From every month on: the scan that begins at a snapshot is the one that reads everything. Gives how many began so."""
    last = town.scene().number("SELECT max(time) FROM movement")
    begun = 0
    for month in range(1, 13):
        start = (
            int(datetime(2026 + (9 + month) // 12, (9 + month) % 12 + 1, 1, tzinfo=UTC).timestamp()) + 86_400
        )
        if start >= last:
            break
        scene = open_scene(town.place, "RIV", Window.between(start, last + 1))
        found = snapshots.newest(town.place, manifest(town), "RIV", start)
        if found is None:
            continue
        begun += 1
        whole, begun_there = scan_scene(scene).scan, scan_scene(scene, *found).scan
        assert (begun_there.counts, begun_there.bins, begun_there.mixed) == (
            whole.counts,
            whole.bins,
            whole.mixed,
        )
    return begun


def test_a_scan_from_a_snapshot_is_the_whole_scan(town: Town) -> None:
    assert take(town) == len(manifest(town).months["RIV"]) - 1 >= 2
    assert check_same_scan(town) >= 2
    assert take(town) == 0


def test_a_new_day_makes_no_old_snapshot_again(town: Town) -> None:
    take(town)
    before = {path: path.stat().st_mtime_ns for path in town.place.rglob("*.arrow")}
    town.go_on(1)
    town.refresh()
    take(town)
    assert before.items() <= {path: path.stat().st_mtime_ns for path in town.place.rglob("*.arrow")}.items()


def test_what_arrives_in_the_past_makes_later_snapshots_again(town: Town) -> None:
    first = take(town)
    town.clock.now += DAY
    payer, payee = town.work.two()
    paid = town.do(c.ImportPayment, payer=payer, payee=payee, amount=777, occurred_at=START + 3 * DAY)
    town.refresh()
    assert snapshots.newest(town.place, manifest(town), "RIV", 2**40) is None
    assert take(town) >= first
    check_same_scan(town)
    town.do(c.Reverse, actor=UUID(int=99), entry=paid.command_id, force=True)
    town.refresh()
    assert snapshots.newest(town.place, manifest(town), "RIV", 2**40) is None
    assert take(town) >= first
    assert check_same_scan(town) >= 2
    months = len(manifest(town).months["RIV"])
    assert len(list(town.place.rglob("*.arrow"))) == months - 1
