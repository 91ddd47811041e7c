"""An authenticator in software: makes passkeys (ES256, attestation "none") and answers with them, honestly or not."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


@dataclass
class PasskeyDevice:
    """One device with one passkey. `origin` and `host` are where its browser believes to be."""

    origin: str = "https://riv.example"
    host: str = "riv.example"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    credential: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> str:
        """The answer to `navigator.credentials.create`."""
        client = self._client("webauthn.create", options)
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(cose)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(NEW) + attested})
        return self._said(clientDataJSON=client, attestationObject=attestation)

    def answer(self, options: str) -> str:
        """The answer to `navigator.credentials.get`."""
        self.count += 1
        client, data = self._client("webauthn.get", options), self._data(0)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _client(self, kind: str, options: str) -> bytes:
        asked: dict[str, Any] = json.loads(options)
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _data(self, more: int) -> bytes:
        return (
            sha256(self.host.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4, "big")
        )

    def _said(self, **response: bytes) -> str:
        uid = bytes_to_base64url(self.credential)
        parts = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": uid, "rawId": uid, "type": "public-key", "response": parts})
