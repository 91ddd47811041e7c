"""Members, devices, keys and the directory over HTTP; every answer is held against the description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.identity.principal import Role, Scope
from api.schemas import members as shapes
from ledger.core.signing import b64
from ledger.service import new_id
from tests.integration.served import Json, Place, Served, Somebody, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('people') / 'town.db'}") as made:
        yield made


@pytest.fixture(scope="module")
def operator(town: Served) -> str:
    """An operator's token."""
    return town.riv.keys[Role.OPERATOR]


@pytest.fixture(scope="module")
def elsewhere(town: Served) -> Place:
    """Another community on the same server."""
    return Place(town.use, "ELSE")


def joined(town: Served, operator: str, **more: Any) -> Json:
    """A new member over HTTP."""
    return town.post(operator, "/v1/members", {"name": "Cleo", "kind": "person", **more})


def version(town: Served, operator: str, member: str) -> dict[str, str]:
    """If-Match for a change."""
    return {"If-Match": town.call(operator, "GET", f"/v1/members/{member}", 200).headers["etag"]}


def change(town: Served, token: str, member: str, body: Json, expect: int = 200, **options: Any) -> Json:
    """PATCH a member."""
    found: Json = town.call(token, "PATCH", f"/v1/members/{member}", expect, json=body, **options).json()
    return found


def enrolled(town: Served, operator: str, member: UUID | str) -> tuple[Json, Ed25519PrivateKey]:
    """A device let in."""
    code = town.post(operator, f"/v1/members/{member}/enrolments", None)["code"]
    device = Ed25519PrivateKey.generate()
    body = {"code": code, "public_key": b64(device.public_key().public_bytes_raw()), "label": "telephone"}
    return town.post("", "/v1/devices", body), device


def test_the_shapes_name_every_role_and_scope() -> None:
    assert shapes.Role.__args__ == tuple(role.value for role in Role)  # type: ignore[attr-defined]
    assert shapes.Scope.__args__ == tuple(scope.value for scope in Scope)  # type: ignore[attr-defined]


def test_a_member_is_made_read_and_listed(town: Served, operator: str) -> None:
    body = {
        "id": str(new_id()), "name": " Dora ", "kind": "business", "contact": "dora@example.org", "place": "Die",
        "sectors": ["47.2"], "listed": True,
    }  # fmt: skip
    made = town.post(operator, "/v1/members", body)
    assert (made["name"], made["state"], made["accounts"]) == ("Dora", "active", [])
    assert town.post(operator, "/v1/members", body, 200) == made
    assert town.post(operator, "/v1/members", {**body, "name": "Eve"}, 409)["code"] == "id_reused"
    assert town.get(operator, f"/v1/members/{made['id']}") == made
    seen, cursor = [], None
    while True:
        page = town.get(
            operator, "/v1/members", params={"limit": 1, **({"cursor": cursor} if cursor else {})}
        )
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert made["id"] in seen and len(seen) == len(set(seen)) >= 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "kind": "person"}, "name"),
        ({"name": "   ", "kind": "person"}, "name"),
        ({"name": "a\u0000b", "kind": "person"}, "name"),
        ({"name": "x" * 121, "kind": "person"}, "name"),
        ({"name": "Cleo", "kind": "purse"}, "kind"),
        ({"name": "Cleo", "kind": "person", "state": "left"}, "state"),
        ({"name": "Cleo", "kind": "person", "locale": "Klingon"}, "locale"),
        ({"name": "Cleo", "kind": "person", "listed": "yes"}, "listed"),
        ({"name": "Cleo", "kind": "person", "role": "operator"}, "role"),
        ({"name": "Cleo", "kind": "person", "sectors": ["x"] * 17}, "sectors"),
        ({"name": "\ud800", "kind": "person"}, "name"),
    ],
)
def test_a_bad_member_is_refused_with_its_field(town: Served, operator: str, body: Json, field: str) -> None:
    assert town.post(operator, "/v1/members", body, 422)["field"] == field


def test_a_state_freezes_the_accounts(town: Served, operator: str) -> None:
    member = town.riv.join("Finn", town.use.identity.people.get(town.riv.community, town.riv.ada.id).kind)
    for state, frozen in (("suspended", "both"), ("active", "none"), ("lapsed", "credits")):
        headers = version(town, operator, str(member.id))
        said = change(town, operator, str(member.id), {"state": state}, headers=headers)
        assert (said["state"], said["accounts"][0]["frozen"]) == (state, frozen)
    said = change(
        town,
        operator,
        str(member.id),
        {"state": "pending"},
        409,
        headers=version(town, operator, str(member.id)),
    )
    assert said["code"] == "not_a_transition"


def test_a_change_needs_the_version_that_was_read(town: Served, operator: str) -> None:
    member = joined(town, operator)["id"]
    assert change(town, operator, member, {"place": "Die"}, 428)["code"] == "version_required"
    headers = version(town, operator, member)
    change(town, operator, member, {"place": "Die"}, headers=headers)
    assert (
        change(town, operator, member, {"place": "Crest"}, 412, headers=headers)["code"] == "version_changed"
    )


