"""A card with purses in a browser: journey 10 of the domain's rulebook."""

from __future__ import annotations

from uuid import UUID

from playwright.sync_api import expect

from api.identity.requests import Asked
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.policy import Policy, Programme
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.wallets import balance, listed
from tests.integration.served import STAFF


def test_a_card_with_purses(either: Live, people: People) -> None:
    """Journey 10: 62 of 70 from manuels, the second book 8 from loisir and 8 of one's own; a lost card is dead at once."""
    riv, use = either.riv, either.use
    purses = (
        Programme(code="manuels", budget=100_000, sectors=("47.61Z",)),
        Programme(code="loisir", budget=100_000, sectors=("47.61Z",)),
    )
    riv.do(c.DefineCurrency, code="CARD", scale=2, model=Model.EARMARKED, policy=Policy(programmes=purses))
    pupil, shop = riv.join("Lina", MemberKind.PERSON), riv.join("Book Nook", MemberKind.BUSINESS)
    listed(riv, shop, sectors=("47.61Z",), place="Romans")
    held = {name: new_id() for name in ("manuels", "loisir", "shop")}
    for name, granted in (("manuels", 7_000), ("loisir", 800)):
        riv.do(c.OpenAccount, account=held[name], currency="CARD", kind=AccountKind.PURSE, programme=name)
        use.identity.account_opened(riv.community, pupil.id, held[name])
        riv.do(c.Grant, account=held[name], amount=granted)
    riv.do(
        c.OpenAccount, account=held["shop"], currency="CARD", kind=AccountKind.BUSINESS, sectors=("47.61Z",)
    )
    use.identity.account_opened(riv.community, shop.id, held["shop"])
    phone = people(either)
    phone.enrol(pupil.id)

    def asked(amount: int, currency: str, payee: UUID) -> str:
        made, _ = use.identity.requests.make(
            riv.community,
            new_id(),
            shop.id,
            Asked(payee=payee, amount=amount, currency=currency, memo="Books"),
        )
        return f"/p/{made.token}"

    phone.go(asked(6_200, "CARD", held["shop"]))
    phone.page.get_by_role("button", name="Pay 62.00").click()
    phone.page.wait_for_url("**/receipt/*")
    assert "beneficiary" not in phone.page.content().lower()
    phone.go(asked(800, "CARD", held["shop"]) + f"?from={held['loisir']}")
    phone.page.get_by_role("button", name="Pay 8.00").click()
    phone.page.wait_for_url("**/receipt/*")
    phone.go(asked(800, "RIV", shop.account))
    phone.page.get_by_role("button", name="Pay 8.00").click()
    phone.page.wait_for_url("**/receipt/*")
    assert [balance(either, held[name]) for name in ("manuels", "loisir", "shop")] == [800, 0, 7_000]
    phone.go("/wallet/purses")
    expect(phone.page.get_by_role("region", name="Manuels")).to_contain_text("8.00")
    expect(phone.page.get_by_role("region", name="Manuels")).to_contain_text("Bookshop")
    phone.check_axe("purses")
    phone.shot("wallet-purses-phone")
    supply = {each.currency: each.circulation for each in use.ledger.reader.supply(riv.community)}
    assert supply["CARD"] == 7_800, "what the Region sees is sums: 70 with the shop, 8 left"

    waiting = asked(100, "CARD", held["shop"])
    (device,) = use.identity.devices.of(riv.community, pupil.id)
    use.identity.devices.revoke(riv.community, device.id, STAFF)
    phone.go(waiting)
    expect(phone.page.get_by_role("link", name="Sign in and pay")).to_be_visible()
    assert balance(either, held["manuels"]) == 800, "what is on the card is kept"
