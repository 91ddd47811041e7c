"""The addresses of devices: a further one waits, is let in by a signature, and is shown with what it may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.signing import b64, fingerprint, signing_input
from ledger.service import new_id
from tests.integration.served import Json, Served, Somebody, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('devices') / 'ricochet.db'}") as made:
        yield made


@pytest.fixture
def gil(town: Served) -> Somebody:
    return town.riv.join(f"Gil {new_id()}", MemberKind.PERSON)


def public(device: Ed25519PrivateKey) -> bytes:
    return device.public_key().public_bytes_raw()


def enrol(town: Served, member: Somebody) -> tuple[Somebody, Json]:
    """A new device with a code; the member as seen from it, and what it was told."""
    code = town.post(town.riv.keys[Role.OPERATOR], f"/v1/members/{member.id}/enrolments", None)["code"]
    device = Ed25519PrivateKey.generate()
    told = town.post("", "/v1/devices", {"code": code, "public_key": b64(public(device)), "label": "telephone"})
    return Somebody(member.id, member.account, told["api_key"], device=device), told


def signed(town: Served, by: Somebody, account: UUID, key: bytes, **changes: Any) -> str:
    """An `add_key` of an account, signed by a device."""
    assert by.device is not None
    fields = {"id": new_id(), "community": town.riv.community, "actor": by.id, "account": account, "key": key, **changes}
    text = signing_input(c.AddKey(**fields), public(by.device))
    return f"{text.decode()}.{b64(by.device.sign(text))}"


def approval(told: Json) -> str:
    return f"/v1/devices/{told['device_id']}/approval"


def paid(town: Served, by: Somebody, expect: int) -> Json:
    order = {"payee": town.riv.ben.account, "amount": 1, "currency": "RIV"}
    return town.post(by.token, "/v1/payments", {"signed": by.sign(town.riv.community, **order)}, expect)


def test_a_further_device_waits_and_is_let_in(town: Served, gil: Somebody) -> None:
    first, told = enrol(town, gil)
    assert first.device and (told["state"], told["fingerprint"]) == ("active", fingerprint(public(first.device)))
    second, waits = enrol(town, gil)
    assert second.device and (waits["state"], waits["fingerprint"]) == ("waiting", fingerprint(public(second.device)))
    assert town.get(second.token, "/v1/members/me")["id"] == str(gil.id), "it may look"
    assert paid(town, second, 403)["code"] == "signature_invalid"
    asked = town.get(first.token, approval(waits))
    assert asked["public_key"] == b64(public(second.device))
    assert asked["accounts"] == [{"id": str(gil.account), "keys": [b64(public(first.device))]}]
    body = {"signed": [signed(town, first, gil.account, public(second.device))]}
    for _ in range(2):
        assert town.post(first.token, approval(waits), body, 200)["state"] == "active"
    assert town.get(first.token, approval(waits))["accounts"] == []
    found = town.get(second.token, "/v1/devices")
    assert [(each["state"], each["accounts"]) for each in found["items"]] == [("active", [str(gil.account)])] * 2
    assert found["unknown"] == []
    paid(town, second, 201)


def test_the_waiting_device_may_send_what_another_has_signed(town: Served, gil: Somebody) -> None:
    """So does a paper key: it has no API key of its own."""
    first, _ = enrol(town, gil)
    second, waits = enrol(town, gil)
    assert second.device
    body = {"signed": [signed(town, first, gil.account, public(second.device))]}
    assert town.post(second.token, approval(waits), body, 200)["state"] == "active"


def test_a_key_on_paper_is_added_and_lets_the_next_device_in(town: Served, gil: Somebody) -> None:
    first, told = enrol(town, gil)
    paper = Somebody(gil.id, gil.account, "", device=Ed25519PrivateKey.generate())
    key = public(paper.device)  # type: ignore[arg-type]

    def add(by: Somebody, expect: int) -> Json:
        body = {"public_key": b64(key), "label": "paper", "signed": [signed(town, by, gil.account, key)]}
        return town.post(first.token, "/v1/members/me/devices", body, expect)

    made = add(first, 201)
    assert (made["label"], made["state"]) == ("paper", "active") and add(first, 201)["id"] == made["id"]
    assert add(Somebody(gil.id, gil.account, "", device=Ed25519PrivateKey.generate()), 201)["state"] == "active", "it was in"
    town.call(first.token, "DELETE", f"/v1/devices/{told['device_id']}", 204)
    new, waits = enrol(town, gil)
    body = {"signed": [signed(town, paper, gil.account, public(new.device))]}  # type: ignore[arg-type]
    assert town.post(new.token, approval(waits), body, 200)["state"] == "active"
    paid(town, new, 201)


def test_a_key_that_nobody_lets_in_leaves_no_device(town: Served, gil: Somebody) -> None:
    first, _ = enrol(town, gil)
    for by, expect in ((Ed25519PrivateKey.generate(), 403), (first.device, 409)):
        stranger = Somebody(gil.id, gil.account, "", device=by)
        text = signed(town, stranger, gil.account, b"p" * 32)
        body = {"public_key": b64(b"p" * 32), "label": "paper", "signed": [text]}
        town.post(first.token, "/v1/members/me/devices", body, expect)
    assert [each["state"] for each in town.get(first.token, "/v1/devices")["items"]] == ["active", "revoked"]


def test_what_lets_nobody_in(town: Served, gil: Somebody) -> None:
    first, told = enrol(town, gil)
    second, waits = enrol(town, gil)
    ben, key = town.riv.ben, public(second.device)  # type: ignore[arg-type]

    def refused(by: Somebody, account: UUID = gil.account, expect: int = 403, **changes: Any) -> str:
        text = signed(town, by, account, changes.pop("key", key), **changes)
        code: str = town.post(first.token, approval(waits), {"signed": [text]}, expect)["code"]
        return code

    assert refused(second) == "signature_invalid", "its own signature"
    assert refused(Somebody(gil.id, gil.account, "", device=Ed25519PrivateKey.generate())) == "signature_invalid"
    assert refused(first, actor=ben.id) == "not_allowed"
    assert refused(first, expect=422, community=new_id()) == "invalid_field"
    assert refused(first, expect=422, account=ben.account) == "invalid_field"
    assert refused(first, expect=422, key=bytes(32)) == "invalid_field"
    for odd in ("", "a.b.c", first.sign(town.riv.community, payee=ben.account, amount=1, currency="RIV")):
        assert town.post(first.token, approval(waits), {"signed": [odd]}, 422)["field"] == "signed"
    assert town.post(first.token, approval(waits), {"signed": []}, 422)["field"] == "signed"
    assert [each["state"] for each in town.get(first.token, "/v1/devices")["items"]] == ["active", "waiting"]
    town.call(second.token, "DELETE", f"/v1/devices/{told['device_id']}", 204)
    assert town.get(second.token, approval(waits))["accounts"] == [], "nobody is left who could"
    late = {"signed": [signed(town, first, gil.account, key)]}
    assert town.post(second.token, approval(waits), late, 403)["code"] == "signature_invalid"
    assert town.post(second.token, approval(told), late, 409)["code"] == "device_revoked"


def test_neither_the_association_nor_a_stranger_lets_a_device_in(town: Served, gil: Somebody) -> None:
    first, _ = enrol(town, gil)
    second, waits = enrol(town, gil)
    body = {"signed": [signed(town, first, gil.account, public(second.device))]}  # type: ignore[arg-type]
    for role in (Role.OPERATOR, Role.TREASURER, Role.AUDITOR):
        town.post(town.riv.keys[role], approval(waits), body, 403)
    town.post(town.riv.ada.token, approval(waits), body, 404)
    town.get(town.riv.ada.token, approval(waits), 404)
    assert town.get(second.token, "/v1/devices")["items"][1]["state"] == "waiting"


def test_a_key_that_is_no_device_is_shown(town: Served, gil: Somebody) -> None:
    town.riv.do(c.AddKey, account=gil.account, key=b"o" * 32)
    mine, told = enrol(town, gil)
    assert told["state"] == "waiting"
    (unknown,) = town.get(mine.token, "/v1/devices")["unknown"]
    assert unknown == {
        "member": str(gil.id), "public_key": b64(b"o" * 32), "fingerprint": fingerprint(b"o" * 32),
        "accounts": [str(gil.account)],
    }  # fmt: skip
    operator = town.riv.keys[Role.OPERATOR]
    assert unknown in town.get(operator, "/v1/devices")["unknown"]
    assert town.get(operator, "/v1/devices", params={"member": str(gil.id)})["unknown"] == [unknown]


def test_a_further_account_is_opened_with_the_members_devices(town: Served, gil: Somebody) -> None:
    first, _ = enrol(town, gil)
    enrol(town, gil)
    operator, uid = town.riv.keys[Role.OPERATOR], str(new_id())
    body = {"id": uid, "member": str(gil.id), "currency": "RIV", "kind": "person"}
    made = town.post(operator, "/v1/accounts", body)["account"]
    assert made["signed_only"]
    entry = town.use.ledger.reader.entry(town.riv.community, UUID(uid)).decoded()
    assert isinstance(entry.command, c.OpenAccount) and entry.command.keys == (public(first.device),)  # type: ignore[arg-type]
    second, waits = enrol(town, gil)
    accounts = town.get(first.token, approval(waits))["accounts"]
    assert {each["id"] for each in accounts} == {str(gil.account), made["id"]}
    texts = [signed(town, first, UUID(each["id"]), public(second.device)) for each in accounts]  # type: ignore[arg-type]
    town.post(first.token, approval(waits), {"signed": texts}, 200)
    assert town.post(operator, "/v1/accounts", body, 200)["replayed"], "the devices have changed, the command has not"


def test_the_files_that_a_member_takes_away_say_what_each_device_may_do(town: Served, gil: Somebody) -> None:
    first, _ = enrol(town, gil)
    (device,) = town.get(first.token, "/v1/members/me/export")["devices"]
    assert device["state"] == "active"
