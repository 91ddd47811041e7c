"""`/till/change`: what to give back when a customer pays with notes and euros (MLC-7)."""

from __future__ import annotations

from starlette.responses import Response

from api.pages.frame.again import or_again
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.till.register import drawer_of
from ledger.community.change import change

router = page_router()


@router.get("/till/change")
def ask(visit: Visit = page("till.use")) -> Response:
    """Price, notes and euros in; change out."""
    return visit.show("till/change.html", unit=drawer_of(visit).unit, given=None)


@router.post("/till/change")
@or_again(ask)
def work_out(visit: Visit = page("till.use")) -> Response:
    """The change. Nothing is written."""
    unit = drawer_of(visit).unit
    price, units, euros, waived = (
        visit.money(name, unit, zero=name != "price") if visit.form.get(name) or name == "price" else 0
        for name in ("price", "units", "euros", "waived")
    )
    given = change(price, units, euros, step=10**unit.scale, waived=waived)
    return visit.show("till/change.html", unit=unit, given=given)
