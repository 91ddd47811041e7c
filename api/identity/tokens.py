"""What people are given once: API keys, enrolment codes, links to a payment request."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O and U, which are misread or misheard; 5 bits a sign."""
PREFIX = "rico_"
KEY_SIGNS = 52
"""256 bits and a little."""
HINT = len(PREFIX) + 6
"""How much of a token is kept to recognise it by."""
GROUPS, GROUP_SIGNS = 3, 4
TOKEN_SIGNS = 26
"""130 bits."""

_CODE = re.compile(rf"([A-Z][A-Z0-9-]*)((?:-[{ALPHABET}]{{{GROUP_SIGNS}}}){{{GROUPS}}})")
_MISREAD = str.maketrans("OIL", "011")


def _random(signs: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(signs))


def new_key() -> str:
    """A bearer token: `rico_` and 260 random bits, lower case, no sign that breaks a word."""
    return PREFIX + _random(KEY_SIGNS).lower()


def new_link_token() -> str:
    """What a payment link ends with; who has it may read the request."""
    return _random(TOKEN_SIGNS).lower()


def new_secret() -> str:
    """260 random bits, lower case: the value of a session's cookie, the end of a sign-in link."""
    return _random(KEY_SIGNS).lower()


class Code(NamedTuple):
    """An enrolment code: the community it is of, and its groups of signs. 60 random bits."""

    community: str
    groups: tuple[str, ...]

    @property
    def lookup(self) -> str:
        """The group that finds the row."""
        return self.groups[0]

    def __str__(self) -> str:
        return "-".join((self.community, *self.groups))


def new_code(community: str) -> Code:
    """A fresh code such as RIV-7K3Q-M9XD-40TB."""
    return Code(community, tuple(_random(GROUP_SIGNS) for _ in range(GROUPS)))


def misread(text: str) -> str:
    """Signs as they were meant: O for 0, I and L for 1."""
    return text.translate(_MISREAD)


def read_code(text: str) -> Code | None:
    """A code as people type it: any case, O for 0, I and L for 1, spaces about. None when it cannot be one."""
    joined = "-".join(text.upper().replace("-", " ").split())
    parts = joined.split("-")
    tail = "-".join(misread(part) for part in parts[-GROUPS:])
    found = _CODE.fullmatch(f"{'-'.join(parts[:-GROUPS])}-{tail}")
    return Code(found[1], tuple(found[2].strip("-").split("-"))) if found else None
