"""Good requests to every page that needs more than its address; one module a surface, found by its name here."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from api.identity.principal import Role
from tests.integration.served import Place

Things = Callable[[Place], dict[str, str]]
"""What a surface's samples name besides the things of `isolation_samples`: made once in each community, after those."""


@dataclass(frozen=True)
class PageSample:
    """Who may ask, and what the form brings; `{name}` stands for a thing of the community, in address and form alike.

    `fresh`: the page needs a fresh confirmation. `answers`: every status that is a good answer, besides 200 and 303.
    `query` is for GET, and for people of the platform.
    """

    by: Role | None
    data: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    fresh: bool = False
    answers: tuple[int, ...] = ()
    looked_at: bool = True
    """Whether the tests in the browser open it: False for what is no page, such as a download."""


@cache
def modules() -> list[Any]:
    """Every module of samples."""
    return [import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]


@cache
def samples() -> dict[str, PageSample]:
    """By the address with its method, such as "POST /account/devices/{device}/approval"."""
    return {address: sample for module in modules() for address, sample in module.SAMPLES.items()}


def more_things(place: Place, known: dict[str, str]) -> dict[str, str]:
    """The things of every surface, added to those known."""
    for module in modules():
        if hasattr(module, "things"):
            known = known | module.things(place)
    return known
