"""The observatory: journey 14 (a Region's evaluator compares pilots), and what everybody may see."""

from __future__ import annotations

from zipfile import ZipFile

from playwright.sync_api import expect

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.integration.served import STAFF, Place


def trade(place: Place, people: int, firms: int) -> None:
    """Members who pay each other, so that figures have enough behind them."""
    buyers = [place.join(f"Person {n} of {place.code}", MemberKind.PERSON) for n in range(people)]
    shops = [place.join(f"Firm {n} of {place.code}", MemberKind.BUSINESS) for n in range(firms)]
    for n, buyer in enumerate(buyers):
        for shop in (shops[n % firms], shops[(n + 1) % firms]):
            place.do(
                c.Pay, payer=buyer.account, payee=shop.account, amount=200 + n, currency=place.code
            )
    for n, shop in enumerate(shops):
        place.do(c.Pay, payer=shop.account, payee=shops[(n + 1) % firms].account, amount=300, currency=place.code)


def test_three_pilots_side_by_side(either: Live, people: People) -> None:
    """Same definitions, hidden cells marked, flags, an aim, CSV and XLSX with method notes, a question to one pilot."""
    use, tag = either.use, either.riv.community.hex[-3:].upper()
    places = [either.riv, Place(use, f"BIG{tag}", "Una", "Ulm"), Place(use, f"LIL{tag}", "Vic", "Val")]
    for place, name in zip(places, ("Rivage", "La Grande", "La Petite"), strict=True):
        use.identity.communities.call(place.community, name)
    trade(places[0], 14, 4)
    trade(places[1], 16, 5)
    trade(places[2], 1, 2)
    either.clock.days += 31  # figures are of months that have ended
    office = people(either, phone=False)
    office.enter(Role.REGION_READER)
    office.go("/observatory/pilots")
    office.check_axe("pilots, nothing chosen")
    for place in places:
        office.page.locator(f"input[value='{place.code}:{place.code}']").check()
    office.page.get_by_role("button", name="Compare").click()
    table = office.page.get_by_role("table")
    expect(table).to_be_visible(timeout=45_000)
    while office.page.get_by_text("are being computed").count():
        office.page.wait_for_timeout(1_000)
        office.page.reload()
    expect(table.get_by_role("rowheader", name="Registered members")).to_be_visible()
    expect(table.get_by_text("measured").first).to_be_visible()
    velocity = table.locator("tr", has_text="Velocity").or_(table.locator("tr", has_text="Payments, added up")).first
    expect(velocity.locator(".badge", has_text="hidden").first).to_be_visible()
    office.check_axe("pilots")
    office.shot("observatory-pilots")
    office.page.locator("select[name=goal_figure]").select_option("participation.registered")
    office.page.locator("input[name=goal_value]").fill("10")
    office.page.get_by_role("button", name="Keep the aim").click()
    expect(office.page.get_by_text("The target is kept.")).to_be_visible()
    expect(office.page.get_by_text("aim: 10")).to_be_visible()
    office.page.locator("textarea[name=text]").fill("Why so few members?")
    office.page.locator("select[name=pilot]").select_option(f"{places[2].code}:{places[2].code}")
    office.page.get_by_role("button", name="Send the question").click()
    expect(office.page.get_by_text("La Petite has your question.")).to_be_visible()
    (asked,) = use.association.region.questions(places[2].community, open_only=True)
    assert asked.text == "Why so few members?"
    use.association.region.answer(places[2].community, asked.id, "We began in May.", STAFF)
    kept = office.downloaded(lambda: office.page.get_by_role("link", name="CSV").click()).read_text()
    assert "Registered members" in kept and "Merkle root" in kept and "integral" in kept, "figures, root and formulas"
    with ZipFile(office.downloaded(lambda: office.page.get_by_role("link", name="XLSX").click())) as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()
    pdf = office.downloaded(lambda: office.page.get_by_role("link", name="Report (PDF) · Rivage").first.click())
    assert pdf.read_bytes().startswith(b"%PDF")


def test_everybody_sees_what_is_public_and_nothing_else(town: Live, people: People) -> None:
    trade(town.riv, 13, 3)
    town.clock.days += 31
    reader = people(town, lang="fr", dark=True)
    reader.go("/observatory")
    expect(reader.page.get_by_role("heading", name="Ce que font ici les monnaies locales")).to_be_visible()
    while reader.page.get_by_text("en cours de calcul").count():
        reader.page.wait_for_timeout(1_000)
        reader.page.reload()
    expect(reader.page.get_by_text("Adhérents inscrits").or_(reader.page.get_by_text("inscrits")).first).to_be_visible()
    reader.check_axe("public observatory")
    reader.shot("observatory-public-fr-dark-phone")
    town.use.association.region.show(town.riv.community, (), STAFF)
    reader.page.reload()
    expect(reader.page.get_by_text("Rien à voir encore")).to_be_visible()
    for path in ("/observatory/pilots", "/observatory/files/pilots.csv?pilot=RIV:RIV"):
        reader.go(path)
        assert "/signin" in reader.page.url
    answer = reader.page.request.get(f"{town.address}/observatory/charts/RIV:RIV/recirculation")
    assert answer.status == 404
