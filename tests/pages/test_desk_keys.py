"""Keys of staff, given and taken away at the desk."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from api.identity.keys import scopes_of
from api.identity.principal import Principal, Role
from api.pages.frame.cookies import SESSION
from ledger.core.commands import ChangePolicy
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.pages.visiting import Site, Visitor, visited


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path_factory.mktemp('keys') / 'ledger.db'}") as found:
        yield found


def made(site: Site, label: str) -> str:
    some = site.use.identity.keys.page(site.riv.community, None, 1_000)
    return str(next(each.id for each in some if each.label == label))


def test_a_new_key_is_shown_once_as_a_link_and_a_token_that_works(site: Site) -> None:
    desk = site.enter(site.riv, Role.OPERATOR, fresh=True)
    desk.get("/desk/keys")
    shown = desk.post("/desk/keys", {"label": "Nora", "role": "auditor", "days": "30"}, 200).text
    found = re.search(r"/s/([\w-]+)", shown)
    assert found and site.use.identity.links.look(found[1]).roles == (Role.AUDITOR,)
    token = re.search(r"rico_[\w-]+", shown)
    assert token is not None
    site.town.call(token[0], "GET", "/v1/members", 200)
    again = desk.get("/desk/keys")
    assert "Nora" in again and token[0] not in again


def test_no_operator_makes_a_treasurer(site: Site) -> None:
    desk = site.enter(site.riv, Role.OPERATOR, fresh=True)
    desk.get("/desk/keys")
    for role in ("treasurer", "member", "platform_admin"):
        answer = desk.post("/desk/keys", {"label": "X", "role": role, "days": "1"}, 422)
        assert "You may not give this role" in answer.text


def test_a_key_taken_away_ends_its_session_and_an_own_one_stays(site: Site) -> None:
    desk, other = (site.enter(site.riv, role, fresh=True) for role in (Role.OPERATOR, Role.AUDITOR))
    desk.get("/desk/keys")
    desk.post(f"/desk/keys/{made(site, 'auditor desk')}/revocation")
    assert other.ask("GET", "/desk/keys").headers["location"].startswith("/signin")
    own = site.use.identity.keys.page(site.riv.community, None, 1_000)
    mine = next(each.id for each in reversed(own) if each.label == "operator desk")
    assert "the key that you are using" in desk.post(f"/desk/keys/{mine}/revocation", {}, 422).text


def test_an_auditor_looks_and_changes_nothing(site: Site) -> None:
    books = site.enter(site.riv, Role.AUDITOR, fresh=True)
    text = books.get("/desk/keys")
    assert "Take away" not in text and "Make the key" not in text
    books.post("/desk/keys", {"label": "X", "role": "auditor"}, 403)
    treasurer = site.enter(site.riv, Role.TREASURER, fresh=True)
    assert "Take away" not in treasurer.get("/desk/keys"), "who must be able to confirm looks"
    treasurer.post("/desk/keys", {"label": "X", "role": "operator"}, 403)


def test_giving_a_key_asks_for_presence_first(site: Site) -> None:
    desk = site.enter(site.riv, Role.OPERATOR)
    desk.get("/desk/keys")
    before = len(site.use.identity.keys.page(site.riv.community, None, 1_000))
    assert "Is it you?" in desk.post("/desk/keys", {"label": "Nora", "role": "auditor", "days": "30"}, 403).text
    assert len(site.use.identity.keys.page(site.riv.community, None, 1_000)) == before


def test_an_operator_cannot_be_the_second_person_by_a_key_of_their_own_making(site: Site) -> None:
    """Both ways: asked with one key and approved with the other; until a treasurer has seen who holds it."""
    ann, tom = (site.enter(site.riv, role, fresh=True) for role in (Role.OPERATOR, Role.TREASURER))
    ann.get("/desk/keys")
    shown = ann.post("/desk/keys", {"label": "Claire", "role": "operator", "days": "30"}, 200).text
    link = re.search(r"/s/[\w-]+", shown)
    assert link is not None
    claire = site.stranger()
    claire.get(link[0])
    session = claire.post(link[0]).cookies["ricochet" + SESSION]
    found = site.use.identity.sessions.find(session)
    assert found is not None and found.principal.maker is not None
    site.use.identity.sessions.stepped_up(found.community, found.id)
    claire = Visitor(site, session)
    change = ChangePolicy(
        id=new_id(), community=site.riv.community, actor=found.principal.maker, currency="RIV-B",
        since=site.use.clock() + 10**15, policy=Policy(four_eyes_over=10_000, commission_bp=400),
    )  # fmt: skip
    roles = frozenset({Role.OPERATOR})
    by = Principal(found.principal.maker, site.riv.community, roles, scopes_of(roles))
    asked = site.use.identity.approvals.propose(by, "policies.change", change)
    assert "you count as who made it" in claire.get("/desk/approvals")
    assert "nobody else has confirmed" in claire.post(f"/desk/approvals/{asked.id}/yes", {}, 403).text
    assert "counts as operator desk" in ann.get("/desk/keys")
    page = f"/desk/keys/{found.principal.key}/confirmation"
    assert "Somebody else has to do this" in ann.get(page)
    assert "colleague’s key to confirm" in tom.get("/desk")
    tom.get(page)
    assert "read it again" in tom.post(page, {"code": "0000-0000"}, 422).text
    code = re.search(r'class="print">([\w-]+)<', claire.get("/account"))
    assert code is not None
    tom.post(page, {"code": code[1]})
    assert "Have yourself confirmed" not in claire.get("/account")
    claire.get("/desk/approvals")
    claire.post(f"/desk/approvals/{asked.id}/yes")
    assert site.use.identity.approvals.get(site.riv.community, asked.id).state == "approved"
