"""Today at the desk: three counts of members, the limits of the law, and the work of who reads it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from api.identity.principal import Role
from api.pages.desk import morning as figures
from api.pages.desk.morning import Morning
from api.pages.desk.today import Money, gauges
from ledger.community.membership import MemberKind, MemberState
from ledger.core import commands as c
from ledger.core.accounts import Currency, Form, Model
from ledger.service import new_id
from tests.integration.served import STAFF, Place
from tests.pages.visiting import Site, visited

UNIT = "RIV-B"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """What is counted beside the page is waited for, and counted again each time."""
    monkeypatch.setattr("api.pages.frame.looking.MINUTE", 0.0)
    monkeypatch.setattr("api.pages.frame.looking.GLANCE", 30.0)
    with visited(f"sqlite:///{tmp_path}/ledger.db") as found:
        yield found


def plain(text: str) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def accounts(place: Place) -> tuple[UUID, UUID]:
    """Ada's and Ben's accounts in the backed unit, 700.00 in hers."""
    ada = place.open(place.ada.id, UNIT, MemberKind.PERSON)
    ben = place.open(place.ben.id, UNIT, MemberKind.BUSINESS)
    place.do(c.Issue, account=ada, currency=UNIT, amount=70_000, euros=70_000, approver=new_id())
    return ada, ben


def test_three_counts_of_members_always(site: Site) -> None:
    place, use = site.riv, site.use
    ada, ben = accounts(place)
    place.join("Zoe", MemberKind.PERSON)
    gone = place.join("Yves", MemberKind.PERSON)
    use.identity.people.change(place.community, gone.id, 1, {"state": MemberState.LEFT})
    use.association.dues.receive(place.community, new_id(), place.ada.id, 1_500, "EUR", 12, STAFF)
    use.association.dues.receive(place.community, new_id(), gone.id, 1_500, "EUR", 12, STAFF)
    place.do(c.Pay, payer=ada, payee=ben, amount=2_500, currency=UNIT)
    text = plain(site.enter(place, Role.OPERATOR).get("/desk"))
    registered = int(re.search(r"Registered members measured (\d+)", text)[1])  # type: ignore[index]
    assert registered == sum(
        each.state is not MemberState.LEFT for each in use.identity.people.page(place.community)
    )
    assert re.search(r"Dues paid declared 1\b", text) and re.search(r"Active in 90 days measured 2\b", text)
    assert "1 payment today" in text and "25.00 € of 1,000,000 €" in text
    assert "700.00 € of 1,000,000 €" in text


def test_what_is_not_counted_yet_or_cannot_be_is_said_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*_: object) -> Morning:
        await asyncio.sleep(3)
        return Morning()

    async def fails(*_: object) -> Morning:
        raise RuntimeError("no figures")

    monkeypatch.setattr("api.pages.frame.looking.GLANCE", 0.1)
    monkeypatch.setattr(figures, "_found", slow)
    accounts(site.riv)
    visitor = site.enter(site.riv, Role.TREASURER)
    began = time.perf_counter()
    assert "Being counted. Look again" in plain(visitor.get("/desk"))
    assert time.perf_counter() - began < 1, "the page does not wait for it"
    monkeypatch.setattr(figures, "_found", fails)
    assert "This cannot be counted now." in plain(visitor.get("/desk"))


def test_payments_of_the_day_are_all_counted(site: Site) -> None:
    place = site.riv
    ada, ben = accounts(place)
    for _ in range(30):
        place.do(c.Pay, payer=ada, payee=ben, amount=1, currency=UNIT)
    for _ in range(1_010):
        place.do(c.SetCeiling, account=ben, ceiling=None)
    assert "30 payments today" in plain(site.enter(place, Role.AUDITOR).get("/desk"))


def test_only_what_the_reader_may_act_on_waits_for_them(site: Site) -> None:
    place, use = site.riv, site.use
    ada, ben = accounts(place)
    place.do(c.Pay, payer=ada, payee=ben, amount=5_000, currency=UNIT)
    use.association.reconversions.ask(place.community, new_id(), place.ben.id, ben, UNIT, 1_000, "R1")
    asking = site.enter(place, Role.TREASURER, fresh=True)
    asking.get("/desk/money/issue")
    asking.post("/desk/money/issue", {"uid": str(new_id()), "account": str(ada), "amount": "900"})
    other = site.enter(place, Role.TREASURER).get("/desk")
    assert "1 request to approve" in plain(other) and "1 reconversion asked for" in plain(other)
    assert '<li><a href="/desk/approvals">' in other, "the whole line leads there"
    mine = plain(asking.get("/desk"))
    assert "to approve" not in mine and "1 reconversion asked for" in mine
    operator = plain(site.enter(place, Role.OPERATOR).get("/desk"))
    assert "reconversion asked for" not in operator and "Waiting for you" in operator
    assert "Waiting for you" not in site.enter(place, Role.AUDITOR).get("/desk")


def test_alerts_are_counted_until_somebody_has_looked(site: Site) -> None:
    place, use = site.riv, site.use
    shop = place.open(place.ben.id, UNIT, MemberKind.BUSINESS)
    ada = place.open(place.ada.id, UNIT, MemberKind.PERSON)
    for amount in (4_000,) * 6:
        place.do(c.Issue, account=ada, currency=UNIT, amount=amount, euros=amount)
    place.do(c.Pay, payer=ada, payee=shop, amount=100, currency=UNIT)
    visitor = site.enter(place, Role.TREASURER)
    assert "1 pattern to look at" in plain(visitor.get("/desk"))
    alert = re.search(r"/desk/alerts/([0-9a-f]{32})", visitor.get("/desk/alerts"))
    assert alert is not None
    use.association.set_aside.put(place.community, alert[1], UNIT, "a collection", STAFF)
    assert "pattern" not in plain(visitor.get("/desk"))


def test_backed_currencies_and_both_forms_count_together_before_the_law() -> None:
    unit, fine, hours = (
        Currency(1, "A", 2, Model.BACKED), Currency(2, "B", 3, Model.BACKED), Currency(3, "H", 0, Model.TIME),
    )  # fmt: skip
    some = [Money(unit, form, 30_000_000, 30_000_000) for form in Form]
    some += [Money(fine, Form.DIGITAL, 100_000_000, 0), Money(hours, Form.DIGITAL, 9**9, None)]
    found = gauges(some, Morning(ready=True, paid=90_000_000))
    assert found is not None and [each.percent for each in found] == [90, 70]
    assert gauges(some[3:], Morning()) is None
