"""Exchanges of time in a browser: journey 9 of the domain's rulebook, and who signs first."""

from __future__ import annotations

from uuid import UUID

from playwright.sync_api import expect

from ledger.community.exchanges import Listing
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import Model
from ledger.core.policy import Policy, Sphere
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.wallets import balance
from tests.integration.served import STAFF


def test_an_exchange_of_time(either: Live, people: People) -> None:
    """Journey 9: ironing asked, let through by the coordinator, 1 h 30 agreed, both confirm, the receiver's device signs."""
    riv, use = either.riv, either.use
    rules = Policy(default_line=900, default_ceiling=3_600, step=15, spheres=True)
    riv.do(c.DefineCurrency, code="RIV-H", scale=0, model=Model.TIME, policy=rules)
    asks, gives = (riv.join(name, MemberKind.PERSON) for name in ("Alma", "Gus"))
    hers, his = (riv.open(who.id, "RIV-H", MemberKind.PERSON) for who in (asks, gives))
    alma, gus = people(either), people(either, lang="fr", dark=True)
    alma.enrol(asks.id)
    gus.enrol(gives.id)

    alma.go("/wallet/exchanges")
    alma.page.get_by_role("link", name="Offer or ask").first.click()
    alma.page.get_by_label("I ask").check()
    alma.page.get_by_label("In a few words").fill("Ironing")
    alma.page.get_by_label("Kind of help").fill("household")
    alma.page.get_by_role("button", name="Send it").click()
    expect(alma.page.get_by_text("waits for the coordinator")).to_be_visible()
    gus.go("/wallet/exchanges")
    expect(gus.page.get_by_text("Ironing")).to_have_count(0)
    (offer,) = use.association.exchanges.board(riv.community, Listing.PROPOSED)
    use.association.exchanges.decide(riv.community, offer.id, STAFF, allow=True)

    gus.page.reload()
    gus.page.get_by_role("link", name="Ironing").click()
    gus.page.locator("select[name=minutes]").select_option("60")
    gus.page.get_by_role("button", name="Je peux le faire").click()
    gus.page.wait_for_url("**/wallet/exchanges/*")
    deal = gus.page.url.rsplit("/", 1)[1]
    alma.go("/wallet")
    alma.page.get_by_role("link", name="1 exchange waits for you").click()
    alma.page.get_by_role("link", name="Ironing").first.click()
    alma.page.get_by_text("Propose other hours").click()
    alma.page.locator("select[name=minutes]").select_option("90")
    alma.page.get_by_role("button", name="Propose", exact=True).click()
    gus.page.reload()
    gus.check_axe("exchange, other hours")
    gus.page.get_by_role("button", name="D’accord pour 1 h 30").click()
    expect(gus.page.get_by_text("C’est convenu")).to_be_visible()
    gus.page.get_by_label("Pour que Alma vous joigne").fill("06 12 34 56 78, le soir")
    gus.page.get_by_role("button", name="Le faire savoir").click()
    expect(gus.page.get_by_text("L’autre peut le lire maintenant.")).to_be_visible()
    gus.check_axe("exchange, arranged")
    alma.page.reload()
    expect(alma.page.get_by_text("06 12 34 56 78, le soir")).to_be_visible()
    gus.page.get_by_role("button", name="Oui, c’est fait").click()
    expect(gus.page.get_by_text("À l’autre de confirmer")).to_be_visible()
    gus.shot("exchange-waiting-fr-dark-phone")
    assert balance(either, his) == 0, "one word moves nothing"
    alma.page.reload()
    alma.check_axe("exchange, to sign")
    alma.shot("exchange-sign-phone")
    alma.page.get_by_role("button", name="Yes, sign the time cheque").click()
    expect(alma.page.get_by_text("Thank you both")).to_be_visible()
    assert (balance(either, hers), balance(either, his)) == (-90, 90)
    payment = use.association.exchanges.get(riv.community, UUID(deal)).payment
    paid = use.ledger.reader.entry(riv.community, payment).decoded().command
    assert isinstance(paid, c.Pay) and paid.signature is not None and paid.sphere is Sphere.INDIVIDUAL
    gus.page.reload()
    expect(gus.page.get_by_text("1 h 30 sont passées")).to_be_visible()
    expect(gus.page.get_by_text("06 12 34 56 78")).to_have_count(0)
    gus.go("/wallet")
    expect(gus.page.get_by_text("Heures")).to_be_visible()


def test_the_receiver_signs_first_and_the_giver_ends_it(town: Live, people: People) -> None:
    """The cheque lies here until the giver confirms; one who has no hours left cannot pay, and the giver is told."""
    riv, use = town.riv, town.use
    riv.do(c.DefineCurrency, code="RIV-T", scale=0, model=Model.TIME, policy=Policy(default_line=60, step=15))
    one, two = (riv.join(name, MemberKind.PERSON) for name in ("Otto", "Tess"))
    for who in (one, two):
        riv.open(who.id, "RIV-T", MemberKind.PERSON)
    board = use.association.exchanges
    account = use.identity.people.get(riv.community, one.id).accounts[1]
    offer = board.post(
        riv.community, one.id, account, kind="offer", title="Garden", category="garden", text=""
    )
    board.decide(riv.community, offer.id, STAFF, allow=True)
    otto, tess = people(town), people(town)
    otto.enrol(one.id)
    tess.enrol(two.id)
    for minutes, good in ((60, True), (90, False)):
        found = board.propose(riv.community, offer.id, two.id, minutes)
        board.agree(riv.community, found.id, one.id, minutes)
        tess.go(f"/wallet/exchanges/{found.id}")
        tess.page.get_by_role("button", name="Yes, sign the time cheque").click()
        expect(tess.page.get_by_text("Now the other side confirms")).to_be_visible()
        otto.go(f"/wallet/exchanges/{found.id}")
        otto.page.get_by_role("button", name="Yes, it is done").click()
        if good:
            expect(otto.page.get_by_text("Thank you both")).to_be_visible()
        else:
            expect(otto.page.get_by_role("alert")).to_be_visible()
            otto.check_axe("exchange, refused")
    assert town.use.ledger.reader.account(riv.community, account).balance == 60
