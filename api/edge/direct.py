"""A straight way for the requests that come most: one look-up, one validator, the route.

A route marked `direct` is declared like any other, and FastAPI describes it. Its requests are found by their address in
a table and read from the bytes at once, which saves most of what a payment costs outside the ledger. Whatever cannot
be read so goes FastAPI's way, and is answered there.
"""

from __future__ import annotations

import inspect
import typing
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.edge.heads import header

Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Response]])

_MARKED: set[Callable[..., Any]] = set()


def direct(endpoint: Endpoint) -> Endpoint:
    """Mark a route: no parameter in its address, and it takes `body`, `request` and what `Depends` on a request alone."""
    _MARKED.add(endpoint)
    return endpoint


class Directed:
    """The innermost layer before FastAPI's own."""

    def __init__(self, app: ASGIApp, routers: Iterable[APIRouter]) -> None:
        self.app = app
        self._ways = {
            (method, route.path): _Way(route)
            for router in routers
            for route in router.routes
            if isinstance(route, APIRoute) and route.endpoint in _MARKED
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer directly, or pass on."""
        way = self._ways.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if way is None:
            await self.app(scope, receive, send)
            return
        body = None
        if way.body is not None:
            if header(scope, b"content-type") != "application/json":
                await self.app(scope, receive, send)
                return
            read = await _whole(receive)
            body = _valid(way.body, read)
            if body is None:
                await self.app(scope, _again(read, receive), send)
                return
        scope["route"] = way.route
        request = Request(scope, receive, send)
        try:
            response = await way.call(request, body)
        except Exception as error:
            answer = problems.known(request, error)
            if answer is None:
                raise
            response = answer
        await response(scope, receive, send)


class _Way:
    """How one route is called."""

    def __init__(self, route: APIRoute) -> None:
        self.route = route
        self._endpoint = route.endpoint
        given = inspect.signature(route.endpoint).parameters
        hints = typing.get_type_hints(route.endpoint, include_extras=True)
        self.body: TypeAdapter[Any] | None = TypeAdapter(hints["body"]) if "body" in given else None
        self._request = "request" in given
        self._asked: list[tuple[str, Any]] = [
            (name, each.default.dependency)
            for name, each in given.items()
            if isinstance(each.default, Depends)
        ]

    async def call(self, request: Request, body: Any) -> Response:
        values: dict[str, Any] = {name: await ask(request) for name, ask in self._asked}
        if self.body is not None:
            values["body"] = body
        if self._request:
            values["request"] = request
        response: Response = await self._endpoint(**values)
        return response


async def _whole(receive: Receive) -> list[Message]:
    """All messages of a request's body; the last may say that the client has gone."""
    told = [await receive()]
    while told[-1].get("more_body", False):
        told.append(await receive())
    return told


def _valid(adapter: TypeAdapter[Any], told: list[Message]) -> Any:
    """The body, or None when it is not plainly the JSON that the route takes."""
    if told[-1]["type"] != "http.request":
        return None
    content = told[0].get("body", b"") if len(told) == 1 else b"".join(each.get("body", b"") for each in told)
    try:
        return adapter.validate_json(content)
    except ValidationError:
        return None


def _again(told: list[Message], receive: Receive) -> Receive:
    """`receive` for whoever comes next: what was read already is told once more."""
    waiting = deque(told)

    async def next_one() -> Message:
        return waiting.popleft() if waiting else await receive()

    return next_one
