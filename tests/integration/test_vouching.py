"""Two pairs of eyes are two persons: a key that an operator makes counts as that operator until a colleague confirms it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.identity.errors import Refused
from api.identity.keys import scopes_of
from api.identity.principal import Principal, Role
from ledger.core.commands import ChangePolicy
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.integration.served import Served, served
from tests.integration.town import Town, open_town

RULES = "/v1/currencies/RIV-B/policies"


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


@pytest.fixture
def api(engine_url: str) -> Iterator[Served]:
    with served(engine_url) as made:
        yield made


def of_the_platform(town: Town, role: Role = Role.OPERATOR) -> Principal:
    """A key of the office that the administrator of the platform made."""
    found = town.who(town.key(role).token)
    assert found is not None
    return found


def colleague(town: Town, by: Principal) -> Principal:
    """A key of an operator that another operator made."""
    made = town.identity.keys.create(by, town.community, frozenset({Role.OPERATOR}), label="Claire")
    found = town.who(made.token)
    assert found is not None
    return found


def code_of(town: Town, who: Principal) -> str:
    """What somebody's browser shows, who has just signed in."""
    assert who.key is not None
    found = town.identity.sessions.find(town.identity.sessions.begin(town.community, who.key))
    assert found is not None
    return town.identity.vouching.code(found.id)


def refusal(town: Town, by: Principal, key: Principal, code: str) -> str:
    """Why somebody may not confirm a key."""
    assert key.key is not None
    with pytest.raises(Refused) as refused:
        town.identity.vouching.confirm(by, town.community, key.key, code)
    return refused.value.code


def test_an_operator_alone_approves_nothing_however_many_keys_they_make(api: Served) -> None:
    ann = api.riv.keys[Role.OPERATOR]
    two = [api.post(ann, "/v1/keys", {"label": name, "roles": ["operator"]})["token"] for name in ("Bob", "Cid")]
    third = api.post(two[0], "/v1/keys", {"label": "Dan", "roles": ["operator"]})["token"]
    everybody = [ann, *two, third]
    for asker in everybody:
        body = {"id": str(new_id()), "policy": {"commission_bp": 300}}
        asked = api.post(asker, RULES, body, 202)["approval"]["id"]
        for other in everybody:
            said = api.post(other, f"/v1/approvals/{asked}/approval", {}, 403)
            assert said["code"] in ("same_person", "same_actor"), said
    treasurer = api.riv.keys[Role.TREASURER]
    assert api.post(treasurer, f"/v1/approvals/{asked}/approval", {}, 201)["command"] == "change_policy"


def test_who_asked_under_another_key_takes_it_back(api: Served) -> None:
    ann = api.riv.keys[Role.OPERATOR]
    bob = api.post(ann, "/v1/keys", {"label": "Bob", "roles": ["operator"]})["token"]
    asked = api.post(bob, RULES, {"id": str(new_id()), "policy": {"commission_bp": 300}}, 202)["approval"]["id"]
    assert api.post(ann, f"/v1/approvals/{asked}/rejection", {}, 200)["state"] == "rejected"


def test_a_confirmed_key_counts_as_somebody_and_the_maker_has_nothing_of_it(town: Town) -> None:
    ann, tom = of_the_platform(town), of_the_platform(town, Role.TREASURER)
    made = town.identity.keys.create(ann, town.community, frozenset({Role.OPERATOR}), label="Claire")
    identity, key = town.identity, made.key.id
    spare = identity.links.make(town.community, key)
    hers, copied = (identity.sessions.begin(town.community, key) for _ in range(2))
    browser = identity.sessions.find(hers)
    assert browser is not None and browser.principal.person == ann.actor
    assert identity.vouching.makers(town.community) == {key: ann.actor}
    code = identity.vouching.code(browser.id)
    identity.vouching.confirm(tom, town.community, key, f" {code.lower().replace('0', 'o')} ")
    claire = identity.sessions.find(hers)
    assert claire is not None and claire.principal.person == key and claire.principal.maker is None
    assert identity.sessions.find(copied) is None and town.who(made.token) is None
    with pytest.raises(Refused, match="new one"):
        identity.links.look(spare)
    assert identity.vouching.makers(town.community) == {}
    assert refusal(town, tom, claire.principal, code) == "key_confirmed"
    later = colleague(town, claire.principal)
    assert later.person == key, "who she lets in counts as her"


def test_who_may_not_confirm(town: Town) -> None:
    ann, tom = of_the_platform(town), of_the_platform(town, Role.TREASURER)
    bob, cid = colleague(town, ann), colleague(town, ann)
    code = code_of(town, bob)
    assert refusal(town, ann, bob, code) == "same_person"
    assert refusal(town, cid, bob, code) == refusal(town, bob, bob, code) == "not_confirmed"
    assert refusal(town, tom, bob, code_of(town, cid)) == "invalid_field", "the code of another key"
    assert refusal(town, tom, bob, "") == "invalid_field"
    assert refusal(town, tom, ann, code) == "key_not_found", "the platform made it: nothing is to confirm"
    assert town.who("") is None and bob.key is not None
    assert town.identity.vouching.makers(town.community)[bob.key] == ann.actor


def test_a_proposal_keeps_the_person_who_asked_when_the_key_is_confirmed_later(town: Town) -> None:
    ann, tom = of_the_platform(town), of_the_platform(town, Role.TREASURER)
    bob = colleague(town, ann)
    command = ChangePolicy(
        id=new_id(), community=town.community, actor=bob.actor, currency="RIV", since=town.clock.now + 10**15,
        policy=Policy(default_line=5),
    )  # fmt: skip
    asked = town.identity.propose(bob, "policies.change", command)
    assert asked.asked_by == ann.actor and bob.key is not None
    town.identity.vouching.confirm(tom, town.community, bob.key, code_of(town, bob))
    for who in (ann, bob):
        with pytest.raises(Refused) as refused:
            town.identity.approvals.ready(who, town.community, asked.id)
        assert refused.value.code in ("same_actor", "same_person")
    assert town.identity.approvals.ready(tom, town.community, asked.id)[0].id == asked.id


def test_roles_that_decide_nothing_need_nobody(town: Town) -> None:
    ann = of_the_platform(town)
    made = town.identity.keys.create(ann, town.community, frozenset({Role.AUDITOR}))
    assert town.identity.vouching.makers(town.community) == {}
    found = town.who(made.token)
    assert found is not None and found.person == made.key.id
    assert scopes_of([Role.AUDITOR]) == found.scopes
