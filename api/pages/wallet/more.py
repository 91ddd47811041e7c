"""`/wallet/more`: everything that has no place at the bottom of the screen; one's own entry in the directory."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from api.pages.frame.again import or_again
from api.pages.frame.form import Filled, Revision
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.texts import LANGUAGES, NAMES
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import holdings, member_of
from ledger.core.accounts import Model

router = page_router()


@router.get("/wallet/more")
def more(visit: Visit = page("members.me")) -> Response:
    """Doors to the rest."""
    held = holdings(visit)
    return visit.show(
        "wallet/more.html", time=any(each.time for each in held), purses=any(each.is_purse for each in held),
        own=any(not each.is_purse for each in held),
        reconverts=any(_reconverts(each.unit.model, each.is_purse) for each in held),
        firm="till.use" in _actions(visit),
    )  # fmt: skip


def _reconverts(model: Model, purse: bool) -> bool:
    return model is Model.BACKED and not purse


def _actions(visit: Visit) -> set[str]:
    return {each.action for each in visit.pages.nav(visit) if each.action}


@router.get("/wallet/profile")
def profile(visit: Visit = page("members.update")) -> Response:
    """How others find me, and how the association reaches me."""
    return visit.show(
        "wallet/profile.html", mine=member_of(visit), tongues=[(each, NAMES[each]) for each in LANGUAGES]
    )


class Profile(Filled):
    """What members change of themselves."""

    contact: str = Field("", max_length=200)
    place: str = Field("", max_length=80)
    locale: str = "fr"
    listed: bool = False
    version: Revision


@router.post("/wallet/profile")
@or_again(profile)
def change(visit: Visit = page("members.update")) -> Response:
    """Keep it."""
    sent, mine = visit.read(Profile), member_of(visit)
    changes = {
        "contact": sent.contact, "place": sent.place, "listed": sent.listed,
        "locale": sent.locale if sent.locale in LANGUAGES else mine.locale,
    }  # fmt: skip
    visit.use.identity.people.change(visit.caller.community, mine.id, sent.version, changes)
    return visit.go("/wallet/profile", visit.text("That is kept."))
