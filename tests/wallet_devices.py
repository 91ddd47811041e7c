"""The devices of the wallet's small server: codes, waiting and letting in, by the rules of the pure core."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx2

from ledger.core import signing as jws
from ledger.core.accounts import Account
from ledger.core.commands import AddKey, RevokeKey, Signature
from ledger.core.signing import b64
from tests import wallet_accounts as accounts
from tests.wallet_accounts import moment
from tests.wallet_receipts import ORIGIN
from tests.world import COMMUNITY, uid

if TYPE_CHECKING:
    from tests.wallet_server import FakeServer


class Refusal(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.body = status, {"status": status, "code": code, "detail": detail, **more}


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """A device of a member; `token` is its API key, "" for a key on paper."""

    member: str
    label: str
    key: bytes
    made_at: int
    token: str = ""
    revoked: bool = False

    @property
    def id(self) -> str:
        return str(uid(self.key.hex()))


def held(server: FakeServer, member: str) -> list[Account]:
    return [server.world[name] for name in server.members.get(member, [])]


def signing_keys(server: FakeServer, member: str) -> set[bytes]:
    return {key for account in held(server, member) for key in account.keys}


def signing(server: FakeServer, member: str) -> tuple[bytes, ...]:
    """The keys of a new account."""
    mine = [each.key for each in server.devices if each.member == member and not each.revoked]
    known = signing_keys(server, member)
    return tuple(key for key in mine if not known or key in known)


def present(server: FakeServer, each: Device) -> dict[str, Any]:
    signs = [str(account.uid) for account in held(server, each.member) if each.key in account.keys]
    state = "active" if signs else "waiting"
    return {
        "id": each.id, "label": each.label, "created_at": moment(each.made_at), "accounts": signs,
        "public_key": b64(each.key), "fingerprint": "not what it is", "state": "revoked" if each.revoked else state,
    }  # fmt: skip


def enrol(server: FakeServer, body: Any) -> Any:
    member = server.codes.get(body["code"])
    if member is None:
        raise Refusal(403, "enrolment_refused", "this code is not good (any more); ask the association for a new one")
    device = Device(member, body["label"], unb64(body["public_key"]), server.world.now, f"rico_{len(server.devices)}")
    if not signing_keys(server, member):
        for name in server.members[member]:
            if not server.world[name].signed_only:
                server.world.do(AddKey, account=name, key=device.key)
    server.devices.append(device)
    server.keys[device.token] = member
    return {
        "device_id": device.id, "api_key": device.token, "state": present(server, device)["state"],
        "member": {"id": str(uid(member)), "name": member},
        "community": {
            "id": str(COMMUNITY), "code": "RIV", "name": "Rive", "vkey": server.vkey, "origin": ORIGIN,
            "handed_on": server.handed_on,
        },
        "accounts": [accounts.present(server.world, uid(name)) for name in server.members[member]],
    }  # fmt: skip


def answer(server: FakeServer, method: str, path: list[str], body: Any, me: str) -> httpx2.Response:
    """GET devices, GET and POST devices/ID/approval, DELETE devices/ID."""
    mine = [each for each in server.devices if each.member == me]
    if not path:
        return httpx2.Response(200, json={"items": [present(server, each) for each in mine], "unknown": unknown(server, me)})
    device = next((each for each in mine if each.id == path[0]), None)
    if device is None:
        raise Refusal(404, "device_not_found", "no such device here")
    if method == "DELETE":
        return revoke(server, device)
    if method == "POST":
        return httpx2.Response(200, json=approve(server, device, body))
    waiting = [account for account in held(server, me) if account.keys and device.key not in account.keys]
    items = [{"id": str(account.uid), "keys": [b64(key) for key in account.keys]} for account in waiting]
    return httpx2.Response(200, json={"public_key": b64(device.key), "fingerprint": "", "accounts": items})


def unknown(server: FakeServer, me: str) -> list[Any]:
    known = {each.key for each in server.devices if each.member == me and not each.revoked}
    return [
        {"public_key": b64(key), "accounts": [str(a.uid) for a in held(server, me) if key in a.keys]}
        for key in sorted(signing_keys(server, me) - known)
    ]


def approve(server: FakeServer, device: Device, body: Any) -> Any:
    for text in body["signed"]:
        command = opened(text)
        assert (command.key, command.actor) == (device.key, uid(device.member))
        if device.key not in server.world.books.accounts[command.account].keys:
            server.world.submit(command)
    return present(server, device)


def add(server: FakeServer, me: str, body: Any) -> Any:
    key = unb64(body["public_key"])
    device = next((each for each in server.devices if each.key == key), None)
    if device is None:
        device = Device(me, body["label"], key, server.world.now)
        server.devices.append(device)
    return approve(server, device, body)


def revoke(server: FakeServer, device: Device) -> httpx2.Response:
    for account in held(server, device.member):
        if device.key in account.keys:
            server.world.do(RevokeKey, account=account.uid, key=device.key)
    device.revoked = True
    server.keys.pop(device.token, None)
    return httpx2.Response(204)


def opened(text: str) -> AddKey:
    """The command that the wallet has signed, to the letter."""
    head, payload, value = text.split(".")
    said = json.loads(unb64(payload))
    assert said.pop("command") == "add_key"
    fields: dict[str, Any] = {name: UUID(said.pop(name)) for name in ("id", "community", "actor", "account")}
    signature = Signature(unb64(json.loads(unb64(head))["kid"]), unb64(value))
    command = AddKey(**fields, key=unb64(said.pop("key")), signature=signature)
    assert not said and jws.compact(command) == text and jws.signature_holds(command, signature)
    return command
