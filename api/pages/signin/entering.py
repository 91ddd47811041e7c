"""Getting in for the first time: a sign-in link from the operator, or an enrolment link that lets a device in."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from api.identity import tokens
from api.identity.keys import Key
from api.identity.schema import NOBODY
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import anybody, page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.signin.home import welcome
from api.schemas.common import from_b64
from ledger.core.signing import fingerprint

router = page_router()

KEY_BYTES = 32


@router.get("/s/{token}")
def link(token: str, visit: Visit = anybody()) -> Response:
    """Who the link signs in. Looking uses nothing up: programs that preview links look too."""
    found = visit.use.identity.links.look(token)
    visit.community = found.community
    return visit.show("signin/link.html", link=found)


@router.post("/s/{token}")
def use_link(token: str, visit: Visit = anybody()) -> Response:
    """Sign in."""
    found = visit.use.identity.links.use(token)
    return welcome(visit, found.community, found.key, "/")


@router.get("/e")
def typed(visit: Visit = anybody()) -> Response:
    """A code that was typed by hand: on to its page."""
    code = "".join(visit.request.query_params.get("code", "").upper().split())[:60]
    return visit.go(f"/e/{quote(code, safe='')}" if code else "/signin")


@router.get("/e/{code}")
def enrolment(code: str, visit: Visit = anybody()) -> Response:
    """The page on which a device makes its key. The code itself is looked at when it is sent."""
    read = tokens.read_code(code)
    known = {each.code: each.uid for each in visit.use.ledger.reader.communities()}
    visit.community = known.get(read.community, NOBODY) if read else NOBODY
    return visit.show("signin/enrol.html", code=code)


class Device(Filled):
    """What the browser sends: its public key (base64url of 32 bytes), and what to call it."""

    public_key: str
    label: str = ""


@router.post("/e/{code}")
@or_again(enrolment)
def enrol(code: str, visit: Visit = anybody("devices.enrol")) -> Response:
    """Let the device in, or leave it waiting for one that signs already; sign its browser in."""
    sent = visit.read(Device)
    key = from_b64(sent.public_key)
    if len(key) != KEY_BYTES:
        raise visit.misfilled(
            {"public_key": visit.text("This browser made a key that cannot be used. Try another one.")}
        )
    label = sent.label[:80] or visit.text("Browser")
    enrolled = visit.use.identity.devices.enrol(code, key, label)
    made: Key = enrolled.key.key
    return welcome(visit, enrolled.community, made.id, "/welcome")


@router.get("/welcome")
def arrived(visit: Visit = page("devices.list")) -> Response:
    """What the device may do now, and what is best done next."""
    mine, identity = visit.signed_in, visit.use.identity
    if mine.device is None:
        return visit.go("/")
    device = identity.devices.get(mine.community, mine.device)
    key = mine.principal.key
    assert key is not None
    return visit.show(
        "signin/welcome.html", device=device, state=identity.devices.standing(mine.community, device).state,
        fingerprint=fingerprint(device.public_key), passkeys=identity.passkeys.of(mine.community, key),
        site=visit.pages.webauthn(visit), home=visit.pages.home(visit),
    )  # fmt: skip