def test_members_change_what_is_theirs_to_change(town: Served) -> None:
    ada = town.riv.ada
    own = f"/v1/members/{ada.id}"
    headers = {"If-Match": town.call(ada.token, "GET", own, 200).headers["etag"]}
    assert (
        change(town, ada.token, str(ada.id), {"name": "Queen"}, 403, headers=headers)["code"] == "not_allowed"
    )
    assert (
        change(town, ada.token, str(ada.id), {"state": "active"}, 403, headers=headers)["code"]
        == "not_allowed"
    )
    assert change(town, ada.token, str(ada.id), {"place": "Die"}, headers=headers)["place"] == "Die"


def test_members_see_themselves_and_nobody_else(town: Served, elsewhere: Place) -> None:
    ada, ben = town.riv.ada, town.riv.ben
    me = town.get(ada.token, "/v1/members/me")
    assert (me["id"], me["community"]["code"]) == (str(ada.id), "RIV")
    assert me["accounts"][0]["id"] == str(ada.account)
    for stranger in (ben.id, elsewhere.ada.id, new_id()):
        town.get(ada.token, f"/v1/members/{stranger}", 404)
        change(town, ada.token, str(stranger), {"place": "x"}, 404, headers={"If-Match": '"1"'})
    town.get(ada.token, "/v1/members", 403)
    town.get(town.riv.keys[Role.OPERATOR], f"/v1/members/{elsewhere.ada.id}", 404)
    town.get(town.riv.keys[Role.PLATFORM_ADMIN], "/v1/members", 403, params={"community": "RIV"})


def test_a_member_takes_everything_away(town: Served, operator: str) -> None:
    ada = town.riv.ada
    for _ in range(3):
        town.pay(1)
    said = town.get(ada.token, "/v1/members/me/export")
    assert said["member"]["id"] == str(ada.id)
    (statement,) = said["statements"]
    whole = town.get(ada.token, f"/v1/accounts/{ada.account}/statement", params={"limit": 200})
    assert statement["items"] == whole["items"] and len(statement["items"]) >= 3
    assert [key["member"] for key in said["keys"]] == [str(ada.id)]


def test_a_device_is_let_in_pays_and_is_lost(town: Served, operator: str) -> None:
    kind = town.use.identity.people.get(town.riv.community, town.riv.ada.id).kind
    gil = town.riv.join("Gil", kind)
    let_in, device = enrolled(town, operator, gil.id)
    assert let_in["member"] == {"id": str(gil.id), "name": "Gil"}
    assert let_in["community"]["code"] == "RIV" and let_in["accounts"][0]["id"] == str(gil.account)
    signer = Somebody(gil.id, gil.account, let_in["api_key"], device=device)
    fields = {"payee": town.riv.ben.account, "amount": 5, "currency": "RIV"}
    signed = signer.sign(town.riv.community, **fields)
    assert town.post(signer.token, "/v1/payments", {"signed": signed})["amount"] == 5
    (listed,) = town.get(signer.token, "/v1/devices")["items"]
    assert (listed["id"], listed["label"], listed["revoked_at"]) == (let_in["device_id"], "telephone", None)
    town.call(town.riv.ada.token, "DELETE", f"/v1/devices/{listed['id']}", 404)
    town.call(signer.token, "DELETE", f"/v1/devices/{listed['id']}", 204)
    town.get(signer.token, "/v1/devices", 401)
    said = town.post(gil.token, "/v1/payments", {"signed": signer.sign(town.riv.community, **fields)}, 403)
    assert said["code"] == "signature_invalid"
    assert town.get(operator, "/v1/devices", params={"member": str(gil.id)})["items"][0]["revoked_at"]


