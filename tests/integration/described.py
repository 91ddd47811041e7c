"""Every answer in a test is held against the description of the API: its status, its media type, its shape."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import jsonschema_rs
from httpx2 import Response

from api.app import create_app
from api.settings import Settings

Json = dict[str, Any]


@cache
def description() -> Json:
    """The OpenAPI description."""
    return create_app(Settings()).openapi()


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Fixed addresses before those with a name in them."""
    paths = sorted(description()["paths"], key=lambda path: ("{" in path, path))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]


def template_of(path: str) -> str:
    """The address in the description that a path is of."""
    return next(template for pattern, template in _templates() if pattern.fullmatch(path))


@cache
def _validator(path: str, method: str, status: str, media: str) -> Any:
    schema = description()["paths"][path][method]["responses"][status]["content"][media].get("schema", {})
    whole = {**schema, "components": description()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def check_described(response: Response) -> None:
    """Fail unless the description says that this operation may answer so."""
    path, method = template_of(response.request.url.path), response.request.method.lower()
    operation = description()["paths"][path][method]
    status = str(response.status_code)
    assert status in operation["responses"], f"{method} {path}: {status} is not described: {response.text}"
    if status == "204":
        assert not response.content, f"{method} {path}: 204 has no body"
        return
    media = response.headers.get("content-type", "").partition(";")[0]
    content = operation["responses"][status].get("content", {})
    if not response.content and not content:
        return
    assert media in content, f"{method} {path}: {status} with {media}, described are {sorted(content)}"
    if media.endswith("json"):
        errors = list(_validator(path, method, status, media).iter_errors(response.json()))
        assert not errors, f"{method} {path} {status}: {errors[0]} in {response.text}"
