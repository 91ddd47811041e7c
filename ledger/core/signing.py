"""What a member's device signs: a JWS (RFC 7515, `alg` "Ed25519") over the command in canonical JSON (RFC 8785).

The entry keeps the key and the signature; header and payload are rebuilt from the command, so anybody can print the
full JWS again and check it with any JOSE library.
"""

from __future__ import annotations

import json
from base64 import b32encode, urlsafe_b64encode
from dataclasses import MISSING, fields
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.core.commands import AddKey, Command, ExchangeForm, Pay, PayBatch, PlaceHold, Refund, Signature
from ledger.core.errors import Code, Rejected

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
Signed = Pay | PayBatch | PlaceHold | Refund | ExchangeForm | AddKey


def b64(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def header(key: bytes) -> dict[str, str]:
    """The protected header; `kid` is the base64url of the raw public key."""
    return {"alg": "Ed25519", "kid": b64(key)}


def payload(command: Command) -> dict[str, object]:
    """The command as JSON values: its name, and each field that differs from its default, the signature aside."""
    said: dict[str, object] = {"command": command.name}
    for name, default in _members(type(command)):
        value = getattr(command, name)
        if default is MISSING or value != default:
            said[name] = str(value) if type(value) is UUID else _json(value)
    return said


def _members(kind: type[Command]) -> list[tuple[str, object]]:
    """Name and default of every field but the signature."""
    known = _MEMBERS.get(kind)
    if known is None:
        known = _MEMBERS[kind] = [(each.name, each.default) for each in fields(kind) if each.name != "signature"]
    return known


_MEMBERS: dict[type[Command], list[tuple[str, object]]] = {}


def _json(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return b64(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value


def canonical_json(value: object) -> bytes:
    """RFC 8785 for what commands hold: text, integers up to 2^53, arrays, objects with ASCII names."""
    return _CANONICAL(value).encode()


def fingerprint(key: bytes) -> str:
    """Three groups that two people can compare: how the SHA-256 of a public key (32 bytes) begins, 60 bits in base32."""
    text = b32encode(sha256(key).digest())[:12].decode()
    return "-".join((text[:4], text[4:8], text[8:]))


def signing_input(command: Command, key: bytes) -> bytes:
    """The bytes that the device signs."""
    return f"{_head(key)}.{b64(canonical_json(payload(command)))}".encode()


@lru_cache(maxsize=65_536)
def _head(key: bytes) -> str:
    return b64(canonical_json(header(key)))


def compact(command: Signed) -> str:
    """The JWS in compact form, rebuilt from a signed command."""
    if command.signature is None:
        raise ValueError("the command is not signed")
    return f"{signing_input(command, command.signature.key).decode()}.{b64(command.signature.value)}"


@lru_cache(maxsize=65_536)
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)


def signature_holds(command: Command, signature: Signature) -> bool:
    """Whether the signature is by its key and over this command."""
    try:
        _public(signature.key).verify(signature.value, signing_input(command, signature.key))
    except (InvalidSignature, ValueError):
        return False
    return True


def must_hold(command: Command) -> None:
    """Raises Rejected when the command carries a signature that is not by its key or not over this command."""
    signature = getattr(command, "signature", None)
    if signature is not None and not signature_holds(command, signature):
        raise Rejected(
            Code.SIGNATURE_INVALID, "the signature is not over this command; sign it again", "signature"
        )
