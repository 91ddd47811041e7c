"""The guarantee fund and notes at the desk: what is shown before is what happens after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from api.identity.principal import Role
from api.pages.desk.weighing import Backing, weigh
from ledger.community.membership import MemberKind
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
    """A town where 20.00 RIV-B circulate as digital units, half of them an association's."""

    site: Site
    plain: UUID
    paper: UUID
    club: UUID

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
        yield Desk(site, *(UUID(found[f"{name}_account"]) for name in ("plain", "paper", "shop")))


def test_euros_into_the_fund_raise_the_ratio_as_shown(desk: Desk) -> None:
    money = desk.site.enter(desk.site.riv, Role.TREASURER, fresh=True)
    money.get("/desk/money/reserve")
    form = {"uid": str(new_id()), "fund": "RIV-B:digital", "way": "in", "euros": "5"}
    shown = money.post("/desk/money/reserve/check", form, 200).text
    assert "25.00" in shown and "125" in shown
    assert desk.now()[Form.DIGITAL] == Backing(2_000, 2_000), "nothing is written by looking"
    for _ in range(2):
        money.post("/desk/money/reserve", form)
    assert desk.now()[Form.DIGITAL] == Backing(2_000, 2_500)


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
    assert "520.00" in money.post("/desk/money/reserve/check", form, 200).text
    assert money.post("/desk/money/reserve", form).headers["location"] == "/desk/approvals"
    assert desk.now()[Form.DIGITAL] == Backing(2_000, 2_000)


def test_notes_take_their_euros_with_them(desk: Desk) -> None:
    money = desk.site.enter(desk.site.riv, Role.TREASURER, fresh=True)
    money.get("/desk/money/notes")
    form = {"uid": str(new_id()), "payer": str(desk.plain), "payee": str(desk.paper), "amount": "4"}
    money.post("/desk/money/notes/check", form, 200)
    money.post("/desk/money/notes", form)
    assert desk.now() == {Form.DIGITAL: Backing(1_600, 1_600), Form.PAPER: Backing(400, 400)}
    money.post("/desk/money/notes/check", form | {"uid": str(new_id()), "payee": str(desk.plain)}, 422)


def test_what_is_weighed_is_what_the_ledger_then_does(desk: Desk) -> None:
    place = desk.site.riv
    shop = place.open(place.ben.id, "RIV-B", desk.site.use.identity.people.get(place.community, place.ben.id).kind)
    asked: list[c.Command] = [
        Issue(id=new_id(), community=place.community, actor=STAFF, account=shop, currency="RIV-B", amount=900, euros=900),
        Redeem(id=new_id(), community=place.community, actor=STAFF, account=shop, currency="RIV-B", amount=333, invoice="7"),
    ]  # fmt: skip
    for command in asked:
        effect = weigh(desk.site.use, command)
        (found,), (held,) = effect.guarantee, effect.accounts
        assert found.before == desk.now()[Form.DIGITAL]
        desk.site.use.ledger.submit(command)
        assert found.after == desk.now()[Form.DIGITAL]
        assert held.after == desk.site.use.ledger.reader.account(place.community, shop).balance != held.before


def test_weighing_says_nothing_of_what_would_be_refused(desk: Desk) -> None:
    place = desk.site.riv
    for amount in (0, 200):
        with pytest.raises(Rejected):
            weigh(
                desk.site.use,
                Redeem(id=new_id(), community=place.community, actor=STAFF, account=desk.plain, currency="RIV-B", amount=amount, invoice="8"),
            )
    assert Policy().four_eyes_over is None and Backing(0, 5).ratio_bp is None


def test_what_is_refused_at_the_last_step_is_said_on_the_page(desk: Desk) -> None:
    money = desk.site.enter(desk.site.riv, Role.TREASURER, fresh=True)
    money.get("/desk/money/reserve")
    form = {"uid": str(new_id()), "fund": "RIV-B:digital", "way": "out", "euros": "1"}
    assert 'role="alert"' in money.post("/desk/money/reserve", form, 422).text
    assert desk.now()[Form.DIGITAL] == Backing(2_000, 2_000)


def test_issuing_and_redeeming_are_weighed_first(desk: Desk) -> None:
    money = desk.site.enter(desk.site.riv, Role.TREASURER, fresh=True)
    assert "Club" in money.get("/desk/money/redeem"), "an association redeems too"
    form = {"uid": str(new_id()), "account": str(desk.club), "amount": "3", "invoice": "9"}
    shown = money.post("/desk/money/redeem/check", form, 200).text
    assert "17.00" in shown and "0.15" in shown and "2.85" in shown, "the fund, the commission, what is paid out"
    assert desk.now()[Form.DIGITAL] == Backing(2_000, 2_000)
    money.post("/desk/money/redeem", form)
    form = {"uid": str(new_id()), "account": str(desk.plain), "amount": "500"}
    assert "517.00" in money.post("/desk/money/issue/check", form, 200).text
    assert money.post("/desk/money/issue", form).headers["location"] == "/desk/approvals"
    assert desk.now()[Form.DIGITAL] == Backing(1_700, 1_700)


