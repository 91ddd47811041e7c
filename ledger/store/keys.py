"""A community's signing key at rest: AES-256-GCM under the operator's master key, bound to the community's id."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, ScalarSelect, func, select, update

from ledger.core.errors import Unavailable
from ledger.store import schema
from ledger.store.engine import CannotOpen, parse_url

KEY_BYTES = 32
NONCE_BYTES = 12


def signer_at(signers: Sequence[tuple[int, bytes]], size: int) -> bytes:
    """The public key that signs a checkpoint over `size` entries; `signers` (entry, key) in their order, from 1 on."""
    return next((key for seq, key in reversed(signers) if seq <= size), signers[0][1])


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


class Newest(NamedTuple):
    """The key in force: its public half (32 bytes), and its secret half under the master key or empty."""

    public: bytes
    wrapped: bytes


def newest(connection: Connection, community: UUID) -> Newest:
    """The key that signs a community's checkpoints now."""
    table = schema.signing_key
    query = select(table.c.public_key, table.c.wrapped).where(table.c.community_id == _number(community))
    row = connection.execute(query.order_by(table.c.seq.desc()).limit(1)).one()
    return Newest(bytes(row.public_key), bytes(row.wrapped))


def _number(community: UUID) -> ScalarSelect[int]:
    return select(schema.community.c.community_id).where(schema.community.c.uid == community).scalar_subquery()


def forget_former(connection: Connection, community: UUID) -> None:
    """Erase the secret halves of the keys that a community has replaced."""
    table = schema.signing_key
    mine = table.c.community_id == _number(community)
    last = select(func.max(table.c.seq)).where(mine).scalar_subquery()
    connection.execute(update(table).where(mine, table.c.seq < last, table.c.wrapped != b"").values(wrapped=b""))


class Rewrapped(NamedTuple):
    """How many signing keys are under the new master key, and how many of them were before."""

    keys: int
    before: int


def rewrap(connection: Connection, old: bytes, new: bytes) -> Rewrapped:
    """Bring every signing key from one master key (32 bytes) under another; in the caller's transaction, all or none.

    A key that is under the new one already stays. Raises Unavailable, naming the community, for one that neither opens.
    """
    table, communities = schema.signing_key, schema.community
    query = (
        select(table, communities.c.uid, communities.c.code)
        .join(communities, communities.c.community_id == table.c.community_id)
        .where(table.c.wrapped != b"")
    )
    rows = connection.execute(query.with_for_update(of=table)).all()
    before = 0
    for row in rows:
        try:
            unwrap(new, row.uid, bytes(row.wrapped))
            before += 1
            continue
        except Unavailable:
            pass
        try:
            key = unwrap(old, row.uid, bytes(row.wrapped))
        except Unavailable as error:
            raise Unavailable(f"{row.code}: {error}; no key was changed") from error
        mine = (table.c.community_id == row.community_id) & (table.c.seq == row.seq)
        connection.execute(update(table).where(mine).values(wrapped=wrap(new, row.uid, key)))
    return Rewrapped(len(rows), before)


def master_key_beside(url: str) -> bytes | None:
    """The master key in a file beside a SQLite database, made (mode 0600) when there is none; None on PostgreSQL."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    return _key_at(Path(f"{parsed.database}-key"))


def next_master_key(url: str) -> bytes:
    """A new master key for a SQLite database, in a file beside the old one until `take_next`; the one that waits there."""
    return _key_at(Path(f"{parse_url(url).database}-key.next"))


def take_next(url: str) -> Path:
    """Put the next master key in the place of the one that is used; gives the name under which the old one is kept."""
    path = Path(f"{parse_url(url).database}-key")
    former = path.with_name(f"{path.name}.until-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    os.link(path, former)
    os.replace(path.with_name(f"{path.name}.next"), path)
    return former


def _key_at(path: Path) -> bytes:
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
