"""What somebody who has never been here needs to find: the form, a place for a code, the way on, how to get units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from api.identity.people import Profile
from api.identity.principal import Role
from api.pages.frame.units import write_amount
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Currency, Model
from ledger.core.policy import Policy, Programme
from ledger.service import OPERATOR, new_id
from tests.pages.visiting import Site, visited

HOUR = 3_600 * 10**9


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path_factory.mktemp('newcomers') / 'ledger.db'}") as found:
        yield found


def test_the_front_door_leads_to_the_forms_of_those_who_show_themselves(site: Site) -> None:
    region, riv = site.use.association.region, site.riv.community
    assert 'href="/join/RIV"' in site.stranger().get("/")
    region.show(riv, (), OPERATOR)
    assert 'href="/join/RIV"' not in site.stranger().get("/")
    region.show(riv, ("circulation",), OPERATOR)


def test_a_code_that_was_typed_leads_to_its_page(site: Site) -> None:
    visitor = site.stranger()
    assert 'action="/e"' in visitor.get("/signin")
    code, _ = site.use.identity.devices.invite(site.riv.community, site.riv.ada.id, OPERATOR)
    went = visitor.ask("GET", f"/e?code=%20{code.lower()}%20")
    assert went.headers["location"] == f"/e/{code}"
    assert visitor.ask("GET", "/e?code=").headers["location"] == "/signin", "back to where it is typed"


def test_a_wallet_without_units_says_how_to_get_some(site: Site) -> None:
    place, said = site.riv, "How you get your first RIV-B"
    zed = new_id()
    site.use.identity.people.create(place.community, zed, Profile(name="Zed", kind=MemberKind.PERSON))
    account = place.open(zed, "RIV-B", MemberKind.PERSON)
    wallet = site.enter(place, Role.MEMBER, owner=zed)
    assert said in wallet.get("/wallet")
    place.do(c.Issue, account=account, currency="RIV-B", amount=500, euros=500)
    assert said not in wallet.get("/wallet")


def test_who_owes_reads_how_it_is_paid_back(site: Site) -> None:
    place, said = site.riv, "You pay it back by selling"
    wallet = site.enter(place, Role.MERCHANT)
    assert said not in wallet.get("/wallet")
    owner = place.ben
    balance = site.use.ledger.reader.account(place.community, owner.account).balance
    place.do(c.Pay, payer=owner.account, payee=place.ada.account, amount=balance + 100, currency="RIV")
    assert said in wallet.get("/wallet")


def test_who_counts_hours_finds_exchanges_in_the_dock(site: Site) -> None:
    hours = site.use.ledger.found_community("HOURS")
    site.use.ledger.submit(
        c.DefineCurrency(id=new_id(), community=hours, actor=OPERATOR, code="HOURS", scale=0, model=Model.TIME, policy=Policy())
    )
    assert site.pages.faces.of(site.use, hours).hours
    assert not site.pages.faces.of(site.use, site.riv.community).hours


def test_many_hours_are_written_as_other_large_numbers() -> None:
    unit = Currency(0, "H", 0, Model.TIME)
    assert write_amount(2_305 * 60 + 45, unit, "en").replace("\u00a0", " ") == "2,305 h 45"
    assert write_amount(90, unit, "fr").replace("\u00a0", " ") == "1 h 30"


def test_a_price_in_two_parts_is_no_price_in_units(site: Site) -> None:
    place = site.riv
    place.do(c.SetTerms, account=place.ben.account, acceptance_bp=3_000)
    till = site.enter(place, Role.MERCHANT)
    till.get("/till")
    form = {"uid": str(new_id()), "account": str(place.ben.account), "amount": "80", "how": "mixed", "memo": "Shelves"}
    went = till.post("/till", form).headers["location"]
    assert "80.00 in all: 24.00 RIV here and 56.00 € besides" in till.get(went)


def test_an_application_with_a_file_leads_to_it(site: Site) -> None:
    place, life, member = site.riv, site.use.association, new_id()
    profile = Profile(name="Cyclery", kind=MemberKind.BUSINESS)
    life.applications.apply(place.community, member, profile, cents=0)
    desk = site.enter(place, Role.OPERATOR)
    assert "A file is under way" not in desk.get("/desk/members/applications")
    file = life.agreements.open(place.community, member, {}, OPERATOR, date(2026, 1, 2))
    assert f'href="/desk/members/files/{file.id}"' in desk.get("/desk/members/applications")


def test_an_exchange_under_way_is_found_before_the_board_and_from_the_offer(site: Site) -> None:
    place, board = site.riv, site.use.association.exchanges
    place.do(c.DefineCurrency, code="RIV-T", scale=0, model=Model.TIME, policy=Policy(default_line=600, step=15))
    sides = ((place.ada, MemberKind.PERSON), (place.ben, MemberKind.BUSINESS))
    accounts = {who.id: place.open(who.id, "RIV-T", kind) for who, kind in sides}
    offer = board.post(
        place.community, place.ben.id, accounts[place.ben.id], kind="offer", title="Guitar", category="lessons", text=""
    )
    board.decide(place.community, offer.id, OPERATOR, allow=True)
    deal = board.propose(place.community, offer.id, place.ada.id, 60)
    board.agree(place.community, deal.id, place.ben.id, 60)
    wallet = site.enter(place, Role.MEMBER)
    text = wallet.get("/wallet/exchanges")
    assert text.index("Your exchanges") < text.index("What do you look for?")
    assert f'href="/wallet/exchanges/{deal.id}"' in wallet.get(f"/wallet/exchanges/offers/{offer.id}")
    assert "Arrange the day and the place" in wallet.get(f"/wallet/exchanges/{deal.id}")


def test_who_has_paid_goes_back_to_the_wallet(site: Site) -> None:
    place, ben = site.riv, site.riv.ben
    place.do(c.Issue, account=place.open(ben.id, "RIV-B", MemberKind.BUSINESS), currency="RIV-B", amount=500, euros=500)
    payer = site.use.identity.people.get(place.community, ben.id).accounts[-1]
    to = place.open(place.ada.id, "RIV-B", MemberKind.PERSON)
    paid = place.do(c.Pay, payer=payer, payee=to, amount=100, currency="RIV-B").command_id
    text = site.enter(place, Role.MERCHANT).get(f"/receipt/{paid}")
    assert re.search(r'href="/wallet"[^>]*>\s*<span>Done', text)


def test_a_card_shows_first_what_can_be_spent(site: Site) -> None:
    place, uid, now = site.riv, new_id(), site.use.clock()
    programmes = (Programme(code="former", budget=100, ends_at=now + HOUR), Programme(code="present", budget=100))
    place.do(c.DefineCurrency, code="RIV-C", scale=2, model=Model.EARMARKED, policy=Policy(programmes=programmes))
    site.use.identity.people.create(place.community, uid, Profile(name="Pupil", kind=MemberKind.PERSON))
    for each in programmes:
        account = new_id()
        place.do(c.OpenAccount, account=account, currency="RIV-C", kind=AccountKind.PURSE, programme=each.code)
        site.use.identity.account_opened(place.community, uid, account)
    card = site.enter(place, Role.MEMBER, owner=uid)
    assert "Former" in card.get("/wallet") and "Present" in card.get("/wallet")
    ended = replace(programmes[0], ends_at=now)
    place.do(c.ChangePolicy, currency="RIV-C", since=0, policy=Policy(programmes=(ended, programmes[1])), resolution="x")
    assert "Former" not in card.get("/wallet") and "Present" in card.get("/wallet")
    text = card.get("/wallet/purses")
    assert text.index("Present") < text.index("Former")


def test_a_card_names_shops_that_take_it(site: Site) -> None:
    place, uid = site.riv, new_id()
    rules = Policy(programmes=(Programme(code="reading", budget=100, sectors=("47.61Z",)),))
    place.do(c.DefineCurrency, code="RIV-R", scale=2, model=Model.EARMARKED, policy=rules)
    for name, sector in (("Page Turner", "47.61Z"), ("Shoe Box", "47.72A")):
        shop = new_id()
        profile = Profile(name=name, kind=MemberKind.BUSINESS, listed=True, place="Die", sectors=(sector,))
        site.use.identity.people.create(place.community, shop, profile)
        place.open(shop, "RIV-R", MemberKind.BUSINESS)
    site.use.identity.people.create(place.community, uid, Profile(name="Reader", kind=MemberKind.PERSON, place="Die"))
    purse = new_id()
    place.do(c.OpenAccount, account=purse, currency="RIV-R", kind=AccountKind.PURSE, programme="reading")
    site.use.identity.account_opened(place.community, uid, purse)
    text = site.enter(place, Role.MEMBER, owner=uid).get("/wallet")
    assert "Page Turner" in text and "Shoe Box" not in text
