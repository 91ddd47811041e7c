"""A small server for the wallet's tests: the HTTP contract over the pure core, in this process, with faults on order."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import journal, signing
from ledger.core.checkpoint import to_base64, vkey
from ledger.core.commands import ChangeSigningKey, Pay, Signature
from ledger.core.errors import Rejected
from ledger.core.journal import Entry
from ledger.core.policy import Sphere
from ledger.core.receipts import ReceiptFile
from tests import wallet_accounts as accounts
from tests import wallet_devices as devices
from tests.wallet_accounts import moment
from tests.wallet_devices import Refusal, unb64
from tests.wallet_receipts import ORIGIN, make_receipt
from tests.world import COMMUNITY, World, uid

URL = "http://127.0.0.1:9"
Fault = Callable[[httpx2.Request, "FakeServer"], httpx2.Response | None]
"""Happens before the server sees a request; what it returns is the answer, with None the server answers."""


@dataclass
class FakeServer:
    """One community with members by name; `codes` are enrolment codes, `faults` answer the next value POSTs."""

    world: World = field(default_factory=World)
    members: dict[str, list[str]] = field(default_factory=dict)
    """Name → names of accounts (as `uid` knows them)."""
    codes: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """API key → member."""
    devices: list[devices.Device] = field(default_factory=list)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    memos: dict[UUID, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seen: list[tuple[str, str, Any]] = field(default_factory=list)
    """Every request that reached the server: method, path, body."""
    languages: set[str] = field(default_factory=set)
    signing_key: Ed25519PrivateKey = field(
        default_factory=lambda: Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    )

    handed_on: list[str] = field(default_factory=list)

    def change_signing_key(self) -> None:
        """A new key that the present one names."""
        public = self.signing_key.public_key().public_bytes_raw()
        new = Ed25519PrivateKey.from_private_bytes(sha256(public).digest())
        command: Any = self.world.command(ChangeSigningKey, public_key=new.public_key().public_bytes_raw())
        signature = Signature(public, self.signing_key.sign(signing.signing_input(command, public)))
        self.handed_on.append(to_base64(journal.command_bytes(replace(command, signature=signature))))
        self.signing_key = new

    @property
    def vkey(self) -> str:
        return vkey(ORIGIN, self.signing_key.public_key().public_bytes_raw())

    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self.handle)

    def posts(self, path: str) -> list[Any]:
        """The bodies that were posted to an address."""
        return [body for method, at, body in self.seen if (method, at) == ("POST", path)]

    # --- HTTP ---

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else None
        if request.method == "POST" and self.faults and "devices" not in request.url.path:
            answer = self.faults.pop(0)(request, self)
            if answer is not None:
                return answer
        self.seen.append((request.method, request.url.path, body))
        self.languages.add(request.headers.get("accept-language", ""))
        try:
            return self._route(
                request, request.method, request.url.path.removeprefix("/v1").strip("/").split("/"), body
            )
        except Refusal as refusal:
            return problem(refusal.status, refusal.body)
        except Rejected as refused:
            status = {"not_found": 422, "conflict": 409, "wrong_state": 409, "forbidden": 403}.get(
                refused.kind, 422
            )
            return problem(
                status, {"code": refused.code.value, "detail": refused.detail, "field": refused.field}
            )

    def _route(self, request: httpx2.Request, method: str, path: list[str], body: Any) -> httpx2.Response:
        query = request.url.params
        if path == ["devices"] and method == "POST":
            return _ok(devices.enrol(self, body), 201)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.keys:
            raise Refusal(401, "unauthenticated", "no such key")
        me = self.keys[token]
        match method, path:
            case "GET", ["accounts"]:
                return _ok({"items": [accounts.present(self.world, uid(name)) for name in self.members[me]]})
            case "GET", ["currencies"]:
                units = self.world.books.currencies.values()
                return _ok(
                    {"items": [{"code": u.code, "scale": u.scale, "model": u.model.value} for u in units]}
                )
            case "GET", ["accounts", account, "statement"]:
                return _ok(self._statement(UUID(account), int(query.get("limit", 50)), query.get("cursor")))
            case "GET", ["directory"]:
                return _ok(
                    {
                        "items": [
                            self._listed(n)
                            for n in self.members
                            if query.get("query", "").lower() in n.lower()
                        ]
                    }
                )
            case "GET", ["directory", "resolve"]:
                return _ok(self._resolve(query["name"]))
            case "POST", ["payments"]:
                return self._pay(self._opened(body, me), body)
            case "GET", ["receipts", entry]:
                return _ok(json.loads(self.receipt(UUID(entry)).to_json()))
            case _, ["devices", *rest]:
                return devices.answer(self, method, rest, body, me)
            case "POST", ["members", "me", "devices"]:
                return _ok(devices.add(self, me, body), 201)
            case _, ["payment-requests", *rest]:
                return self._requests(method, rest, body, me)
        raise Refusal(404, "not_found", "no such address here")

    # --- people ---

    def open(self, member: str, account: str, kind: str = "person", **values: Any) -> None:
        """Open an account of a member in the world's current currency; the member's devices may sign for it."""
        keys = devices.signing(self, member)
        self.world.open(account, kind, keys=keys, **values)
        self.members.setdefault(member, []).append(account)

    def name_of(self, account: UUID) -> str | None:
        return next((m for m, names in self.members.items() if account in map(uid, names)), None)

    def _listed(self, name: str) -> Any:
        purses = [
            {"id": str(uid(each)), "currency": accounts.code(self.world, self.world[each])}
            for each in self.members[name]
        ]
        return {"name": name, "kind": "business", "place": "Riom", "sectors": ["47.2"], "accounts": purses}

    def _resolve(self, name: str) -> Any:
        found = [each for each in self.members if each.lower().startswith(name.lower())]
        if not found:
            raise Refusal(404, "member_not_found", "nobody of this name is listed in the directory")
        if len(found) > 1 and name not in found:
            raise Refusal(409, "name_ambiguous", f"several members are called so: {', '.join(found)}")
        return self._listed(found[0])

    def _statement(self, account: UUID, limit: int, cursor: str | None) -> Any:
        lines = accounts.statement(self.world, account)
        for line in lines:
            line["counterparty"]["name"] = self.name_of(UUID(line["counterparty"]["account"]))
            line["memo"] = self.memos.get(UUID(line["id"]))
        start = int(cursor or 0)
        more = start + limit < len(lines)
        return {"items": lines[start : start + limit], "next": str(start + limit) if more else None}

    # --- payments ---

    def _opened(self, body: Any, me: str) -> Pay:
        head, payload, value = body["signed"].split(".")
        said = json.loads(unb64(payload))
        fields: dict[str, Any] = {
            n: UUID(said.pop(n)) for n in ("id", "community", "actor", "payer", "payee")
        }
        assert said.pop("command") == "pay"
        if "memo_hash" in said:
            said["memo_hash"] = unb64(said["memo_hash"])
            assert said["memo_hash"] == sha256(unb64(body["memo_salt"]) + body["memo"].encode()).digest()
        if "sphere" in said:
            said["sphere"] = Sphere(said["sphere"])
        key = unb64(json.loads(unb64(head))["kid"])
        pay = Pay(**fields, **said, signature=Signature(key, unb64(value)))
        assert signing.compact(pay) == body["signed"], "the wallet's JWS is not the canonical one"
        assert pay.signature is not None and signing.signature_holds(pay, pay.signature)
        assert pay.actor == uid(me)
        return pay

    def _pay(self, pay: Pay, body: Any) -> httpx2.Response:
        done = next((each for each in self.world.log if each.command.id == pay.id), None)
        entry = done or self.world.submit(pay)
        assert entry.command == pay, "the same id with other content"
        if "memo" in body:
            self.memos[pay.id] = body["memo"]
        return _ok(self._receipt(entry, pay, replayed=done is not None), 200 if done else 201)

    def _receipt(self, entry: Entry, pay: Pay, replayed: bool) -> Any:
        held = self.world.books.accounts[pay.payer]
        return {
            "id": str(pay.id), "community": str(COMMUNITY), "seq": entry.seq, "at": moment(entry.ts),
            "payer": str(pay.payer), "payee": str(pay.payee), "amount": pay.amount, "currency": pay.currency,
            "scale": self.world.books.currencies[pay.currency].scale, "fee": 0, "replayed": replayed,
            "balance": {"posted": held.balance, "available": held.available},
        }  # fmt: skip

    def receipt(self, command_id: UUID) -> ReceiptFile:
        """The receipt file of an entry under a checkpoint of everything."""
        index = next((i for i, each in enumerate(self.world.log) if each.command.id == command_id), None)
        if index is None:
            raise Refusal(404, "not_found", "no such entry here")
        return make_receipt([journal.encode(each) for each in self.world.log], index, self.signing_key, self.handed_on)

    # --- payment requests ---

    def _requests(self, method: str, rest: list[str], body: Any, me: str) -> httpx2.Response:
        if method == "POST" and not rest:
            made = self.requests.setdefault(body["id"], self._new_request(body))
            return _ok(self._presented(made), 201)
        found = next(
            (each for each in self.requests.values() if rest[0] in (each["id"], each["token"])), None
        )
        if found is None:
            raise Refusal(404, "not_found", "no such payment request here")
        match method, rest[1:]:
            case "GET", []:
                return _ok(self._presented(found))
            case "POST", ["acceptance"]:
                pay = self._opened(body, me)
                assert (str(pay.id), pay.amount) == (found["payment"], found["amount"])
                answer = self._pay(pay, body)
                found["state"] = "paid"
                return answer
            case "POST", ["rejection"]:
                found["state"] = "rejected"
                return _ok(self._presented(found))
        raise Refusal(404, "not_found", "no such address here")

    def _new_request(self, body: Any) -> dict[str, Any]:
        token = f"tok{len(self.requests)}"
        return {
            **body, "token": token, "link": f"https://pay.example/p/{token}", "state": "open",
            "payment": str(uuid5(UUID(body["id"]), "ricochet/payment/0")),
        }  # fmt: skip

    def _presented(self, found: dict[str, Any]) -> Any:
        scale = self.world.books.currencies[found["currency"]].scale
        return {**found, "payee_name": self.name_of(UUID(found["payee"])), "scale": scale}


def _ok(body: Any, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, json=body)


def problem(status: int, body: dict[str, Any]) -> httpx2.Response:
    return httpx2.Response(status, json=body, headers={"content-type": "application/problem+json"})
