"""The pages of one application: their surfaces, their files, their headers, and how a template becomes a page."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from markupsafe import Markup

from api.identity.passkeys import Site, site_of
from api.identity.permissions import allowed
from api.pages.frame import rendering, statics
from api.pages.frame.cookies import Jar
from api.pages.frame.faces import Faces
from api.pages.frame.surface import Surface
from api.pages.frame.texts import LANGUAGES
from api.pages.frame.visit import Visit
from api.settings import Settings

HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "vary": "cookie, accept-language",
}
"""Of every page. `observe.Observed` adds nosniff, and no-store where a page says nothing about keeping."""


class Pages:
    """Made once by `install`; a visit carries it."""

    def __init__(self, surfaces: Sequence[Surface], settings: Settings) -> None:
        self.surfaces = tuple(surfaces)
        self.statics = statics.ours()
        self.faces = Faces(self.statics)
        self.jar = Jar(settings.public_url.startswith("https"), secrets.token_bytes(32))
        self.headers = dict(HEADERS)
        self.host = urlsplit(settings.public_url).netloc
        self._public_url = settings.public_url
        self._environments: dict[str, Environment] = {
            lang: rendering.environment(tuple(each.name for each in surfaces), lang, self.statics)
            for lang in LANGUAGES
        }

    def open(self, secret: bytes) -> None:
        """What cookies are sealed with; the same in every process."""
        self.jar = Jar(self._public_url.startswith("https"), secret)

    def warm(self) -> None:
        """Compile every template, so that the first visitor need not wait for it."""
        for world in self._environments.values():
            for name in world.list_templates():
                world.get_template(name)

    def render(self, visit: Visit, template: str, context: dict[str, Any]) -> str:
        """A template as HTML. Every template has `visit`, `ui` (the components) and `nav`."""
        world = self._environments[visit.lang]
        given = {"visit": visit, "nav": self.nav(visit), **context}
        given["ui"] = world.get_template("frame/ui.html").make_module(given)
        return world.get_template(template).render(given)

    def nav(self, visit: Visit) -> list[Surface]:
        """The surfaces that a visitor may enter, in their order."""
        return [each for each in self.surfaces if each.home and self._enters(visit, each)]

    def home(self, visit: Visit) -> str:
        """Where somebody who is signed in begins."""
        first = next((each.home for each in self.surfaces if each.home and self._works(visit, each)), None)
        return first or "/account"

    def icon(self, name: str) -> Markup:
        """An icon of ours, to stand in a page."""
        return Markup(self.statics.icons[name])

    def webauthn(self, visit: Visit) -> Site:
        """The site that passkeys are for."""
        return site_of(self._public_url or str(visit.request.base_url).rstrip("/"))

    def _enters(self, visit: Visit, surface: Surface) -> bool:
        return surface.public or self._works(visit, surface)

    def _works(self, visit: Visit, surface: Surface) -> bool:
        """Whether the surface is for the visitor's role; what is public may be so besides."""
        if visit.session is None or surface.action is None:
            return False
        return allowed(visit.session.principal, surface.action)
