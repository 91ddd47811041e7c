"""Payment requests over HTTP; every answer is held against the description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.service import new_id
from tests.integration.served import Json, Place, Served, Somebody, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('agreements') / 'town.db'}") as made:
        yield made


@pytest.fixture(scope="module")
def elsewhere(town: Served) -> Place:
    """Another community on the same server."""
    return Place(town.use, "ELSE")


@pytest.fixture
def payer(town: Served) -> Somebody:
    """A member with a device and money to spend."""
    member = town.riv.join("Payer", MemberKind.PERSON)
    member.device = Ed25519PrivateKey.generate()
    key = member.device.public_key().public_bytes_raw()
    town.riv.do(c.AddKey, account=member.account, key=key)
    return member


def ask(town: Served, expect: int = 201, **changes: Any) -> Json:
    """Ben asks for 3.00."""
    ben = town.riv.ben
    body = {"id": str(new_id()), "payee": str(ben.account), "amount": 300, "currency": "RIV", **changes}
    return town.post(ben.token, "/v1/payment-requests", body, expect)


def signed(town: Served, payer: Somebody, request: Json, **changes: Any) -> Json:
    """An acceptance by a device."""
    fields = {
        "id": UUID(request["payment"]), "payee": UUID(request["payee"]), "amount": request["amount"],
        "currency": request["currency"], **changes,
    }  # fmt: skip
    return {"signed": payer.sign(town.riv.community, **fields)}


def test_a_request_is_asked_read_and_paid_by_a_device(town: Served, payer: Somebody) -> None:
    made = ask(town, memo="two loaves")
    assert made["link"] == f"https://riv.example/p/{made['token']}"
    assert (made["state"], made["payee_name"], made["scale"], made["memo"]) == (
        "open",
        "Ben's Bakery",
        2,
        "two loaves",
    )
    for key in (made["id"], made["token"]):
        assert town.get(payer.token, f"/v1/payment-requests/{key}") == made
    address = f"/v1/payment-requests/{made['id']}/acceptance"
    body = signed(town, payer, made)
    tried = town.post(payer.token, address, body, 200, params={"dry_run": "true"})
    assert tried["dry_run"] is True and tried["seq"] is None
    assert town.get(payer.token, f"/v1/payment-requests/{made['id']}")["state"] == "open"
    receipt = town.post(payer.token, address, body)
    assert (receipt["id"], receipt["amount"], receipt["balance"]["posted"]) == (made["payment"], 300, -300)
    again = town.post(payer.token, address, body, 200)
    assert again["replayed"] is True and again["seq"] == receipt["seq"]
    assert again["balance"]["posted"] == -300
    paid = town.get(town.riv.ben.token, f"/v1/payment-requests/{made['id']}")
    assert paid["state"] == "paid" and paid["decided_at"] is not None


def test_an_api_key_pays_a_request_with_its_memo(town: Served) -> None:
    member = town.riv.join("Plain", MemberKind.PERSON)
    made = ask(town, memo="a cake")
    address = f"/v1/payment-requests/{made['token']}/acceptance"
    town.post(member.token, address, {"id": made["payment"], "payer": str(member.account)})
    said = town.get(member.token, f"/v1/payments/{made['payment']}")
    assert (said["amount"], said["memo"]) == (300, "a cake")


def test_asking_twice_makes_one(town: Served) -> None:
    uid = str(new_id())
    first = ask(town, id=uid)
    assert ask(town, 200, id=uid) == first
    assert ask(town, 409, id=uid, amount=1)["code"] == "id_reused"
    body = {"payee": str(town.riv.ben.account), "amount": 300, "currency": "RIV"}
    assert town.post(town.riv.ben.token, "/v1/payment-requests", body, 400)["code"] == "id_missing"


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"amount": 0}, 422, "amount"),
        ({"amount": 2.5}, 422, "amount"),
        ({"amount": "3"}, 422, "amount"),
        ({"amount": 2**53}, 422, "amount"),
        ({"currency": "XYZ"}, 422, "currency"),
        ({"currency": "EUR"}, 422, "payee"),
        ({"currency": "RIV-B"}, 422, "payee"),
        ({"payer": str(UUID(int=5))}, 422, "payer"),
        ({"expires_in": 0}, 422, "expires_in"),
        ({"expires_in": 10**12}, 422, "expires_in"),
        ({"memo": "a\u0000b"}, 422, "memo"),
        ({"memo": ""}, 422, "memo"),
        ({"sphere": "x"}, 422, "sphere"),
    ],
)
def test_a_bad_request_is_refused_with_its_field(
    town: Served, changes: Json, status: int, field: str
) -> None:
    assert ask(town, status, **changes)["field"] == field


def test_nobody_asks_for_another(town: Served) -> None:
    body = {"id": str(new_id()), "payee": str(town.riv.ada.account), "amount": 1, "currency": "RIV"}
    assert town.post(town.riv.ben.token, "/v1/payment-requests", body, 403)["code"] == "not_allowed"
    assert town.post(town.riv.keys[Role.OPERATOR], "/v1/payment-requests", body, 403)["code"] == "not_allowed"


@pytest.mark.parametrize("change", [{"amount": 299}, {"id": UUID(int=9)}, {"currency": "RIV-B"}])
def test_only_what_is_asked_pays(town: Served, payer: Somebody, change: Json) -> None:
    made = ask(town)
    body = signed(town, payer, made, **change)
    said = town.post(payer.token, f"/v1/payment-requests/{made['id']}/acceptance", body, 422)
    assert said["code"] == "invalid_field" and said["field"] == next(iter(change))


def test_nobody_pays_from_anothers_account(town: Served, payer: Somebody) -> None:
    made = ask(town)
    address = f"/v1/payment-requests/{made['id']}/acceptance"
    ada = town.riv.ada
    assert town.post(ada.token, address, {"payer": str(payer.account)}, 403)["code"] == "not_allowed"
    assert town.post(ada.token, address, signed(town, payer, made), 403)["code"] == "not_allowed"
    unsigned = town.post(payer.token, address, {"payer": str(payer.account)}, 403)
    assert unsigned["code"] == "signature_required", "an account with a device pays only signed"


def test_who_has_too_little_may_try_again(town: Served, payer: Somebody) -> None:
    made = ask(town, amount=1_100)
    address = f"/v1/payment-requests/{made['id']}"
    body = signed(town, payer, made)
    assert town.post(payer.token, f"{address}/acceptance", body, 422)["code"] == "insufficient_funds"
    town.riv.do(c.SetLine, account=payer.account, line=2_000)
    now = town.get(payer.token, address)
    assert now["state"] == "open" and now["payment"] != made["payment"]
    town.post(payer.token, f"{address}/acceptance", signed(town, payer, now))
    assert town.get(payer.token, address)["state"] == "paid"


def test_a_request_to_one_member_is_that_members_business(town: Served, payer: Somebody) -> None:
    made = ask(town, payer=str(payer.account))
    assert made["payer_name"] == "Payer"
    ada = town.riv.ada
    town.get(ada.token, f"/v1/payment-requests/{made['id']}", 404)
    town.get(ada.token, f"/v1/payment-requests/{made['token']}")
    said = town.post(
        ada.token, f"/v1/payment-requests/{made['token']}/acceptance", {"payer": str(ada.account)}, 403
    )
    assert said["code"] == "not_allowed"
    town.post(ada.token, f"/v1/payment-requests/{made['id']}/rejection", {}, 404)
    mine = town.get(payer.token, "/v1/payment-requests")["items"]
    assert [each["id"] for each in mine] == [made["id"]]
    said = town.post(payer.token, f"/v1/payment-requests/{made['id']}/rejection", {}, 200)
    assert said["state"] == "rejected"
    body = signed(town, payer, made)
    said = town.post(payer.token, f"/v1/payment-requests/{made['id']}/acceptance", body, 409)
    assert said["code"] == "request_rejected"


def test_requests_are_paged(town: Served) -> None:
    made = [ask(town)["id"] for _ in range(3)]
    seen, cursor = [], None
    for _ in range(3):
        params = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = town.get(town.riv.ben.token, "/v1/payment-requests", params=params)
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert seen == made[::-1]
    town.get(town.riv.ada.token, "/v1/payment-requests", 400, params={"cursor": cursor})


def test_requests_of_another_community_are_unknown(town: Served, elsewhere: Place) -> None:
    made, theirs = ask(town), elsewhere.ada
    for key in (made["id"], made["token"]):
        address = f"/v1/payment-requests/{key}"
        said = [
            town.get(theirs.token, address, 404),
            town.post(theirs.token, f"{address}/acceptance", {"payer": str(theirs.account)}, 404),
            town.post(theirs.token, f"{address}/rejection", {}, 404),
        ]
        assert {each["code"] for each in said} == {"payment_request_not_found"}


@pytest.mark.parametrize("key", ["%00", "%F0%9F%99%82", "x" * 65, "..%2f", "' OR 1=1"])
def test_an_odd_token_is_unknown(town: Served, key: str) -> None:
    response = town.client.get(
        f"/v1/payment-requests/{key}", headers={"authorization": f"Bearer {town.riv.ada.token}"}
    )
    assert response.status_code == 404 and response.json()["status"] == 404
