"""Speaks HTTP with one server: every way it can go wrong is one of the wallet's errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from wallet_cli import words
from wallet_cli.errors import Locked, Misused, NoAnswer, Refused, WalletError
from wallet_cli.words import _

PAGE = 200
"""Lines asked for at once; the most that the server gives."""

_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def checked_url(url: str, insecure: bool = False) -> str:
    """The address without a slash at its end. Misused unless it is https, or http on this machine, or `insecure`."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        host = None
    if (
        host is None
        or parts.scheme not in ("http", "https")
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise Misused(_("{url} is not the address of a server; write it like https://example.org", url=url))
    if parts.scheme == "http" and host not in _LOOPBACK and not insecure:
        raise Misused(
            _(
                "{url} is not encrypted: others could read your key. Use https, or --insecure on a network you trust.",
                url=url,
            )
        )
    return url.strip().rstrip("/")


@dataclass
class Server:
    """One server, with the caller's key."""

    client: httpx2.Client

    @classmethod
    def at(
        cls, url: str, api_key: str = "", *, seconds: int = 10, transport: httpx2.BaseTransport | None = None
    ) -> Server:
        """A client of `url`; each try of a request ends after about `seconds`."""
        headers = {"accept-language": words.language(), "user-agent": "ricochet-wallet/1"}
        if api_key:
            headers["authorization"] = f"Bearer {api_key}"
        return cls(httpx2.Client(base_url=url, headers=headers, timeout=seconds, transport=transport))

    def get(self, path: str, **query: str | int | None) -> Any:
        """The JSON of a page. Reading twice does no harm, so a lost connection is tried once more."""
        asked = {name: value for name, value in query.items() if value is not None}
        try:
            return self.once("GET", path, query=asked)
        except NoAnswer:
            return self.once("GET", path, query=asked)

    def items(self, path: str, **query: str | int | None) -> Iterator[Any]:
        """Every item of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, cursor=cursor, **query)
            if not isinstance(page, dict) or not isinstance(page.get("items"), list):
                raise NoAnswer(_("What answers at this address is not a Ricochet server."), "odd_answer")
            yield from page["items"]
            cursor = page.get("next")
            if not cursor:
                return

    def once(self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None) -> Any:
        """One try of one request; the JSON of a 2xx answer, else the error that it means."""
        try:
            response = self.client.request(method, path, json=body, params=query or None)
        except httpx2.InvalidURL:
            raise Misused(
                _("{url} is not the address of a server; write it like https://example.org", url=path)
            ) from None
        except _NOT_SENT:
            raise NoAnswer(
                _(
                    "The server {url} cannot be reached. Check your connection and try again.",
                    url=self.client.base_url,
                ),
                sent=False,
            ) from None
        except httpx2.HTTPError:
            raise NoAnswer(_("The connection was lost before the server answered.")) from None
        if response.is_success:
            return _json(response)
        raise problem(response)


def _json(response: httpx2.Response) -> Any:
    if response.status_code == 204 or not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        raise NoAnswer(_("What answers at this address is not a Ricochet server."), "odd_answer") from None


def _capital(text: str) -> str:
    """What the server said, with a capital."""
    return text[:1].upper() + text[1:]


def problem(response: httpx2.Response) -> WalletError:
    """The error that an answer other than 2xx means (RFC 9457)."""
    try:
        told = response.json()
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    code, detail = (
        str(told.get("code") or f"http_{response.status_code}"),
        _capital(str(told.get("detail") or "")),
    )
    if response.status_code == 401:
        return Locked(
            _(
                "The server does not know this device any more. Was it revoked? Ask your community for a new code."
            ),
            "not_known_here",
        )
    if response.status_code == 429:
        return NoAnswer(_("Too many requests for now; wait a minute and try again."), "too_many", sent=False)
    if response.status_code >= 500:
        return NoAnswer(detail or _("The server is in trouble; try again later."), code)
    if not detail:
        detail = _(
            "The server at {url} answered {status}.", url=response.url.host, status=response.status_code
        )
    more = {name: told[name] for name in ("field", "errors") if name in told}
    return Refused(detail, code, **more)
