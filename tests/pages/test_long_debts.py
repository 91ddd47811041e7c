"""Journey 7 after its ninth month: the member is told, the desk has it on its list, euros end it (MUT-8)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core.commands import Pay
from ledger.service import new_id
from tests.integration.served import Somebody
from tests.pages.visiting import Site, Visitor, visited

DAY = 86_400 * 10**9


class Clock:
    """The time now, and what the test adds to it."""

    days = 0

    def __call__(self) -> int:
        return time.time_ns() + self.days * DAY


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: object, clock: Clock) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path}/ledger.db", clock=clock) as site:
        yield site


@pytest.fixture
def caterer(site: Site) -> Somebody:
    """Owes 7.00, after 9.00 of a purchase and 2.00 of a sale."""
    place, found = site.riv, site.riv.join("Caterer", MemberKind.BUSINESS)
    for payer, payee, amount in ((found, place.ben, 900), (place.ada, found, 200)):
        place.do(Pay, payer=payer.account, payee=payee.account, amount=amount, currency=place.code)
    return found


def looked(desk: Visitor) -> str:
    """The list, once the movements were looked through."""
    for _ in range(100):
        text = desk.get("/desk/alerts")
        if "being looked through" not in text:
            return text
        time.sleep(0.1)
    raise AssertionError("no list")


def test_the_wallet_reminds_after_nine_months_and_names_the_sum_after_twelve(
    site: Site, caterer: Somebody, clock: Clock
) -> None:
    def home(days: int) -> str:
        clock.days = days
        return site.enter(site.riv, Role.MERCHANT, owner=caterer.id).get("/wallet")

    assert "below zero since" not in home(273)
    assert "after twelve months what you owe is due in euros" in home(274)
    assert "may ask you for 7.00 RIV in euros" in home(365)
    site.riv.do(Pay, payer=site.riv.ada.account, payee=caterer.account, amount=700, currency=site.riv.code)
    assert "below zero since" not in home(365), "who is back at zero owes nothing"


def test_the_desk_has_it_on_its_list_and_euros_end_it(site: Site, caterer: Somebody, clock: Clock) -> None:
    clock.days = 300
    treasurer = site.enter(site.riv, Role.TREASURER, fresh=True)
    page = looked(treasurer)
    assert "Long below zero" in page and "Caterer" in page and "Due in euros" not in page
    clock.days = 400
    treasurer = site.enter(site.riv, Role.TREASURER, fresh=True)
    page = looked(treasurer)
    assert "Due in euros" in page and "Long below zero" not in page
    found = re.search(rf'href="(/desk/members/{caterer.id}/accounts/{caterer.account})#debt"', page)
    assert found
    assert "A debt of 7.00 RIV" in treasurer.get(found[1])
    form = {"uid": str(new_id()), "euros": "7"}
    assert "at most the debt, 7.00" in treasurer.post(f"{found[1]}/debt", {**form, "euros": "7.01"}, 422).text
    for _ in range(2):  # sent twice, done once
        treasurer.post(f"{found[1]}/debt", form)
    assert site.use.ledger.reader.account(site.riv.community, caterer.account).balance == 0
    assert "A debt of" not in treasurer.get(found[1])
    assert "Caterer" not in looked(treasurer)


def test_who_is_no_treasurer_does_not_settle(site: Site, caterer: Somebody) -> None:
    operator = site.enter(site.riv, Role.OPERATOR, fresh=True)
    path = f"/desk/members/{caterer.id}/accounts/{caterer.account}"
    assert "A debt of" not in operator.get(path)
    operator.post(f"{path}/debt", {"uid": str(new_id()), "euros": "1"}, 403)
