"""A header of a request, straight from what the server has read: a payment asks for five of them."""

from __future__ import annotations

from starlette.types import Scope

READ = "ricochet.heads"
"""Where a request's scope keeps its headers by name."""


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this name (lower case), None without one."""
    heads: dict[bytes, bytes] | None = scope.get(READ)
    if heads is None:
        heads = scope[READ] = dict(reversed(scope["headers"]))  # so that the first of a name stays
    value = heads.get(name)
    return None if value is None else str(value, "latin-1")
