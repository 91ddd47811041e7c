"""The desk's side of journeys 1 and 9 in a browser: an application let in, a device enrolled by its code, an offer allowed."""

from __future__ import annotations

from playwright.sync_api import expect

from api.identity.people import Profile
from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live


def test_somebody_applies_and_is_let_in_with_a_code_for_the_telephone(town: Live, people: People) -> None:
    name = f"Nina {new_id().hex[-6:]}"
    profile = Profile(name=name, kind=MemberKind.PERSON, contact="nina@example.org", place="Romans")
    town.use.association.applications.apply(town.riv.community, new_id(), profile, cents=1_500)
    office = people(town, phone=False)
    office.authenticator()
    office.enter(Role.OPERATOR)
    office.go("/desk/members/applications")
    office.check_axe("applications")
    card = office.page.get_by_role("region", name=name)
    card.get_by_label("The dues have come").check()
    card.get_by_role("button", name="Let in").click()
    expect(office.page.get_by_text(f"{name} is a member now.")).to_be_visible()
    expect(office.page.get_by_text("Active", exact=True)).to_be_visible()
    expect(office.page.get_by_text("Paid through", exact=False).first).to_be_visible()
    office.check_axe("member")
    office.shot("desk-member")
    office.page.get_by_role("button", name="Enrolment code").click()
    office.page.locator("form[data-passkey] button[type=submit]").last.click()
    expect(office.page.get_by_role("img", name="Opens the page that enrols a device")).to_be_visible()
    office.check_axe("enrolment code")
    office.shot("desk-enrolment")


def test_members_are_searched_while_one_types(town: Live, people: People) -> None:
    office = people(town, lang="fr", phone=True, dark=True)
    office.enter(Role.OPERATOR)
    office.go("/desk/members")
    office.page.get_by_label("Nom, commune ou coordonnées").press_sequentially(town.riv.ada.name[:3], delay=60)
    expect(office.page.get_by_role("link", name=town.riv.ben.name)).to_have_count(0)
    expect(office.page.get_by_role("link", name=town.riv.ada.name)).to_be_visible()
    office.check_axe("search")
    office.shot("desk-search")


def test_the_coordinator_looks_at_an_offer(town: Live, people: People) -> None:
    place, title = town.riv, f"Sewing {new_id().hex[-6:]}"
    town.use.association.exchanges.post(
        place.community, place.ada.id, place.ada.account, kind="offer", title=title, category="home", text="Hems"
    )
    office = people(town, phone=False)
    office.enter(Role.OPERATOR)
    office.go("/desk/members/offers")
    office.page.get_by_role("region", name=title).get_by_role("button", name="Let through").click()
    expect(office.page.get_by_text("is on the board.")).to_be_visible()
    office.check_axe("offers")
