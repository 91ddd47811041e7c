"""Passkeys: signing in with one, confirming with one, adding and removing them. The browser's part is js/passkey.js."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from api.pages.frame.form import Filled
from api.pages.frame.guard import anybody, must_be_there, page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.signin.home import next_of, welcome

router = page_router()

JSON = "application/json"


class Answer(Filled):
    """What an authenticator answered, as JSON."""

    answer: str


class NewPasskey(Answer):
    """A passkey that a browser made, and what to call it."""

    label: str = ""


@router.post("/signin/passkey/question")
def question(visit: Visit = anybody()) -> Response:
    """What to ask the browser, so that somebody signs in."""
    return _json(visit.use.identity.passkeys.ask(visit.pages.webauthn(visit), visit.holder), visit)


@router.post("/signin/passkey")
def signin(visit: Visit = anybody()) -> Response:
    """Sign in with what the browser answered."""
    passkeys = visit.use.identity.passkeys
    found = passkeys.check(visit.pages.webauthn(visit), visit.holder, visit.read(Answer).answer)
    return welcome(visit, found.community, found.key, next_of(visit))


@router.post("/signin/again/question")
def confirm_question(visit: Visit = page(None)) -> Response:
    """What to ask the browser, so that who is signed in shows to be there."""
    asked = visit.use.identity.passkeys.ask(visit.pages.webauthn(visit), visit.holder, visit.signed_in)
    return _json(asked, visit)


@router.post("/account/passkeys/question")
def offer(visit: Visit = page(None)) -> Response:
    """What to ask the browser, so that it makes a passkey."""
    mine = visit.signed_in
    asked = visit.use.identity.passkeys.offer(
        visit.pages.webauthn(visit), mine, visit.holder, visit.face.name
    )
    return _json(asked, visit)


@router.post("/account/passkeys")
def add(visit: Visit = page(None)) -> Response:
    """Keep a passkey. Making it has just shown who is there; a further one needs a fresh confirmation by a former."""
    mine, identity = visit.signed_in, visit.use.identity
    sent = visit.read(NewPasskey)
    if protected(visit):
        must_be_there(visit)
    label = sent.label[:80] or visit.text("Passkey")
    identity.passkeys.register(visit.pages.webauthn(visit), mine, visit.holder, sent.answer, label)
    identity.sessions.stepped_up(mine.community, mine.id)
    return visit.go(next_of(visit) or "/account", visit.text("The passkey is kept. From now on it signs you in."))


@router.post("/account/passkeys/{passkey}/removal")
def remove(passkey: UUID, visit: Visit = page(None, step_up=True)) -> Response:
    """The passkey signs in no more."""
    mine = visit.signed_in
    assert mine.principal.key is not None
    visit.use.identity.passkeys.revoke(mine.community, mine.principal.key, passkey)
    return visit.go("/account", visit.text("The passkey is removed."))


def protected(visit: Visit) -> bool:
    """Whether a further passkey or authenticator needs a former one: not the first, unless a teller is at the till."""
    mine, identity = visit.signed_in, visit.use.identity
    key = mine.principal.key
    assert key is not None
    has = identity.passkeys.of(mine.community, key) or identity.authenticators.has(mine.community, key)
    return bool(mine.teller or has)


def _json(text: str, visit: Visit) -> Response:
    response = Response(text, media_type=JSON)
    visit.dress(response)
    return response
