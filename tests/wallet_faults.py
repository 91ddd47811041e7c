"""What can go wrong between the wallet and its server: put into `FakeServer.faults`, the next value POSTs meet them."""

from __future__ import annotations

import httpx2

from tests.wallet_server import FakeServer, problem


def unreachable(request: httpx2.Request, server: FakeServer) -> httpx2.Response | None:
    """The request never arrives."""
    raise httpx2.ConnectError("refused", request=request)


def drop_answer(request: httpx2.Request, server: FakeServer) -> httpx2.Response | None:
    """The server does it; the answer is lost."""
    faults, server.faults = server.faults, []
    server.handle(request)
    server.faults = faults
    raise httpx2.ReadTimeout("lost", request=request)


def lose_request(request: httpx2.Request, server: FakeServer) -> httpx2.Response | None:
    """The request is lost on the way; the client cannot know."""
    raise httpx2.ReadTimeout("lost", request=request)


def busy(request: httpx2.Request, server: FakeServer) -> httpx2.Response | None:
    """The server cannot answer now."""
    return problem(
        503, {"code": "unavailable", "detail": "the ledger cannot answer now; send the same command again"}
    )
