"""The front door and the account page."""

from __future__ import annotations

from api.identity.keys import scopes_of
from api.identity.principal import Principal, Role
from ledger.service import new_id
from tests.integration.served import STAFF, Place
from tests.pages.samples import PageSample

SAMPLES = {
    "GET /static/{name}": PageSample(None, answers=(404,)),
    "GET /brand/{code}/{name}": PageSample(None, answers=(404,)),
    "GET /s/{token}": PageSample(None),
    "POST /s/{token}": PageSample(None),
    "GET /e/{enrolment}": PageSample(None),
    "POST /e/{enrolment}": PageSample(None, {"public_key": "{fresh_key}", "label": "phone"}),
    "POST /signin/passkey/question": PageSample(None),
    "POST /signin/passkey": PageSample(None, {"answer": "null"}, answers=(403,)),
    "POST /signin/again/question": PageSample(Role.OPERATOR),
    "POST /account/passkeys/question": PageSample(Role.OPERATOR),
    "POST /account/passkeys": PageSample(Role.OPERATOR, {"answer": "null"}, fresh=True, answers=(403,)),
    "POST /account/passkeys/{passkey}/removal": PageSample(Role.OPERATOR, fresh=True, answers=(404,)),
    "POST /account/signout-others": PageSample(Role.OPERATOR),
    "GET /welcome": PageSample(Role.MEMBER),
    "GET /account/devices/{own_device}": PageSample(Role.MEMBER),
    "POST /account/devices/{own_device}/approval": PageSample(Role.MEMBER, {"signed": "x"}, answers=(422,)),
    "POST /account/devices/{own_device}/revocation": PageSample(Role.MEMBER),
    "POST /account/authenticator": PageSample(Role.OPERATOR, fresh=True),
    "POST /account/authenticator/code": PageSample(Role.OPERATOR, {"code": "000000"}, answers=(422,)),
    "POST /account/authenticator/removal": PageSample(Role.OPERATOR, fresh=True),
    "POST /signout": PageSample(Role.OPERATOR),
}


def things(place: Place) -> dict[str, str]:
    """A sign-in link, an enrolment code, and a device of the town's own person."""
    identity, community = place.use.identity, place.community
    by = Principal(STAFF, None, frozenset({Role.PLATFORM_ADMIN}), scopes_of([Role.PLATFORM_ADMIN]))
    key = identity.keys.create(by, community, frozenset({Role.AUDITOR}), label=f"{place.code} books").key
    devices = [
        identity.devices.enrol(
            identity.devices.invite(community, place.ada.id, STAFF)[0], new_id().bytes * 2, "phone"
        )
        for _ in range(2)
    ]
    code, _ = identity.devices.invite(community, place.ben.id, STAFF)
    return {
        "token": identity.links.make(community, key.id, uses=1_000), "enrolment": code, "name": "app.css",
        "own_device": str(devices[1].device.id), "passkey": str(new_id()), "fresh_key": "A" * 43,
    }  # fmt: skip
