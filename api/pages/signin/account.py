"""`/account`: who is signed in here, with what; passkeys, the authenticator app, this member's devices, signing out."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from api.deps import Caller
from api.identity.devices import Device, DeviceState
from api.identity.errors import not_found
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import must_be_there, page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.signin import letting_in
from api.pages.signin.passkeys import protected
from api.paying import own_signature
from api.signed import read_signed
from ledger.core.commands import AddKey

router = page_router()


@router.get("/account")
def account(visit: Visit = page(None)) -> Response:
    """Everything that is yours here."""
    mine, identity = visit.signed_in, visit.use.identity
    key = mine.principal.key
    assert key is not None
    standing = None
    if mine.principal.member is not None:
        standing = identity.standings.of(mine.community, mine.principal.member)
    code = identity.vouching.code(mine.id) if mine.principal.maker is not None else ""
    return visit.show(
        "signin/account.html", mine=mine, code=code, passkeys=identity.passkeys.of(mine.community, key), standing=standing,
        app=identity.authenticators.has(mine.community, key), staff=mine.principal.member is None,
        sessions=identity.sessions.of(mine.community, key), site=visit.pages.webauthn(visit), states=DeviceState,
    )  # fmt: skip


@router.post("/account/signout-others")
def signout_others(visit: Visit = page(None)) -> Response:
    """Every other browser that is signed in as this one is signed out."""
    visit.use.identity.sessions.end_others(visit.signed_in)
    return visit.go("/account", visit.text("Every other browser is signed out."))


# --- devices ---


@router.get("/account/devices/{device}")
def device(device: UUID, visit: Visit = page("devices.awaited")) -> Response:
    """A device that waits, and the signatures that let it in."""
    found = own_device(visit.caller, device)
    devices = visit.use.identity.devices
    state = devices.standing(visit.community, found).state
    orders = letting_in.orders(visit.caller, found) if state is DeviceState.WAITING else []
    return visit.show("signin/device.html", device=found, state=state, orders=orders, states=DeviceState)


class Signatures(Filled):
    """What this device signed, one JWS for each account, with spaces between."""

    signed: str


@router.post("/account/devices/{device}/approval")
@or_again(device)
def approve(device: UUID, visit: Visit = page("devices.approve")) -> Response:
    """Let a waiting device in."""
    found = own_device(visit.caller, device)
    commands = [read_signed(text, AddKey) for text in visit.read(Signatures).signed.split()]
    for command in commands:
        own_signature(visit.caller, command)
    visit.use.identity.devices.approve(visit.community, found, commands)
    return visit.go("/account", visit.text("%(label)s may pay from now on.", label=found.label))


@router.post("/account/devices/{device}/revocation")
def revoke(device: UUID, visit: Visit = page("devices.revoke")) -> Response:
    """A device signs no more and is signed out, at once."""
    found = own_device(visit.caller, device)
    visit.use.identity.devices.revoke(visit.community, found.id, visit.caller.principal.actor)
    return visit.go(
        "/account", visit.text("%(label)s is sent away. It can neither pay nor look.", label=found.label)
    )


def own_device(caller: Caller, uid: UUID) -> Device:
    """A device of the caller. Raises 404."""
    found = caller.use.identity.devices.get(caller.community, uid)
    if found.member != caller.principal.member:
        raise not_found("device")
    return found


# --- the authenticator app, for who has no passkey ---


class AppCode(Filled):
    """Six digits."""

    code: str


@router.get("/account/authenticator")
def authenticator(visit: Visit = page(None)) -> Response:
    """The QR code that an authenticator app reads, once it was asked for."""
    mine = visit.signed_in
    assert mine.principal.key is not None
    waiting = visit.use.identity.authenticators.address(
        mine.community, mine.principal.key, mine.name, visit.face.name
    )
    return visit.show("signin/authenticator.html", address=waiting)


@router.post("/account/authenticator")
def add_authenticator(visit: Visit = page(None)) -> Response:
    """A new secret. Where there is a passkey or an app already, it must confirm."""
    mine, identity = visit.signed_in, visit.use.identity
    assert mine.principal.key is not None
    if protected(visit):
        must_be_there(visit)
    identity.authenticators.begin(mine.community, mine.principal.key, mine.name, visit.face.name)
    return visit.go("/account/authenticator")


@router.post("/account/authenticator/code")
@or_again(authenticator)
def confirm_authenticator(visit: Visit = page(None)) -> Response:
    """The first code shows that the app has the secret."""
    mine, identity = visit.signed_in, visit.use.identity
    assert mine.principal.key is not None
    identity.authenticators.check(mine.community, mine.principal.key, visit.read(AppCode).code)
    identity.sessions.stepped_up(mine.community, mine.id)
    return visit.go("/account", visit.text("The authenticator app is set up."))


@router.post("/account/authenticator/removal")
def remove_authenticator(visit: Visit = page(None, step_up=True)) -> Response:
    """Its codes are taken no more."""
    mine = visit.signed_in
    assert mine.principal.key is not None
    visit.use.identity.authenticators.remove(mine.community, mine.principal.key)
    return visit.go("/account", visit.text("The authenticator app is removed."))
