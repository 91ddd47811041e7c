"""Leaving, from the wallet to the desk and back: said, taken back, noticed, finished."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.identity.principal import Role
from ledger.community.membership import MemberKind, MemberState
from ledger.core.accounts import AccountState, Model
from ledger.core.commands import DefineCurrency, Pay
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.pages.visiting import Site, visited


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path_factory.mktemp('leaving') / 'ledger.db'}") as found:
        yield found


def test_a_member_says_goodbye_and_the_desk_finishes_it(site: Site) -> None:
    place, use = site.riv, site.use
    eve = place.join("Eve Adieu", MemberKind.PERSON)
    place.do(Pay, payer=place.ada.account, payee=eve.account, amount=200, currency=place.code)
    wallet, desk = site.enter(place, Role.MEMBER, owner=eve.id), site.enter(place, Role.OPERATOR)
    before = wallet.get("/wallet/leave")
    assert "I spend it first" in before and "I ask for euros" not in before
    for _ in range(2):
        wallet.post("/wallet/leave", {"uid": str(new_id()), "wish": "give"})
    assert "You have said that you leave." in wallet.get("/wallet")
    assert "Eve Adieu" in desk.get("/desk/members/leaving") and "member who leaves" in desk.get("/desk")

    wallet.get("/wallet/leave")
    wallet.post("/wallet/leave/withdrawal")
    assert "Eve Adieu" not in desk.get("/desk/members/leaving")
    wallet.get("/wallet/leave")
    wallet.post("/wallet/leave", {"uid": str(new_id()), "wish": "spend"})

    path = f"/desk/members/{eve.id}"
    assert "spends it first" in desk.get(f"{path}/leaving")
    desk.post(f"{path}/leaving", {"uid": str(new_id())})
    assert use.ledger.reader.account(place.community, eve.account).state is AccountState.LEAVING
    assert "You can spend what you have until" in wallet.get("/wallet/leave")
    wallet.post("/wallet/leave/withdrawal", expect=409)
    text = desk.get(f"{path}/leaving")
    assert "has left" not in text, "nothing to finish while there are units"
    refused = desk.post(f"{path}/farewell", {"uid": str(new_id())}, 409).text
    assert "must be empty first" in refused

    place.do(Pay, payer=eve.account, payee=place.ben.account, amount=200, currency=place.code)
    assert "Close the accounts" in desk.get(f"{path}/leaving")
    desk.post(f"{path}/farewell", {"uid": str(new_id())})
    assert use.identity.people.get(place.community, eve.id).state is MemberState.LEFT
    assert use.ledger.reader.account(place.community, eve.account).state is AccountState.CLOSED
    assert "Eve Adieu has left." in desk.get(path)
    assert "Your accounts are closed" in wallet.get("/wallet/leave") and "You have left" in wallet.get("/wallet")
    assert "Eve Adieu" not in desk.get("/desk/members/leaving")
    wallet.post("/wallet/leave", {"uid": str(new_id()), "wish": "spend"}, 409)


def test_who_says_it_at_the_desk_leaves_the_same_way(site: Site) -> None:
    place = site.riv
    gil, desk = place.join("Gil", MemberKind.PERSON), site.enter(place, Role.OPERATOR)
    path = f"/desk/members/{gil.id}"
    assert "Said at the desk." in desk.get(f"{path}/leaving")
    desk.post(f"{path}/farewell", {"uid": str(new_id())})
    assert site.use.identity.people.get(place.community, gil.id).state is MemberState.LEFT
    treasurer = site.enter(place, Role.TREASURER)
    assert "Note the notice" not in treasurer.get(f"{path}/leaving")
    treasurer.post(f"{path}/leaving", {"uid": str(new_id())}, 403)


def test_a_debt_is_settled_in_euros_not_spent(site: Site) -> None:
    place = site.riv
    owes, has = (place.join(name, MemberKind.PERSON) for name in ("Olga Owes", "Hugo Has"))
    place.do(Pay, payer=owes.account, payee=has.account, amount=200, currency=place.code)
    for member, debt in ((owes, True), (has, False)):
        text = site.enter(place, Role.MEMBER, owner=member.id).get("/wallet/leave")
        assert ("settle what I owe" in text) is debt and ("I spend it first" in text) is not debt


def test_a_debt_is_settled_in_euros_or_written_off_by_the_treasurer(site: Site) -> None:
    place, reader = site.riv, site.use.ledger.reader
    max_ = place.join("Max", MemberKind.BUSINESS)
    place.do(Pay, payer=max_.account, payee=place.ada.account, amount=900, currency=place.code)
    path = f"/desk/members/{max_.id}"
    account = f"{path}/accounts/{max_.account}"
    operator, treasurer = site.enter(place, Role.OPERATOR), site.enter(place, Role.TREASURER, fresh=True)
    operator.get(f"{path}/leaving")
    operator.post(f"{path}/leaving", {"uid": str(new_id())})
    assert "Settle it" not in operator.get(f"{path}/leaving")
    assert "A debt of 9.00 RIV" in treasurer.get(f"{path}/leaving")
    too_much = treasurer.post(f"{account}/settled", {"uid": str(new_id()), "euros": "9.01"}, 422).text
    assert "Type at most the debt" in too_much
    treasurer.post(f"{account}/settled", {"uid": str(new_id()), "euros": "6"})
    assert reader.account(place.community, max_.account).balance == -300
    treasurer.post(f"{account}/written-off", {"uid": str(new_id())})
    assert reader.account(place.community, max_.account).balance == 0
    operator.get(f"{path}/leaving")
    operator.post(f"{path}/farewell", {"uid": str(new_id())})
    assert site.use.identity.people.get(place.community, max_.id).state is MemberState.LEFT


def test_what_was_not_spent_in_time_is_taken_by_the_treasurer(site: Site) -> None:
    place, reader = site.riv, site.use.ledger.reader
    place.do(DefineCurrency, code="RIV-Q", scale=2, model=Model.MUTUAL, policy=Policy(default_line=1_000, spend_down_days=0))
    who = [place.join(name, MemberKind.PERSON) for name in ("Quick", "Quit")]
    quick, quit_ = (place.open(each.id, "RIV-Q", MemberKind.PERSON) for each in who)
    place.do(Pay, payer=quick, payee=quit_, amount=250, currency="RIV-Q")
    path = f"/desk/members/{who[1].id}"
    operator, treasurer = site.enter(place, Role.OPERATOR), site.enter(place, Role.TREASURER, fresh=True)
    treasurer.get(f"{path}/leaving")
    treasurer.post(f"{path}/accounts/{quit_}/forfeit", {"uid": str(new_id())}, 409)
    operator.get(f"{path}/leaving")
    operator.post(f"{path}/leaving", {"uid": str(new_id())})
    assert "goes to the loss fund" in treasurer.get(f"{path}/leaving")
    treasurer.post(f"{path}/accounts/{quit_}/forfeit", {"uid": str(new_id())})
    assert reader.account(place.community, quit_).balance == 0