def test_a_wrong_code_and_a_wrong_key_are_refused(town: Served, operator: str) -> None:
    good = b64(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    body = {"code": "RIV-0000-0000-0000", "public_key": good, "label": "x"}
    assert town.post("", "/v1/devices", body, 403)["code"] == "enrolment_refused"
    assert town.post("", "/v1/devices", {**body, "public_key": "AAAA"}, 422)["field"] == "public_key"
    assert town.post("", "/v1/devices", {**body, "label": " "}, 422)["field"] == "label"


def test_only_the_operator_invites(town: Served, elsewhere: Place) -> None:
    address = f"/v1/members/{town.riv.ada.id}/enrolments"
    assert town.post(town.riv.ada.token, address, None, 403)["code"] == "not_allowed"
    assert town.post(elsewhere.keys[Role.OPERATOR], address, None, 404)["code"] == "member_not_found"


def test_keys_are_made_shown_once_and_revoked(town: Served, operator: str) -> None:
    made = town.post(operator, "/v1/keys", {"label": "books", "roles": ["auditor"]})
    town.get(made["token"], "/v1/members")
    listed = [
        key
        for key in town.get(operator, "/v1/keys", params={"limit": 200})["items"]
        if key["id"] == made["id"]
    ]
    assert len(listed) == 1 and "token" not in listed[0] and made["token"].startswith(listed[0]["hint"])
    town.call(operator, "DELETE", f"/v1/keys/{made['id']}", 204)
    town.get(made["token"], "/v1/members", 401)
    town.call(operator, "DELETE", f"/v1/keys/{new_id()}", 404)


def test_keys_say_whether_they_wait_for_a_second_person(town: Served, operator: str) -> None:
    admin = town.riv.keys[Role.PLATFORM_ADMIN]
    ours = {"label": "second desk", "roles": ["operator"]}
    colleague = town.post(operator, "/v1/keys", ours)
    auditor = town.post(operator, "/v1/keys", {"label": "books", "roles": ["auditor"]})
    by_platform = town.post(admin, "/v1/keys", ours, params={"community": "RIV"})
    made = {colleague["id"]: True, auditor["id"]: False, by_platform["id"]: False}
    assert [each["waits"] for each in (colleague, auditor, by_platform)] == [True, False, False]
    some = {key["id"]: key["waits"] for key in town.get(operator, "/v1/keys", params={"limit": 200})["items"]}
    assert {key: some[key] for key in made} == made


def test_keys_that_are_not_given(town: Served, operator: str, elsewhere: Place) -> None:
    admin = town.riv.keys[Role.PLATFORM_ADMIN]
    assert (
        town.post(operator, "/v1/keys", {"label": "x", "roles": ["treasurer"]}, 403)["code"] == "not_allowed"
    )
    both = {"label": "x", "roles": ["operator", "treasurer"]}
    said = town.post(admin, "/v1/keys", both, 403, params={"community": "RIV"})
    assert said["code"] == "duties_apart"
    foreign = {"label": "x", "roles": ["member"], "member": str(elsewhere.ada.id)}
    assert town.post(operator, "/v1/keys", foreign, 422)["field"] == "member"
    wide = {"label": "x", "roles": ["auditor"], "scopes": ["issue"]}
    assert town.post(operator, "/v1/keys", wide, 422)["field"] == "scopes"
    theirs = town.get(elsewhere.keys[Role.OPERATOR], "/v1/keys")["items"][0]["id"]
    town.call(operator, "DELETE", f"/v1/keys/{theirs}", 404)


def test_a_platform_administrator_makes_the_first_keys(town: Served) -> None:
    admin = town.riv.keys[Role.PLATFORM_ADMIN]
    made = town.post(admin, "/v1/keys", {"label": "t", "roles": ["treasurer"]}, params={"community": "RIV"})
    assert town.get(made["token"], "/v1/approvals")["items"] == []
    region = town.post(admin, "/v1/keys", {"label": "region", "roles": ["region_reader"]})
    town.get(region["token"], "/v1/currencies", params={"community": "RIV"})
    town.get(region["token"], "/v1/directory", 403, params={"community": "RIV"})
    assert region["id"] in {key["id"] for key in town.get(admin, "/v1/keys", params={"limit": 200})["items"]}


def test_the_directory_is_searched_and_names_are_resolved(town: Served, elsewhere: Place) -> None:
    ada = town.riv.ada.token
    found = town.get(ada, "/v1/directory", params={"query": "bakery"})
    assert [each["name"] for each in found["items"]] == ["Ben's Bakery"]
    assert found["items"][0]["accounts"] == [{"id": str(town.riv.ben.account), "currency": "RIV"}]
    assert town.get(ada, "/v1/directory/resolve", params={"name": "ben s"})["member"] == str(town.riv.ben.id)
    assert (
        town.get(ada, "/v1/directory/resolve", 404, params={"name": "nobody"})["code"] == "member_not_found"
    )
    first = town.get(ada, "/v1/directory", params={"limit": 1})
    second = town.get(ada, "/v1/directory", params={"limit": 1, "cursor": first["next"]})
    assert first["items"] != second["items"]
    every = town.get(ada, "/v1/directory", params={"limit": 200})["items"]
    assert str(elsewhere.ben.id) not in {each["member"] for each in every}
    assert (
        town.get(ada, "/v1/directory", 400, params={"cursor": first["next"], "query": "x"})["code"]
        == "invalid_cursor"
    )


def test_who_left_is_forgotten(town: Served, operator: str) -> None:
    member = joined(town, operator, name="Hugo Unique")["id"]
    assert (
        town.call(operator, "DELETE", f"/v1/members/{member}/personal-data", 409).json()["code"]
        == "member_not_left"
    )
    change(town, operator, member, {"state": "left"}, headers=version(town, operator, member))
    said = town.call(operator, "DELETE", f"/v1/members/{member}/personal-data", 200).json()
    assert said == {"member": member, "memos": 0}
    town.get(operator, f"/v1/members/{member}", 404)
