"""Getting in: a link, a device, a passkey; and showing again that one is there."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from sqlalchemy import update

from api.identity.devices import DeviceState
from api.identity.principal import Role
from api.identity.schema import session
from ledger.community.membership import MemberKind
from tests.browser.conftest import People
from tests.browser.live import Live


def test_a_link_signs_in_once_and_signing_out_ends_it(town: Live, people: People) -> None:
    office = people(town, phone=False)
    link = town.link(Role.OPERATOR)
    office.go(link)
    expect(office.page.get_by_role("heading", name="Welcome")).to_be_visible()
    office.page.get_by_role("button", name="Sign in").click()
    office.go("/account")
    expect(office.page.get_by_text("operator · Rivage")).to_be_visible()
    office.page.get_by_role("button", name="Sign out").click()
    expect(office.page.get_by_text("You are signed out.")).to_be_visible()
    office.go("/account")
    expect(office.page).to_have_url(re.compile("/signin"))
    office.go(link)
    expect(office.page.get_by_text("This link was used or is too old")).to_be_visible()


def test_a_device_makes_its_key_and_a_second_one_waits_for_the_first(town: Live, people: People) -> None:
    use, member = town.use, town.riv.join("Zoe", MemberKind.PERSON)
    phone, laptop = people(town), people(town, phone=False, lang="fr")
    phone.enrol(member.id)
    expect(phone.page.get_by_role("heading", name="Welcome, Zoe")).to_be_visible()
    assert len(use.ledger.reader.account(town.riv.community, member.account).keys) == 1

    laptop.enrol(member.id)
    expect(laptop.page.get_by_role("heading", name="Encore une étape")).to_be_visible()
    sign = laptop.page.locator(".print").inner_text()

    phone.go("/account")
    phone.page.get_by_role("link", name="Let it in").click()
    expect(phone.page.locator(".print")).to_have_text(sign)
    phone.page.get_by_role("button", name="They are the same").click()
    expect(phone.page.get_by_text("may pay from now on")).to_be_visible()
    found = use.identity.standings.of(town.riv.community, member.id)
    assert [each.state for each in found.devices] == [DeviceState.ACTIVE, DeviceState.ACTIVE]

    laptop.go("/account")
    laptop.page.locator("li", has_not=laptop.page.get_by_text("celui-ci")).get_by_text(
        "Écarter"
    ).first.click()
    laptop.page.get_by_role("button", name="L’écarter").first.click()
    expect(laptop.page.get_by_text("est écarté")).to_be_visible()
    phone.go("/account")
    expect(phone.page).to_have_url(re.compile("/signin"))


def test_a_device_that_has_no_key_cannot_let_another_one_in(town: Live, people: People) -> None:
    member = town.riv.join("Yan", MemberKind.PERSON)
    phone, stolen = people(town), people(town)
    phone.enrol(member.id)
    stolen.enrol(member.id)
    phone.page.evaluate("indexedDB.deleteDatabase('ricochet')")
    phone.go("/account")
    phone.page.get_by_role("link", name="Let it in").click()
    phone.page.get_by_role("button", name="They are the same").click()
    expect(phone.page.get_by_text("This device could not sign")).to_be_visible()


def test_a_passkey_is_added_and_signs_in(town: Live, people: People) -> None:
    office = people(town, phone=False)
    office.enter(Role.TREASURER)
    office.authenticator()
    office.go("/account")
    office.page.get_by_role("button", name="Add a passkey").click()
    expect(office.page.get_by_text("The passkey is kept.")).to_be_visible()
    office.page.get_by_role("button", name="Sign out").click()
    office.go("/account?lang=en")
    office.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(office.page).to_have_url(re.compile("/account"))
    expect(office.page.get_by_text("treasurer · Rivage")).to_be_visible()


def test_what_is_important_asks_for_a_passkey_and_then_goes_on(town: Live, people: People) -> None:
    office = people(town, phone=False)
    office.enter(Role.OPERATOR)
    office.authenticator()
    office.go("/account/authenticator")
    office.page.get_by_role("button", name="Show the code to scan").click()  # nothing to confirm with yet
    expect(office.page.get_by_role("img", name="QR code")).to_be_visible()
    office.go("/account")
    office.page.get_by_role("button", name="Add a passkey").click()
    expect(office.page.get_by_text("The passkey is kept.")).to_be_visible()
    office.page.get_by_role("button", name="Sign every other browser out").wait_for(state="detached")
    _forget_confirmation(town)
    office.page.get_by_role("listitem").get_by_role("button", name="Remove").click()
    expect(office.page.get_by_role("heading", name="Is it you?")).to_be_visible()
    office.shot("step-up")
    office.check_axe()
    office.page.get_by_role("button", name="Confirm with your passkey").click()
    expect(office.page.get_by_text("The passkey is removed.")).to_be_visible()


def test_without_any_passkey_one_is_made_on_the_way(town: Live, people: People) -> None:
    office = people(town, phone=False)
    office.enter(Role.OPERATOR)
    office.authenticator()
    office.go("/account")
    office.page.evaluate("""() => {
        const form = document.querySelector("form[action='/signout']");
        form.action = "/account/authenticator/removal"; form.querySelector("button").click();
    }""")
    expect(office.page.get_by_role("heading", name="Is it you?")).to_be_visible()
    office.check_axe()
    office.page.get_by_role("button", name="Make a passkey and go on").click()
    expect(office.page.get_by_text("The authenticator app is removed.")).to_be_visible()


def _forget_confirmation(town: Live) -> None:
    """Five minutes pass for every session."""
    with town.use.ledger.database.write.begin() as connection:
        connection.execute(update(session).values(step_up_until=0))
