"""Journey 10 at the desk: a list of pupils becomes purses, a grant fills them once, a shop is paid, the Region sees totals."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from api.association.programme_months import ProgrammeMonths
from api.association.programmes import standings
from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.policy import Policy, Programme
from ledger.service import new_id
from tests.integration.served import Clock
from tests.pages.visiting import Site, visited

PUPILS = [f"Pupil {n:02}" for n in range(12)]
BOOKS = "/desk/programmes/CARD/books"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: object, clock: Clock) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path}/ledger.db", clock=clock) as found:
        policy = Policy(programmes=(Programme(code="books", budget=100_000, sectors=("47.61Z",)),))
        found.riv.do(c.DefineCurrency, code="CARD", scale=2, model=Model.EARMARKED, policy=policy)
        yield found


def now(site: Site) -> Any:
    """The programme as it stands."""
    (found,) = standings(site.use.ledger.reader, site.riv.community, site.use.clock())
    return found


def with_purses(site: Site) -> None:
    """The operator pastes the school's list."""
    office = site.enter(site.riv, Role.OPERATOR)
    office.get(BOOKS)
    people = "\n".join(f"{name}; {name.lower().replace(' ', '.')}@school.example" for name in PUPILS)
    form = {"uid": str(new_id()), "people": people + "\n\n" + people.splitlines()[0]}
    shown = office.post(f"{BOOKS}/people/check", form, 200).text
    assert shown.count(">new<") == 12 and now(site).purses == 0, "nothing is written by looking"
    for _ in range(2):
        office.post(f"{BOOKS}/people", form)
    assert now(site).purses == 12, "a list sent twice is one"


def grant(site: Site, name: str, amount: str) -> str:
    """The treasurer fills the purses; what is said then."""
    money = site.enter(site.riv, Role.TREASURER, fresh=True)
    money.get(BOOKS)
    form = {"uid": str(new_id()), "name": name, "amount": amount}
    shown = money.post(f"{BOOKS}/grant/check", form, 200).text
    kept = dict(re.findall(r'name="(uid|name|amount)" value="([^"]*)"', html.unescape(shown)))
    money.post(f"{BOOKS}/grant", kept)
    return money.get(BOOKS)


def shop(site: Site, name: str, amounts: list[int]) -> UUID:
    """A bookshop that some pupils paid."""
    place = site.riv
    somebody = place.join(name, MemberKind.BUSINESS)
    account = new_id()
    place.do(c.OpenAccount, account=account, currency="CARD", kind=AccountKind.BUSINESS, sectors=("47.61Z",))
    site.use.identity.account_opened(place.community, somebody.id, account)
    purses = site.use.ledger.reader.accounts(place.community, "CARD", AccountKind.PURSE)
    for purse, amount in zip(purses, amounts, strict=False):
        place.do(c.Pay, payer=purse.uid, payee=account, amount=amount, currency="CARD", activity="47.61Z")
    return account


def test_a_list_becomes_purses_and_a_grant_is_had_once(site: Site) -> None:
    with_purses(site)
    assert "12 purses have it." in grant(site, "Autumn 2026", "70")
    assert (now(site).granted, now(site).left, now(site).untouched) == (84_000, 84_000, 12)
    assert "12 had it before." in grant(site, "Autumn 2026", "1")
    assert now(site).granted == 84_000
    money = site.enter(site.riv, Role.TREASURER, fresh=True)
    money.get(BOOKS)
    form = {"uid": str(new_id()), "name": "Spring", "amount": "70"}
    assert "The budget has 160.00 CARD left" in html.unescape(money.post(f"{BOOKS}/grant/check", form, 422).text).replace(
        "\xa0", " "
    )


def test_who_is_a_member_is_known_again_and_a_bad_line_is_named(site: Site) -> None:
    with_purses(site)
    office = site.enter(site.riv, Role.OPERATOR)
    office.get(BOOKS)
    form = {"uid": str(new_id()), "people": "Pupil 03\tpupil.03@school.example\nNew One;x"}
    shown = office.post(f"{BOOKS}/people/check", form, 200).text
    assert shown.count(">has it<") == 1 and shown.count(">new<") == 1
    office.post(f"{BOOKS}/people", form)
    assert now(site).purses == 13
    bad = office.post(f"{BOOKS}/people/check", {"uid": str(new_id()), "people": "A;b\n;only@example.org"}, 422).text
    assert "Line 2: a name" in bad
    assert site.enter(site.riv, Role.TREASURER).ask("POST", f"{BOOKS}/people", form).status_code == 403
    assert office.ask("POST", f"{BOOKS}/grant", form).status_code == 403, "who opens purses does not fill them"
    office.get("/desk/programmes/CARD/sport", 404)


