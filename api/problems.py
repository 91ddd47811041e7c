"""The one place where errors become answers: RFC 9457 problems, in the caller's language.

A route raises; nothing else in `api` decides a status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from api.edge import logs, messages
from api.identity.errors import Refused
from ledger.core.errors import Changed, Code, Corrupt, Kind, LedgerError, Rejected, Unavailable

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:ricochet:problem:"
RETRY_SECONDS = 1

STATUS: dict[Kind, int] = {
    Kind.INVALID: 422,
    Kind.CONFLICT: 409,
    Kind.NOT_FOUND: 422,  # 404 when the id stands in the path
    Kind.FORBIDDEN: 403,
    Kind.WRONG_STATE: 409,
    Kind.LIMIT: 422,
    Kind.FUNDS: 422,
    Kind.RESERVE: 422,
}
"""The HTTP status of each kind of refusal."""


class Problem(LedgerError):
    """An answer that is not a success and does not come from the ledger: shape, identity, concurrency, load."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.errors = list(errors)
        self.headers = dict(headers or {})


def shape(field: str, remedy: str, code: str = "invalid_field") -> Problem:
    """A field that can never be accepted as sent."""
    return Problem(422, code, remedy, field=field, errors=[{"field": field, "detail": remedy}])


def not_found(what: str) -> Problem:
    """The thing in the path does not exist."""
    return Problem(404, "not_found", f"no such {what} here")


def hidden(what: Literal["account", "hold", "entry"]) -> Rejected:
    """It exists and is none of the caller's business: word for word what the reader says of what does not exist."""
    return Rejected(Code(f"{what}_not_found"), f"no such {what} in this community", what)


def answer(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    field: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem document, or for a browser that asks for a page, the page."""
    page = getattr(request.app.state, "problem_page", None)
    if page is not None and page.wanted(request):
        shown: Response = page.page(request, status, code, detail, field, errors, headers)
        return shown
    language = messages.language(request.headers.get("accept-language", ""))
    body: dict[str, Any] = {
        "type": TYPE + code,
        "title": messages.title(code, language),
        "status": status,
        "detail": messages.detail(code, detail, language),
        "code": code,
    }
    if field:
        body["field"] = field
    if errors:
        body["errors"] = [
            {"field": each["field"], "detail": messages.translate(each["detail"], language)}
            for each in errors
        ]
    said = {"content-language": language, "vary": "accept-language", **(headers or {})}
    return JSONResponse(body, status, said, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer for every error that a route or a dependency raises; `observe.Observed` has `surprise` for the rest."""
    app.add_exception_handler(LedgerError, _ledger)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, http)


def known(request: Request, error: Exception) -> Response | None:
    """The answer to such an error; None for any other."""
    match error:
        case LedgerError():
            return _ledger(request, error)
        case RequestValidationError():
            return _validation(request, error)
        case HTTPException():
            return http(request, error)
    return None


def _ledger(request: Request, error: Exception) -> Response:
    match error:
        case Rejected(code=code, detail=detail, field=field, kind=kind):
            request.app.state.services.metrics.refused(code.value)
            status = 404 if kind is Kind.NOT_FOUND and _asked_for(request, code, field) else STATUS[kind]
            return answer(request, status, code.value, detail, field=field)
        case Refused(kind=kind, code=code, detail=detail, field=field):
            status = 404 if kind is Kind.NOT_FOUND and not field else STATUS[kind]
            return answer(request, status, code, detail, field=field)
        case Problem(status=status, code=code, detail=detail, field=field, errors=errors, headers=headers):
            return answer(request, status, code, detail, field=field, errors=errors, headers=headers)
        case Changed(detail=detail):
            return answer(request, 412, "version_changed", detail, field="If-Match")
        case Unavailable(detail=detail):
            return answer(request, 503, "unavailable", detail, headers={"retry-after": str(RETRY_SECONDS)})
        case Corrupt(detail=detail, seq=seq):
            structlog.get_logger().critical("corrupt", detail=detail, seq=seq)
            return answer(
                request, 500, "corrupt", "the journal is damaged; the operator must run `ricochet verify`"
            )
    return surprise(request, error)


def _asked_for(request: Request, code: Code, field: str) -> bool:
    """Whether what was not found is what the address names, not a field of the body."""
    named = request.path_params
    return (
        request.method == "GET"
        or field in named
        or (field == "entry" and "payment" in named)
        or code is Code.COMMUNITY_NOT_FOUND
    )


def _validation(request: Request, error: Exception) -> Response:
    """Every fault of the request, each with its field; never what was sent (it may name people)."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    if any(each["type"] == "json_invalid" for each in found):
        return answer(request, 400, "malformed_json", "the body is not JSON")
    if any(_place(each["loc"]) == "body" and isinstance(each.get("input"), bytes) for each in found):
        return answer(request, 415, "unsupported_media_type", "send Content-Type: application/json")
    errors = [{"field": _place(each["loc"]), "detail": messages.remedy(each)} for each in found]
    in_path = [each for each in found if each["loc"][0] == "path"]
    if in_path:
        return answer(request, 404, "not_found", "no such address here; an id in it is not well formed")
    first = errors[0]
    kind = found[0]["type"]
    code = kind if kind in AMOUNT_FAULTS else "invalid_field"
    return answer(
        request, 422, code, f"{first['field']}: {first['detail']}", field=first["field"], errors=errors
    )


AMOUNT_FAULTS = (Code.AMOUNT_NOT_POSITIVE.value, Code.AMOUNT_TOO_LARGE.value)
"""Faults of shape that the ledger has a code for; the same code is answered."""


LONGEST_NAME = 100
"""Characters of a field's name that we repeat; an unknown one may be anything."""


def _place(loc: Sequence[Any]) -> str:
    """("body", "payees", 3, "amount") is payees[3].amount; what FastAPI adds in front and tags of unions go."""
    parts = [part for part in loc[1:] if not (isinstance(part, str) and part.startswith("as:"))]
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text.encode(errors="replace").decode()[:LONGEST_NAME] or str(loc[0])


_HTTP_CODES = {
    400: ("malformed_body", "the body could not be read; send JSON"),
    404: ("not_found", "no such address here; /openapi.json lists them"),
    405: ("method_not_allowed", "this address does not take that method; /openapi.json lists them"),
    413: ("body_too_large", "the body is too large; send less at once"),
}


def http(request: Request, error: Exception) -> Response:
    """What the framework refuses: unknown addresses and methods, bodies that cannot be read."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    code, detail = _HTTP_CODES.get(status, ("http_error", "the request could not be handled"))
    return answer(request, status, code, detail, headers=headers)


def too_late(request: Request) -> Response:
    """The deadline passed; whether a command was committed is not known, and its id makes asking again safe."""
    said = "this took too long; send the same request again, nothing is done twice"
    return answer(request, 503, "deadline_passed", said, headers={"retry-after": str(RETRY_SECONDS)})


def surprise(request: Request, error: Exception) -> Response:
    """A bug. The log has the place, the caller has the request's number."""
    structlog.get_logger().error("failed", error=type(error).__name__, at=logs.places(error))
    return answer(
        request, 500, "failed", "something failed on our side; send the same request again, it is safe"
    )
