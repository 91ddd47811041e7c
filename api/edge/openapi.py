"""The description of the API: what FastAPI sees of it, and what every operation shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.deps import LONGEST_KEY, Asking, Public, Require
from api.problems import MEDIA_TYPE
from api.schemas.common import ProblemOut
from api.schemas.payments import BatchBody, SignedBody

Json = dict[str, Any]

DESCRIPTION = """\
Money is whole minor units with its currency and scale. Every command has an id (a UUID in the body, or
Idempotency-Key): sent again it is answered again and never done twice. `dry_run=true` answers without writing.
Refusals are RFC 9457 problems with a stable code, in French or English by Accept-Language."""

PROBLEMS: dict[int, str] = {
    400: "Malformed: no id, a foreign cursor, a body that is not JSON.",
    401: "No key, or none that is valid here.",
    403: "The rules or the key's role say no.",
    404: "No such thing, or none of the caller's business.",
    409: "The id was used for something else, or this is not the moment.",
    412: "It has changed since it was read.",
    413: "The body is too large.",
    415: "Another media type.",
    422: "A field, a limit or a balance says no.",
    428: "If-Match is missing.",
    429: "Too many requests; Retry-After says when.",
    503: "We could not answer; the same request may be sent again.",
}
"""Every status of a problem; `_statuses` says which an operation may answer."""

COMMUNITY: Json = {
    "name": "community",
    "in": "query",
    "required": False,
    "description": "Code of the community; keys of the platform must name one.",
    "schema": {"type": "string", "maxLength": 36},
}
"""What `Require` reads of every request."""
HOW: list[Json] = [
    {
        "name": "dry_run",
        "in": "query",
        "required": False,
        "description": "Answer as if it were done; write nothing.",
        "schema": {"type": "boolean", "default": False},
    },
    {
        "name": "idempotency-key",
        "in": "header",
        "required": False,
        "description": "Instead of `id` in the body; quoted or bare.",
        "schema": {"type": "string", "maxLength": LONGEST_KEY},
    },
    {
        "name": "prefer",
        "in": "header",
        "required": False,
        "description": "`return=minimal` leaves a balance out, which is faster.",
        "schema": {"type": "string"},
    },
]
"""What `Asking` reads."""

_EXTRA: tuple[type[BaseModel], ...] = (ProblemOut, BatchBody, SignedBody)
"""Shapes that no parameter of a route names."""


def install(app: FastAPI) -> None:
    """Let the application describe itself so."""
    plain = app.openapi

    def described() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(app, plain())
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def action_of(route: RouteContext) -> Require | Public | None:
    """The dependency by which a route names its action."""
    return next((call for call in _calls(route) if isinstance(call, Require | Public)), None)


def _calls(route: RouteContext) -> Iterator[Any]:
    """What a route depends on, and what that depends on."""
    waiting: list[Any] = [getattr(route, "dependant", None)]
    while waiting:
        dependant = waiting.pop()
        if isinstance(dependant, Dependant):
            yield dependant.call
            waiting += dependant.dependencies


def routes(app: FastAPI) -> list[RouteContext]:
    """Every route, those of included routers with their whole address."""
    return list(iter_route_contexts(app.routes))


def _completed(app: FastAPI, said: Json) -> Json:
    schemas = said.setdefault("components", {}).setdefault("schemas", {})
    _, more = models_json_schema(
        [(model, "validation") for model in _EXTRA], ref_template="#/components/schemas/{model}"
    )
    for name, schema in more["$defs"].items():
        schemas.setdefault(name, schema)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    said["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, rico_…"}
    }
    by_place = {
        (method.lower(), route.path_format): route for route in routes(app) for method in route.methods or ()
    }
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            _complete(operation, method, path, by_place[method, path])
    return said


def _complete(operation: Json, method: str, path: str, route: RouteContext) -> None:
    guard = action_of(route)
    guarded = isinstance(guard, Require)
    hidden = [COMMUNITY] if guarded else []
    if any(isinstance(call, Asking) for call in _calls(route)):
        hidden += HOW
    if hidden:
        operation["parameters"] = [*operation.get("parameters", []), *hidden]
    operation["security"] = [{"key": []}] if guarded else []
    if guard is not None:
        operation["x-action"] = guard.action
    answers: Json = operation["responses"]
    answers.pop("422", None)
    if "dry_run" in {parameter["name"] for parameter in operation.get("parameters", [])} and "201" in answers:
        answers["200"] = {**answers["201"], "description": "Done before under this id, or only tried."}
    for status in _statuses(operation, method, path, guarded):
        schema = {"$ref": "#/components/schemas/ProblemOut"}
        answers.setdefault(
            str(status), {"description": PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        )
    operation["responses"] = {key: answers[key] for key in sorted(answers)}


def _statuses(operation: Json, method: str, path: str, guarded: bool) -> set[int]:
    named = {parameter["name"] for parameter in operation.get("parameters", [])}
    found = {429, 503}
    if guarded:
        found |= {400, 401, 403, 404, 422}  # ?community= may be missing, foreign, unknown or too long
    if "{" in path or named & {"id"}:
        found |= {404, 422}
    if named:
        found |= {422}
    if "cursor" in named:
        found |= {400}
    if "community" in named:
        found |= {404}
    if "requestBody" in operation:
        found |= {400, 409, 413, 415, 422}
    if method != "get":
        found |= {409}
    if method == "post" and not guarded:
        found |= {403}
    if "If-Match" in named:
        found |= {412, 428}
    return found
