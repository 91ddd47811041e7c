"""The keystore: device keys and API keys, encrypted with a key that Argon2id derives from the passphrase (AES-256-GCM)."""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wallet_cli.errors import Locked
from wallet_cli.files import write_private
from wallet_cli.words import _

VERSION: Final = 1
NONCE: Final = 12
"""Bytes."""
# RFC 9106 section 4, the second recommended option: 64 MiB, three passes, four lanes.
_COST: Final = {"time": 3, "memory_kib": 65_536, "lanes": 4}
_MOST: Final = {"time": 20, "memory_kib": 1_048_576, "lanes": 16}
"""A damaged or planted file must not take the machine down."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one enrolment must keep to itself. `api_key` is empty until the server has answered."""

    device_key: bytes
    """The Ed25519 private key, 32 bytes."""
    api_key: str = ""

    def private_key(self) -> Ed25519PrivateKey:
        """The key that signs this device's payments."""
        return Ed25519PrivateKey.from_private_bytes(self.device_key)


@dataclass(slots=True)
class Keystore:
    """The opened keystore. `secrets` is by community id, or by a name of its own while an enrolment is under way."""

    path: Path
    key: bytes
    header: dict[str, Any]
    secrets: dict[str, Secrets] = field(default_factory=dict)

    @classmethod
    def create(cls, path: Path, passphrase: str) -> Keystore:
        """A new, empty keystore on the disk."""
        kdf: dict[str, Any] = {"name": "argon2id", "salt": _b64(os.urandom(16)), **_COST}
        store = cls(path, _derive(passphrase, kdf), {"ricochet_keystore": VERSION, "kdf": kdf})
        store.save()
        return store

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Keystore:
        """Decrypt. Locked, code `wrong_passphrase`, when the passphrase is another or the file was changed."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            header = {"ricochet_keystore": content["ricochet_keystore"], "kdf": content["kdf"]}
            if header["ricochet_keystore"] != VERSION or content["kdf"]["name"] != "argon2id":
                raise ValueError("unknown version")
            nonce, sealed = b64decode(content["nonce"]), b64decode(content["sealed"])
            if len(nonce) != NONCE:
                raise ValueError("nonce")
            key = _derive(passphrase, header["kdf"])
        except (OSError, ValueError, KeyError, TypeError, HashingError):
            raise Locked(
                _(
                    "The keystore {path} cannot be read: it is damaged. Ask your community for a new code.",
                    path=path,
                ),
                "keystore_damaged",
            ) from None
        try:
            plain = json.loads(AESGCM(key).decrypt(nonce, sealed, _bound(header)))
        except InvalidTag:
            raise Locked(_("This is not the passphrase of this wallet."), "wrong_passphrase") from None
        secrets = {
            name: Secrets(b64decode(kept["device_key"]), kept["api_key"]) for name, kept in plain.items()
        }
        return cls(path, key, header, secrets)

    def save(self) -> None:
        """Encrypt under a fresh nonce and replace the file."""
        plain = {
            name: {"device_key": _b64(kept.device_key), "api_key": kept.api_key}
            for name, kept in self.secrets.items()
        }
        nonce = os.urandom(NONCE)
        sealed = AESGCM(self.key).encrypt(nonce, json.dumps(plain).encode(), _bound(self.header))
        content = {**self.header, "cipher": "aes-256-gcm", "nonce": _b64(nonce), "sealed": _b64(sealed)}
        write_private(self.path, json.dumps(content, indent=2) + "\n")


def _b64(data: bytes) -> str:
    return b64encode(data).decode()


def _bound(header: dict[str, Any]) -> bytes:
    """The header is authenticated with the content."""
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def _derive(passphrase: str, kdf: dict[str, Any]) -> bytes:
    for name, most in _MOST.items():
        if type(kdf[name]) is not int or not 1 <= kdf[name] <= most:
            raise ValueError(name)
    return hash_secret_raw(
        passphrase.encode(), b64decode(kdf["salt"]), kdf["time"], kdf["memory_kib"], kdf["lanes"], 32, Type.ID
    )
