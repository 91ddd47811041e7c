"""Which addresses strangers may have us call."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from typing import Any

import httpx2
import pytest

from api.calls import NoCall, is_public, open_line, target


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.2.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_of_our_own_network_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
)
def test_the_open_internet_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "http://example.org/", "ftp://example.org/", "https://", "https:///x", "https://u:p@example.org/",
        "https://example.org/#x", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://localhost/",
        "https://db.internal/", "https://a.local/", "https://10.0.0.1:8443/x", "file:///etc/passwd",
        "https://example.org/" + "x" * 2_048, "https://[/", "https://localhost./", "https://LOCALHOST/", "https://2130706433/",
        "https://0x7f.1/", "https://127.1/", "https://017700000001/",
    ],
)  # fmt: skip
def test_a_url_that_cannot_be_good_is_refused_when_it_is_given(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        target(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/hook?x=1", "https://example.org:8443", "https://xn--caf-dma.example.org/"]
)
def test_a_good_url_is_taken(url: str) -> None:
    assert target(url).host.endswith("example.org")


def test_tests_may_call_their_own_machine() -> None:
    assert target("http://127.0.0.1:8080/x", private=True).port == 8080


def line_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Open a line to a name that has these addresses."""

    async def resolved(self: Any, host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolved)

    async def connect() -> None:
        async with open_line("https://hook.example.org/") as line:
            assert line is not None

    asyncio.run(connect())


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::1"], ["fe80::1%eth0"]]
)
def test_a_name_that_leads_to_our_network_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    with pytest.raises(NoCall, match="address_refused"):
        line_to(monkeypatch, *addresses)


def test_a_name_with_public_addresses_is_called_where_it_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    async def send(self: Any, request: Any, **_: Any) -> Any:
        seen.append(request)
        return type("Answer", (), {"status_code": 204, "aclose": lambda self: asyncio.sleep(0)})()

    async def resolved(self: Any, host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolved)
    monkeypatch.setattr(httpx2.AsyncClient, "send", send)

    async def call() -> int:
        async with open_line("https://hook.example.org:8443/in?x=1") as line:
            return await line.post(b"{}", {"webhook-id": "1"})

    assert asyncio.run(call()) == 204
    (request,) = seen
    assert str(request.url) == "https://93.184.215.14:8443/in?x=1", "not resolved a second time"
    assert request.headers["host"] == "hook.example.org:8443"
    assert request.extensions["sni_hostname"] == "hook.example.org", (
        "the certificate is checked against the name"
    )


def test_a_name_that_does_not_exist_is_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolved(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolved)

    async def connect() -> None:
        async with open_line("https://hook.example.org/"):
            pass

    with pytest.raises(NoCall, match="name_not_found"):
        asyncio.run(connect())
