"""A header of a request, straight from what the server has read: a payment asks for five of them."""

from __future__ import annotations

from starlette.types import Scope


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this name (lower case), None without one."""
    for known, value in scope["headers"]:
        if known == name:
            return str(value, "latin-1")
    return None
