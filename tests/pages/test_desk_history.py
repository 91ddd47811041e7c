"""What became of limits and of a membership: when, by whom, from what to what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.identity.principal import Role
from ledger.community.membership import MemberKind, MemberState
from ledger.core import commands as c
from ledger.service import new_id
from ledger.store import searching
from tests.pages.test_desk_today import plain
from tests.pages.visiting import Site, visited


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path}/ledger.db") as found:
        yield found


@pytest.mark.parametrize("span", [100_000, 2])
def test_limits_are_told_from_the_opening_on_with_who_set_them(
    site: Site, monkeypatch: pytest.MonkeyPatch, span: int
) -> None:
    place, unit = site.riv, site.riv.code
    other = place.open(place.ada.id, unit, MemberKind.PERSON)
    account = place.open(place.ben.id, unit, MemberKind.BUSINESS)
    operator = site.enter(place, Role.OPERATOR, fresh=True)
    here = f"/desk/members/{place.ben.id}/accounts/{account}"
    operator.get(here)
    operator.post(f"{here}/line", {"uid": str(new_id()), "line": "300"})
    operator.post(f"{here}/ceiling", {"uid": str(new_id()), "ceiling": "900"})
    operator.post(f"{here}/freeze", {"uid": str(new_id()), "freeze": "debits"})
    operator.post(f"{here}/ceiling", {"uid": str(new_id()), "ceiling": ""})
    place.do(c.SetLine, account=other, line=77_700)
    monkeypatch.setattr(searching, "SPAN", span)
    text = plain(operator.get(here)).split("What it was allowed")[1]
    assert text.index("900.00 RIV → no limit") < text.index("no limit → 900.00 RIV") < text.index("→ 300.00 RIV")
    assert text.index("→ 300.00 RIV") < text.index("Account opened") and text.count("operator desk") == 3
    assert "777.00" not in text, "another account's"
    for role in (Role.AUDITOR, Role.TREASURER):
        assert "→ 300.00 RIV" in plain(site.enter(place, role).get(here)), role


def test_what_there_is_no_time_for_is_in_the_journal(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    place = site.riv
    account = place.open(place.ben.id, place.code, MemberKind.BUSINESS)
    for line in (100, 200, 300):
        place.do(c.SetLine, account=account, line=line)
    monkeypatch.setattr(searching, "SPAN", 1)
    monkeypatch.setattr("api.pages.desk.history.SECONDS", -1)
    operator = site.enter(place, Role.OPERATOR)
    text = operator.get(f"/desk/members/{place.ben.id}/accounts/{account}")
    assert "3.00 RIV" in text and "Older changes are in the journal." in text
    assert f'href="/desk/books?kind=limits&account={account}"' in text


def test_states_of_a_member_are_told_with_who_changed_them(site: Site) -> None:
    place, use = site.riv, site.use
    somebody = place.join("Nora", MemberKind.PERSON)
    operator = site.enter(place, Role.OPERATOR)
    here = f"/desk/members/{somebody.id}"
    operator.get(here)
    for version, state in ((1, "suspended"), (2, "active"), (3, "lapsed")):
        operator.post(f"{here}/state", {"state": state, "version": str(version)})
    text = plain(operator.get(here)).split("What became of the membership")[1]
    assert text.index("Active → Dues unpaid") < text.index("Suspended → Active") < text.index("Active → Suspended")
    assert text.count("operator desk") == 3 and "Entered here" in text
    assert [each.after for each in use.identity.people.states(place.community, somebody.id)] == [
        MemberState.LAPSED, MemberState.ACTIVE, MemberState.SUSPENDED,
    ]  # fmt: skip
    use.identity.people.change(place.community, somebody.id, 4, {"state": MemberState.LEFT})
    use.identity.erasure.erase(place.community, somebody.id, new_id())
    assert use.identity.people.states(place.community, somebody.id) == []
