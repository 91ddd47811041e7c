"""What a newcomer and the desk see of joining, on a telephone: facts that do not run together, a sheet of codes, the way to the wallet."""

from __future__ import annotations

from playwright.sync_api import expect

from api.identity.people import Profile
from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live

APART = """rows => rows.every(row => {
  const [label, value] = [row.children[0].getBoundingClientRect(), row.children[1].getBoundingClientRect()];
  return value.left - label.right >= 4 || value.top >= label.bottom - 1;
})"""


def test_a_long_contact_does_not_run_into_its_label(town: Live, people: People) -> None:
    name = f"Nell {new_id().hex[-6:]}"
    profile = Profile(name=name, kind=MemberKind.PERSON, contact="nell.of.the.long.address@cooperative.example.org")
    town.use.association.applications.apply(town.riv.community, new_id(), profile, cents=1_500)
    office = people(town, lang="fr")
    office.enter(Role.OPERATOR)
    office.go("/desk/members/applications")
    rows = office.page.get_by_role("region", name=name).locator(".facts > div")
    assert rows.count() >= 6 and rows.evaluate_all(APART)


def test_a_sheet_of_codes_is_made_at_the_desk(town: Live, people: People) -> None:
    name = f"Alba {new_id().hex[-6:]}"
    town.use.identity.people.create(
        town.riv.community, new_id(), Profile(name=name, kind=MemberKind.PERSON)
    )
    office = people(town, phone=False)
    office.authenticator()
    office.enter(Role.OPERATOR)
    office.go("/desk/members")
    office.page.get_by_role("link", name="Codes for a list").click()
    expect(office.page.get_by_text(name)).to_be_visible()
    office.page.get_by_role("button", name="Make the sheet").click()
    office.page.locator("form[data-passkey] button[type=submit]").last.click()
    card = office.page.get_by_role("region", name=name)
    expect(card.get_by_role("img", name="Opens the page that enrols a device")).to_be_visible()
    office.check_axe("sheet of codes")
    office.shot("desk-codes")
    office.page.emulate_media(media="print")
    expect(office.page.get_by_text("Print it now")).to_be_hidden()
    expect(card).to_be_visible()


def test_a_code_that_is_typed_and_a_passkey_lead_to_the_wallet(town: Live, people: People) -> None:
    uid = new_id()
    town.use.identity.people.create(town.riv.community, uid, Profile(name="Ines", kind=MemberKind.PERSON))
    code = town.code(uid).rsplit("/", 1)[1]
    guest = people(town)
    guest.authenticator()
    guest.go("/")
    guest.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    guest.page.get_by_label("Enrolment code").fill(code.lower())
    guest.page.get_by_role("button", name="Go on").click()
    guest.page.locator("form[data-enrol] button[type=submit]").click()
    guest.page.wait_for_url("**/welcome")
    guest.page.get_by_role("button", name="Add a passkey").click()
    guest.page.wait_for_url("**/wallet")
    expect(guest.page.get_by_text("The passkey is kept")).to_be_visible()
