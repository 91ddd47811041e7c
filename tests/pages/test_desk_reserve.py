"""The guarantee fund and notes at the desk: what is shown before is what happens after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from api.identity.principal import Role
from api.pages.desk.weighing import Backing, weigh
from ledger.core import commands as c
from ledger.core.accounts import Form
from ledger.core.commands import Issue, Redeem
from ledger.core.errors import Rejected
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.integration.served import STAFF
from tests.pages.samples import desk_keys
from tests.pages.visiting import Site, visited


@dataclass
class Desk:
    """A town where 10.00 RIV-B circulate as digital units."""

    site: Site
    plain: UUID
    paper: UUID

    def now(self) -> dict[Form, Backing]:
        return {
            each.form: Backing(each.circulation, each.reserve or 0)
            for each in self.site.use.ledger.reader.supply(self.site.riv.community)
            if each.currency == "RIV-B"
        }


@pytest.fixture
def desk(tmp_path: object) -> Iterator[Desk]:
    with visited(f"sqlite:///{tmp_path}/ledger.db") as site:
        found = desk_keys.things(site.riv)
        yield Desk(site, UUID(found["plain_account"]), UUID(found["paper_account"]))


def test_euros_into_the_fund_raise_the_ratio_as_shown(desk: Desk) -> None:
    money = desk.site.enter(desk.site.riv, Role.TREASURER, fresh=True)
    money.get("/desk/money/reserve")
    form = {"uid": str(new_id()), "fund": "RIV-B:digital", "way": "in", "euros": "5"}
    shown = money.post("/desk/money/reserve/check", form, 200).text
    assert "15.00" in shown and "150" in shown
    assert desk.now()[Form.DIGITAL] == Backing(1_000, 1_000), "nothing is written by looking"
    for _ in range(2):
        money.post("/desk/money/reserve", form)
    assert desk.now()[Form.DIGITAL] == Backing(1_000, 1_500)


def test_the_fund_never_falls_below_what_circulates(desk: Desk) -> None:
    money = desk.site.enter(desk.site.riv, Role.TREASURER)
    money.get("/desk/money/reserve")
    form = {"uid": str(new_id()), "fund": "RIV-B:digital", "way": "out", "euros": "0.01"}
    text = money.post("/desk/money/reserve/check", form, 422).text
    assert "0.01" in text, "the form keeps what was typed"


def test_a_large_move_waits_for_a_second_person(desk: Desk) -> None:
    money = desk.site.enter(desk.site.riv, Role.TREASURER, fresh=True)
    money.get("/desk/money/reserve")
    form = {"uid": str(new_id()), "fund": "RIV-B:digital", "way": "in", "euros": "500"}
    assert "510.00" in money.post("/desk/money/reserve/check", form, 200).text
    assert money.post("/desk/money/reserve", form).headers["location"] == "/desk/approvals"
    assert desk.now()[Form.DIGITAL] == Backing(1_000, 1_000)


def test_notes_take_their_euros_with_them(desk: Desk) -> None:
    money = desk.site.enter(desk.site.riv, Role.TREASURER, fresh=True)
    money.get("/desk/money/notes")
    form = {"uid": str(new_id()), "payer": str(desk.plain), "payee": str(desk.paper), "amount": "4"}
    money.post("/desk/money/notes/check", form, 200)
    money.post("/desk/money/notes", form)
    assert desk.now() == {Form.DIGITAL: Backing(600, 600), Form.PAPER: Backing(400, 400)}
    money.post("/desk/money/notes/check", form | {"uid": str(new_id()), "payee": str(desk.plain)}, 422)


def test_what_is_weighed_is_what_the_ledger_then_does(desk: Desk) -> None:
    place = desk.site.riv
    shop = place.open(place.ben.id, "RIV-B", desk.site.use.identity.people.get(place.community, place.ben.id).kind)
    asked: list[c.Command] = [
        Issue(id=new_id(), community=place.community, actor=STAFF, account=shop, currency="RIV-B", amount=900, euros=900),
        Redeem(id=new_id(), community=place.community, actor=STAFF, account=shop, currency="RIV-B", amount=333, invoice="7"),
    ]  # fmt: skip
    for command in asked:
        (found,) = weigh(desk.site.use, command)
        assert found.before == desk.now()[Form.DIGITAL]
        desk.site.use.ledger.submit(command)
        assert found.after == desk.now()[Form.DIGITAL]


def test_weighing_says_nothing_of_what_would_be_refused(desk: Desk) -> None:
    place = desk.site.riv
    for amount in (0, 200):
        with pytest.raises(Rejected):
            weigh(
                desk.site.use,
                Redeem(id=new_id(), community=place.community, actor=STAFF, account=desk.plain, currency="RIV-B", amount=amount, invoice="8"),
            )
    assert Policy().four_eyes_over is None and Backing(0, 5).ratio_bp is None
