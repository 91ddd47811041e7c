"""How a community shows itself on pages: its name, its style sheet, its logo, the time zone of its dates."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from api.deps import Services
from api.identity.brands import Brand
from api.identity.schema import NOBODY
from api.pages.frame.colours import accent
from api.pages.frame.statics import Asset, Statics, asset_of
from ledger.core.accounts import Model

REMEMBERED = 5.0
"""Seconds that a face is believed; what this process changes it forgets at once."""
OURS = "Ricochet"


@dataclass(frozen=True, slots=True)
class Face:
    """`code` is "" for the platform itself. `sheet` and `logo` are addresses."""

    code: str
    name: str
    sheet: str
    logo: str
    timezone: str
    accent: str
    hours: bool
    """Whether it counts hours and nothing else."""


class Faces:
    """Faces by community, remembered for a moment."""

    def __init__(self, statics: Statics, clock: Callable[[], float] = time.monotonic) -> None:
        self._statics = statics
        self._clock = clock
        self._known: dict[UUID, tuple[float, Face]] = {}

    def of(self, use: Services, community: UUID) -> Face:
        """The face of a community; of the platform for `NOBODY`."""
        if community == NOBODY:
            return Face("", OURS, self._statics.url("app.css"), "", "Europe/Paris", "", hours=False)
        at, face = self._known.get(community, (0.0, None))
        if face is None or self._clock() - at > REMEMBERED:
            face = self._read(use, community)
            self._known[community] = (self._clock(), face)
        return face

    def forget(self, community: UUID) -> None:
        """It was changed here."""
        self._known.pop(community, None)

    def sheet(self, brand: Brand) -> Asset:
        """The style sheet of a community with colours of its own."""
        return asset_of("app.css", (self._statics.sheet + tinted(brand)).encode())

    def _read(self, use: Services, community: UUID) -> Face:
        code = use.facts.community(community).code
        brand = use.identity.brands.get(community)
        name = use.identity.communities.name(community) or code
        sheet = self._statics.url("app.css")
        if brand.accent or brand.second:
            sheet = f"/brand/{code}/{self.sheet(brand).name}"
        logo = f"/brand/{code}/logo-{brand.changed_at:x}" if brand.logo else ""
        units = use.ledger.reader.currencies(community)
        hours = bool(units) and all(each.model is Model.TIME for each in units)
        return Face(code, name, sheet, logo, brand.timezone, brand.accent, hours)


def tinted(brand: Brand) -> str:
    """The tokens that a community's colours change, corrected so that everything can be read."""
    light, dark = _tokens(brand, dark=False), _tokens(brand, dark=True)
    return (
        f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n"
    )


def _tokens(brand: Brand, *, dark: bool) -> str:
    said = ""
    if brand.accent:
        first = accent(brand.accent, dark=dark)
        said += f"--accent:{first.colour};--on-accent:{first.on};"
    if brand.second:
        said += f"--second:{accent(brand.second, dark=dark).colour};"
    return said
