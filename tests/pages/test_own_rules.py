"""What an association asks of its members: set at the desk, shown where people join and in their wallets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.identity.people import Profile
from api.identity.principal import Role
from ledger.community.dues import DuesRules
from ledger.community.membership import MemberKind
from ledger.service import new_id
from tests.pages.visiting import Site, visited

SPACES = {0xA0: " ", 0x202F: " "}
RULES = {
    "person_floor": "8", "person_suggested": "20", "starter": "6", "small": "9,50", "large": "14", "grace_days": "30",
    "college": ["members", "founders"],
}  # fmt: skip


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path_factory.mktemp('rules') / 'ledger.db'}") as found:
        yield found


def test_the_dues_asked_are_the_associations_own(site: Site) -> None:
    place, path = site.riv, "/desk/members/dues/rules"
    assert "from 5.00 € on; 15.00 € is what we suggest" in site.stranger().get(f"/join/{place.code}")
    desk = site.enter(place, Role.OPERATOR, fresh=True)
    assert "nothing was changed yet" in desk.get(path)
    desk.post(path, RULES)
    kept = site.use.association.own_rules.of(place.community)
    assert kept.dues == DuesRules(person_floor=800, person_suggested=2_000, starter=600, small=950, large=1_400, grace_days=30)
    assert kept.colleges == ("members", "founders")
    form = site.stranger()
    text = form.get(f"/join/{place.code}")
    assert "from 8.00 € on; 20.00 € is what we suggest" in text and "9.50 € a month" in text
    applying = {"uid": str(new_id()), "name": "Nina", "contact": "nina@example.org", "place": "Romans", "charter": "true"}
    assert "from 8.00 € a year on" in form.post(f"/join/{place.code}", {**applying, "dues": "5"}, 422).text.translate(SPACES)
    form.post(f"/join/{place.code}", {**applying, "dues": "8"})
    assert "9.50 € a month" in site.enter(place, Role.MERCHANT).get("/wallet/dues")
    auditor = site.enter(place, Role.AUDITOR).get(path)
    assert "from 8.00 € on" in auditor and "Keep it" not in auditor


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"person_suggested": "7"}, "at least the lowest"),
        ({"large": "9"}, "cannot pay less"),
        ({"college": []}, "Choose at least"),
        ({"grace_days": "367"}, "at most 366"),
    ],
)
def test_rules_that_cannot_be_are_refused_at_the_field(site: Site, wrong: dict[str, object], said: str) -> None:
    desk = site.enter(site.riv, Role.OPERATOR, fresh=True)
    desk.get("/desk/members/dues/rules")
    text = desk.post("/desk/members/dues/rules", {**RULES, **wrong}, 422).text
    assert said in text and site.use.association.own_rules.of(site.riv.community).set_at is None


def test_a_change_asks_who_is_there(site: Site) -> None:
    desk = site.enter(site.riv, Role.OPERATOR)
    desk.get("/desk/members/dues/rules")
    assert "Is it you?" in desk.post("/desk/members/dues/rules", RULES, 403).text
    assert site.use.association.own_rules.of(site.riv.community).set_at is None


def test_who_waits_says_what_they_will_pay(site: Site) -> None:
    place, uid = site.riv, new_id()
    profile = Profile(name="Nina Neuve", kind=MemberKind.PERSON, contact="nina@example.org")
    site.use.association.applications.apply(place.community, uid, profile, cents=1_500)
    nina = site.enter(place, Role.MEMBER, owner=uid)
    assert "Your dues" in nina.get("/wallet") and "You have said 15.00 €" in nina.get("/wallet/dues")
    assert "from 5.00 € a year on" in nina.post("/wallet/dues", {"dues": "4"}, 422).text.translate(SPACES)
    nina.post("/wallet/dues", {"dues": "25"})
    assert site.use.association.applications.get(place.community, uid).cents == 2_500
    assert "25.00 €" in site.enter(place, Role.OPERATOR).get("/desk/members/applications")
    ada = site.enter(place, Role.MEMBER)
    assert "What you will pay" not in ada.get("/wallet/dues")
    ada.post("/wallet/dues", {"dues": "25"}, 409)


def test_the_committee_is_the_associations_own(site: Site) -> None:
    place, desk = site.riv, site.enter(site.riv, Role.OPERATOR, fresh=True)
    site.use.association.own_rules.put(place.community, DuesRules(), ("members",), new_id())
    firm = place.join("Fil et Fer", MemberKind.BUSINESS)
    desk.get(f"/desk/members/{firm.id}/file")
    path = desk.post(f"/desk/members/{firm.id}/file", {"posts": "6,5", "employees": "5", "years": "4"}).headers["location"]
    desk.post(f"{path}/step", {"step": "submitted", "version": "1"})
    text = desk.get(path)
    assert "12.00 € a month" in text, "what the grid makes of the answers"
    desk.get(f"{path}/answers")
    desk.post(f"{path}/answers", {"version": "2", "posts": "3", "employees": "2", "siren": "123456789"})
    text = desk.get(path)
    assert "Answers changed: Activity" not in text and "SIREN number" in text.split("Answers changed:")[1]
    assert "Age in years" in text.split("Answers changed:")[1], "what was emptied is named too"
    desk.post(f"{path}/answers", {"version": "2", "posts": "4"}, 409)
    desk.post(f"{path}/step", {"step": "visited", "version": "3"})
    verdict = {"verdict": "approved", "version": "4", "on": "2026-01-02", "commitments": "Reuse\nBasque"}
    desk.post(f"{path}/decision", {**verdict, "college": ["members"]})
    assert "Change the answers" not in desk.get(path)
    desk.post(f"{path}/answers", {"version": "5", "posts": "1"}, 409)
