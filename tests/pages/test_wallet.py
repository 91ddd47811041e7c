"""The wallet without a browser: what it says, finds, keeps to itself, and never does twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import Model
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.integration.served import STAFF, Place, Somebody
from tests.pages.visiting import Site, Visitor, visited


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path: Path = tmp_path_factory.mktemp("wallet") / "ricochet.db"
    with visited(f"sqlite:///{path}") as found:
        yield found


def joined(site: Site, name: str) -> tuple[Somebody, Visitor]:
    """A new member and their browser."""
    who = site.riv.join(name, MemberKind.PERSON)
    return who, site.enter(site.riv, Role.MEMBER, owner=who.id)


def pay(place: Place, payer: Somebody, payee: Somebody, amount: int) -> None:
    place.do(c.Pay, payer=payer.account, payee=payee.account, amount=amount, currency=place.code)


def test_what_one_has_in_plain_words(site: Site) -> None:
    who, visitor = joined(site, "Wim")
    assert "You have" in visitor.get("/wallet") and "you can spend 10.00 RIV" in visitor.get("/wallet")
    pay(site.riv, who, site.riv.ben, 1_000)
    text = visitor.get("/wallet")
    assert "You owe" in text and "You cannot spend more until you have received something." in text
    pay(site.riv, site.riv.ben, who, 700)
    assert "You can still spend 7.00 RIV." in visitor.get("/wallet")
    assert "Vous pouvez encore dépenser 7,00 RIV." in visitor.get("/wallet?lang=fr")


def test_a_form_sent_twice_pays_once_and_no_more_than_there_is(site: Site) -> None:
    who, visitor = joined(site, "Twice")
    address, form = (
        f"/wallet/pay/{site.riv.ben.account}",
        {"payer": str(who.account), "amount": "2,50", "memo": "Bread"},
    )
    visitor.get(address)
    assert "at most 10.00 RIV" in visitor.post(
        address + "/check", form | {"amount": "10.01"}, 422
    ).text.replace("\xa0", " ")
    visitor.post(address + "/check", form | {"amount": "much"}, 422)
    visitor.post(address, form, 422)
    page = visitor.post(address + "/check", form, 200).text
    found = re.search(r'name="uid" value="([^"]+)"', page)
    assert found is not None
    sent = form | {"uid": found[1]}
    first, again = (visitor.post(address, sent).headers["location"] for _ in range(2))
    assert first == again and site.use.ledger.reader.account(site.riv.community, who.account).balance == -250
    assert visitor.post(address, sent | {"amount": "2.60"}, 409).status_code == 409, (
        "the same id for another amount"
    )


def test_a_signature_over_another_payment_is_refused(site: Site) -> None:
    who, visitor = joined(site, "Signe")
    who.device = Ed25519PrivateKey.generate()
    code, _ = site.use.identity.devices.invite(site.riv.community, who.id, STAFF)
    site.use.identity.devices.enrol(code, who.device.public_key().public_bytes_raw(), "phone")
    address, uid = f"/wallet/pay/{site.riv.ben.account}", new_id()
    form = {"payer": str(who.account), "amount": "1", "uid": str(uid)}
    visitor.get(address)
    other = who.sign(site.riv.community, id=uid, payee=site.riv.ben.account, amount=99, currency="RIV")
    visitor.post(address, form | {"signed": other}, 422)
    visitor.post(address, form | {"uid": str(new_id())}, 403)
    mine = who.sign(site.riv.community, id=uid, payee=site.riv.ben.account, amount=100, currency="RIV")
    visitor.post(address, form | {"signed": mine})
    assert site.use.ledger.reader.account(site.riv.community, who.account).balance == -100


def test_history_is_found_by_name_memo_amount_day_and_direction(site: Site) -> None:
    who, visitor = joined(site, "Hana")
    other, _ = joined(site, "Élodie Fête")
    pay(site.riv, who, site.riv.ben, 100)
    pay(site.riv, who, other, 230)
    pay(site.riv, other, who, 40)

    def lines(query: str) -> int:
        return len(re.findall(r'class="amount  (?:in|out)"', visitor.get(f"/wallet/history?{query}")))

    assert [lines(query) for query in ("", "q=elodie", "q=2,30", "q=bakery", "q=nobody")] == [3, 2, 1, 1, 0]
    assert [
        lines(query) for query in ("way=in", "way=out", "from=2000-01-01", "to=2000-01-01", "from=x&before=x")
    ] == [1, 2, 3, 0, 3]
    assert "Nothing fits" in visitor.get("/wallet/history?q=nobody")


def test_a_long_history_comes_in_pages(site: Site) -> None:
    who, visitor = joined(site, "Long")
    for _ in range(35):
        pay(site.riv, who, site.riv.ben, 10)
    first = visitor.get("/wallet/history")
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following is not None and first.count("amount  out") == 30
    second = visitor.get(following[1])
    assert second.count("amount  out") == 5 and 'rel="next"' not in second
    rows = visitor.get(f"/wallet/history/{who.account}.csv").splitlines()
    assert len(rows) == 36
    everything = json.loads(visitor.get("/wallet/everything.json"))
    assert everything["member"]["name"] == "Long" and len(everything["statements"][0]["items"]) == 35
    assert set(everything["association"]) == {
        "application", "leaving", "dues", "files", "reconversions", "offers", "exchanges", "votes",
    }  # fmt: skip


def test_what_is_not_mine_is_not_there(site: Site) -> None:
    who, visitor = joined(site, "Nosy")
    ada = site.riv.ada
    for address in (
        f"/wallet/history/{ada.account}.csv",
        f"/wallet/history?account={ada.account}",
        f"/wallet/pay/{who.account}",
    ):
        visitor.get(address, 404)
    hidden = site.riv.join("Hidden", MemberKind.PERSON)
    found = site.use.identity.people.get(site.riv.community, hidden.id)
    site.use.identity.people.change(site.riv.community, hidden.id, found.version, {"listed": False})
    visitor.get(f"/wallet/places/{hidden.id}", 404)
    assert (
        "Hidden" not in visitor.get("/wallet/places")
        and "Hidden" not in visitor.get("/wallet/pay?q=hidden").split("found")[1]
    )


def test_an_exchange_of_two_others_is_not_there(site: Site) -> None:
    riv = site.riv
    riv.do(
        c.DefineCurrency, code="RIV-W", scale=0, model=Model.TIME, policy=Policy(default_line=600, step=15)
    )
    (one, first), (two, second), (_, third) = (joined(site, name) for name in ("Uno", "Due", "Tre"))
    accounts: list[UUID] = [riv.open(who.id, "RIV-W", MemberKind.PERSON) for who in (one, two)]
    life = site.use.association.exchanges
    offer = life.post(
        riv.community, one.id, accounts[0], kind="offer", title="Bikes", category="repair", text=""
    )
    second.get(f"/wallet/exchanges/offers/{offer.id}", 404)
    assert "has not looked" in first.get(f"/wallet/exchanges/offers/{offer.id}")
    life.decide(riv.community, offer.id, STAFF, allow=True)
    made = second.post(f"/wallet/exchanges/offers/{offer.id}", {"minutes": "45"}).headers["location"]
    third.get(made, 404)
    for action in ("hours", "done", "end"):
        third.post(f"{made}/{action}", {"minutes": "45"}, 404)
    second.post(f"{made}/hours", {"minutes": "50"}, 422)
    assert life.of(riv.community, two.id)[0].minutes == 45


def test_profile_and_leaving(site: Site) -> None:
    who, visitor = joined(site, "Paula")
    version = str(site.use.identity.people.get(site.riv.community, who.id).version)
    visitor.get("/wallet/profile")
    visitor.post(
        "/wallet/profile", {"version": version, "place": "Romans", "contact": "p@example.org", "locale": "fr"}
    )
    visitor.post("/wallet/profile", {"version": version, "place": "Die"}, 409)
    found = site.use.identity.people.get(site.riv.community, who.id)
    assert (found.place, found.contact, found.listed, found.name) == (
        "Romans",
        "p@example.org",
        False,
        "Paula",
    )
    assert "nothing holds you back" in visitor.get("/wallet/leave")


def test_a_code_that_stays_leads_to_a_payment(site: Site) -> None:
    """The code of a counter is read by the wallet's camera page too, and of notes there is none."""
    shop = site.riv.join("Kiosk", MemberKind.BUSINESS)
    till = site.enter(site.riv, Role.MERCHANT, owner=shop.id)
    text = till.get("/wallet/code")
    assert "Kiosk" in text and "Scan to pay in RIV" in text and "<svg" in text
    assert "/wallet/code" in till.get("/wallet/more")
    visitor = joined(site, "Kim")[1]
    address = f"/wallet/pay/{shop.account}"
    answer = visitor.post("/wallet/scan", {"text": f"{site.use.identity.public_url}{address}"})
    assert answer.headers["location"].endswith(address) and "Kiosk" in visitor.get(address)
