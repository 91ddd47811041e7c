"""Who may see a page. Every handler names its action once, as the API's routes do: `visit: Visit = page("...")`."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Depends
from starlette.requests import Request

from api.deps import Services, address, admit
from api.edge import messages
from api.identity.errors import forbidden
from api.identity.permissions import allowed
from api.identity.schema import NOBODY
from api.identity.sessions import Session
from api.pages.frame import cookies
from api.pages.frame.form import ASSERTION, CODE, CSRF, form_of
from api.pages.frame.texts import LANGUAGES
from api.pages.frame.visit import Visit

LOOPBACK = ("127.0.0.1", "[::1]")


class Elsewhere(Exception):
    """The visitor is sent to another page."""

    def __init__(self, path: str, visit: Visit | None = None) -> None:
        super().__init__(path)
        self.path = path
        self.visit = visit


class StepUp(Exception):
    """The visitor must first show that they are there; the form's values are kept meanwhile."""

    def __init__(self, visit: Visit) -> None:
        super().__init__("step up")
        self.visit = visit


class Page:
    """The dependency that makes a visit. See `page` and `anybody`."""

    def __init__(self, action: str | None, *, public: bool, platform: bool, step_up: bool) -> None:
        self.action = action
        self.public = public
        self.platform = platform
        self.step_up = step_up

    async def __call__(self, request: Request) -> Visit:
        """303 without a session, 403 without the action or the form's token, 429 when there were too many requests."""
        use: Services = request.app.state.services
        _to_localhost(request)
        visit = await _begin(request, use)
        if request.method == "POST":
            visit.form = await form_of(await request.form(max_files=4, max_fields=10_000))
            _must_be_ours(visit)
        if visit.session is None:
            if self.public:
                return visit
            raise Elsewhere(signin_path(request), visit)
        await self._let_in(visit, visit.session)
        if self.step_up and request.method == "POST":
            await asyncio.to_thread(must_be_there, visit)
        return visit

    async def _let_in(self, visit: Visit, session: Session) -> None:
        if self.action is None:
            return
        if self.public and not allowed(session.principal, self.action):
            return
        named = visit.request.query_params.get("community")
        visit._caller = await admit(visit.use, session.principal, self.action, named, platform=self.platform)
        visit.community = visit._caller.community
        visit.request.state.community = str(visit.community)


def page(action: str | None, *, platform: bool = False, step_up: bool = False) -> Any:
    """A page for who is signed in and has `action` (of `permissions.TABLE`; None: whoever is signed in).

    `platform`: people of the platform need name no community. `step_up`: a POST needs a passkey's or an
    authenticator's confirmation of the last five minutes; without one it is asked for, and the form goes on after it.
    """
    return Depends(Page(action, public=False, platform=platform, step_up=step_up))


def anybody(action: str | None = None) -> Any:
    """A page for everybody; `visit.known` is the caller if somebody who has `action` is signed in."""
    return Depends(Page(action, public=True, platform=True, step_up=False))


def signin_path(request: Request) -> str:
    """The sign-in page that leads back here; after a POST, to the page that held the form."""
    here = request.url.path if request.method == "GET" else urlsplit(request.headers.get("referer", "")).path
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    return "/signin" if here in ("", "/") else f"/signin?next={quote(here + query, safe='')}"


async def _begin(request: Request, use: Services) -> Visit:
    pages = request.app.state.pages
    token = pages.jar.get(request, cookies.SESSION)
    session = await asyncio.to_thread(use.identity.sessions.find, token) if token else None
    if session is None:
        request.state.rate = use.rates.address(address(request))
    else:
        key = str(session.principal.key)
        request.state.key = key
        request.state.rate = use.rates.key(key)
    lang = language(request.query_params, pages.jar.get(request, cookies.LANG), session, request)
    where = NOBODY if session is None else session.community
    visit = Visit(request, use, pages, lang, session, community=where)
    request.state.visit = visit
    return visit


def language(query: Mapping[str, str], chosen: str, session: Session | None, request: Request) -> str:
    """The language of a visit: ?lang, what was chosen before, the member's, then the browser's."""
    for each in (query.get("lang", ""), chosen, "" if session is None else session.locale):
        if each in LANGUAGES:
            return each
    return messages.language(request.headers.get("accept-language", ""))


def _must_be_ours(visit: Visit) -> None:
    """Raises 403 unless the form comes from a page of ours that this browser was given."""
    request = visit.request
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    else:
        ours = origin is None or urlsplit(origin).netloc in (request.headers.get("host"), visit.pages.host)
    token = visit.form.get(CSRF)
    if not ours or not hmac.compare_digest(token.encode(), visit.csrf.encode()):
        raise forbidden(
            "form_expired", "this form is too old or not ours; open the page again and send it once more"
        )


def must_be_there(visit: Visit) -> None:
    """Raises StepUp unless a confirmation is fresh, or comes with this form; Refused when what comes is not good.

    `page(..., step_up=True)` asks it before the handler; a handler may ask it itself where it depends.
    """
    session = visit.signed_in
    if visit.use.identity.sessions.fresh(session):
        return
    if not visit.form.get(ASSERTION) and not visit.form.get(CODE):
        raise StepUp(visit)
    identity, key = visit.use.identity, session.principal.key
    assert key is not None
    if visit.form.get(ASSERTION):
        identity.passkeys.check(visit.pages.webauthn(visit), visit.holder, visit.form.get(ASSERTION), session)
    else:
        identity.authenticators.check(session.community, key, visit.form.get(CODE))
    identity.sessions.stepped_up(session.community, session.id)


def _to_localhost(request: Request) -> None:
    """This machine has one name for browsers, so that keys made under it are found again."""
    host = request.headers.get("host", "")
    bare = host.rsplit(":", 1)[0] if host.rpartition(":")[2].isdigit() else host
    if bare in LOOPBACK and request.method == "GET" and request.url.scheme == "http":
        port = host[len(bare) :]
        query = f"?{request.url.query}" if request.url.query else ""
        raise Elsewhere(f"http://localhost{port}{request.url.path}{query}")
