"""Journey 16 in two browsers: a resident says goodbye on the telephone, the desk finishes it; and a map is handed in."""

from __future__ import annotations

from playwright.sync_api import expect

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core.commands import Pay
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.unit.test_territory import NEXT, collection, commune


def test_a_resident_leaves_and_sees_how_far_it_is(town: Live, people: People) -> None:
    place = town.riv
    eve = place.join(f"Eve {new_id().hex[-6:]}", MemberKind.PERSON)
    place.do(Pay, payer=place.ada.account, payee=eve.account, amount=300, currency=place.code)
    phone, office = people(town, lang="fr", phone=True), people(town, phone=False)
    phone.go(town.link(Role.MEMBER, owner=eve.id))
    phone.page.locator("main form button[type=submit]").click()
    phone.go("/wallet/leave")
    phone.check_axe("before")
    phone.page.get_by_label("Je le dépense d’abord").check()
    phone.page.get_by_role("button", name="Je pars").click()
    expect(phone.page.get_by_text("Votre association est prévenue.")).to_be_visible()
    phone.check_axe("said")
    phone.shot("wallet-leaving")

    office.enter(Role.OPERATOR)
    office.go("/desk")
    office.page.get_by_role("link", name="who leave").or_(office.page.get_by_role("link", name="who leaves")).click()
    office.page.get_by_role("link", name=eve.name).click()
    office.page.get_by_role("button", name="Note the notice").click()
    expect(office.page.get_by_text("has given notice")).to_be_visible()
    expect(office.page.get_by_role("button", name="Close the accounts: has left")).to_have_count(0)
    office.check_axe("notice")
    phone.go("/wallet/leave")
    expect(phone.page.get_by_text("Vous pouvez dépenser ce que vous avez jusqu’au")).to_be_visible()

    place.do(Pay, payer=eve.account, payee=place.ben.account, amount=300, currency=place.code)
    office.page.reload()
    office.page.get_by_role("button", name="Close the accounts: has left").click()
    expect(office.page.get_by_text(f"{eve.name} has left.")).to_be_visible()
    phone.go("/wallet/leave")
    expect(phone.page.get_by_text("Vos comptes sont clos.", exact=False)).to_be_visible()
    phone.check_axe("left")


def test_a_map_is_handed_in_looked_at_and_shown(town: Live, people: People) -> None:
    office = people(town, lang="fr", phone=True, dark=True)
    office.enter(Role.OPERATOR)
    office.go("/desk/territory")
    content = collection(commune("Romans"), commune("Die", "Polygon", [NEXT])).encode()
    office.page.get_by_label("Fichier GeoJSON").set_input_files(
        {"name": "communes.geojson", "mimeType": "application/geo+json", "buffer": content}
    )
    office.page.get_by_role("button", name="La lire").click()
    expect(office.page.get_by_text("2 communes sont lues. Vérifiez la carte.")).to_be_visible()
    office.check_axe("map")
    office.shot("desk-map")
    office.page.get_by_role("button", name="La montrer aux adhérents").click()
    expect(office.page.get_by_text("Les adhérents voient maintenant cette carte.")).to_be_visible()
    office.page.get_by_role("button", name="Ne plus montrer de carte").click()
    expect(office.page.get_by_text("Pas encore de carte")).to_be_visible()
