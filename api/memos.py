"""The memo beside a payment: its salt and hash, so that the journal can prove it without holding it."""

from __future__ import annotations

import hmac
from hashlib import sha256
from uuid import UUID

from api.problems import shape
from ledger.service import Memo

SALT = 16


def plain_memo(
    secret: bytes, community: UUID, command: UUID, text: str | None, salt: bytes | None
) -> Memo | None:
    """The memo of an unsigned payment. The salt, if none is sent, follows from the command's id: a retry is the same command."""
    if text is None:
        if salt is not None:
            raise shape("memo_salt", "memo_salt without memo; leave it out")
        return None
    own = hmac.digest(secret, community.bytes + command.bytes, sha256)[:SALT]
    return Memo(salt or own, text)


def signed_memo(text: str | None, salt: bytes | None) -> Memo | None:
    """The memo of a signed payment, whose hash the device has signed; the ledger compares."""
    if (text is None) != (salt is None):
        raise shape("memo_salt", "send memo and memo_salt together, or neither")
    return None if text is None or salt is None else Memo(salt, text)
