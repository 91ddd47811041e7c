"""The treasurer's side of journeys 1 and 6: units for euros, euros for units, a second person for what is large; staff keys."""

from __future__ import annotations

from playwright.sync_api import expect

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.person import Person

UNIT = "RIV-B"


def confirm(person: Person) -> None:
    """Say that it is oneself, where the page asks."""
    person.page.locator("form[data-passkey] button[type=submit]").last.click()


def sum_of(town: Live) -> tuple[int, int]:
    """Units out and euros set aside, both forms together."""
    some = [each for each in town.use.ledger.reader.supply(town.riv.community) if each.currency == UNIT]
    return sum(each.circulation for each in some), sum(each.reserve or 0 for each in some)


def test_units_for_euros_are_weighed_confirmed_and_when_large_approved(either: Live, people: People) -> None:
    town, place = either, either.riv
    account = place.open(place.ada.id, UNIT, MemberKind.PERSON)
    first, second = people(town, lang="en", phone=False), people(town, lang="fr", phone=True, dark=True)
    for person in (first, second):
        person.enter(Role.TREASURER)
        person.authenticator()
    first.go("/desk/money")
    first.check_axe()
    first.page.get_by_role("link", name="Issue", exact=True).click()
    first.page.get_by_label("To").select_option(str(account))
    first.page.get_by_label("Euros received, units issued").fill("250")
    first.page.get_by_role("button", name="See what it does").click()
    expect(first.page.get_by_text("0.00 → after: 250.00 RIV-B").first).to_be_visible()
    assert sum_of(town) == (0, 0), "looking writes nothing"
    first.check_axe()
    first.shot("desk-weighed")
    first.page.get_by_role("button", name="Do it").click()
    confirm(first)
    expect(first.page.get_by_text("This needs a second person")).to_be_visible()
    assert sum_of(town) == (0, 0), "one person alone issues nothing large"
    expect(first.page.get_by_text("somebody else has to approve it")).to_be_visible()
    second.go("/desk/approvals")
    second.check_axe()
    second.shot("desk-approvals-fr-phone")
    second.page.get_by_role("button", name="Approuver").click()
    confirm(second)
    expect(second.page.get_by_text("Approuvé")).to_be_visible()
    assert sum_of(town) == (25_000, 25_000)
    assert town.use.ledger.reader.account(place.community, account).balance == 25_000


def test_a_firm_gets_its_euros_less_the_commission(either: Live, people: People) -> None:
    town, place = either, either.riv
    shop = place.open(place.ben.id, UNIT, MemberKind.BUSINESS)
    place.do(c.Issue, account=shop, currency=UNIT, amount=9_000, euros=9_000)
    life, before = town.use.association.reconversions, sum_of(town)
    invoice = f"2026-{new_id().hex[-4:]}"
    asked = life.ask(place.community, new_id(), place.ben.id, shop, UNIT, 3_900, invoice)
    money = people(town, phone=False)
    money.enter(Role.TREASURER)
    money.authenticator()
    money.go("/desk")
    money.page.get_by_role("listitem").filter(has_text="asked for").get_by_role("link").click()
    money.page.get_by_role("listitem").filter(has_text=invoice).get_by_role("link").click()
    expect(money.page.get_by_text("1.95 RIV-B")).to_be_visible()
    expect(money.page.get_by_text("37.05 €")).to_be_visible()
    money.check_axe()
    money.shot("desk-reconversion")
    money.page.get_by_role("button", name="Redeem").click()
    confirm(money)
    expect(money.page.get_by_text("Redeemed. Pay the euros out now.")).to_be_visible()
    assert sum_of(town) == (before[0] - 3_900, before[1] - 3_900)
    assert life.get(place.community, asked.id).state != "asked"


def test_a_colleague_gets_a_key_and_loses_it(town: Live, people: People) -> None:
    office, colleague = people(town, phone=False), people(town, lang="fr", phone=True)
    office.enter(Role.OPERATOR)
    office.authenticator()
    office.go("/desk/keys")
    name = f"Nora {new_id().hex[-4:]}"
    office.page.get_by_label("Whose").fill(name)
    office.page.get_by_label("Role").select_option("auditor")
    office.page.get_by_role("button", name="Make the key").click()
    confirm(office)
    link = office.page.get_by_text("/s/").inner_text()
    office.check_axe()
    office.shot("desk-key-made")
    colleague.go(link)
    colleague.page.locator("main form button[type=submit]").click()
    colleague.page.wait_for_url("**/desk")
    colleague.check_axe()
    colleague.shot("desk-fr-phone")
    office.go("/desk/keys")
    office.page.get_by_role("button", name=f"Take away the key of {name}").click()
    expect(office.page.get_by_text("This key is worth nothing any more.")).to_be_visible()
    colleague.go("/desk")
    colleague.page.wait_for_url("**/signin**")
