"""Keys of staff, given and taken away at the desk."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from api.identity.principal import Role
from tests.pages.visiting import Site, visited


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
    site.enter(site.riv, Role.TREASURER).get("/desk/keys", 403)


def test_giving_a_key_asks_for_presence_first(site: Site) -> None:
    desk = site.enter(site.riv, Role.OPERATOR)
    desk.get("/desk/keys")
    before = len(site.use.identity.keys.page(site.riv.community, None, 1_000))
    assert "Is it you?" in desk.post("/desk/keys", {"label": "Nora", "role": "auditor", "days": "30"}, 403).text
    assert len(site.use.identity.keys.page(site.riv.community, None, 1_000)) == before
