"""The till and the telephone at once: journeys 3, 7 and 15 of the domain's rulebook, and what happens without a network."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from uuid import UUID

from playwright.sync_api import Page, expect

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.receipts import ReceiptFile, verify
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.person import Person
from tests.integration.served import STAFF, Place


def sell(till: Person, amount: str, memo: str = "") -> str:
    """A sale at the till; the path of its payment page."""
    till.go("/till")
    till.page.get_by_label("Amount").or_(till.page.get_by_label("Montant")).fill(amount)
    if memo:
        till.page.locator("input[name=memo]").fill(memo)
    till.page.locator("form[data-keys] button[type=submit]").click()
    till.page.wait_for_url("**/till/sale/*")
    link = till.page.locator("#sale a.mono").get_attribute("href")
    assert link is not None
    return "/p/" + link.rsplit("/", 1)[1]


def paid(page: Page) -> None:
    """The till is green."""
    expect(page.locator("#sale.paid")).to_be_visible()


def test_a_payment_in_a_shop(either: Live, people: People) -> None:
    """Journey 3: the telephone opens the code, one confirmation, both screens say so; the receipt verifies alone."""
    buyer = either.riv.join("Lou", MemberKind.PERSON)
    till, phone = people(either, phone=False), people(either)
    till.enter(Role.MERCHANT)
    phone.enrol(buyer.id)
    address = sell(till, "4,20", "Bread")
    expect(till.page.locator("[data-say]")).to_contain_text("Not paid yet")
    till.check_axe("till, waiting")
    till.shot("till-waiting")
    phone.go(address)
    expect(phone.page.get_by_text("Ben's Bakery asks for")).to_be_visible()
    expect(phone.page.get_by_text("After that")).to_be_visible()
    phone.check_axe("pay")
    phone.shot("pay-ask-phone")
    phone.page.get_by_role("button", name="Pay 4.20").click()
    began = time.monotonic()
    paid(till.page)
    assert time.monotonic() - began < 5
    expect(till.page.locator("[data-say]")).to_contain_text("4.20 RIV received")
    till.check_axe("till, paid")
    till.shot("till-paid")
    phone.page.wait_for_url("**/receipt/*")
    expect(phone.page.get_by_text("5.80 RIV")).to_be_visible()
    phone.check_axe("receipt")
    phone.shot("receipt-phone")
    kept = phone.downloaded(lambda: phone.page.get_by_role("link", name="Save the receipt").click())
    receipt = ReceiptFile.from_json(kept.read_text())
    assert verify(receipt, either.use.facts.vkey(either.riv.community))
    command = either.use.ledger.reader.entry(
        either.riv.community, UUID(phone.page.url.rsplit("/", 1)[1].split("?")[0])
    )
    assert command.decoded().command.signature is not None, "the telephone's key signed it"  # type: ignore[attr-defined]
    phone.go(address)
    expect(phone.page.get_by_text("paid already")).to_be_visible()


def test_what_the_till_says_when_it_is_not_paid(town: Live, people: People) -> None:
    till = people(town, phone=False)
    till.enter(Role.MERCHANT)
    address = sell(till, "3")
    till.page.get_by_role("button", name="Cancel the sale").click()
    expect(till.page.locator("#sale.bad")).to_be_visible()
    till.check_axe("till, cancelled")
    phone = people(town)
    phone.go(address)
    expect(phone.page.get_by_text("was cancelled, and nothing was paid")).to_be_visible()
    other = sell(till, "3")
    phone.go(other)
    expect(phone.page.get_by_role("link", name="Sign in and pay")).to_be_visible()
    phone.check_axe("pay, signed out")
    poor = people(town)
    poor.enrol(town.riv.join("Pia", MemberKind.PERSON).id)
    poor.go(sell(till, "10,50"))
    expect(poor.page.get_by_text("You are 0.50 RIV short.")).to_be_visible()
    poor.check_axe("pay, short")
    poor.shot("pay-short-phone")


def test_without_a_network_the_till_says_so_and_never_paid(town: Live, people: People) -> None:
    """The telephone pays while the till is cut off: amber at once, green only when the server has been asked again."""
    buyer = town.riv.join("Noa", MemberKind.PERSON)
    till, phone = people(town, phone=False), people(town)
    till.enter(Role.MERCHANT)
    phone.enrol(buyer.id)
    address = sell(till, "2")
    till.context.set_offline(True)
    expect(till.page.locator("#sale.unsure")).to_be_visible()
    expect(till.page.locator("[data-say]")).to_contain_text("NOT confirmed")
    till.shot("till-offline")
    phone.go(address)
    phone.page.get_by_role("button", name="Pay 2.00").click()
    phone.page.wait_for_url("**/receipt/*")
    time.sleep(1.2)
    expect(till.page.locator("#sale.paid")).to_have_count(0)
    till.context.set_offline(False)
    paid(till.page)
    till.complaints = [said for said in till.complaints if "ERR_INTERNET_DISCONNECTED" not in said]


def test_the_till_by_keyboard_alone_in_french(town: Live, people: People) -> None:
    """Type, Enter; give back; the day's sums by teller; a PIN."""
    buyer = town.riv.join("Eve", MemberKind.PERSON)
    till, phone = people(town, phone=False, lang="fr", dark=True), people(town, lang="fr")
    till.authenticator()
    till.enter(Role.MERCHANT)
    till.go("/till/tellers")
    till.check_axe("tellers")
    till.page.locator("input[name=name]").fill("Camille")
    till.page.locator("input[name=new_pin]").fill("4711")
    till.page.keyboard.press("Enter")
    till.page.locator("form[data-passkey] button[type=submit]").click()  # the owner's, before there are tellers
    till.page.locator("input[name=pin]").fill("4711")
    till.page.keyboard.press("Enter")
    till.page.wait_for_url("**/till")
    expect(till.page.get_by_text("Camille").first).to_be_visible()
    expect(till.page.locator("input[name=amount]")).to_be_focused()
    till.shot("till-fr-dark")
    till.check_axe("till")
    till.page.keyboard.type("1,50")
    till.page.keyboard.press("Enter")
    till.page.wait_for_url("**/till/sale/*")
    link = till.page.locator("#sale a.mono").get_attribute("href") or ""
    phone.enrol(buyer.id)
    phone.go("/p/" + link.rsplit("/", 1)[1])
    phone.shot("pay-ask-fr-phone")
    phone.page.locator("form[data-sign] button[type=submit]").click()
    paid(till.page)
    expect(till.page.locator("#next [data-focus]")).to_be_focused()
    till.go("/till/day")
    till.check_axe("day")
    expect(till.page.get_by_role("rowheader", name="Camille")).to_be_visible()
    till.shot("till-day-fr-dark")
    till.page.get_by_role("link", name="Rembourser").first.click()
    till.check_axe("refund")
    till.page.locator("input[name=amount]").fill("0,50")
    till.page.keyboard.press("Enter")
    till.page.wait_for_url("**/till/day")
    expect(till.page.get_by_text("0,50", exact=False).first).to_be_visible()
    town.use.ledger.reader.account(town.riv.community, buyer.account)
    assert town.use.ledger.reader.account(town.riv.community, buyer.account).balance == -100


