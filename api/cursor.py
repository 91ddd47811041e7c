"""Page cursors: opaque, signed, and carrying the filters, so that a page can only be continued as it was begun."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from api.problems import Problem

_TAG = 16
Filters = dict[str, Any]


class Page(NamedTuple):
    """Where a listing goes on: the filters in force, and the position after which to read (None: from the start)."""

    filters: Filters
    position: int | str | None


class Cursors:
    """Makes and reads cursors. `secret` is the same in every process, so that any of them can go on."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, listing: str, scope: UUID | None, filters: Mapping[str, Any], position: int | str) -> str:
        """The cursor to the page after `position` of a listing, for one community or account."""
        content = [listing, str(scope), {k: v for k, v in filters.items() if v is not None}, position]
        payload = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
        return urlsafe_b64encode(self._tag(payload) + payload).rstrip(b"=").decode()

    def page(self, text: str | None, listing: str, scope: UUID | None, filters: Mapping[str, Any]) -> Page:
        """The page that a request asks for. 400 when the cursor is altered, foreign, or the filters differ from its own."""
        asked = {k: v for k, v in filters.items() if v is not None}
        if text is None:
            return Page(asked, None)
        kind, where, kept, position = self._open(text)
        if (kind, where) != (listing, str(scope)):
            raise _bad("this cursor belongs to another listing; start again at the first page")
        if any(kept.get(name) != value for name, value in asked.items()):
            raise _bad("the filters differ from those of this cursor; keep them, or start again without it")
        return Page(kept, position)

    def _open(self, text: str) -> tuple[str, str, Filters, int | str]:
        try:
            data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            data = b""
        tag, payload = data[:_TAG], data[_TAG:]
        if not hmac.compare_digest(tag, self._tag(payload)):
            raise _bad("this cursor was not made here; start again at the first page")
        kind, where, kept, position = json.loads(payload)
        return kind, where, kept, position

    def _tag(self, payload: bytes) -> bytes:
        return hmac.digest(self._secret, payload, sha256)[:_TAG]


def _bad(remedy: str) -> Problem:
    return Problem(400, "invalid_cursor", remedy, field="cursor")
