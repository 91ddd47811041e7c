"""Signing keys at rest: each opens with the master key and for the community that it was kept for, and no other."""

from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.errors import Unavailable
from ledger.store.keys import unwrap, wrap

MASTER, COMMUNITY = bytes(range(32)), UUID(int=1)


def test_a_key_comes_back_as_it_was() -> None:
    key = Ed25519PrivateKey.generate()
    kept = wrap(MASTER, COMMUNITY, key)
    assert unwrap(MASTER, COMMUNITY, kept).private_bytes_raw() == key.private_bytes_raw()
    assert key.private_bytes_raw() not in kept and kept != wrap(MASTER, COMMUNITY, key)


@pytest.mark.parametrize(
    ("master", "community"), [(bytes(32), COMMUNITY), (MASTER, UUID(int=2))], ids=["other master", "other community"]
)
def test_nothing_else_opens_it(master: bytes, community: UUID) -> None:
    kept = wrap(MASTER, COMMUNITY, Ed25519PrivateKey.generate())
    with pytest.raises(Unavailable, match="does not open this community's signing key"):
        unwrap(master, community, kept)


def test_a_changed_or_missing_key_does_not_open() -> None:
    kept = wrap(MASTER, COMMUNITY, Ed25519PrivateKey.generate())
    with pytest.raises(Unavailable, match="does not open"):
        unwrap(MASTER, COMMUNITY, kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(Unavailable, match="came without its signing key"):
        unwrap(MASTER, COMMUNITY, b"")
