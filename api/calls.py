"""Calls to addresses that strangers gave us: never to our own network, never for longer than a few seconds.

The name is resolved here, every address it has is checked, and the connection goes to an address that was checked:
a name that changes its mind between the check and the call gains nothing. Redirects are not followed, proxies of the
environment not used, answers not read.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

import httpx2

from api.identity.errors import invalid

SECONDS = 15
"""For one call, all of it."""
LONGEST_URL = 2_048

_TRANSLATED = [
    ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10")
]
"""IPv6 that may carry an IPv4 address of ours inside."""


_HOST = re.compile(r"[a-z0-9._:-]+")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""The last part of an address in a form of old, such as 127.1 or 0x7f000001."""
_INSIDE = (".localhost", ".local", ".internal")


class NoCall(Exception):
    """The call was not made or not answered; the text is one word for the record."""


class Target(NamedTuple):
    """A URL taken apart and found good."""

    url: httpx2.URL
    host: str
    port: int


def target(url: str, *, private: bool = False) -> Target:
    """Check a URL without asking the network. Raises ValueError with the remedy.

    `private` lets http and addresses of our own network through; for tests.
    """
    if len(url) > LONGEST_URL:
        raise ValueError(f"must have at most {LONGEST_URL} characters")
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise ValueError("must be a URL such as https://example.org/hook") from None
    if parsed.scheme != "https" and not (private and parsed.scheme == "http"):
        raise ValueError("must begin with https://")
    host = parsed.raw_host.decode("ascii")
    if not _HOST.fullmatch(host) or parsed.userinfo or parsed.fragment:
        raise ValueError("must name a host, without a password and without a #fragment")
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    if not private:
        _must_be_outside(host.rstrip("."))
    return Target(parsed, host, port)


def _must_be_outside(host: str) -> None:
    literal = _literal(host)
    if literal is not None and not is_public(literal):
        raise ValueError("must not name an address of a private network")
    if literal is None and _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise ValueError("must name a host, or an address in its usual form")
    if host == "localhost" or host.endswith(_INSIDE):
        raise ValueError("must not name a host of a private network")


def checked_url(url: str, *, private: bool = False) -> str:
    """The URL, if it may be called one day. Raises Refused with the remedy."""
    try:
        target(url, private=private)
    except ValueError as error:
        raise invalid("url", str(error)) from None
    return url


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the open Internet, and not a way round to one that is not."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in net for net in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class Caller:
    """An open line to one host."""

    def __init__(self, client: httpx2.AsyncClient, to: Target, address: str) -> None:
        self._client = client
        self._to = to
        self._address = address

    async def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Send a body; the HTTP status of the answer. Raises NoCall."""
        host = f"[{self._address}]" if ":" in self._address else self._address
        request = self._client.build_request(
            "POST",
            self._to.url.copy_with(host=host),
            content=body,
            headers={**headers, "host": self._to.url.netloc.decode("ascii")},
            extensions={"sni_hostname": self._to.host},
        )
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._client.send(request, stream=True)
                await answer.aclose()
        except (TimeoutError, httpx2.TimeoutException):
            raise NoCall("timeout") from None
        except httpx2.HTTPError as error:
            raise NoCall(type(error).__name__) from None
        return answer.status_code


@asynccontextmanager
async def open_line(url: str, *, private: bool = False) -> AsyncIterator[Caller]:
    """Resolve and check once, then call as often as needed. Raises NoCall."""
    try:
        to = target(url, private=private)
    except ValueError:
        raise NoCall("address_refused") from None
    address = await _resolve(to, private)
    limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1)
    async with httpx2.AsyncClient(
        timeout=SECONDS, follow_redirects=False, trust_env=False, limits=limits
    ) as client:
        yield Caller(client, to, address)


async def _resolve(to: Target, private: bool) -> str:
    """One address of the host; refused if any of them is not public."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(SECONDS):
            found = await loop.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError):
        raise NoCall("name_not_found") from None
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if not private and not all(is_public(ip_address(each)) for each in addresses):
        raise NoCall("address_refused")
    return addresses[0]


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