def test_a_reconversion_shows_the_commission_in_force_and_rounds_as_the_ledger(desk: Desk) -> None:
    place, use = desk.site.riv, desk.site.use
    member = use.identity.owner(place.community, desk.club)
    assert member is not None
    asked = use.association.reconversions.ask(place.community, new_id(), member, desk.club, "RIV-B", 110, "12")
    later = use.clock() + 10**17
    rules = Policy(four_eyes_over=None, commission_bp=300)
    change = c.ChangePolicy(
        id=new_id(), community=place.community, actor=STAFF, currency="RIV-B", policy=rules, since=later, approver=new_id()
    )
    use.ledger.submit(change)
    money = desk.site.enter(place, Role.TREASURER, fresh=True)
    text = money.get(f"/desk/money/reconversions/{asked.id}")
    assert "0.06 RIV-B" in text and "1.04 €" in text, "5 % of 1.10, half a cent up; not the 3 % to come"
    said = " ".join(re.sub("<[^>]+>", " ", text).split())
    assert said.count("before: 20.00 → after: 18.90") == 2, "units and euros of the fund"
    assert "before: 10.00 → after: 8.90" in said, "and the account"
    money.post(f"/desk/money/reconversions/{asked.id}")
    assert desk.now()[Form.DIGITAL] == Backing(1_890, 1_890)
    assert "decided already" in money.get(f"/desk/money/reconversions/{asked.id}")


def test_a_reconversion_that_the_ledger_would_refuse_says_so_at_once(desk: Desk) -> None:
    place, use = desk.site.riv, desk.site.use
    member = use.identity.owner(place.community, desk.club)
    assert member is not None
    asked = use.association.reconversions.ask(place.community, new_id(), member, desk.club, "RIV-B", 900, "13")
    spent = Redeem(
        id=new_id(), community=place.community, actor=STAFF, account=desk.club, currency="RIV-B", amount=500, invoice="14"
    )
    use.ledger.submit(spent)
    text = desk.site.enter(place, Role.TREASURER).get(f"/desk/money/reconversions/{asked.id}")
    assert "cannot be redeemed now" in text and "9.00 needed" in text and "Decline" in text
    assert ">Redeem<" not in text, "what the ledger would refuse is not offered"


def test_who_may_not_move_money_is_not_offered_to(desk: Desk) -> None:
    text = desk.site.enter(desk.site.riv, Role.AUDITOR).get("/desk/money")
    assert "/desk/money/issue" not in text and "/desk/money/reserve" not in text and "/desk/approvals" in text


def test_what_a_second_person_reads_says_which_way_the_euros_go(desk: Desk) -> None:
    money, other = (desk.site.enter(desk.site.riv, Role.TREASURER, fresh=True) for _ in range(2))
    money.get("/desk/money/reserve")
    money.post("/desk/money/reserve", {"uid": str(new_id()), "fund": "RIV-B:paper", "way": "in", "euros": "700"})
    text = other.get("/desk/approvals")
    assert "Into the fund" in text and "700.00 €" in text


def test_among_many_accounts_one_is_looked_for_by_name(desk: Desk) -> None:
    place = desk.site.riv
    for n in range(21):
        who = place.join(f"Théâtre {n:02d}", MemberKind.PERSON)
        place.open(who.id, "RIV-B", MemberKind.PERSON)
    money = desk.site.enter(place, Role.TREASURER)
    text = money.get("/desk/money/issue")
    assert "Whose account?" in text and "Théâtre" not in text and 'name="amount"' not in text
    text = money.get("/desk/money/issue?q=theatre 07")
    found = re.findall(r'/desk/money/issue\?account=([0-9a-f-]{36})">(Th[^<]+)<', text)
    assert [name.split(" ·")[0] for _, name in found] == ["Théâtre 07"]
    text = money.get(f"/desk/money/issue?account={found[0][0]}")
    assert f'name="account" value="{found[0][0]}"' in text and 'name="amount"' in text
    assert "Nobody of that name" in money.get("/desk/money/notes?q=zzz")
    sent = {"uid": str(new_id()), "account": found[0][0], "amount": "much"}
    assert 'name="amount"' in money.post("/desk/money/issue/check", sent, 422).text, "the form again, not the search"


def test_who_goes_back_finds_what_was_typed_and_nothing_is_done(desk: Desk) -> None:
    money = desk.site.enter(desk.site.riv, Role.TREASURER)
    money.get("/desk/money/issue")
    form = {"uid": str(new_id()), "account": str(desk.plain), "amount": "12,34"}
    shown = money.post("/desk/money/issue/check", form, 200).text
    assert 'formaction="/desk/money/issue/check"' in shown and 'name="again"' in shown
    again = money.post("/desk/money/issue/check", form | {"again": "1"}, 200).text
    assert 'value="12,34"' in again and f'value="{form["uid"]}"' in again and "Before it is done" not in again
    assert desk.now()[Form.DIGITAL] == Backing(2_000, 2_000)


def test_who_goes_back_from_weighing_a_rule_finds_what_was_chosen(desk: Desk) -> None:
    office = desk.site.enter(desk.site.riv, Role.OPERATOR)
    page = office.get("/desk/rules/RIV-B/change")
    form = dict(re.findall(r'<input id="f-\w+" name="(\w+)"[^>]*? value="([^"]*)"', page))
    assert form["commission_bp"] == "5" and form["gift_then"] == "3"
    form |= {"commission_bp": "3.25", "gift_then": "2", "since": "2099-03-01"}
    preview = office.post("/desk/rules/RIV-B/change", form).headers["location"]
    link = re.search(r'href="(/desk/rules/RIV-B/change\?[^"]+)"', office.get(preview))
    assert link is not None
    again = dict(re.findall(r'<input id="f-\w+" name="(\w+)"[^>]*? value="([^"]*)"', office.get(link[1])))
    assert {name: again[name] for name in form} == form
