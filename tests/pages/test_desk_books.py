"""The journal at the desk: searched by kind, day and member, told in words; checked once for every process."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from api.association import checks
from api.identity.people import Profile
from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.service import new_id
from ledger.store import searching
from ledger.store.backup_folder import Backup
from ledger.store.backup_mark import write_mark
from tests.integration.served import STAFF
from tests.pages.test_desk_today import accounts, plain
from tests.pages.visiting import Site, Visitor, visited

UNIT = "RIV-B"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path}/ledger.db") as found:
        yield found


def listed(text: str) -> list[str]:
    """The entries of the page, in words."""
    return [
        plain(each)
        for each in re.findall(r'<li><a href="/desk/books/[0-9a-f-]{36}">(.*?)</a></li>', text, re.DOTALL)
    ]


def paid(site: Site) -> tuple[UUID, UUID]:
    """Three payments from Ada to Ben, one of them to two; her line set."""
    place = site.riv
    ada, ben = accounts(place)
    zoe = place.open(place.join("Zoe", MemberKind.PERSON).id, UNIT, MemberKind.PERSON)
    place.do(c.Pay, payer=ada, payee=ben, amount=1_250, currency=UNIT)
    place.do(c.PlaceHold, payer=ada, payee=ben, amount=300, currency=UNIT)
    place.do(c.PayBatch, payer=ada, currency=UNIT, payees=(c.Payee(ben, 100), c.Payee(zoe, 200)))
    place.do(c.SetCeiling, account=ada, ceiling=500_000)
    return ada, ben


def test_every_entry_is_told_in_words(site: Site) -> None:
    paid(site)
    books = site.enter(site.riv, Role.AUDITOR)
    lines = listed(books.get("/desk/books"))
    assert (
        "Ceiling set Ada" in lines[0]
        and "5,000.00 RIV-B" in lines[0]
        and "Payment to several Ada → 2 payees" in lines[1]
        and "3.00 RIV-B" in lines[1]
    )
    assert "Amount set aside Ada → Ben’s Bakery" in lines[2].replace("'", "’") and "3.00 RIV-B" in lines[2]
    assert "Payment Ada → Ben" in lines[3] and "12.50 RIV-B" in lines[3]
    issued = next(each for each in lines if "Units issued" in each)
    assert "→ Ada" in issued and "700.00 RIV-B" in issued
    assert lines[-1].strip().startswith("The journal begins")


def test_filters_stay_in_the_address_while_one_turns_pages(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = paid(site)
    monkeypatch.setattr("api.pages.desk.books.PAGE", 2)
    books = site.enter(site.riv, Role.TREASURER)
    for _ in range(4):
        site.riv.do(c.Pay, payer=ada, payee=ben, amount=7, currency=UNIT)
    address, found = f"/desk/books?kind=payments&account={ben}", []
    while address:
        text = books.get(address)
        found += listed(text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        address = following[1] if following else ""
        assert not address or ("kind=payments" in address and f"account={ben}" in address)
    assert len(found) == 6 and all("Ada → " in each for each in found)


def test_a_member_is_found_by_name_and_one_of_several_is_chosen(site: Site) -> None:
    paid(site)
    identity, place = site.use.identity, site.riv
    books = site.enter(place, Role.OPERATOR)
    assert all("Zoe" in each or "payees" in each for each in listed(books.get("/desk/books?who=zoe")))
    for name in ("Adam", "Adama"):
        identity.people.create(place.community, new_id(), Profile(name=name, kind=MemberKind.PERSON))
    text = books.get("/desk/books?who=ada&kind=payments")
    assert "Which one?" in text and listed(text) == []
    choice = re.search(rf'href="(/desk/books\?[^"]*member={place.ada.id}[^"]*)"', text)
    assert choice is not None and "kind=payments" in choice[1]
    assert len(listed(books.get(choice[1]))) == 2
    assert "Nobody is called that" in books.get("/desk/books?who=xyzzy")
    assert "No such entry" in books.get(f"/desk/books?member={new_id()}")


def test_days_are_those_of_the_community(site: Site) -> None:
    paid(site)
    books, today = site.enter(site.riv, Role.AUDITOR), site.use.association.dues.today().isoformat()
    everything = listed(books.get("/desk/books"))
    assert listed(books.get("/desk/books?from=2020-02-29")) == everything
    assert listed(books.get("/desk/books?to=2020-02-29")) == []
    assert listed(books.get("/desk/books?from=2199-01-01")) == []
    assert f"Type a day such as {today}" in books.get("/desk/books?from=2026-02-30")
    assert "Type a day such as" in books.get("/desk/books?to=yesterday")


def test_what_was_not_looked_through_is_said_and_can_be(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    paid(site)
    monkeypatch.setattr(searching, "SPAN", 3)
    books = site.enter(site.riv, Role.AUDITOR)
    text = books.get("/desk/books?kind=supply")
    assert listed(text) == [] and "Older ones have not been looked through yet" in text
    for _ in range(30):
        following = re.search(r'href="([^"]+)" rel="next"', text)
        if following is None or listed(text):
            break
        text = books.get(following[1])
    assert "Units issued" in listed(text)[0]


def test_an_entry_says_who_asked_for_what(site: Site) -> None:
    paid(site)
    operator = site.enter(site.riv, Role.OPERATOR)
    address = re.search(r'href="(/desk/books/[0-9a-f-]{36})"', operator.get("/desk/books?kind=limits"))
    assert address is not None
    text = operator.get(address[1])
    assert "Ceiling set" in text and '"ceiling": 500000' in text and "somebody unknown here" in text
    batch = re.search(r'href="(/desk/books/[0-9a-f-]{36})"', operator.get("/desk/books?kind=payments"))
    assert batch is not None and plain(operator.get(batch[1])).count("payment") >= 2


def checked(visitor: Visitor, says: str) -> str:
    """The page once a check has ended."""
    for _ in range(100):
        text = plain(visitor.get("/desk/books"))
        if says in text:
            return text
        time.sleep(0.1)
    raise AssertionError(f"{says!r} is not said")


def test_a_check_of_the_books_is_known_to_every_process_with_who_and_when(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with visited(url) as site:
        paid(site)
        books = site.enter(site.riv, Role.AUDITOR)
        assert "never been checked" in books.get("/desk/books")
        books.post("/desk/books/verify")
        text = checked(books, "Good: every entry")
        assert "Checked today at" in text or re.search(r"Checked .* by auditor desk\.", text)
        count = site.use.ledger.reader.head(site.riv.community).seq
        site.riv.do(
            c.SetCeiling,
            account=site.use.identity.people.get(site.riv.community, site.riv.ada.id).accounts[0],
            ceiling=None,
        )
        assert f"up to entry {count} is as it must be" in text
        assert "1 entry since." in plain(books.get("/desk/books"))
        found = site.use.association.checks.latest(site.riv.community)
    with sqlite3.connect(tmp_path / "ledger.db") as plainly:
        rows = plainly.execute("SELECT entries, state FROM books_check").fetchall()
    assert found is not None and rows == [(count, "good")], "another process reads the same row"


def test_a_check_that_was_cut_off_says_nothing_about_the_books(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, kept = site.riv, site.use.association.checks
    books = site.enter(place, Role.TREASURER)
    begun = kept.begin(place.community, 3, STAFF)
    assert begun is not None and kept.begin(place.community, 3, STAFF) is None, "one at a time"
    said = books.post("/desk/books/verify")
    assert "Somebody is checking the books already" in books.get(said.headers["location"])
    monkeypatch.setattr(checks, "SILENT", 0)
    text = books.get("/desk/books")
    assert "did not come to its end" in text and "Check the books" in text
    kept.end(place.community, begun.id, "failed", [])
    assert "did not come to its end" in books.get("/desk/books")
    kept.end(place.community, begun.id, "wrong", ["7: hash: differs"])
    text = books.get("/desk/books")
    assert "Something is wrong with the books" in text and "7: hash: differs" in text


def test_damaged_books_are_said_to_be_wrong(tmp_path: Path) -> None:
    with visited(f"sqlite:///{tmp_path}/ledger.db") as site:
        paid(site)
        with sqlite3.connect(tmp_path / "ledger.db") as plainly:
            plainly.execute(
                "UPDATE account SET credits_posted = credits_posted + 1 WHERE uid = ?",
                (site.riv.ada.id.bytes,),
            )
            plainly.execute("UPDATE account SET credits_posted = credits_posted + 1 WHERE kind = 'business'")
        books = site.enter(site.riv, Role.AUDITOR)
        books.post("/desk/books/verify")
        assert "account" in checked(books, "Something is wrong with the books")


def test_whether_last_nights_backup_was_made_stands_at_the_books(site: Site, tmp_path: Path) -> None:
    books, place = site.enter(site.riv, Role.TREASURER), tmp_path / "ledger.db-backup"
    assert "backup" not in books.get("/desk/books")

    def noted(hours: int, check: str) -> None:
        made = datetime.fromtimestamp(site.use.clock() // 10**9 - 3_600 * hours, UTC).isoformat(timespec="seconds")
        write_mark(place, Backup(1, "ricochet.db", made, "", "", check, {}))

    def figure() -> int:
        found = re.search(r"^ricochet_backup_last_good_seconds (\S+)$", site.use.metrics.text().decode(), re.M)
        assert found is not None
        return round(float(found[1]))

    noted(60, "skipped")
    assert "None was tried and found good yet." in books.get("/desk/books") and figure() == 0
    noted(50, "good")
    assert "There is no good backup of last night." in books.get("/desk/books")
    morning = books.get("/desk")
    assert "<strong>2</strong> <span>days without a good backup" in morning and 'href="/desk/books"' in morning
    noted(5, "bad")
    assert "The last good one is from" in books.get("/desk/books") and abs(figure() - good_before(site, 50)) < 5
    noted(4, "good")
    shown = books.get("/desk/books")
    assert "without a good backup" not in books.get("/desk")
    assert "Last good backup" in shown and "no good backup" not in shown and abs(figure() - good_before(site, 4)) < 5
    place.write_text("{")
    assert "backup" not in books.get("/desk/books") and figure() == 0


def good_before(site: Site, hours: int) -> int:
    return site.use.clock() // 10**9 - 3_600 * hours