def region_csv(site: Site, query: str = "") -> list[str]:
    """What the Region reads of the programme in its spreadsheet, after community, programme and currency."""
    region = site.enter(site.riv, Role.REGION_READER)
    content = region.client.get(f"/observatory/programmes.csv{query}").content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))[1][3:]


def this_month(site: Site) -> str:
    return datetime.fromtimestamp(site.use.clock() / 10**9, UTC).strftime("%Y-%m")


def test_shops_are_listed_for_the_bank_and_paid_and_the_region_reads_totals_only(site: Site, clock: Clock) -> None:
    with_purses(site)
    grant(site, "Autumn", "70")
    first = shop(site, "Librairie A", [6_200, 800])
    region = site.enter(site.riv, Role.REGION_READER)
    text = region.get("/observatory/programmes")
    assert "under way" in text and "840.00" not in text and "1,000.00" in text, "before a month has ended: only the budget"
    for name in ("Librairie B", "Librairie C"):
        shop(site, name, [100])
    found = now(site)
    assert (found.spent, found.left, found.untouched, found.shops) == (7_200, 76_800, 10, 3)
    money = site.enter(site.riv, Role.TREASURER, fresh=True)
    assert "Librairie A" in money.get("/desk/programmes") and "Programmes" in money.get("/desk/money")
    lines = list(csv.reader(io.StringIO(money.client.get("/desk/programmes/shops.csv").content.decode("utf-8-sig"))))
    assert ["Librairie A", "", "CARD", "70.00"] in lines
    money.get(f"/desk/money/redeem?account={first}")
    money.post("/desk/money/redeem", {"uid": str(new_id()), "account": str(first), "amount": "70", "invoice": "F-1"})
    assert "redeemed" in money.get("/desk/money")
    assert "Librairie A" not in money.get("/desk/programmes")
    supply = {each.currency: each.circulation for each in site.use.ledger.reader.supply(site.riv.community)}
    assert supply["CARD"] == 84_000 - 7_000, "what was paid in euros circulates no more"
    assert region_csv(site) == ["1000.00", *["under way"] * 6]
    clock.days = 31
    region = site.enter(site.riv, Role.REGION_READER)
    text = region.get("/observatory/programmes")
    assert "72.00" in text and "Librairie" not in text and "Pupil" not in text
    assert region_csv(site) == ["1000.00", "840.00", "72.00", "768.00", "0.00", "12", "10"]


def test_two_looks_of_the_region_in_a_month_do_not_differ_by_a_payment(site: Site, clock: Clock) -> None:
    with_purses(site)
    grant(site, "Autumn", "70")
    for name in ("Librairie A", "Librairie B", "Librairie C"):
        shop(site, name, [100])
    ended = this_month(site)
    clock.days = 31
    months = ("", f"?month={ended}", f"?month={this_month(site)}", "?month=2199-01")
    before = [region_csv(site, month) for month in months]
    assert before == [
        ["1000.00", "840.00", "3.00", "837.00", "0.00", "12", "11"], [ended, "840.00", "3.00", "0.00", "12"],
        [this_month(site), *["under way"] * 4], ["2199-01", *["under way"] * 4],
    ]  # fmt: skip
    shop(site, "Librairie D", [6_600, 200])
    assert [region_csv(site, month) for month in months] == before
    assert now(site).spent == 7_100
    desk = site.enter(site.riv, Role.OPERATOR)
    assert "71.00 CARD" in desk.get("/desk/programmes"), "the association sees what it did"
    assert "68.00 CARD" in desk.get(f"/desk/programmes?month={this_month(site)}")
    region = site.enter(site.riv, Role.REGION_READER)
    assert "en cours" in region.get(f"/observatory/programmes?month={this_month(site)}&lang=fr")
    assert "jusqu’à la fin du mois dernier" in region.get("/observatory/programmes?lang=fr").replace("\xa0", " ")
    clock.days = 62
    assert region_csv(site, months[2]) == [months[2][-7:], *["hidden"] * 4]
    assert region_csv(site) == ["1000.00", *["hidden"] * 6], "with it goes the first, which would betray it"


