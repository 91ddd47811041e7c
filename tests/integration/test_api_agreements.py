"""Approvals and webhooks over HTTP; every answer is held against the description."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.service import new_id
from tests.integration.served import Json, Place, Served, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('agreements') / 'town.db'}") as made:
        yield made


@pytest.fixture(scope="module")
def elsewhere(town: Served) -> Place:
    """Another community on the same server."""
    return Place(town.use, "ELSE")


# --- approvals ---


@pytest.fixture
def waiting(town: Served) -> Json:
    """A treasurer has asked for an issue above the threshold."""
    member = town.riv.join("Saver", MemberKind.PERSON)
    account = town.riv.open(member.id, "RIV-B", MemberKind.PERSON)
    body = {
        "id": str(new_id()),
        "account": str(account),
        "currency": "RIV-B",
        "amount": 10_001,
        "euros": 10_001,
    }
    said = town.post(town.riv.keys[Role.TREASURER], "/v1/issues", body, 202)
    again = town.post(town.riv.keys[Role.TREASURER], "/v1/issues", body, 202)
    assert again == said
    approval: Json = said["approval"]
    return {**approval, "account": str(account)}


def test_a_second_treasurer_approves(town: Served, waiting: Json) -> None:
    first, second = town.riv.keys[Role.TREASURER], town.riv.key(Role.TREASURER)
    address = f"/v1/approvals/{waiting['id']}"
    shown = town.get(second, address)
    assert (shown["state"], shown["action"], shown["content"]["amount"]) == ("open", "issues.create", 10_001)
    assert waiting["id"] in {
        each["id"] for each in town.get(second, "/v1/approvals", params={"state": "open"})["items"]
    }
    assert town.post(first, f"{address}/approval", {}, 403)["code"] == "same_actor"
    assert town.post(town.riv.keys[Role.OPERATOR], f"{address}/approval", {}, 403)["code"] == "not_allowed"
    assert town.post(town.riv.keys[Role.AUDITOR], f"{address}/approval", {}, 403)["code"] == "not_allowed"
    tried = town.post(second, f"{address}/approval", {}, 200, params={"dry_run": "true"})
    assert tried["dry_run"] is True and town.get(second, address)["state"] == "open"
    done = town.post(second, f"{address}/approval", {})
    assert done["id"] == waiting["id"] and done["transfers"][0]["posted"] == 10_001
    assert town.post(second, f"{address}/approval", {}, 200)["replayed"] is True
    held = town.get(second, f"/v1/accounts/{waiting['account']}")
    assert held["posted"] == 10_001
    assert town.get(second, address)["state"] == "approved"


def test_a_rejected_proposal_moves_nothing(town: Served, waiting: Json) -> None:
    second = town.riv.key(Role.TREASURER)
    address = f"/v1/approvals/{waiting['id']}"
    assert town.post(second, f"{address}/rejection", {}, 200)["state"] == "rejected"
    assert town.post(second, f"{address}/approval", {}, 409)["code"] == "approval_rejected"
    assert town.get(second, f"/v1/accounts/{waiting['account']}")["posted"] == 0


def test_proposals_of_another_community_are_unknown(town: Served, waiting: Json, elsewhere: Place) -> None:
    theirs = elsewhere.keys[Role.TREASURER]
    address = f"/v1/approvals/{waiting['id']}"
    town.get(theirs, address, 404)
    town.post(theirs, f"{address}/approval", {}, 404)
    town.post(theirs, f"{address}/rejection", {}, 404)
    assert town.get(theirs, "/v1/approvals")["items"] == []


def test_members_see_no_proposals(town: Served, waiting: Json) -> None:
    for address in ("/v1/approvals", f"/v1/approvals/{waiting['id']}"):
        assert town.get(town.riv.ada.token, address, 403)["code"] == "not_allowed"


# --- webhooks ---


def test_a_webhook_is_made_rotated_and_removed(town: Served) -> None:
    operator = town.riv.keys[Role.OPERATOR]
    body = {"id": str(new_id()), "url": "https://hook.example.org/in", "events": ["pay"]}
    made = town.post(operator, "/v1/webhooks", body)
    assert made["secret"].startswith("whsec_") and made["member"] is None
    assert town.post(operator, "/v1/webhooks", body, 200) == made
    (listed,) = [each for each in town.get(operator, "/v1/webhooks")["items"] if each["id"] == made["id"]]
    assert "secret" not in listed and listed["events"] == ["pay"]
    new = town.post(operator, f"/v1/webhooks/{made['id']}/secret", None)
    assert new["secret"] != made["secret"]
    town.call(operator, "DELETE", f"/v1/webhooks/{made['id']}", 204)
    town.call(operator, "DELETE", f"/v1/webhooks/{made['id']}", 404)


@pytest.mark.parametrize(
    "url",
    ["http://hook.example.org/", "https://127.0.0.1/", "https://localhost/", "https://u:p@example.org/", "x"],
)
def test_a_webhook_into_our_own_network_is_not_made(town: Served, url: str) -> None:
    assert town.post(town.riv.keys[Role.OPERATOR], "/v1/webhooks", {"url": url}, 422)["field"] == "url"


def test_a_merchants_webhook_is_its_own(town: Served, elsewhere: Place) -> None:
    ben, operator = town.riv.ben, town.riv.keys[Role.OPERATOR]
    made = town.post(ben.token, "/v1/webhooks", {"url": "https://till.example.org/"})
    assert made["member"] == str(ben.id)
    others = town.post(operator, "/v1/webhooks", {"url": "https://hook.example.org/"})["id"]
    assert [each["id"] for each in town.get(ben.token, "/v1/webhooks")["items"]] == [made["id"]]
    town.call(ben.token, "DELETE", f"/v1/webhooks/{others}", 404)
    town.post(ben.token, f"/v1/webhooks/{others}/secret", None, 404)
    town.call(elsewhere.keys[Role.OPERATOR], "DELETE", f"/v1/webhooks/{made['id']}", 404)
    town.post(town.riv.ada.token, "/v1/webhooks", {"url": "https://x.example.org/"}, 403)
