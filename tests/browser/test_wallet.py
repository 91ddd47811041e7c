"""The wallet in a browser: journeys 1 and 6 of the domain's rulebook."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import expect

from api.identity.people import Profile
from api.identity.principal import Principal, Role
from ledger.community.membership import MemberKind, MemberState
from ledger.core import commands as c
from ledger.core.errors import Code, Rejected
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.wallets import balance, listed
from tests.integration.served import STAFF, Place


def test_a_resident_joins_and_loads(either: Live, people: People) -> None:
    """Journey 1: the form, no top-up before the dues, then an account, units, and where to spend them."""
    riv, use = either.riv, either.use
    club = new_id()
    use.identity.people.create(
        riv.community, club, Profile(name="Rowing Club", kind=MemberKind.ASSOCIATION, listed=True)
    )
    for name in ("Ash Bakery", "Birch Books", "Cedar Cheese"):
        shop = riv.join(name, MemberKind.BUSINESS)
        riv.open(shop.id, "RIV-B", MemberKind.BUSINESS)
        listed(riv, shop, place="Romans", sectors=("10.71C",))
    guest = people(either)
    guest.go("/join/RIV")
    guest.page.get_by_role("textbox", name="Name").fill("Nina Nord")
    guest.page.get_by_label("E-mail or telephone").fill("nina@example.org")
    guest.page.get_by_label("Town").fill("Romans")
    guest.page.get_by_label("Your dues for a year").fill("2")
    guest.page.get_by_label("Which association").select_option(label="Rowing Club")
    guest.page.get_by_role("button", name="Send it").click()
    expect(guest.page.get_by_text("Say that you agree")).to_be_visible()
    expect(guest.page.get_by_text("Dues are free from 5.00")).to_be_visible()  # both at once
    guest.check_axe("join, refused")
    guest.page.get_by_label("I agree with the charter").check()
    guest.page.get_by_role("button", name="Send it").click()
    expect(guest.page.get_by_text("Dues are free from 5.00")).to_be_visible()
    guest.page.get_by_label("Your dues for a year").fill("15")
    guest.page.get_by_role("button", name="Send it").click()
    guest.page.wait_for_url("**/join/RIV/thanks")
    guest.shot("join-thanks-phone")

    (nina, said), *_ = [
        each for each in use.association.applications.waiting(riv.community) if each[0].name == "Nina Nord"
    ]
    assert (nina.state, said.cents, said.sponsor) == (MemberState.PENDING, 1_500, club)
    account = riv.open(nina.id, "RIV-B", MemberKind.PERSON)
    with pytest.raises(Rejected) as refused:
        riv.do(c.Issue, account=account, currency="RIV-B", amount=5_000, euros=5_000)
    assert refused.value.code is Code.ACCOUNT_FROZEN, "no top-up before the dues"
    use.association.dues.receive(riv.community, new_id(), nina.id, 1_500, "EUR", 12, STAFF)
    use.identity.people.change(riv.community, nina.id, nina.version, {"state": MemberState.ACTIVE})
    use.identity.states.enforce(riv.community, nina.id, STAFF)
    riv.do(c.Issue, account=account, currency="RIV-B", amount=5_000, euros=5_000)

    guest.enrol(nina.id)
    guest.go("/wallet")
    expect(guest.page.get_by_text("You can spend 50.00 RIV-B.")).to_be_visible()
    near = guest.page.get_by_role("region", name="Where to spend near you")
    expect(near.get_by_role("link", name="Ash Bakery", exact=True)).to_be_visible()
    guest.shot("wallet-first-phone")
    guest.check_axe("wallet, first time")
    near.get_by_role("link", name="Pay Birch Books").click()
    guest.page.get_by_label("Amount").fill("12,50")
    guest.page.get_by_label("What it is for").fill("A novel")
    guest.page.get_by_role("button", name="Go on").click()
    expect(guest.page.get_by_text("37.50 RIV-B")).to_be_visible()
    guest.check_axe("pay, check")
    guest.shot("wallet-pay-check-phone")
    guest.page.get_by_role("button", name="Pay 12.50").click()
    guest.page.wait_for_url("**/receipt/*")
    expect(guest.page.get_by_text("A novel")).to_be_visible()
    assert balance(either, account) == 3_750


def test_a_merchant_spends_again_instead_of_reconverting(either: Live, people: People) -> None:
    """Journey 6: 1,200: 700 to the printer, 100 to an employee who asks, dues of 10, 390 asked back: 370.50 euros."""
    riv, use = either.riv, either.use
    grocer, printer, emma = (
        riv.join("Good Grocer", MemberKind.BUSINESS), riv.join("Proper Printer", MemberKind.BUSINESS),
        riv.join("Emma Employee", MemberKind.PERSON),
    )  # fmt: skip
    mine, theirs, _ = (
        riv.open(who.id, "RIV-B", kind)
        for who, kind in (
            (grocer, MemberKind.BUSINESS),
            (printer, MemberKind.BUSINESS),
            (emma, MemberKind.PERSON),
        )
    )
    use.identity.approvals.approve(_treasurer(riv), riv.community, _proposed(riv, _issue(riv, mine, 120_000)))
    shop, phone = people(either, phone=False), people(either)
    shop.enrol(grocer.id)
    phone.enrol(emma.id)

    shop.go("/wallet/pay")
    shop.page.get_by_role("searchbox", name="Name").press_sequentially("proper")
    shop.page.locator(f"a[href='/wallet/pay/{theirs}']").click()
    shop.page.get_by_label("Amount").fill("700")
    shop.page.get_by_label("What it is for").fill("Invoice 2026-88")
    shop.page.get_by_role("button", name="Go on").click()
    shop.page.get_by_role("button", name="Pay 700.00").click()
    shop.page.wait_for_url("**/receipt/*")

    phone.go(f"/wallet/requests/new?to={mine}")
    expect(phone.page.get_by_role("heading", name="Ask Good Grocer")).to_be_visible()
    phone.page.get_by_label("Amount").fill("100")
    phone.page.get_by_label("What it is for").fill("Part of my wage")
    phone.page.get_by_role("button", name="Ask").click()
    phone.page.wait_for_url("**/wallet/requests/*")
    shop.go("/wallet")
    shop.page.get_by_role("link", name="Look and pay").click()
    shop.page.get_by_role("button", name="Pay 100.00").click()
    shop.page.wait_for_url("**/receipt/*")
    phone.page.reload()
    expect(phone.page.get_by_text("It is paid.")).to_be_visible()

    riv.do(c.ChargeFee, account=mine, amount=1_000)
    shop.go("/wallet/reconversion")
    shop.page.get_by_label("Amount").fill("390")
    shop.page.get_by_label("Number of your invoice").fill("2026-14")
    shop.page.get_by_role("button", name="Ask for it").click()
    expect(shop.page.get_by_text("you get 370.50 €")).to_be_visible()
    shop.check_axe("reconversion")
    shop.shot("wallet-reconversion")
    (wish,) = use.association.reconversions.waiting(riv.community)
    before = _reserve(riv)
    redeem = c.Redeem(
        id=wish.redemption, community=riv.community, actor=STAFF, account=wish.account, currency=wish.currency,
        amount=wish.amount, invoice=wish.invoice,
    )  # fmt: skip
    use.identity.approvals.approve(_treasurer(riv), riv.community, _proposed(riv, redeem))
    assert _reserve(riv) == before - 39_000, "the dedicated account falls by the whole"
    assert balance(either, mine) == 0
    shop.page.reload()
    expect(shop.page.get_by_text("done", exact=True)).to_be_visible()
    assert use.association.reconversions.waiting(riv.community) == []

    shop.go("/wallet/history")
    shop.page.get_by_role("link", name="RIV-B").click()
    shop.page.get_by_role("searchbox").fill("2026-88")
    shop.page.get_by_role("button", name="Search").click()
    lines = shop.page.locator("#lines li")
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text("Proper Printer")
    shop.page.get_by_role("searchbox").fill("100")
    shop.page.keyboard.press("Enter")
    expect(lines.first).to_contain_text("Emma Employee")
    kept = shop.downloaded(lambda: shop.page.get_by_role("link", name="CSV").click()).read_text()
    assert kept.count("\n") == 6 and "Proper Printer" in kept and "redeem" in kept


def _issue(place: Place, account: UUID, amount: int) -> c.Issue:
    return c.Issue(
        id=new_id(),
        community=place.community,
        actor=STAFF,
        account=account,
        currency="RIV-B",
        amount=amount,
        euros=amount,
    )


def _treasurer(place: Place) -> Principal:
    """A second person who may approve."""
    return Principal(new_id(), place.community, frozenset({Role.TREASURER}), frozenset({"issue", "operate"}))


def _proposed(place: Place, command: c.Command) -> UUID:
    """The proposal of a command that needs a second person."""
    by = Principal(STAFF, place.community, frozenset({Role.TREASURER}), frozenset({"issue", "operate"}))
    action = "redemptions.create" if isinstance(command, c.Redeem) else "issues.create"
    return place.use.identity.propose(by, action, command).id


def _reserve(place: Place) -> int:
    """The euros behind the digital units."""
    (found,) = [
        each.reserve for each in place.use.ledger.reader.supply(place.community)
        if each.currency == "RIV-B" and each.form.value == "digital"
    ]  # fmt: skip
    assert found is not None
    return found