def test_totals_are_of_the_months_that_are_shown(site: Site, clock: Clock) -> None:
    with_purses(site)
    grant(site, "Autumn", "70")
    shops = ["Librairie A", "Librairie B", "Librairie C", "Librairie D"]
    for name in shops[:3]:
        shop(site, name, [100])
    clock.days = 31
    for name in shops:
        shop(site, name, [100] * 11)
    clock.days = 62
    assert region_csv(site) == ["1000.00", "840.00", "47.00", "793.00", "0.00", "12", "1"]
    shop(site, "Librairie E", [100])
    clock.days = 93
    assert region_csv(site) == ["1000.00", "840.00", "3.00", "", "0.00", "12", ""], "the second hides with the third"
    text = site.enter(site.riv, Role.REGION_READER).get("/observatory/programmes")
    assert "840.00" in text and "47.00" not in text and text.count(">–<") == 2


def test_figures_of_a_month_keep_few_people_hidden(site: Site, clock: Clock) -> None:
    with_purses(site)
    grant(site, "Autumn", "70")
    this, never = this_month(site), "1999-01"
    shop(site, "Librairie A", [6_200, 800])
    desk, region = site.enter(site.riv, Role.OPERATOR), site.enter(site.riv, Role.REGION_READER)
    text = desk.get(f"/desk/programmes?month={this}")
    assert "840.00 CARD" in text and "70.00 CARD" in text and "Purses that moved" in text
    text = desk.get(f"/desk/programmes?month={never}")
    assert "840.00" not in text and "0.00 CARD" in text
    assert "840.00 CARD" in desk.get("/desk/programmes?month=soon"), "no month: up to now"
    assert ">under way<" in region.get(f"/observatory/programmes?month={this}")
    clock.days = 31
    region = site.enter(site.riv, Role.REGION_READER)
    assert ">hidden<" in region.get(f"/observatory/programmes?month={this}"), "one shop was paid"
    assert ">hidden<" in region.get("/observatory/programmes") and region_csv(site) == ["1000.00", *["hidden"] * 6]
    assert region_csv(site, "?month=1999-01") == ["1999-01", "0.00", "0.00", "0.00", "0"]


def test_the_region_reads_a_month_that_has_ended(site: Site, clock: Clock) -> None:
    with_purses(site)
    grant(site, "Autumn", "70")
    this = this_month(site)
    for name, amounts in (("Librairie A", [6_200, 800]), ("Librairie B", [100]), ("Librairie C", [100])):
        shop(site, name, amounts)
    clock.days = 31
    text = site.enter(site.riv, Role.REGION_READER).get(f"/observatory/programmes?month={this}")
    assert "840.00" in text and "72.00" in text and ">hidden<" not in text and "1,000.00" not in text
    assert region_csv(site, f"?month={this}") == [this, "840.00", "72.00", "0.00", "12"]


def test_money_given_back_and_what_expires_count_in_their_month(site: Site) -> None:
    with_purses(site)
    grant(site, "Autumn", "70")
    shop(site, "Librairie A", [6_200])
    reader, c_ = site.use.ledger.reader, site.riv.community
    unit = next(each for each in reader.currencies(c_) if each.code == "CARD")
    (held,) = [each for each in reader.accounts(c_, "CARD", AccountKind.PURSE, limit=100) if each.debits_posted]
    (paid,) = [each for each in reader.statement(c_, held.uid) if each.posted < 0]
    known = ProgrammeMonths()
    (before,) = known.of(reader, c_, unit)["books"].values()
    site.riv.do(c.Refund, payment=paid.command_id, amount=1_200)
    (found,) = known.of(reader, c_, unit)["books"].values()
    assert (before.spent, found.spent) == (6_200, 5_000), "what was shown before does not change"
    assert known.of(reader, c_, unit) == ProgrammeMonths().of(reader, c_, unit), "whatever was read when"
    assert (found.granted, found.spent, found.expired) == (84_000, 5_000, 0)
    assert (len(found.purses), len(found.shops)) == (12, 1)
    whole = now(site)
    assert (found.granted, found.spent, found.expired) == (whole.granted, whole.spent, whole.expired)
