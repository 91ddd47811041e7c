"""`/desk/brand`: the community's name, two colours, logo and time zone; colours that cannot be read are corrected."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field
from starlette.responses import Response

from api.identity.brands import LARGEST_LOGO
from api.pages.desk import persons
from api.pages.frame.again import or_again
from api.pages.frame.colours import accent
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit

router = page_router()


@router.get("/desk/brand")
def brand(visit: Visit = page("desk.read")) -> Response:
    """How the pages look now, and what became of the colours."""
    found = visit.use.identity.brands.get(visit.caller.community)
    shown = {
        name: (accent(colour, dark=False).colour, accent(colour, dark=True).colour)
        for name, colour in (("accent", found.accent), ("second", found.second))
        if colour
    }
    return visit.show(
        "desk/brand.html", brand=found, shown=shown, most=LARGEST_LOGO // 1024, may=persons.may(visit)
    )


class Look(Filled):
    """What the association chooses. Empty colours are ours."""

    name: str = Field(max_length=80)
    accent: str = ""
    second: str = ""
    timezone: str = "Europe/Paris"
    no_logo: bool = False


@router.post("/desk/brand")
@or_again(brand)
def change(visit: Visit = page("desk.operate")) -> Response:
    """Keep it; every page wears it at once."""
    sent, c, identity = visit.read(Look), visit.caller.community, visit.use.identity
    old, logo = identity.brands.get(c), visit.form.files.get("logo") or None
    kept = None if sent.no_logo else logo or old.logo
    identity.brands.put(
        c,
        replace(
            old, accent=sent.accent.lower(), second=sent.second.lower(), timezone=sent.timezone, logo=kept,
        ),
    )  # fmt: skip
    identity.communities.call(c, sent.name)
    visit.pages.faces.forget(c)
    return visit.go("/desk/brand", visit.text("That is how your pages look now."))
