"""Around every request: its number, its deadline, its headers, its line in the log, its figures.

Whatever happens inside, the caller gets exactly one answer from here.
"""

from __future__ import annotations

import itertools
import re
import secrets
import time
from contextlib import nullcontext

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.edge.deadlines import Deadlines
from api.edge.heads import header
from api.edge.limits import Rate
from api.edge.metrics import Metrics

STREAM = "/stream"
"""Addresses that end so have answers that last: no deadline."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Those that are counted by name; anybody may invent others."""

_OURS = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_RUN = secrets.token_hex(10)
_NUMBERS = itertools.count(
    1
)  # not random each: asking the system for chance stops the event loop for a while
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_NO_DEADLINE = nullcontext()
_HSTS = (b"strict-transport-security", b"max-age=31536000")


class Observed:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, seconds: int, https: bool) -> None:
        self.app = app
        self._metrics = metrics
        self._log = structlog.get_logger().bind()  # once: it costs as much as a line
        self._deadlines = Deadlines(seconds)
        self._headers = [*_HEADERS, _HSTS] if https else list(_HEADERS)
        self._names = frozenset(name for name, _ in self._headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        state = scope.setdefault("state", {})
        given = header(scope, b"x-request-id")
        number = state["request_id"] = (
            given if given and _OURS.fullmatch(given) else f"{_RUN}{next(_NUMBERS):012x}"
        )
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, number, state.get("rate"))
            await send(message)

        try:
            with _NO_DEADLINE if scope["path"].endswith(STREAM) else self._deadlines:
                await self.app(scope, receive, answer)
        except Exception as error:
            if status:
                raise
            await self._answer_for(error, scope, receive, answer)
        finally:
            self._note(scope, status, time.perf_counter() - started, number)

    def _add_headers(self, message: Message, number: str, rate: Rate | None) -> None:
        headers = message["headers"]
        if self._names.isdisjoint([name for name, _ in headers]):
            headers += self._headers
        else:  # a page has a policy of its own
            said = [name for name, _ in headers]
            headers += [ours for ours in self._headers if ours[0] not in said]
        headers.append((b"x-request-id", number.encode()))
        if rate is not None:
            headers.extend(rate.headers())

    async def _answer_for(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if isinstance(error, TimeoutError):
            response = problems.too_late(request)
        elif isinstance(error, HTTPException):
            response = problems.http(request, error)
        else:
            response = problems.surprise(request, error)
        await response(scope, receive, send)

    def _note(self, scope: Scope, status: int, seconds: float, number: str) -> None:
        """Ids only: the route's template, never the address or the query that was sent."""
        route = template(scope)
        method = scope["method"] if scope["method"] in METHODS else "-"
        self._metrics.answered(method, route, status, seconds)
        state = scope["state"]
        self._log.info(
            "request", request=number, method=method, route=route, status=status,
            ms=round(seconds * 1000, 1), key=state.get("key"), community=state.get("community"),
        )  # fmt: skip


def template(scope: Scope) -> str:
    """The address as the route declares it: /v1/accounts/{account}; "-" for an unknown one."""
    return getattr(scope.get("route"), "path", "-")
