"""A community's signing key at rest: AES-256-GCM under the operator's master key, bound to the community's id."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.core.errors import Unavailable
from ledger.store.engine import CannotOpen, parse_url

KEY_BYTES = 32
NONCE_BYTES = 12


def wrap(master: bytes, community: UUID, key: Ed25519PrivateKey) -> bytes:
    """Nonce and ciphertext of a signing key. `master` is 32 bytes."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(master).encrypt(nonce, key.private_bytes_raw(), community.bytes)


def unwrap(master: bytes, community: UUID, wrapped: bytes) -> Ed25519PrivateKey:
    """The signing key. Raises Unavailable when the master key is not the one that wrapped it."""
    if not wrapped:
        raise Unavailable("this community came without its signing key; import it again with the key")
    try:
        raw = AESGCM(master).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], community.bytes)
    except InvalidTag as error:
        raise Unavailable(
            "the master key does not open this community's signing key; set the right one"
        ) from error
    return Ed25519PrivateKey.from_private_bytes(raw)


def master_key_beside(url: str) -> bytes | None:
    """The master key in a file beside a SQLite database, made (mode 0600) when there is none; None on PostgreSQL."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    path = Path(f"{parsed.database}-key")
    try:
        if not path.exists():
            _make_key(path)
        return path.read_bytes()
    except OSError as error:
        raise CannotOpen(
            f"cannot use {path}: {error.strerror}; give a master key, or a folder to keep one"
        ) from error


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all; if somebody else was first, theirs stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
