"""The frame's scripts in the browser: no network, forms sent once, parts swapped, live screens, the keyboard, signatures."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from api.identity.principal import Role
from api.signed import read_signed
from ledger.core import commands as c
from ledger.core import signing
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.person import Person


def module(town: Live, name: str) -> str:
    """Where a module of ours is served."""
    return town.pages.statics.url(name)


# --- no network ---


def test_a_lost_network_is_said_at_once_and_nothing_can_be_sent(town: Live, people: People) -> None:
    person = people(town)
    person.enter(Role.AUDITOR)
    person.go("/account")
    button = person.page.get_by_role("button", name="Sign out")
    person.context.set_offline(True)
    expect(person.page.get_by_text("You are offline.")).to_be_visible()
    expect(button).to_be_disabled()
    person.check_axe()
    person.shot("offline")
    person.context.set_offline(False)
    expect(person.page.get_by_text("You are offline.")).to_be_hidden()
    expect(button).to_be_enabled()


def kept_for_later(town: Live, person: Person) -> None:
    """Let the service worker look after /account, as it does after /wallet and /till."""
    person.enter(Role.MEMBER)
    person.go("/account")
    person.page.evaluate(
        """async () => {
            const made = await navigator.serviceWorker.register("/sw.js", { scope: "/account" });
            const worker = made.installing ?? made.waiting ?? made.active;
            for (let turn = 0; worker.state !== "activated" && turn < 200; turn++) await new Promise((wait) => setTimeout(wait, 20));
        }"""
    )
    person.page.reload()
    expect(person.page.get_by_role("heading", name="Ada")).to_be_visible()


def test_without_a_network_the_last_copy_is_shown_and_marked(town: Live, people: People) -> None:
    person = people(town)
    kept_for_later(town, person)
    person.context.set_offline(True)
    person.page.reload()
    expect(person.page.get_by_role("heading", name="Ada")).to_be_visible()
    notice = person.page.locator("#offline")
    expect(notice).to_have_text(re.compile(r"As of .*20\d\d.*, offline\. Nothing can be paid or changed"))
    expect(person.page.get_by_role("button", name="Sign out")).to_be_disabled()
    expect(person.page.locator("link[rel=stylesheet]")).to_have_count(1)
    assert (
        person.page.evaluate("getComputedStyle(document.querySelector('.button')).borderRadius") != "0px"
    ), "in our look"
    person.context.set_offline(False)
    expect(notice).to_be_hidden(timeout=15_000)
    person.complaints.clear()  # Chromium says that it could not reload


def test_who_signs_out_leaves_no_copy_behind(town: Live, people: People) -> None:
    person = people(town)
    kept_for_later(town, person)
    assert person.page.evaluate("caches.has('ricochet-pages')")
    person.page.get_by_role("button", name="Sign out").click()
    expect(person.page.get_by_text("You are signed out.")).to_be_visible()
    person.page.wait_for_function("caches.has('ricochet-pages').then((has) => !has)")
    assert not person.page.evaluate("caches.has('ricochet-pages')")


# --- forms and parts ---


def test_a_form_is_sent_once_however_often_one_presses(town: Live, people: People) -> None:
    person = people(town)
    person.enter(Role.AUDITOR)
    person.go("/account")
    sent: list[str] = []

    def slowly(route: Route) -> None:
        sent.append(route.request.url)
        time.sleep(0.3)
        route.continue_()

    person.page.route("**/signout", slowly)
    person.page.get_by_role("button", name="Sign out").dblclick()
    expect(person.page.get_by_text("You are signed out.")).to_be_visible()
    assert len(sent) == 1


def test_a_part_of_a_page_is_swapped_while_somebody_types(town: Live, people: People) -> None:
    person = people(town)
    person.enter(Role.MEMBER)
    person.go("/account")
    person.page.evaluate(
        """async (address) => {
            document.querySelector("#main").insertAdjacentHTML("beforeend",
                '<form method="get" action="/account" data-swap="#passkeys" data-typing><input name="q" aria-label="q"></form>');
            document.querySelector("#passkeys").dataset.old = "yes";
            (await import(address)).begin();
        }""",
        module(town, "swap.js"),
    )
    person.page.get_by_label("q").press_sequentially("ada")
    expect(person.page.locator("#passkeys[data-old]")).to_have_count(0)
    expect(person.page.locator("#passkeys")).to_have_count(1)
    expect(person.page).to_have_url(re.compile(r"/account\?q=ada$"))
    expect(person.page.get_by_label("q")).to_be_focused()


def test_a_live_screen_comes_back_where_it_stopped(town: Live, people: People) -> None:
    person = people(town)
    person.go("/")
    asked: list[str] = []

    def stream(route: Route) -> None:
        asked.append(route.request.url)
        body = f'id: {len(asked)}\nevent: paid\ndata: {{"n": {len(asked)}}}\n\n'
        route.fulfill(status=200, content_type="text/event-stream", body=body)

    person.page.route("**/till/stream*", stream)
    person.page.evaluate(
        """async (address) => {
            const { listen, announce } = await import(address);
            window.heard = [];
            window.stop = listen("/till/stream", { paid: (data, id) => { heard.push([data.n, id]); announce(`paid ${id}`); } });
        }""",
        module(town, "live.js"),
    )
    expect(person.page.locator("#live")).to_have_text("paid 3", timeout=10_000)
    person.page.evaluate("stop()")
    assert person.page.evaluate("heard.slice(0, 3)") == [[1, "1"], [2, "2"], [3, "3"]]
    assert [url.partition("/till/stream")[2] for url in asked[:3]] == ["", "?after=1", "?after=2"]
    expect(person.page.locator("#offline")).to_be_visible()


# --- the keyboard ---


def test_the_first_key_leads_past_the_navigation(town: Live, people: People) -> None:
    person = people(town, phone=False)
    person.go("/signin")
    person.page.keyboard.press("Tab")
    skip = person.page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    person.shot("focus")
    person.page.keyboard.press("Enter")
    expect(person.page.locator("#main")).to_be_focused()
    person.page.keyboard.press("Tab")
    expect(person.page.get_by_role("button", name="Sign in with a passkey")).to_be_focused()


def test_a_refused_form_takes_the_focus_to_what_is_wrong(town: Live, people: People) -> None:
    person = people(town)
    person.go("/e/RIV-0000-0000-0000")
    person.page.get_by_label("What this device is called").fill("My phone")
    person.page.get_by_role("button", name="Make the key").click()
    notice = person.page.get_by_role("alert").filter(has_text="This code is not good")
    expect(notice).to_be_focused()
    expect(person.page.get_by_label("What this device is called")).to_have_value("My phone")
    person.check_axe()


# --- signatures ---

HARD = ['"quoted"\\', "é ü ß 漢字 🦊", "line\nbreak\ttab\u0001", "\u2028\u2029", "</script>&amp;", ""]


def test_the_browser_writes_canonical_json_as_the_ledger_does(town: Live, people: People) -> None:
    person = people(town)
    person.go("/")
    value: Any = {"z": HARD, "a": {"b": 2**53 - 1, "B": 0, "aa": [True, False, {"y": 1, "x": -5}]}, "ab": "1"}
    said = person.page.evaluate(
        "async ([address, value]) => (await import(address)).canonical(value)",
        [module(town, "device.js"), value],
    )
    assert said.encode() == signing.canonical_json(value)


def test_the_server_reads_what_the_browser_signs(town: Live, people: People) -> None:
    person, member = (
        people(town),
        town.riv.join("Ulla", town.use.identity.people.get(town.riv.community, town.riv.ada.id).kind),
    )
    person.enrol(member.id)
    account = town.use.ledger.reader.account(town.riv.community, member.account)
    command = c.Pay(id=new_id(), community=town.riv.community, actor=member.id, payer=member.account,
                    payee=town.riv.ben.account, amount=250, currency="RIV", activity="pain, « bio » & thé")  # fmt: skip
    order = {"command": signing.payload(command), "keys": [signing.b64(key) for key in account.keys]}
    text = person.page.evaluate(
        "async ([address, order]) => (await import(address)).sign(order)", [module(town, "device.js"), order]
    )
    read = read_signed(text, c.Pay)
    assert read.signature is not None and signing.signature_holds(read, read.signature)
    assert town.use.ledger.submit(read).transfers[0].posted == 250


def test_the_key_cannot_be_taken_out_of_the_browser(town: Live, people: People) -> None:
    person = people(town)
    person.enrol(
        town.riv.join("Tom", town.use.identity.people.get(town.riv.community, town.riv.ada.id).kind).id
    )
    said = person.page.evaluate(
        """async (address) => {
            const [mine] = await (await import(address)).kept();
            return crypto.subtle.exportKey("pkcs8", mine.key).then(() => "taken", (error) => error.name);
        }""",
        module(town, "device.js"),
    )
    assert said == "InvalidAccessError"


@pytest.mark.parametrize("path", ["/", "/signin"])
def test_pages_work_without_scripts(town: Live, browser: Any, path: str) -> None:
    window = browser.new_context(base_url=town.address, java_script_enabled=False, locale="en-GB")
    page = window.new_page()
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if path == "/signin":
        expect(page.get_by_text("or its scripts are switched off")).to_be_visible()
    window.close()
