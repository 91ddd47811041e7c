"""Every page of the application, from its surfaces: what the generated tests go through."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.pages import SURFACES
from api.pages.frame.guard import Page


class Listed(NamedTuple):
    """A page: how it is asked, and the guard that its handler names; None for files of everybody."""

    method: str
    path: str
    guard: Page | None

    @property
    def address(self) -> str:
        """ "GET /account"."""
        return f"{self.method} {self.path}"

    @property
    def bare(self) -> str:
        """The address without the names of its parts."""
        return bare(self.address)


def bare(address: str) -> str:
    """An address without the names of its parts."""
    return re.sub(r"\{\w+\}", "{}", address)


@cache
def pages() -> list[Listed]:
    """Every page of every surface."""
    return [
        Listed(method, route.path, guard_of(route.dependant))
        for surface in SURFACES
        for route in surface.router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def guard_of(dependant: Dependant) -> Page | None:
    """The guard among what a handler depends on, or what that depends on."""
    for each in dependant.dependencies:
        found = each.call if isinstance(each.call, Page) else guard_of(each)
        if found is not None:
            return found
    return None
