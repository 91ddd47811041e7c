"""The extract on both engines: what it holds, that it hangs on the journal alone, and what may happen to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.analytics.source import folder
from ledger.analytics.source.extract import refresh
from ledger.analytics.source.journals import archived
from ledger.analytics.source.opening import AsOf
from ledger.store.moving import export_community
from tests.integration.extracted import CODES, Town, check_balances
from tests.integration.store_work import Clock, begin, open_store


@pytest.fixture
def town(engine_url: str, tmp_path: Path) -> Iterator[Town]:
    clock = Clock()
    with open_store(engine_url, clock=clock) as ledger:
        yield Town(ledger, clock, tmp_path / "reports")


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
