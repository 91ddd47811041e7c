"""What a resident does every day in the wallet: say no, look for a place, scan, look where the units went, be offline."""

from __future__ import annotations

import json
from pathlib import Path

import segno
from playwright.sync_api import expect

from api.identity.principal import Role
from api.identity.requests import Asked
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.wallets import balance, listed
from tests.integration.served import STAFF


def test_saying_no_and_asking_in_vain(town: Live, people: People) -> None:
    """A request is refused; what nobody has is told as a need without a name; the code of a picture is read."""
    riv, use = town.riv, town.use
    dora = riv.join("Dora", MemberKind.PERSON)
    asked, _ = use.identity.requests.make(
        riv.community,
        new_id(),
        riv.ben.id,
        Asked(payee=riv.ben.account, amount=500, currency="RIV", payer=dora.account),
    )
    phone = people(town, lang="fr")
    phone.enrol(dora.id)
    phone.go("/wallet")
    phone.page.get_by_role("button", name="Dire non").click()
    expect(phone.page.get_by_text("Vous avez dit non.")).to_be_visible()
    assert use.identity.requests.get(riv.community, asked.id).state == "rejected"
    phone.go("/wallet/places")
    phone.page.get_by_role("searchbox").fill("caisses bois")
    phone.page.keyboard.press("Enter")
    expect(phone.page.get_by_text("Personne ne l’a encore")).to_be_visible()
    assert not use.association.needs.unmet(riv.community, fewest=1), "looking is not telling"
    phone.check_axe("places, none")
    phone.page.get_by_role("button", name="Dire à l’association que vous le cherchez").press("Enter")
    expect(phone.page.get_by_text("C’est noté, sans votre nom")).to_be_visible()
    assert [need.words for need in use.association.needs.unmet(riv.community, fewest=1)] == ["caisses bois"]


def test_places_on_a_map_by_finger_or_by_list(town: Live, people: People) -> None:
    """Where the community gave its communes, they are drawn; a tap or the list shows one town's places."""
    riv = town.riv
    squares = [
        {
            "type": "Feature", "properties": {"nom": name},
            "geometry": {"type": "Polygon", "coordinates": [[[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]]},
        }
        for name, x, y in (("Romans", 5.0, 45.0), ("Die", 5.1, 45.0), ("Crest", 5.0, 45.1))
    ]  # fmt: skip
    town.use.association.territories.put(
        riv.community, json.dumps({"type": "FeatureCollection", "features": squares}), STAFF
    )
    listed(riv, riv.join("Map Mill", MemberKind.BUSINESS), place="Romans", sectors=("10.71C",))
    listed(riv, riv.join("Map Market", MemberKind.BUSINESS), place="Die", sectors=("47.81Z",))
    for phone in (people(town, lang="fr"), people(town, lang="fr", phone=False, dark=True)):
        phone.enter(Role.MEMBER)
        phone.go("/wallet/places")
        phone.shot(f"wallet-map-{phone.page.viewport_size['width']}")  # type: ignore[index]
        phone.check_axe("places with a map")
        phone.page.locator(".map path").nth(0).click()
        expect(phone.page.get_by_role("link", name="Map Mill", exact=True)).to_be_visible()
        expect(phone.page.get_by_role("link", name="Map Market", exact=True)).to_have_count(0)


def test_paying_by_keyboard_alone(town: Live, people: People) -> None:
    """Search, choose, amount, look, pay: Tab and Enter are enough."""
    riv = town.riv
    ken = riv.join("Ken", MemberKind.PERSON)
    desk = people(town, phone=False)
    desk.enrol(ken.id)
    desk.go("/wallet/pay")
    desk.page.get_by_role("searchbox").focus()
    desk.page.keyboard.type("ben's")
    found = desk.page.locator("#found a").first
    expect(found).to_have_text("Ben's Bakery")
    for _ in range(2):
        desk.page.keyboard.press("Tab")
    expect(found).to_be_focused()
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_label("Amount")).to_be_focused()
    desk.page.keyboard.type("2,40")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("button", name="Pay 2.40")).to_be_focused()
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/receipt/*")
    assert balance(town, ken.account) == -240


def test_a_picture_of_a_code_leads_to_the_payment(town: Live, people: People, tmp_path: Path) -> None:
    """Where the browser cannot read codes, the page makes the picture grey and small, and the server reads it."""
    riv, use = town.riv, town.use
    made, _ = use.identity.requests.make(
        riv.community, new_id(), riv.ben.id, Asked(payee=riv.ben.account, amount=120, currency="RIV")
    )
    phone = people(town)
    phone.enrol(riv.join("Cam", MemberKind.PERSON).id)
    picture = tmp_path / "code.png"
    segno.make_qr(f"{town.address}/p/{made.token}").save(str(picture), scale=16, border=20)  # as large as a photo
    phone.go("/wallet/scan")
    phone.page.get_by_label("Or take a picture").set_input_files(picture)
    phone.page.wait_for_url(f"**/p/{made.token}")
    expect(phone.page.get_by_role("button", name="Pay 1.20")).to_be_visible()


def test_where_the_units_went_next(town: Live, people: People) -> None:
    """Seven shops were paid; what they did with it is told together, and of four nothing is."""
    riv = town.riv
    buyer = riv.join("Rica", MemberKind.PERSON)
    phone = people(town)
    phone.enrol(buyer.id)
    shops = [riv.join(f"Corner {n}", MemberKind.BUSINESS) for n in range(7)]
    farms = [riv.join(f"Field {n}", MemberKind.BUSINESS) for n in range(3)]
    for each in farms:
        listed(riv, each, sectors=("01.13Z",), place="Die")
    for at, shop in enumerate(shops):
        if at == 4:
            phone.go("/wallet/ricochet")
            expect(phone.page.get_by_text("Not yet: too few people")).to_be_visible()
        phone.go(f"/wallet/pay/{shop.account}")
        phone.page.get_by_label("Amount").fill("1")
        phone.page.get_by_role("button", name="Go on").click()
        phone.page.get_by_role("button", name="Pay 1.00").click()
        phone.page.wait_for_url("**/receipt/*")
        riv.do(c.Pay, payer=shop.account, payee=farms[at % 3].account, amount=60, currency="RIV")
    phone.go("/wallet/ricochet")
    expect(phone.page.get_by_text("about 60 % was spent again")).to_be_visible()
    expect(phone.page.get_by_text("Market garden").first).to_be_visible()
    assert "Field" not in phone.page.content() and "Corner" not in phone.page.content(), "nobody is named"
    phone.check_axe("ricochet")
    phone.shot("wallet-ricochet-phone")


def test_without_a_network_the_last_balance_is_marked_as_old(town: Live, people: People) -> None:
    phone = people(town)
    phone.enrol(town.riv.join("Orla", MemberKind.PERSON).id)
    phone.go("/wallet")
    phone.page.evaluate("navigator.serviceWorker.ready")
    phone.page.reload()
    phone.page.reload()
    phone.context.set_offline(True)
    phone.go("/wallet")
    expect(phone.page.locator("#offline")).to_contain_text("offline")
    expect(phone.page.get_by_text("You have", exact=True)).to_be_visible()
    phone.shot("wallet-offline-phone")
    phone.context.set_offline(False)
    phone.complaints = [said for said in phone.complaints if "ERR_INTERNET_DISCONNECTED" not in said]