def test_a_deal_partly_in_euros(either: Live, people: People) -> None:
    """Journey 7: a line of 6,000; shelving for 8,000 at an acceptance of 30 %: 2,400 in units, 5,600 in euros."""
    place = either.riv
    carpenter, caterer = (
        place.join("Wood Works", MemberKind.BUSINESS),
        place.join("Good Table", MemberKind.BUSINESS),
    )
    place.do(c.SetLine, account=caterer.account, line=600_000)
    place.do(c.SetTerms, account=carpenter.account, acceptance_bp=3_000, sectors=("31.09B",))
    till, phone = people(either, phone=False), people(either)
    till.go(either.link(Role.MERCHANT, owner=carpenter.id))
    till.page.locator("main form button[type=submit]").click()
    till.page.wait_for_url(lambda url: "/s/" not in url)
    phone.enrol(caterer.id)
    till.go("/till")
    till.page.get_by_label("Amount").fill("8000")
    till.page.get_by_label("30 %").check()
    till.page.get_by_role("button", name="Show the code").click()
    till.page.wait_for_url("**/till/sale/*")
    expect(till.page.get_by_text("5,600.00 € besides")).to_be_visible()
    till.shot("till-mixed")
    link = till.page.locator("#sale a.mono").get_attribute("href") or ""
    phone.go("/p/" + link.rsplit("/", 1)[1])
    phone.page.get_by_role("button", name="Pay 2,400.00").click()
    paid(till.page)
    reader = either.use.ledger.reader
    assert reader.account(place.community, caterer.account).balance == -240_000
    assert reader.account(place.community, caterer.account).available == 360_000


