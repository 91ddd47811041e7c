"""What people are called on pages: the roles, in the order of their weight."""

from __future__ import annotations

from collections.abc import Iterable

from api.identity.principal import Role
from api.pages.frame.texts import later, say

ROLES: dict[Role, str] = {
    Role.MEMBER: later("member"),
    Role.MERCHANT: later("merchant"),
    Role.OPERATOR: later("operator"),
    Role.TREASURER: later("treasurer"),
    Role.AUDITOR: later("auditor"),
    Role.REGION_READER: later("reader for the Region"),
    Role.PLATFORM_ADMIN: later("administrator of the platform"),
}


def role_names(roles: Iterable[Role], lang: str) -> str:
    """ "operator, auditor"."""
    given = set(roles)
    return ", ".join(say(lang, name) for role, name in ROLES.items() if role in given)
