"""The desk in the morning, on a telephone and by keyboard: what waits, the journal, a check of the books."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live

UNIT = "RIV-B"


def test_a_treasurer_looks_at_today_on_a_telephone(town: Live, people: People) -> None:
    place = town.riv
    shop = place.open(place.ben.id, UNIT, MemberKind.BUSINESS)
    place.do(c.Issue, account=shop, currency=UNIT, amount=5_000, euros=5_000)
    town.use.association.reconversions.ask(
        place.community, new_id(), place.ben.id, shop, UNIT, 900, new_id().hex
    )
    phone = people(town, lang="fr", phone=True)
    phone.enter(Role.TREASURER)
    phone.go("/desk")
    expect(phone.page.get_by_text("Actifs sur 90 jours")).to_be_visible()
    expect(phone.page.get_by_text("Calcul en cours")).to_have_count(0, timeout=30_000)
    for tab in phone.page.locator("body > nav.tabs a").all():
        expect(tab).to_be_in_viewport(ratio=1)
    phone.check_axe()
    phone.shot("desk-today-fr-phone")
    line = phone.page.get_by_role("link", name=re.compile("reconversions? demandée"))
    box = line.bounding_box()
    assert box is not None and box["width"] > 250 and box["height"] >= 44, "the whole line is the link"
    line.click()
    phone.page.wait_for_url("**/desk/money")


def test_an_auditor_finds_an_entry_and_checks_the_books_by_keyboard(either: Live, people: People) -> None:
    place = either.riv
    ada = place.open(place.ada.id, UNIT, MemberKind.PERSON)
    shop = place.open(place.ben.id, UNIT, MemberKind.BUSINESS)
    place.do(c.Issue, account=ada, currency=UNIT, amount=5_000, euros=5_000)
    paid = place.do(c.Pay, payer=ada, payee=shop, amount=1_234, currency=UNIT)
    desk = people(either, phone=False)
    desk.enter(Role.AUDITOR)
    desk.go("/desk/books")
    page = desk.page
    page.get_by_label("Kind").select_option("payments")
    page.get_by_label("Member").fill("ben")
    page.keyboard.press("Enter")
    page.wait_for_url("**who=ben**")
    entry = page.get_by_role("link", name=re.compile("Payment.*Ada → Ben's Bakery.*12\\.34"))
    expect(entry).to_have_count(1)
    entry.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Entry {paid.seq}", exact=True)).to_be_visible()
    desk.check_axe()
    page.get_by_role("link", name="Back to the journal").click()
    page.wait_for_url("**who=ben**")
    page.get_by_role("button", name="Check the books").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Good: every entry")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("Checked .* by auditor"))).to_be_visible()
    desk.check_axe()
    desk.shot("desk-books-checked")
