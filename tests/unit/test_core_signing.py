"""What a device signs: a JWS that any library can check, over every field of the command."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from joserfc import jws
from joserfc.jwk import OKPKey

from ledger.core.commands import AddKey, ExchangeForm, Pay, PayBatch, PlaceHold, Refund, Signature
from ledger.core.signing import b64, canonical_json, compact, header, payload, signature_holds, signing_input
from tests import golden_entries, strategies
from tests.world import uid

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
SIGNED = ["pay", "pay_batch", "place_hold", "refund", "exchange_form", "add_key"]


def sign(command: Any) -> Any:
    return replace(command, signature=Signature(PUBLIC, PRIVATE.sign(signing_input(command, PUBLIC))))


@pytest.mark.parametrize("name", SIGNED)
def test_another_library_checks_the_token(name: str) -> None:
    command = sign(golden_entries.entry(name).command)
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": b64(PUBLIC)})
    token = jws.deserialize_compact(compact(command), key, algorithms=["Ed25519"])
    assert token.headers() == header(PUBLIC) == {"alg": "Ed25519", "kid": b64(PUBLIC)}
    assert json.loads(token.payload or b"") == payload(command)
    assert signature_holds(command, command.signature)


@pytest.mark.parametrize("name", SIGNED)
def test_no_field_can_be_changed_after_signing(name: str) -> None:
    command = sign(golden_entries.entry(name).command)
    for field in fields(command):
        if field.name == "signature":
            continue
        for other in (None, 1, "other", bytes(32), True, (), uid("other")):
            changed = replace(command, **{field.name: other})
            same = canonical_json(payload(changed)) == canonical_json(payload(command))
            assert signature_holds(changed, command.signature) == same
            assert not same, f"{field.name} is not signed"


def test_a_signature_by_another_key_or_of_another_shape_does_not_hold() -> None:
    command = sign(golden_entries.entry("pay").command)
    key, value = command.signature
    for wrong in (
        Signature(golden_entries.HASH, value), Signature(key, bytes(64)), Signature(key, value[:-1]),
        Signature(key[:-1], value), Signature(b"", b""), Signature(bytes(32), bytes(64)),
    ):  # fmt: skip
        assert not signature_holds(command, wrong)
    assert not signature_holds(replace(command, activity="\ud800"), command.signature), "what has no bytes holds nothing"


def test_one_payload_letter_by_letter() -> None:
    """RFC 8785: names in order, no spaces, text as it is; defaults are left out."""
    command = golden_entries.entry("exchange_form").command
    said = {name: str(getattr(command, name)) for name in ("actor", "community", "id", "payee", "payer")}
    assert canonical_json(payload(command)).decode() == (
        f'{{"actor":"{said["actor"]}","amount":1250,"command":"exchange_form","community":"{said["community"]}",'
        f'"currency":"RIV","id":"{said["id"]}","payee":"{said["payee"]}","payer":"{said["payer"]}"}}'
    )
    assert canonical_json({"b": "é\u2028\"\\\n", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"é\u2028\\"\\\\\\n"}'.encode()


def test_an_unsigned_command_has_no_token() -> None:
    command = replace(golden_entries.entry("pay").command, signature=None)  # type: ignore[call-arg]
    assert isinstance(command, Pay)
    with pytest.raises(ValueError, match="not signed"):
        compact(command)


@given(
    strategies.of(Pay) | strategies.of(PayBatch) | strategies.of(PlaceHold) | strategies.of(ExchangeForm)
    | strategies.of(Refund) | strategies.of(AddKey)
)  # fmt: skip
def test_any_command_can_be_signed_and_checked(command: Any) -> None:
    signed = sign(command)
    assert signature_holds(signed, signed.signature)
    assert not signature_holds(replace(signed, actor=UUID(int=signed.actor.int ^ 1)), signed.signature)
