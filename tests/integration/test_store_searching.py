"""Searching the journal finds what reading all of it finds, however little is looked through at once."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from ledger.service import Ledger
from ledger.store import searching
from ledger.store.reader import MOST
from ledger.store.views import EntryView
from tests import postgres, postgres_run
from tests.integration.store_work import Played, busiest, played_on


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A ledger after some hundred random commands; these tests only read."""
    if request.param == "sqlite":
        yield from played_on(f"sqlite:///{tmp_path_factory.mktemp('search') / 'a.db'}")
    else:
        with postgres.database(postgres_run.server_url()) as url:
            yield from played_on(url.render_as_string(hide_password=False))


def every(ledger: Ledger, c: UUID) -> list[EntryView]:
    """The whole journal, newest first."""
    return ledger.reader.entries(c, 0, MOST)[::-1]


def walk(ledger: Ledger, c: UUID, **asked: object) -> list[int]:
    """The numbers that a search finds, page by page."""
    numbers: list[int] = []
    before: int | None = None
    for _ in range(10_000):
        found = ledger.reader.search(c, before=before, limit=7, **asked)  # type: ignore[arg-type]
        numbers += [each.seq for each in found.views]
        if found.before is None:
            return numbers
        before = found.before
    raise AssertionError("the search does not end")


def touches(ledger: Ledger, c: UUID, view: EntryView, uid: UUID) -> bool:
    """Whether an entry moves something on an account or names it."""
    no = ledger.reader.account(c, uid).no
    return uid.bytes in view.body or any(no in (t.debit, t.credit) for t in view.decoded().transfers)


@pytest.mark.parametrize("span", [3, 40, 100_000])
def test_a_search_finds_what_reading_everything_finds(
    played: Played, monkeypatch: pytest.MonkeyPatch, span: int
) -> None:
    ledger, work = played
    c, views = work.community, every(played[0], played[1].community)
    monkeypatch.setattr(searching, "SPAN", span)
    assert walk(ledger, c) == [each.seq for each in views]
    kinds = ("pay", "set_line", "found")
    assert walk(ledger, c, commands=kinds) == [each.seq for each in views if each.command in kinds]
    assert walk(ledger, c, commands=["nonsense"]) == walk(ledger, c, accounts=[]) == []
    uid = busiest(ledger, work)
    about = [each.seq for each in views if touches(ledger, c, each, uid)]
    assert walk(ledger, c, accounts=[uid]) == about != []
    paid = {each.seq for each in views if each.command == "pay"}
    assert walk(ledger, c, accounts=[uid], commands=["pay"]) == [each for each in about if each in paid]
    assert walk(ledger, c, accounts=[uid], start=about[0]) == about[:1]


def test_entries_are_found_by_their_moment_and_counted(played: Played) -> None:
    ledger, work = played
    c, views = work.community, every(played[0], played[1].community)
    for view in views[::9]:
        assert ledger.reader.first_since(c, view.ts) == view.seq
        assert ledger.reader.first_since(c, view.ts + 1) == view.seq + 1
        later = sum(each.command == "pay" for each in views if each.seq >= view.seq)
        assert ledger.reader.count(c, view.seq, ["pay"]) == later
    assert ledger.reader.first_since(c, 0) == 1
