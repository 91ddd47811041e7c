"""A command that a member's device signed: read from its JWS, and only if it can be rebuilt from it to the byte."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, extract_compact
from pydantic import ValidationError
from pydantic_core import from_json

from api.edge import messages
from api.problems import Problem, shape
from api.schemas.common import Body, from_b64
from api.schemas.derived import build, shape_of
from ledger.core import signing
from ledger.core.commands import Command, Signature

C = TypeVar("C", bound=signing.Signed)

FIELD = "signed"
_REGISTRY = JWSRegistry(algorithms=["Ed25519"])
_REGISTRY.max_payload_length = 1_500_000  # a batch of 8,190 payees


def read_signed(text: str, kind: type[C]) -> C:
    """The command of a compact JWS, with its signature, which the ledger checks. Problem 422 says what is wrong with it."""
    header, payload, value = _open(text)
    key = from_b64(str(header.get("kid", "")))
    if header != signing.header(key) or len(key) != 32 or len(value) != 64:
        raise shape(FIELD, 'the header must be {"alg":"Ed25519","kid":<base64url of the 32-byte public key>}')
    if payload.get("command") != kind.name:
        raise shape(FIELD, f"this address takes a signed {kind.name}, not a {payload.get('command')!s}"[:120])
    body = _checked(kind, {name: said for name, said in payload.items() if name != "command"})
    command = build(kind, body, signature=Signature(key, value))
    if signing.compact(command) != text:
        raise shape(FIELD, "the payload must be canonical JSON (RFC 8785) without fields at their default")
    return command


def _open(text: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    try:
        opened = extract_compact(text.encode(), registry=_REGISTRY)
        payload = from_json(opened.payload)
    except (JoseError, ValueError):
        payload = None
    if not isinstance(payload, dict):
        raise shape(FIELD, "this is not a JWS in compact form with a JSON object in it")
    return dict(opened.protected), payload, from_b64(opened.segments["signature"].decode())


def _checked(kind: type[Command], payload: dict[str, Any]) -> Body:
    model = shape_of(cast(Any, kind), frozenset({"signature"}), f"Signed{kind.__name__}")
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        faults = [
            {"field": ".".join([FIELD, *map(str, each["loc"])]), "detail": messages.remedy(each)}
            for each in error.errors(include_url=False, include_input=False)
        ]
        first = faults[0]
        raise Problem(
            422, "invalid_field", f"{first['field']}: {first['detail']}", field=first["field"], errors=faults
        ) from None
