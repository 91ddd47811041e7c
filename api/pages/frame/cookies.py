"""The cookies of pages: the session, the guest's, two preferences, and what to say once."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

SESSION, GUEST, LANG, THEME, SAID = "", "-guest", "-lang", "-theme", "-said"
YEAR = 365 * 86_400
SAID_SECONDS = 60
Lax: Literal["lax"] = "lax"


class Jar:
    """Names and flags of our cookies. `https`: the prefix that keeps other hosts from setting them, and Secure."""

    def __init__(self, https: bool, secret: bytes) -> None:
        self._https = https
        self._prefix = "__Host-ricochet" if https else "ricochet"
        self._secret = secret

    def get(self, request: Request, name: str) -> str:
        """A cookie's value; "" without one."""
        return request.cookies.get(self._prefix + name, "")

    def put(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Set a cookie, for as long as the browser is open or so many seconds."""
        response.set_cookie(
            self._prefix + name,
            value,
            max_age=seconds,
            path="/",
            secure=self._https,
            httponly=True,
            samesite=Lax,
        )

    def drop(self, response: Response, name: str) -> None:
        """Take a cookie back."""
        response.delete_cookie(self._prefix + name, path="/", secure=self._https, httponly=True, samesite=Lax)

    def csrf(self, holder: str) -> str:
        """The token that a form must bring back: only who reads our pages under this cookie knows it."""
        return _text(hmac.digest(self._secret, b"form:" + holder.encode(), sha256))

    def seal(self, text: str) -> str:
        """A text that a browser may keep for us and not change."""
        content = text.encode()
        return f"{_text(content)}.{_text(hmac.digest(self._secret, b'said:' + content, sha256))}"

    def unseal(self, sealed: str) -> str:
        """What was sealed; "" when it is not ours."""
        said, _, tag = sealed.partition(".")
        try:
            content = urlsafe_b64decode(said + "=" * (-len(said) % 4))
        except ValueError:
            return ""
        ours = _text(hmac.digest(self._secret, b"said:" + content, sha256))
        good = hmac.compare_digest(tag.encode(), ours.encode())
        return content.decode() if good else ""


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
