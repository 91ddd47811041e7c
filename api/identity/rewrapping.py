"""The secrets of identity under another master key: those of webhooks and of authenticator apps."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select, update

from api.identity.schema import totp, webhook
from api.identity.vault import Vault
from ledger.core.errors import Unavailable

Unwrap = Callable[[bytes, bytes], bytes]


def rewrap(connection: Connection, old: bytes, new: bytes) -> int:
    """Bring every secret from one master key (32 bytes) under another; in the caller's transaction, all or none.

    A secret that is under the new one already stays. Gives how many there are; raises Unavailable for one that
    neither opens.
    """
    before, after = Vault(old), Vault(new)
    count = 0
    for row in connection.execute(select(webhook).with_for_update()).all():
        kept = {
            name: _under(value, row.id.bytes, before.unwrap, after.unwrap, after.wrap)
            for name, value in (("secret", row.secret), ("former_secret", row.former_secret)) if value is not None
        }  # fmt: skip
        mine = (webhook.c.community == row.community) & (webhook.c.id == row.id)
        connection.execute(update(webhook).where(mine).values(**kept))
        count += len(kept)
    for row in connection.execute(select(totp).with_for_update()).all():
        bound = row.api_key.bytes
        secret = _under(row.secret, bound, before.unwrap_seed, after.unwrap_seed, after.wrap_seed)
        mine = (totp.c.community == row.community) & (totp.c.api_key == row.api_key)
        connection.execute(update(totp).where(mine).values(secret=secret))
        count += 1
    return count


def _under(secret: bytes, bound: bytes, before: Unwrap, after: Unwrap, wrap: Callable[[bytes, bytes], bytes]) -> bytes:
    """The secret as ciphertext under the new key."""
    try:
        after(bytes(secret), bound)
        return bytes(secret)
    except Unavailable:
        return wrap(before(bytes(secret), bound), bound)
