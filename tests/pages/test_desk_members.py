"""The desk's pages about people: what each step does, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
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
    assert "Eve leaves" in desk.get(f"/desk/members/{eve.id}/leaving")
    desk.post(f"/desk/members/{eve.id}/leaving", {"uid": str(new_id())})
    assert site.use.ledger.reader.account(place.community, eve.account).state is AccountState.LEAVING
    assert "Leaving: spends down" in desk.get(f"/desk/members/{eve.id}")


def test_an_enrolment_code_is_shown_with_its_picture(site: Site) -> None:
    away = site.enter(site.riv, Role.OPERATOR)
    assert "Is it you?" in away.post(f"/desk/members/{site.riv.ada.id}/enrolment", expect=403).text
    desk = site.enter(site.riv, Role.OPERATOR, fresh=True)
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


def test_a_file_goes_from_draft_to_refusal_appeal_and_approval(site: Site) -> None:
    place, desk = site.riv, site.enter(site.riv, Role.OPERATOR)
    firm = place.join("Fil et Fer", MemberKind.BUSINESS)
    desk.get(f"/desk/members/{firm.id}/file")
    path = desk.post(f"/desk/members/{firm.id}/file", {"siren": "123456789"}).headers["location"]
    desk.post(f"{path}/step", {"step": "submitted", "version": "1"})
    assert "Fil et Fer" in desk.get("/desk/members/files")
    desk.post(f"{path}/step", {"step": "visited", "version": "2", "note": "A fine workshop"})
    verdict = {"verdict": "refused", "version": "3", "on": "2026-01-02", "reasons": "Too far"}
    colleges = ["members", "professionals", "associations"]
    refused = desk.post(f"{path}/decision", {**verdict, "college": colleges[:2]}, 422).text
    assert "associations" in refused and "Too far" in refused, "what was typed is kept"
    desk.post(f"{path}/decision", {**verdict, "college": colleges})
    desk.post(f"{path}/step", {"step": "appealed", "version": "4"})
    approval = {"verdict": "approved", "version": "5", "on": "2026-01-03", "college": colleges}
    desk.post(f"{path}/decision", {**approval, "commitments": "Reuse"}, 422)
    desk.post(f"{path}/decision", {**approval, "commitments": "Reuse\nLocal flour"})
    text = desk.get(path)
    assert "Local flour" in text and "Too far" in text and "A fine workshop" in text


def test_the_coordinator_lets_offers_through_or_says_why_not(site: Site) -> None:
    place, desk = site.riv, site.enter(site.riv, Role.OPERATOR)
    board = site.use.association.exchanges
    made = [
        board.post(place.community, place.ada.id, place.ada.account, kind="offer", title=title, category="home", text="")
        for title in ("Ironing", "Accounts")
    ]
    assert "Ironing" in desk.get("/desk/members/offers")
    desk.post(f"/desk/members/offers/{made[0].id}", {"allow": "true"})
    desk.post(f"/desk/members/offers/{made[1].id}", {"allow": "false"}, 422)
    desk.post(f"/desk/members/offers/{made[1].id}", {"allow": "false", "reasons": "It is her trade"})
    assert [board.offer(place.community, each.id).state.value for each in made] == ["open", "declined"]


def test_lapse_is_shown_first_and_done_only_as_shown(site: Site) -> None:
    place, desk, dues = site.riv, site.enter(site.riv, Role.OPERATOR), site.use.association.dues
    late = [place.join(name, MemberKind.PERSON) for name in ("Late Lou", "Late Lea")]
    for each in late:
        dues.receive(place.community, new_id(), each.id, 1_500, "EUR", 1, each.id, date(2020, 1, 1))
    text = desk.get("/desk/members/dues")
    assert "Late Lou" in text and "Let 2 memberships lapse" in text
    desk.post("/desk/members/dues/lapse", {"member": [str(late[0].id)]}, 422)
    assert state_of(site, late[0].id) is MemberState.ACTIVE
    desk.post("/desk/members/dues/lapse", {"member": [str(each.id) for each in late]})
    assert [state_of(site, each.id) for each in late] == [MemberState.LAPSED] * 2
    assert site.use.ledger.reader.account(place.community, late[0].account).frozen == 2


def test_an_account_gets_the_line_of_the_formula_a_ceiling_a_freeze_and_terms(site: Site) -> None:
    place, desk = site.riv, site.enter(site.riv, Role.OPERATOR, fresh=True)
    path = f"/desk/members/{place.ben.id}/accounts/{place.ben.account}"
    text = desk.get(f"{path}?turnover=100000&sales=1000&years=5")
    assert "The formula gives 2,000.00 RIV" in text
    desk.post(f"{path}/line", {"uid": str(new_id()), "line": "2000"})
    desk.post(f"{path}/ceiling", {"uid": str(new_id()), "ceiling": "300,50"})
    desk.post(f"{path}/terms", {"uid": str(new_id()), "sectors": "10.71C 47.24Z", "share": "40"})
    held = site.use.ledger.reader.account(place.community, place.ben.account)
    assert (held.floor, held.ceiling, held.acceptance_bp, held.sectors) == (-200_000, 30_050, 4_000, ("10.71C", "47.24Z"))
    desk.post(f"{path}/ceiling", {"uid": str(new_id()), "ceiling": ""})
    desk.post(f"{path}/freeze", {"uid": str(new_id()), "freeze": "debits"})
    held = site.use.ledger.reader.account(place.community, place.ben.account)
    assert (held.ceiling, held.frozen) == (None, 1)
    desk.post(f"{path}/freeze", {"uid": str(new_id()), "freeze": "none"})
    desk.post(f"/desk/members/{place.ada.id}/accounts/{place.ben.account}/line", {"uid": str(new_id()), "line": "1"}, 404)


def test_who_raises_a_line_proves_to_be_there_and_who_lowers_it_need_not(site: Site) -> None:
    place = site.riv
    path = f"/desk/members/{place.ada.id}/accounts/{place.ada.account}"

    def set_to(line: str, expect: int, *, fresh: bool = False) -> str:
        desk = site.enter(place, Role.OPERATOR, fresh=fresh)
        desk.get(path)
        return desk.post(f"{path}/line", {"uid": str(new_id()), "line": line}, expect).text

    def floor() -> int | None:
        return site.use.ledger.reader.account(place.community, place.ada.account).floor

    assert "Is it you?" in set_to("11", 403) and floor() == -1_000
    set_to("9", 303)
    assert "Is it you?" in set_to("10", 403) and floor() == -900
    set_to("10", 303, fresh=True)
    assert floor() == -1_000


def test_dues_in_units_are_taken_and_noted_in_one_step(site: Site) -> None:
    place, reader = site.riv, site.use.ledger.reader
    late = place.join("Units Una", MemberKind.PERSON)
    dues = site.use.association.dues
    dues.receive(place.community, new_id(), late.id, 500, "EUR", 1, late.id, date(2020, 1, 1))
    desk = site.enter(place, Role.TREASURER, fresh=True)
    here = f"/desk/members/{late.id}"
    assert "Take dues from an account" in desk.get(here)
    form = {"uid": str(new_id()), "account": str(late.account), "taken": "7,50", "taken_months": "12"}
    for _ in range(2):
        desk.post(f"{here}/dues/taken", form)
    assert reader.account(place.community, late.account).balance == -750, "once"
    newest = dues.of(place.community, late.id)[0]
    assert (newest.cents, newest.currency, newest.months, len(dues.of(place.community, late.id))) == (750, "RIV", 12, 2)
    assert "7.50 RIV" in desk.get(here)
    desk.post(f"{here}/dues/taken", form | {"taken": "8"}, 409)
    refused = desk.post(f"{here}/dues/taken", form | {"uid": str(new_id()), "taken": "100"}, 422).text
    assert len(dues.of(place.community, late.id)) == 2, "what is not paid is not noted"
    fresh = re.search(r'name="uid" value="([^"]+)"', refused)
    assert fresh is not None
    desk.post(f"{here}/dues/taken", form | {"uid": fresh[1], "taken": "0,50"})
    assert dues.of(place.community, late.id)[0].cents == 50, "what was refused is mended and sent again"
    theirs = form | {"uid": str(new_id()), "account": str(place.ben.account)}
    desk.post(f"{here}/dues/taken", theirs, 422)
    assert "Take dues from" not in site.enter(place, Role.OPERATOR).get(here)


def test_the_brand_is_worn_at_once_and_bad_colours_are_refused(site: Site) -> None:
    desk = site.enter(site.riv, Role.OPERATOR)
    desk.get("/desk/brand")
    look = {"name": "Rivage", "accent": "#FFEE00", "second": "", "timezone": "Europe/Paris"}
    desk.post("/desk/brand", look)
    text = desk.get("/desk/brand")
    assert "Rivage" in text and "#ffee00 is shown as #" in text
    assert "must look like" in desk.post("/desk/brand", {**look, "accent": "yellow"}, 422).text
    desk.post("/desk/brand", look | {"accent": "", "name": "RIV"})


def test_a_device_is_taken_from_its_own_member_only(site: Site) -> None:
    place, desk = site.riv, site.enter(site.riv, Role.OPERATOR)
    gil = place.join("Gil", MemberKind.PERSON)
    code, _ = site.use.identity.devices.invite(place.community, gil.id, gil.id)
    device = site.use.identity.devices.enrol(code, new_id().bytes * 2, "Gil’s phone").device
    assert "Gil’s phone" in desk.get(f"/desk/members/{gil.id}")
    assert "Gil’s phone" not in site.enter(site.riv, Role.TREASURER).get(f"/desk/members/{gil.id}")
    desk.post(f"/desk/members/{place.ada.id}/devices/{device.id}/revocation", expect=404)
    desk.post(f"/desk/members/{gil.id}/devices/{device.id}/revocation")
    assert site.use.identity.devices.get(place.community, device.id).revoked_at


def test_who_has_left_is_forgotten_only_after_a_confirmation(site: Site) -> None:
    place = site.riv
    hal = place.join("Hal Hors", MemberKind.PERSON)
    desk = site.enter(site.riv, Role.OPERATOR, fresh=True)
    desk.get(f"/desk/members/{hal.id}")
    desk.post(f"/desk/members/{hal.id}/state", {"state": "left", "version": "1"})
    other = site.enter(site.riv, Role.OPERATOR)
    other.get(f"/desk/members/{hal.id}")
    assert other.ask("POST", f"/desk/members/{hal.id}/forgotten").status_code != 303
    assert site.use.identity.people.get(place.community, hal.id).name == "Hal Hors"
    desk.post(f"/desk/members/{hal.id}/forgotten")
    assert "Nobody fits" in desk.get("/desk/members?q=hal")
    desk.get(f"/desk/members/{hal.id}", 404)
