"""Secrets at rest. Every use has a key of its own, derived from the master key: none can be taken for another."""

from __future__ import annotations

import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.core.errors import Unavailable

NONCE_BYTES = 12


class Vault:
    """Wraps secrets that we must use again, and fingerprints those that we only check."""

    def __init__(self, master: bytes) -> None:
        """`master`: 32 bytes."""
        self._webhooks = AESGCM(_derive(master, b"ricochet/identity/webhooks"))
        self._seeds = AESGCM(_derive(master, b"ricochet/identity/totp"))
        self._codes = _derive(master, b"ricochet/identity/enrolments")
        self._vouching = _derive(master, b"ricochet/identity/vouching")

    def wrap(self, secret: bytes, bound_to: bytes) -> bytes:
        """Nonce and AES-256-GCM ciphertext; `bound_to` (an id) must be the same to unwrap."""
        return _wrap(self._webhooks, secret, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """The secret. Raises Unavailable when the master key is not the one that wrapped it."""
        return _unwrap(self._webhooks, wrapped, bound_to)

    def wrap_seed(self, secret: bytes, bound_to: bytes) -> bytes:
        """`wrap` for the secret of an authenticator app."""
        return _wrap(self._seeds, secret, bound_to)

    def unwrap_seed(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """`unwrap` for the secret of an authenticator app."""
        return _unwrap(self._seeds, wrapped, bound_to)

    def code_hash(self, code: str) -> bytes:
        """32 bytes for a short code; keyed, so that a copy of the database is no help in guessing it."""
        return hmac.digest(self._codes, code.encode(), "sha256")

    def vouching(self, browser: bytes) -> bytes:
        """32 bytes that only this server can tell from the id of a signed-in browser."""
        return hmac.digest(self._vouching, browser, "sha256")


def _wrap(cipher: AESGCM, secret: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, secret, bound_to)


def _unwrap(cipher: AESGCM, wrapped: bytes, bound_to: bytes) -> bytes:
    try:
        return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to)
    except InvalidTag as error:
        raise Unavailable("the master key does not open this secret; set the right one") from error


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, purpose).derive(master)


def token_hash(token: str) -> bytes:
    """32 bytes for a token of 256 random bits: nothing that could be guessed, so no slow hash."""
    return sha256(token.encode()).digest()
