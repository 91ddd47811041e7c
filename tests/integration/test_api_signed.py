"""Payments signed by a member's device: nobody, the operator included, pays in a member's name without it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core import signing
from ledger.service import new_id
from tests.integration.served import Served, Somebody, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("api") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        yield found


@pytest.fixture(scope="module")
def cleo(town: Served) -> Somebody:
    """A member with a telephone, whose account pays only by it."""
    cleo = town.riv.join("Cleo", MemberKind.PERSON)
    cleo.device = Ed25519PrivateKey.generate()
    town.riv.do(c.AddKey, account=cleo.account, key=cleo.device.public_key().public_bytes_raw())
    return cleo


def signed(town: Served, who: Somebody, **changes: Any) -> str:
    fields = {"payee": town.riv.ben.account, "amount": 30, "currency": "RIV", **changes}
    community = fields.pop("community", town.riv.community)
    return who.sign(community, **fields)


def resealed(who: Somebody, text: str, change: Any) -> str:
    """The payload changed and signed again by the device, as bytes that are not canonical or not a payment."""
    assert who.device is not None
    header, payload, _ = text.split(".")
    plain = json.loads(urlsafe_b64decode(payload + "=="))
    body = urlsafe_b64encode(change(plain)).rstrip(b"=").decode()
    value = who.device.sign(f"{header}.{body}".encode())
    return f"{header}.{body}.{signing.b64(value)}"


def test_a_signed_payment_is_done_and_kept_with_its_signature(town: Served, cleo: Somebody) -> None:
    text = signed(town, cleo)
    said = town.post(cleo.token, "/v1/payments", {"signed": text})
    assert (said["payer"], said["amount"]) == (str(cleo.account), 30)
    entry = town.use.ledger.reader.entry_at(town.riv.community, said["seq"]).decoded()
    assert isinstance(entry.command, c.Pay) and signing.compact(entry.command) == text
    assert town.post(cleo.token, "/v1/payments", {"signed": text}, 200)["replayed"] is True


def test_a_memo_goes_beside_the_signature(town: Served, cleo: Somebody) -> None:
    salt, memo = bytes(range(16)), "pour le pain"
    text = signed(town, cleo, memo_hash=sha256(salt + memo.encode()).digest())
    body = {"signed": text, "memo": memo, "memo_salt": signing.b64(salt)}
    said = town.post(cleo.token, "/v1/payments", body)
    assert town.get(cleo.token, f"/v1/payments/{said['id']}")["memo"] == memo
    again = signed(town, cleo, memo_hash=sha256(salt + memo.encode()).digest())
    other = town.post(cleo.token, "/v1/payments", {**body, "signed": again, "memo": "other"}, 422)
    assert other["field"] == "memo_hash"
    lone = town.post(cleo.token, "/v1/payments", {"signed": again, "memo": memo}, 422)
    assert lone["field"] == "memo_salt"


def test_the_account_of_a_device_pays_only_signed(town: Served, cleo: Somebody) -> None:
    body = {
        "id": str(uuid4()), "payer": str(cleo.account), "payee": str(town.riv.ben.account), "amount": 1,
        "currency": "RIV",
    }  # fmt: skip
    assert town.post(cleo.token, "/v1/payments", body, 403)["code"] == "signature_required"


def test_what_was_signed_cannot_be_changed(town: Served, cleo: Somebody) -> None:
    header, payload, value = signed(town, cleo).split(".")
    plain = json.loads(urlsafe_b64decode(payload + "=="))
    more = signing.b64(signing.canonical_json({**plain, "amount": 31}))
    said = town.post(cleo.token, "/v1/payments", {"signed": f"{header}.{more}.{value}"}, 403)
    assert (said["code"], said["field"]) == ("signature_invalid", "signature")


def test_another_device_cannot_sign(town: Served, cleo: Somebody) -> None:
    stranger = Somebody(cleo.id, cleo.account, cleo.token, device=Ed25519PrivateKey.generate())
    said = town.post(cleo.token, "/v1/payments", {"signed": signed(town, stranger)}, 403)
    assert said["code"] == "signature_invalid"


def test_only_the_member_sends_what_the_member_signed(town: Served, cleo: Somebody) -> None:
    text = signed(town, cleo)
    assert town.post(town.riv.ada.token, "/v1/payments", {"signed": text}, 403)["code"] == "not_allowed"
    elsewhere = signed(town, cleo, community=new_id())
    assert town.post(cleo.token, "/v1/payments", {"signed": elsewhere}, 422)["field"] == "signed.community"


@pytest.mark.parametrize(
    "change",
    [
        lambda plain: json.dumps(plain, indent=1).encode(),
        lambda plain: json.dumps({**plain, "deal": None}).encode(),
        lambda plain: signing.canonical_json({**plain, "activity": ""}),
        lambda plain: signing.canonical_json({**plain, "payer": plain["payer"].upper()}),
        lambda plain: signing.canonical_json({**plain, "extra": 1}),
        lambda plain: signing.canonical_json({**plain, "amount": "30"}),
        lambda plain: signing.canonical_json({**plain, "command": "place_hold"}),
        lambda plain: signing.canonical_json({k: v for k, v in plain.items() if k != "id"}),
        lambda plain: b"[]",
        lambda plain: b"\xff",
        lambda plain: b"[" * 90_000,
    ],
)
def test_a_payload_that_could_not_be_rebuilt_is_refused(town: Served, cleo: Somebody, change: Any) -> None:
    before = town.use.ledger.reader.head(town.riv.community).seq
    text = resealed(cleo, signed(town, cleo), change)
    said = town.post(cleo.token, "/v1/payments", {"signed": text}, 422)
    assert said["field"].startswith("signed")
    assert town.use.ledger.reader.head(town.riv.community).seq == before


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"}, {"alg": "EdDSA"}, {"alg": "HS256"}, {"alg": "Ed25519"}, {"alg": "Ed25519", "kid": "AAAA"},
        {"alg": "Ed25519", "kid": "é"}, {},
    ],
)  # fmt: skip
def test_only_one_kind_of_header_is_taken(town: Served, cleo: Somebody, header: dict[str, str]) -> None:
    _, payload, value = signed(town, cleo).split(".")
    text = f"{signing.b64(signing.canonical_json(header))}.{payload}.{value}"
    assert town.post(cleo.token, "/v1/payments", {"signed": text}, 422)["field"] == "signed"


@pytest.mark.parametrize("text", ["x" * 64, "a.b.c" * 20, "." * 64, "é" * 64, "\ud800" * 64])
def test_what_is_no_jws_is_refused(town: Served, cleo: Somebody, text: str) -> None:
    assert town.post(cleo.token, "/v1/payments", {"signed": text}, 422)["field"] == "signed"


def test_a_hold_and_a_batch_can_be_signed(town: Served, cleo: Somebody) -> None:
    assert cleo.device is not None
    public = cleo.device.public_key().public_bytes_raw()
    carried: dict[str, Any] = {
        "community": town.riv.community,
        "actor": cleo.id,
        "payer": cleo.account,
        "currency": "RIV",
    }
    hold = c.PlaceHold(id=new_id(), payee=town.riv.ben.account, amount=40, seconds=60, **carried)
    payees = (c.Payee(town.riv.ben.account, 1), c.Payee(town.riv.ada.account, 2))
    batch = c.PayBatch(id=new_id(), payees=payees, **carried)

    def seal(command: signing.Signed) -> str:
        text = signing.signing_input(command, public)
        assert cleo.device is not None
        return f"{text.decode()}.{signing.b64(cleo.device.sign(text))}"

    placed = town.post(cleo.token, "/v1/holds", {"signed": seal(hold)})
    assert (placed["hold"]["amount"], placed["hold"]["state"]) == (40, "open")
    paid = town.post(cleo.token, "/v1/payment-batches", {"signed": seal(batch)})
    assert (paid["payees"], paid["amount"]) == (2, 3)
