"""Whose account a new account shall be."""

from __future__ import annotations

from uuid import UUID

from api.deps import Caller
from api.identity.errors import Refused


def must_be_member(caller: Caller, member: UUID, field: str = "member") -> None:
    """Raises 422 when a field of the body names nobody."""
    try:
        caller.use.identity.people.get(caller.community, member)
    except Refused as refused:
        raise Refused(refused.kind, refused.code, f"{field}: {refused.detail}", field) from None
