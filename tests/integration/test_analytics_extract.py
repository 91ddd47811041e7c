"""The extract on both engines: what it holds, that it hangs on the journal alone, and what may happen to it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.analytics import extract, folder
from ledger.analytics.extract import refresh
from ledger.analytics.journals import archived, stored
from ledger.analytics.opening import AsOf, open_scene
from ledger.analytics.scene import Scene
from ledger.analytics.window import Window
from ledger.core import commands as c
from ledger.core.accounts import MEMBER_KINDS
from ledger.core.errors import Rejected, Unavailable
from ledger.core.journal import Receipt
from ledger.service import Ledger
from ledger.store.moving import export_community
from tests.integration.store_work import DAY, SECOND, START, Clock, Work, begin, open_store

ALL = Window(0, 2**40, 2**40)
CODES = ("RIV", "EUS", "PUR")
EVERYTHING = "SELECT * FROM movement ORDER BY seq"


class Town:
    """A ledger with random work on it, and the folder of its extract."""

    def __init__(self, ledger: Ledger, clock: Clock, reports: Path) -> None:
        self.ledger, self.clock, self.reports = ledger, clock, reports
        self.work: Work = begin(ledger)
        self.place = reports / str(self.work.community)

    def go_on(self, rounds: int = 4) -> None:
        """Some hundred commands more, over some weeks."""
        for _ in range(rounds):
            commands = [each for each in self.work.some(60) if not isinstance(each, c.SealPeriod)]
            self.work.heard(commands, self.ledger.submit_many(commands))
            self.clock.now += 6 * DAY

    def do(self, what: type[c.Command], /, **fields: Any) -> Receipt:
        return self.ledger.submit(self.work.make(what, **fields))

    def refresh(self, reports: Path | None = None) -> folder.Manifest:
        with stored(self.ledger.reader, self.work.community) as journal:
            return refresh(reports or self.reports, journal)

    def scene(self, code: str = "RIV", reports: Path | None = None, as_of: AsOf | None = None) -> Scene:
        place = (reports or self.reports) / str(self.work.community)
        return open_scene(place, code, ALL, as_of=as_of)

    def rows(self, reports: Path | None = None, as_of: AsOf | None = None) -> list[Any]:
        """Everything that any currency's scene says."""
        found: list[Any] = []
        for code in CODES:
            scene = self.scene(code, reports, as_of)
            found.append((scene.provenance, scene.currency))
            tables = ("movement", "account", "term", "member", "reserve")
            found += [scene.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in tables]
        return found


@pytest.fixture
def town(engine_url: str, tmp_path: Path) -> Iterator[Town]:
    clock = Clock()
    with open_store(engine_url, clock=clock) as ledger:
        yield Town(ledger, clock, tmp_path / "reports")


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Town]:
    """On SQLite only, for what hangs on files and not on the engine."""
    clock = Clock()
    with open_store(f"sqlite:///{tmp_path}/light.db", clock=clock) as ledger:
        yield Town(ledger, clock, tmp_path / "reports")


def check_balances(town: Town, code: str) -> None:
    """What moved adds up to what the ledger says of each member's account."""
    scene = town.scene(code)
    sums = scene.rows(
        """
        SELECT label, coalesce((SELECT sum(amount) FROM movement WHERE dst = account), 0)
                    - coalesce((SELECT sum(amount) FROM movement WHERE src = account), 0) FROM account"""
    )
    reader = town.ledger.reader
    accounts = reader.accounts(town.work.community, code, limit=1_000)
    assert {str(label): amount for label, amount in sums} == {
        str(held.uid): held.balance for held in accounts if held.kind in MEMBER_KINDS
    }
    limits = scene.rows("SELECT label, floor, ceiling, kind, form FROM account ORDER BY account")
    assert limits == [
        (str(held.uid), held.floor, held.ceiling, held.kind.value, held.form.value)
        for held in accounts
        if held.kind in MEMBER_KINDS
    ]


def test_the_movements_add_up_to_the_books(town: Town) -> None:
    town.go_on(8)
    town.refresh()
    for code in CODES:
        check_balances(town, code)
    scene = town.scene()
    assert scene.provenance.undone > 0
    assert scene.rows("SELECT count(DISTINCT kind) >= 3 FROM movement") == [(True,)]
    order = scene.rows("SELECT seq, time, entry FROM movement ORDER BY seq")
    assert order == sorted(order, key=lambda row: row[1:])
    supply = town.ledger.reader.supply(town.work.community)
    euros = {row.form.value: row.reserve for row in supply if row.currency == "EUS"}
    found = town.scene("EUS").rows("SELECT form, sum(change)::BIGINT FROM reserve GROUP BY form")
    assert sorted(found) == sorted((form, amount) for form, amount in euros.items() if amount)


def test_many_runs_give_what_one_run_gives(town: Town, tmp_path: Path) -> None:
    for _ in range(4):
        town.go_on(2)
        town.refresh()
    town.refresh(tmp_path / "again")
    assert town.rows() == town.rows(tmp_path / "again")
    once = folder.read_manifest(tmp_path / "again" / str(town.work.community))
    many = folder.read_manifest(town.place)
    assert once is not None and many is not None
    assert (once.seq, once.root, once.frontier) == (many.seq, many.root, many.frontier)
    assert once.root == town.ledger.reader.head(town.work.community).root.hex()


def test_an_archive_gives_what_the_database_gives(town: Town, tmp_path: Path) -> None:
    town.go_on(6)
    town.refresh()
    file = tmp_path / "town.ricochet"
    url = town.ledger.database.read.url.render_as_string(hide_password=False)
    export_community(url, "ABC", file)
    with archived(file) as journal:
        refresh(tmp_path / "from file", journal)
    assert town.rows() == town.rows(tmp_path / "from file")


def test_an_entry_of_the_past_is_seen_as_it_was_then(town: Town, tmp_path: Path) -> None:
    town.go_on(4)
    then = town.refresh()
    before = town.rows()
    shutil.copytree(town.reports, tmp_path / "then")
    town.go_on(6)
    town.refresh()
    assert town.rows(as_of=AsOf(then.seq, then.root)) == before
    assert town.rows() != before


def test_one_community_is_not_in_the_other(town: Town) -> None:
    town.go_on(3)
    town.refresh()
    before = town.rows()
    begin(town.ledger, 9, "OTHER")
    town.refresh()
    assert town.rows() == before


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
    for code in ("XXX", "EUR"):
        with pytest.raises(Rejected, match=f"no currency {code}"):
            light.scene(code)
    assert light.scene("PUR").rows("SELECT count(*) FROM movement") == [(0,)]


def test_a_folder_that_cannot_be_written_is_named(light: Town, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(folder.FolderError, match="RICOCHET_REPORTS"):
        light.refresh(tmp_path / "file")
