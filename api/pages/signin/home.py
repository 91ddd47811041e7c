"""The front door: `/` leads everybody where they belong; `/signin` lets in who has a passkey; signing out."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from api.identity.names import search_key
from api.pages.frame import cookies
from api.pages.frame.guard import anybody, page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.core.accounts import Model

router = page_router()


@router.get("/")
def start(visit: Visit = anybody()) -> Response:
    """On to where the visitor begins; for strangers, what this is and how to get in."""
    if visit.session is not None:
        return visit.go(visit.pages.home(visit))
    return visit.show("signin/start.html", open_to=joinable(visit))


def joinable(visit: Visit) -> list[tuple[str, str]]:
    """Code and name of the communities that show themselves in public and that people join; a card is given, not joined."""
    use, found = visit.use, []
    for each in use.ledger.reader.communities():
        units = use.ledger.reader.currencies(each.uid)
        if any(unit.model is not Model.EARMARKED for unit in units) and use.association.region.shown(each.uid):
            found.append((each.code, use.identity.communities.name(each.uid) or each.code))
    return sorted(found, key=lambda each: search_key(each[1]))


@router.get("/signin")
def signin(visit: Visit = anybody()) -> Response:
    """One button for a passkey, and what to do without one."""
    target = next_of(visit)
    if visit.session is not None:
        return visit.go(target or "/")
    return visit.show("signin/signin.html", target=target, site=visit.pages.webauthn(visit))


@router.post("/signout")
def signout(visit: Visit = page(None)) -> Response:
    """The session ends; devices and passkeys stay."""
    mine = visit.signed_in
    visit.use.identity.sessions.end(mine.community, mine.id)
    response = visit.go("/signin", visit.text("You are signed out."))
    visit.pages.jar.drop(response, cookies.SESSION)
    return response


def next_of(visit: Visit) -> str:
    """Where to go on to after signing in: a path of ours, or ""."""
    target = visit.form.get("next") or visit.request.query_params.get("next", "")
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target
    return target if ours else ""


def welcome(visit: Visit, community: UUID, key: UUID, target: str) -> Response:
    """Sign the browser in as an API key, and on to `target`. Raises Refused when the key is no more."""
    token = visit.use.identity.sessions.begin(community, key)
    response = visit.go(target or "/")
    visit.pages.jar.put(response, cookies.SESSION, token, cookies.YEAR)
    visit.pages.jar.drop(response, cookies.GUEST)
    return response
