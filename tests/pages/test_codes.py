"""The sheet of enrolment codes: who is on it, for how long, and that each code lets its own person in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest

from api.identity.people import Profile
from api.identity.principal import Role
from api.pages.desk import codes
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.policy import Policy, Programme
from ledger.service import OPERATOR, new_id
from tests.pages.visiting import Site, visited

PAGE = "/desk/members/codes"
CODE = re.compile(r'<p class="print">(RIV-[A-Z0-9-]+)</p>')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path_factory.mktemp('codes') / 'ledger.db'}") as found:
        yield found


def person(site: Site, name: str) -> UUID:
    uid = new_id()
    site.use.identity.people.create(site.riv.community, uid, Profile(name=name, kind=MemberKind.PERSON))
    return uid


def test_each_of_a_list_gets_a_card_and_its_code_lets_that_person_in(site: Site) -> None:
    riv, identity = site.riv, site.use.identity
    new = [person(site, name) for name in ("Yara", "Zeno")]
    desk = site.enter(riv, Role.OPERATOR, fresh=True)
    listed = desk.get(PAGE)
    assert "Yara" in listed and "Zeno" in listed and riv.ben.name not in listed, "firms enrol one by one"
    sheet = desk.post(PAGE, {"of": ""}, 200).text
    found = dict(zip(re.findall(r"<h2>(.+)</h2>", sheet), CODE.findall(sheet), strict=True))
    assert {"Yara", "Zeno"} <= found.keys() and sheet.count("<svg role=\"img\"") == len(found)
    enrolled = identity.devices.enrol(found["Zeno"], new_id().bytes * 2, "phone")
    assert enrolled.member.id == new[1]
    listed = desk.get(PAGE)
    assert "Yara" not in listed and "Nobody needs a code" in listed, "a device, or a code that works: none is needed"
    again = desk.get(f"{PAGE}?again=true")
    assert "Yara" in again and "Zeno" not in again
    desk.post(PAGE, {"of": "", "again": "true"}, 200)
    with pytest.raises(Exception, match="code"):
        identity.devices.enrol(found["Yara"], new_id().bytes * 2, "phone")


def test_the_sheet_of_a_programme_is_for_its_purses_and_holds_so_many(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    riv = site.riv
    rules = Policy(programmes=(Programme(code="books", budget=1_000),))
    riv.do(c.DefineCurrency, code="RIV-P", scale=2, model=Model.EARMARKED, policy=rules)
    pupils = [person(site, f"Pupil {i}") for i in range(3)]
    person(site, "Stranger")
    for uid in pupils:
        account = new_id()
        riv.do(c.OpenAccount, account=account, currency="RIV-P", kind=AccountKind.PURSE, programme="books")
        site.use.identity.account_opened(riv.community, uid, account)
    monkeypatch.setattr(codes, "MOST", 2)
    desk = site.enter(riv, Role.OPERATOR, fresh=True)
    listed = desk.get(f"{PAGE}?of=RIV-P/books")
    assert "3 persons have no device" in listed and "Pupil 1" in listed and "Pupil 2" not in listed
    assert "Stranger" not in listed and f'href="{PAGE}?of=RIV-P/books"' in desk.get("/desk/programmes/RIV-P/books")
    first = desk.post(PAGE, {"of": "RIV-P/books"}, 200).text
    assert re.findall(r"<h2>(.+)</h2>", first) == ["Pupil 0", "Pupil 1"]
    assert re.findall(r"<h2>(.+)</h2>", desk.post(PAGE, {"of": "RIV-P/books"}, 200).text) == ["Pupil 2"]
    desk.post(PAGE, {"of": "RIV-P/books"}, 303)
    desk.get(f"{PAGE}?of=RIV-P/none", 404)


def test_a_code_on_paper_lives_two_weeks_until_another_stands_in_its_place(site: Site) -> None:
    devices, c_, ada = site.use.identity.devices, site.riv.community, site.riv.ada.id
    _, day = devices.invite(c_, ada, OPERATOR)
    old, fortnight = devices.invite(c_, ada, OPERATOR, life=codes.LIFE)
    assert fortnight - day > 12 * 86_400 * 10**9
    beside, _ = devices.invite(c_, ada, OPERATOR)
    devices.enrol(beside, new_id().bytes * 2, "telephone")
    devices.invite(c_, ada, OPERATOR, instead=True)
    with pytest.raises(Exception, match="code"):
        devices.enrol(old, new_id().bytes * 2, "phone")
