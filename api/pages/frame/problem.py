"""Problems as pages: what happened, what to do, a way back. And the two answers that are no problems: elsewhere, step up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.edge import logs, messages
from api.identity.schema import NOBODY
from api.pages.frame import cookies
from api.pages.frame.fault import Fault, sentence
from api.pages.frame.form import ASSERTION, CODE
from api.pages.frame.guard import Elsewhere, StepUp, language
from api.pages.frame.site import HEADERS
from api.pages.frame.texts import say
from api.pages.frame.visit import Visit

CONFIRMING = frozenset({"passkey_refused", "code_refused", "code_locked"})
"""What is said of a confirmation that was not good."""


def wanted(request: Request) -> bool:
    """Whether a problem is answered with a page: to a browser that asks for one."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")


def page(
    request: Request,
    status: int,
    code: str,
    detail: str,
    field: str,
    errors: Sequence[Mapping[str, str]],
    headers: Mapping[str, str] | None,
) -> Response:
    """The page of a problem. If what failed is needed by every page, one without names; at the worst, words alone."""
    lang = messages.language(request.headers.get("accept-language", ""))
    with logs.Noting("no page of the problem"):
        visit: Visit = getattr(request.state, "visit", None) or _unbegun(request, status)
        lang = visit.lang
        return _shown(visit, status, code, detail, field, errors, headers or {})
    with logs.Noting("no page without names"):
        stranger = Visit(request, request.app.state.services, request.app.state.pages, lang)
        return _shown(stranger, status, code, detail, field, errors, headers or {})
    return HTMLResponse(_words(lang), status, {**HEADERS, "content-language": lang, **(headers or {})})


def _shown(
    visit: Visit, status: int, code: str, detail: str, field: str, errors: Sequence[Mapping[str, str]],
    headers: Mapping[str, str],
) -> Response:  # fmt: skip
    said = messages.translate(detail, visit.lang)
    if said == detail and code != "invalid_field":
        said = messages.detail(code, detail, visit.lang)
    visit.fault = Fault(
        status, code, sentence(said, field), {each["field"]: each["detail"] for each in errors}
    )
    if (
        visit.session is not None
        and code in CONFIRMING
        and (visit.form.get(CODE) or visit.form.get(ASSERTION))
    ):
        response = _asked(visit, status)  # the confirmation was not good; what it was for is kept
    else:
        response = visit.show("frame/problem.html", status)
    response.headers.update(headers)
    return response


def _words(lang: str) -> str:
    """The problem as a page that needs nothing of ours but these words."""
    title, text, home = (
        escape(say(lang, each))
        for each in (
            "That did not work",
            "The server cannot answer right now. Send it again: nothing is done twice.",
            "To the start",
        )
    )
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><meta name="color-scheme" content="light dark"><title>{title}</title></head>'
        f'<body><main><h1>{title}</h1><p>{text}</p><p><a href="/">{home}</a></p></main></body></html>'
    )


def elsewhere(request: Request, error: Exception) -> Response:
    """303."""
    assert isinstance(error, Elsewhere)
    response = RedirectResponse(error.path, 303)
    if error.visit is not None:
        error.visit.dress(response)
    return response


def step_up(request: Request, error: Exception) -> Response:
    """The page that asks who is there, with the form's values in it; it sends them on with the proof."""
    assert isinstance(error, StepUp)
    return _asked(error.visit, 403)


def _asked(visit: Visit, status: int) -> Response:
    session, identity = visit.signed_in, visit.use.identity
    key = session.principal.key
    assert key is not None
    return visit.show(
        "frame/step_up.html", status,
        passkeys=identity.passkeys.of(session.community, key), app=identity.authenticators.has(session.community, key),
        site=visit.pages.webauthn(visit),
    )  # fmt: skip


def _unbegun(request: Request, status: int) -> Visit:
    """A visit of an address that no page answers, or that failed before it was known who asks."""
    pages, use = request.app.state.pages, request.app.state.services
    token = pages.jar.get(request, cookies.SESSION)
    session = use.identity.sessions.find(token) if token and status < 500 else None
    lang = language(request.query_params, pages.jar.get(request, cookies.LANG), session, request)
    return Visit(
        request, use, pages, lang, session, community=NOBODY if session is None else session.community
    )
