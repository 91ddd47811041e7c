"""A served town whose pages can be asked as anybody: `with visited(url) as site: site.enter(site.riv, Role.MEMBER).get("/")`."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from httpx2 import Response
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from api.identity.principal import OWN_ROLES, PLATFORM_ROLES, Principal, Role
from api.identity.schema import NOBODY
from api.pages.frame.cookies import LANG, SESSION
from api.pages.frame.form import CSRF
from api.pages.frame.site import Pages
from tests.integration.served import STAFF, Place, Served, settings_for

SITE = "http://localhost"
HTML = "text/html,application/xhtml+xml"
_SPACES = {0xA0: " ", 0x202F: " "}
_TOKEN = re.compile(rf'name="{CSRF}" value="([^"]+)"')


class Visitor:
    """A browser without scripts: it keeps cookies, takes HTML, follows nothing by itself.

    `lang` is what its person has chosen, or with `chosen` False only what the browser prefers.
    """

    def __init__(self, site: Site, session: str = "", lang: str = "en", *, chosen: bool = True) -> None:
        self.site = site
        self.client = TestClient(site.client.app, base_url=SITE, follow_redirects=False)
        self.client.headers |= {"accept": HTML, "accept-language": lang}
        self._token = ""
        if session and chosen:
            self.client.cookies.set("ricochet" + LANG, lang, domain="localhost.local", path="/")
        if session:
            self.client.cookies.set("ricochet" + SESSION, session, domain="localhost.local", path="/")
            self._token = site.pages.jar.csrf(session)

    def get(self, path: str, expect: int = 200, **options: Any) -> str:
        """The text of a page: entities as characters, every space a plain one."""
        response = self.client.get(path, **options)
        assert response.status_code == expect, f"GET {path}: {response.status_code} {_told(response)}"
        found = _TOKEN.search(response.text)
        if found:
            self._token = found[1]
        return html.unescape(response.text).translate(_SPACES)

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        expect: int = 303,
        *,
        token: str | None = None,
        **options: Any,
    ) -> Response:
        """Send a form with the token of the last page, or with another one."""
        sent = {**(data or {}), CSRF: self._token if token is None else token}
        response = self.client.post(path, data=sent, **options)
        assert response.status_code == expect, f"POST {path}: {response.status_code} {_told(response)}"
        return response

    def ask(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Response:
        """Whatever is answered."""
        if method == "GET":
            return self.client.get(path)
        return self.client.post(path, data={**(data or {}), CSRF: self._token})


class Site:
    """The application of `served` with its pages."""

    def __init__(self, town: Served) -> None:
        self.town = town
        self.client = town.client
        self.use: Services = town.use
        self.pages: Pages = town.client.app.state.pages  # type: ignore[attr-defined]
        self.riv = town.riv

    def key(self, place: Place, role: Role, owner: UUID | None = None) -> UUID:
        """The id of a new API key of a role; a member's is of the town's own person or firm, unless one is named."""
        own = {Role.MEMBER: place.ada.id, Role.MERCHANT: place.ben.id}.get(role)
        maker = Role.OPERATOR if role in OWN_ROLES else Role.PLATFORM_ADMIN
        by = Principal(STAFF, None, frozenset({maker}), frozenset())
        where = NOBODY if role in PLATFORM_ROLES else place.community
        made = self.use.identity.keys.create(
            by, where, frozenset({role}), owner=owner or own, label=f"{role.value} desk"
        )
        return made.key.id

    def enter(
        self, place: Place, role: Role, *, owner: UUID | None = None, lang: str = "en", fresh: bool = False
    ) -> Visitor:
        """Somebody who is signed in; `fresh`: and has just confirmed to be there."""
        where = NOBODY if role in PLATFORM_ROLES else place.community
        token = self.use.identity.sessions.begin(where, self.key(place, role, owner))
        if fresh:
            found = self.use.identity.sessions.find(token)
            assert found is not None
            self.use.identity.sessions.stepped_up(found.community, found.id)
        return Visitor(self, token, lang)

    def stranger(self, lang: str = "en") -> Visitor:
        """Somebody who is not signed in."""
        return Visitor(self, lang=lang)


@contextmanager
def visited(url: str, *, clock: Callable[[], int] = time.time_ns, **changes: Any) -> Iterator[Site]:
    """The application on a database, with its town; `clock` as the application takes it (ns)."""
    settings = settings_for(url, **{"public_url": SITE, **changes})
    with TestClient(create_app(settings, clock=clock), base_url=SITE) as client:
        yield Site(Served(client))


def _told(response: Response) -> str:
    return (
        response.headers.get("location", "")
        or re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))[:600]
    )