def test_a_payment_to_another_community(either: Live, people: People) -> None:
    """Journey 15: payable by the convention, 1:1; the maker's till turns green; at 52 % of the trust both see an alert."""
    use, riv = either.use, either.riv
    mes = Place(use, f"MES{riv.community.hex[-4:].upper()}", "Mia", "Max the Maker")
    use.identity.communities.call(mes.community, "La Mesure")
    sides = []
    for place, holder in ((riv, riv.join("Tom", MemberKind.PERSON)), (mes, mes.ben)):
        own = place.open(
            holder.id, f"{place.code}-B", MemberKind.PERSON if place is riv else MemberKind.BUSINESS
        )
        mirror = place.join(f"Convention {place.code}", MemberKind.ASSOCIATION)
        account = place.open(mirror.id, f"{place.code}-B", MemberKind.ASSOCIATION)
        fed = own if place is riv else account
        place.do(c.Issue, account=fed, currency=f"{place.code}-B", amount=10_000, euros=10_000)
        sides.append((place, holder, own, account))
    (_, tom, purse, riv_mirror), (_, _, taker, mes_mirror) = sides
    today = datetime.fromtimestamp(use.clock() / 10**9, UTC).date()
    ours, _ = use.association.links.agree(
        (riv.community, riv_mirror, 5_000), (mes.community, mes_mirror, 0), STAFF, today
    )
    till, phone = people(either, phone=False), people(either)
    till.enter(Role.MERCHANT, mes)
    till.go(f"/till?account={taker}")
    till.page.get_by_label("Amount").fill("26")
    till.page.get_by_role("button", name="Show the code").click()
    till.page.wait_for_url("**/till/sale/*")
    link = till.page.locator("#sale a.mono").get_attribute("href") or ""
    phone.enrol(tom.id)
    phone.go("/p/" + link.rsplit("/", 1)[1])
    expect(phone.page.get_by_text("one for one")).to_be_visible()
    phone.check_axe("pay across")
    phone.shot("pay-across-phone")
    phone.page.get_by_role("button", name="Pay 26.00").click()
    paid(till.page)
    phone.page.wait_for_url("**/receipt/*")
    expect(phone.page.get_by_text("Max the Maker, La Mesure")).to_be_visible()
    balance = use.ledger.reader.account
    assert balance(riv.community, purse).balance == 7_400 and balance(mes.community, taker).balance == 2_600
    assert use.association.links.use(ours).standing.value == "alert"


def test_a_till_with_a_device_signs_what_it_gives_back(town: Live, people: People) -> None:
    """One look more, then the key of this browser; without it nothing is given back."""
    shop, buyer = town.riv.join("Grain & Sel", MemberKind.BUSINESS), town.riv.join("Ugo", MemberKind.PERSON)
    till = people(town, phone=True, lang="fr")
    till.enrol(shop.id)
    paid = town.riv.do(c.Pay, payer=buyer.account, payee=shop.account, amount=300, currency="RIV")
    till.go(f"/till/refund/{paid.command_id}")
    till.page.locator("input[name=amount]").fill("4")
    till.page.get_by_role("button", name="Rembourser").click()
    expect(till.page.get_by_text("Il reste au plus")).to_be_visible()
    till.page.locator("input[name=amount]").fill("1,20")
    till.page.get_by_role("button", name="Rembourser").click()
    till.check_axe("refund, to sign")
    till.shot("till-refund-sign-fr-phone")
    till.page.get_by_role("button", name="Rembourser").click()
    till.page.wait_for_url("**/till/day")
    assert town.use.ledger.reader.account(town.riv.community, shop.account).balance == 180
    newest = town.use.ledger.reader.head(town.riv.community).seq
    command = town.use.ledger.reader.entry_at(town.riv.community, newest).decoded().command
    assert isinstance(command, c.Refund) and command.signature is not None
