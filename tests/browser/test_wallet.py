"""The wallet in a browser: journeys 1, 6, 9 and 10 of the domain's rulebook, and what a resident does every day."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import segno
from playwright.sync_api import expect

from api.identity.people import Profile
from api.identity.principal import Principal, Role
from api.identity.requests import Asked
from ledger.community.exchanges import Listing
from ledger.community.membership import MemberKind, MemberState
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.errors import Code, Rejected
from ledger.core.policy import Policy, Programme, Sphere
from ledger.service import new_id
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.integration.served import STAFF, Place, Somebody


def balance(live: Live, account: UUID) -> int:
    """What an account has, minor units."""
    return live.use.ledger.reader.account(live.riv.community, account).balance


def listed(riv: Place, who: Somebody, **profile: object) -> None:
    """Say more of a member."""
    found = riv.use.identity.people.get(riv.community, who.id)
    riv.use.identity.people.change(riv.community, who.id, found.version, dict(profile))


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


def test_saying_no_and_asking_in_vain(town: Live, people: People) -> None:
    """A request is refused; a search for nobody is noted as a need without a name; the code of a picture is read."""
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
    assert [need.words for need in use.association.needs.unmet(riv.community, fewest=1)] == ["caisses bois"]
    phone.check_axe("places, none")


def test_a_picture_of_a_code_leads_to_the_payment(town: Live, people: People, tmp_path: Path) -> None:
    """Where the browser cannot read codes, the page makes the picture grey and small, and the server reads it."""
    riv, use = town.riv, town.use
    made, _ = use.identity.requests.make(
        riv.community, new_id(), riv.ben.id, Asked(payee=riv.ben.account, amount=120, currency="RIV")
    )
    phone = people(town)
    phone.enrol(riv.join("Cam", MemberKind.PERSON).id)
    picture = tmp_path / "code.png"
    segno.make_qr(f"{town.address}/p/{made.token}").save(str(picture), scale=6)
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
