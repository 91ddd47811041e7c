"""The files of an extract: which are written, what happens when a run is cut short, when they are damaged, when two run."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.analytics.source import extract, folder
from ledger.analytics.source.opening import AsOf
from ledger.core import commands as c
from ledger.core.errors import Rejected, Unavailable
from tests.integration.extracted import Town, check_balances
from tests.integration.store_work import DAY, SECOND, START, Clock, open_store

EVERYTHING = "SELECT * FROM movement ORDER BY seq"


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Town]:
    """On SQLite only, for what hangs on files and not on the engine."""
    clock = Clock()
    with open_store(f"sqlite:///{tmp_path}/light.db", clock=clock) as ledger:
        yield Town(ledger, clock, tmp_path / "reports")


def files_of(town: Town) -> dict[str, tuple[str, float]]:
    return {
        path.relative_to(town.place).as_posix(): (folder.hash_of(path), path.stat().st_mtime_ns)
        for path in town.place.rglob("*.parquet")
    }


def riv(town: Town) -> dict[str, folder.File]:
    manifest = folder.read_manifest(town.place)
    assert manifest is not None
    return dict(manifest.months["RIV"])


def test_closed_months_stay_until_something_dated_in_them_arrives(light: Town) -> None:
    light.go_on(12)
    light.refresh()
    before = riv(light)
    assert len(before) >= 3
    light.clock.now += 2 * DAY
    payer, payee = light.work.two()
    light.do(c.ImportPayment, payer=payer, payee=payee, amount=777, occurred_at=START + 3 * DAY)
    light.refresh()
    after = riv(light)
    first = next(iter(before))
    assert [month for month in before if after[month] != before[month]] == [first]
    assert after[first].rows == before[first].rows + 1
    check_balances(light, "RIV")
    dated = light.scene().rows("SELECT time FROM movement WHERE amount = 777 AND kind = 'transfer'")
    assert (int(START / SECOND) + 3 * 86_400,) in dated


def test_a_later_reversal_takes_a_payment_of_a_closed_month_away_without_writing_the_month_again(
    light: Town,
) -> None:
    light.go_on(1)
    payer, payee = light.work.two()
    paid = light.do(c.ImportPayment, payer=payer, payee=payee, amount=4_321, occurred_at=START)
    light.go_on(6)
    light.refresh()
    then, before = riv(light), light.scene()
    assert before.number("SELECT count(*) FROM movement WHERE amount = 4321") == 1
    light.do(c.Reverse, actor=UUID(int=99), entry=paid.command_id, force=True)
    light.refresh()
    after = light.scene()
    assert after.number("SELECT count(*) FROM movement WHERE amount = 4321") == 0
    assert after.provenance.undone == before.provenance.undone + 2
    assert {month: file.name for month, file in riv(light).items() if month in then} == {
        month: file.name for month, file in then.items()
    }
    check_balances(light, "RIV")
    old = AsOf(before.provenance.as_of, before.provenance.root)
    assert light.scene(as_of=old).number("SELECT count(*) FROM movement WHERE amount = 4321") == 1


@pytest.mark.parametrize("step", range(8))
def test_a_run_that_is_cut_short_leaves_the_old_state(
    light: Town, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    light.go_on(3)
    light.refresh()
    before = light.rows()
    light.go_on(3)
    calls = 0

    def dies(source: Any, target: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > step:
            raise KeyboardInterrupt
        real(source, target)

    real = os.replace
    monkeypatch.setattr(os, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        light.refresh()
    monkeypatch.undo()
    assert light.rows() == before
    light.refresh()
    assert light.rows() != before
    check_balances(light, "RIV")
    assert not list(light.place.rglob(".draft-*"))


def test_files_that_no_longer_count_stay_for_a_while(light: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    light.go_on(3)
    light.refresh()
    scene = light.scene()
    rows = scene.rows(EVERYTHING)
    light.go_on(1)
    light.refresh()
    assert scene.rows(EVERYTHING) == rows
    old = set(files_of(light))
    monkeypatch.setattr(folder, "GRACE_SECONDS", -1)
    light.go_on(1)
    light.refresh()
    manifest = folder.read_manifest(light.place)
    assert manifest is not None
    assert set(files_of(light)) == {file.name for file in manifest.files()} < old | set(files_of(light))


def test_nothing_new_writes_nothing(light: Town) -> None:
    light.go_on(2)
    light.refresh()
    before = files_of(light), (light.place / "manifest.json").stat().st_mtime_ns
    light.refresh()
    assert (files_of(light), (light.place / "manifest.json").stat().st_mtime_ns) == before


@pytest.mark.parametrize("damage", ["month", "table", "gone", "manifest", "another journal"])
def test_a_damaged_extract_is_made_again(light: Town, tmp_path: Path, damage: str) -> None:
    light.go_on(3)
    light.refresh()
    manifest = folder.read_manifest(light.place)
    assert manifest is not None
    newest = light.place / list(manifest.months["RIV"].values())[-1].name
    if damage == "month":
        newest.write_bytes(b"PAR1" + newest.read_bytes()[4:-9] + b"xxxxxxxxx")
    elif damage == "table":
        (light.place / manifest.tables["terms"].name).write_bytes(b"")
    elif damage == "gone":
        newest.unlink()
    elif damage == "manifest":
        (light.place / "manifest.json").write_text("{half")
    else:
        plain = json.loads((light.place / "manifest.json").read_text())
        plain["root"] = "00" * 32
        (light.place / "manifest.json").write_text(json.dumps(plain))
    light.go_on(1)
    light.refresh()
    light.refresh(tmp_path / "again")
    assert light.rows() == light.rows(tmp_path / "again")


def test_bytes_that_have_not_the_journals_root_are_refused(
    light: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    light.go_on(1)
    monkeypatch.setattr(extract, "leaf_hash", lambda body: bytes(32))
    with pytest.raises(Exception, match="ricochet verify"):
        light.refresh()
    assert folder.read_manifest(light.place) is None


def test_what_is_not_there_is_said(light: Town) -> None:
    with pytest.raises(Unavailable, match="no extract"):
        light.scene()
    light.refresh()
    for code in ("NOPE", "EUR"):
        with pytest.raises(Rejected, match=f"no currency {code}"):
            light.scene(code)
    assert light.scene("PUR").rows("SELECT count(*) FROM movement") == [(0,)]


def test_a_folder_that_cannot_be_written_is_named(light: Town, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(folder.FolderError, match="RICOCHET_REPORTS"):
        light.refresh(tmp_path / "file")


def test_two_runs_at_once_wait_for_each_other(light: Town) -> None:
    light.go_on(3)
    faults: list[BaseException] = []

    def run() -> None:
        try:
            light.refresh()
        except BaseException as error:  # noqa: BLE001  whatever happens in the thread is what the test is about
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert faults == []
    check_balances(light, "RIV")
