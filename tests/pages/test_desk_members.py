"""The desk's pages about people: what each step does, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from api.identity.people import Profile
from api.identity.principal import Role
from ledger.community.membership import MemberKind, MemberState
from ledger.core.accounts import AccountState
from ledger.service import new_id
from tests.pages.visiting import Site, visited


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'ledger.db'}") as found:
        yield found


def state_of(site: Site, member: object) -> MemberState:
    return site.use.identity.people.get(site.riv.community, member).state  # type: ignore[arg-type]


def test_a_member_is_found_by_name_town_or_contact_and_by_state(site: Site) -> None:
    profile = Profile(name="Zoé Élan", kind=MemberKind.PERSON, place="Dieulefit", contact="zoe@example.org")
    site.use.identity.people.create(site.riv.community, new_id(), profile)
    desk = site.enter(site.riv, Role.AUDITOR)
    for words in ("zoe elan", "dieule", "ZOE@exam"):
        text = desk.get("/desk/members", params={"q": words})
        assert "Zoé Élan" in text and site.riv.ben.name not in text
    assert "Nobody fits" in desk.get("/desk/members?q=zoe&state=left")
    assert "New member" not in text, "an auditor adds nobody"


def test_a_new_member_gets_the_accounts_that_were_ticked_and_once_only(site: Site) -> None:
    desk = site.enter(site.riv, Role.OPERATOR)
    desk.get("/desk/members/new")
    form = {"uid": str(new_id()), "name": "Dan Deux", "kind": "person", "unit": ["RIV"]}
    for _ in range(2):
        where = desk.post("/desk/members/new", form).headers["location"]
    made = site.use.identity.people.get(site.riv.community, UUID(where.rsplit("/", 1)[1]))
    assert len(made.accounts) == 1
    assert "RIV" in desk.get(where)


def test_suspending_freezes_and_the_page_says_so(site: Site) -> None:
    place, desk = site.riv, site.enter(site.riv, Role.OPERATOR)
    cat = place.join("Cat", MemberKind.PERSON)
    desk.get(f"/desk/members/{cat.id}")
    desk.post(f"/desk/members/{cat.id}/state", {"state": "suspended", "version": "1"})
    assert state_of(site, cat.id) is MemberState.SUSPENDED
    assert site.use.ledger.reader.account(place.community, cat.account).frozen == 3
    assert "Neither pays nor receives" in desk.get(f"/desk/members/{cat.id}")
    desk.post(f"/desk/members/{cat.id}/state", {"state": "pending", "version": "2"}, 409)


def test_notice_lets_the_accounts_spend_down(site: Site) -> None:
    place, desk = site.riv, site.enter(site.riv, Role.OPERATOR)
    eve = place.join("Eve", MemberKind.PERSON)
    assert "gives notice" in desk.get(f"/desk/members/{eve.id}/leaving")
    desk.post(f"/desk/members/{eve.id}/leaving", {"uid": str(new_id())})
    assert site.use.ledger.reader.account(place.community, eve.account).state is AccountState.LEAVING
    assert "Leaving: spends down" in desk.get(f"/desk/members/{eve.id}")


def test_an_enrolment_code_is_shown_with_its_picture(site: Site) -> None:
    desk = site.enter(site.riv, Role.OPERATOR)
    desk.get(f"/desk/members/{site.riv.ada.id}")
    text = desk.post(f"/desk/members/{site.riv.ada.id}/enrolment", expect=200).text
    assert "/e/" in text and "<svg" in text
    treasurer = site.enter(site.riv, Role.TREASURER)
    treasurer.post(f"/desk/members/{site.riv.ada.id}/enrolment", expect=403)
    assert "Enrolment code" not in treasurer.get(f"/desk/members/{site.riv.ada.id}")


def test_dues_are_noted_and_not_for_tomorrow(site: Site) -> None:
    place, desk = site.riv, site.enter(site.riv, Role.OPERATOR)
    today = site.use.association.dues.today()
    path = f"/desk/members/{place.ada.id}"
    desk.get(path)
    form = {"uid": str(new_id()), "dues": "15", "months": "12", "paid_on": today.isoformat()}
    desk.post(f"{path}/dues", form)
    desk.post(f"{path}/dues", form)
    (paid,) = site.use.association.dues.of(place.community, place.ada.id)
    assert (paid.cents, paid.months, paid.paid_on) == (1_500, 12, today)
    refused = desk.post(f"{path}/dues", {**form, "uid": str(new_id()), "paid_on": "2999-01-01"}, 422)
    assert "not in the future" in refused.text


def test_an_application_is_let_in_with_account_and_dues(site: Site) -> None:
    place, desk, uid = site.riv, site.enter(site.riv, Role.OPERATOR), new_id()
    profile = Profile(name="Nina Neuve", kind=MemberKind.PERSON, contact="nina@example.org")
    site.use.association.applications.apply(place.community, uid, profile, cents=2_000)
    assert "Nina Neuve" in desk.get("/desk/members/applications")
    desk.post(f"/desk/members/applications/{uid}", {"answer": "welcome", "unit": ["RIV"], "received": "true"})
    assert state_of(site, uid) is MemberState.ACTIVE
    assert [paid.cents for paid in site.use.association.dues.of(place.community, uid)] == [2_000]
    desk.get(f"/desk/members/{uid}")  # says once who has come
    assert "Nina Neuve" not in desk.get("/desk/members/applications")
