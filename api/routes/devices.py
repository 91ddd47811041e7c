"""Devices that sign for a member: enrolled by a code, let in by one that signs, sent away at once when they are lost."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api import introducing
from api.deps import Caller, Services, public, require
from api.identity.devices import Device
from api.identity.errors import not_found
from api.params import respond
from api.paying import own_signature
from api.routes.communities import present
from api.schemas.members import (
    ApprovalBody,
    AwaitedOut,
    DeviceBody,
    DeviceOut,
    DevicesOut,
    EnrolledOut,
    KeyDeviceBody,
)
from api.signed import read_signed
from ledger.core.commands import AddKey
from ledger.core.signing import fingerprint

router = APIRouter(tags=["devices"])


@router.post("/v1/devices", status_code=201, response_model=EnrolledOut)
def enrol(body: DeviceBody, use: Services = public("devices.enrol")) -> Response:
    """A device gets an API key. A member's first one also signs; a further one waits for one that signs to let it in."""
    enrolled = use.identity.devices.enrol(body.code, body.public_key, body.label)
    with use.ledger.reader.snapshot() as seen:
        accounts = introducing.accounts(use, enrolled.community, enrolled.member, seen)
    said = {
        "device_id": str(enrolled.device.id), "state": enrolled.state.value,
        "fingerprint": fingerprint(body.public_key), "api_key": enrolled.key.token,
        "member": {"id": str(enrolled.member.id), "name": enrolled.member.name},
        "community": present(use, use.facts.community(enrolled.community)), "accounts": accounts,
    }  # fmt: skip
    return respond(201, said)


@router.get("/v1/devices", response_model=DevicesOut)
def list_devices(caller: Caller = require("devices.list"), member: UUID | None = None) -> Response:
    """The caller's own devices; for the association, everybody's or one member's."""
    whose = caller.principal.member if caller.own else member
    return respond(200, introducing.devices(caller.use.identity.standings.of(caller.community, whose)))


@router.post("/v1/members/me/devices", status_code=201, response_model=DeviceOut)
def add(body: KeyDeviceBody, caller: Caller = require("devices.add")) -> Response:
    """Add a key of the caller's own that gets no API key, such as one on paper; a device that signs lets it in."""
    member = caller.principal.member
    assert member is not None  # only members' own roles have the action
    commands = _signed(caller, body)
    devices = caller.use.identity.devices
    added = devices.add(caller.community, member, body.public_key, body.label, commands)
    return respond(201, introducing.device(added))


@router.get("/v1/devices/{device}/approval", response_model=AwaitedOut)
def awaited(device: UUID, caller: Caller = require("devices.awaited")) -> Response:
    """What must be signed to let a device of the caller in."""
    found = _own(caller, device)
    return respond(
        200, introducing.awaited(found, caller.use.identity.devices.awaited(caller.community, found))
    )


@router.post("/v1/devices/{device}/approval", response_model=DeviceOut)
def approve(device: UUID, body: ApprovalBody, caller: Caller = require("devices.approve")) -> Response:
    """Let a device of the caller in. The signatures are those of devices that sign; sending them again is safe."""
    found = _own(caller, device)
    standing = caller.use.identity.devices.approve(caller.community, found, _signed(caller, body))
    return respond(200, introducing.device(standing))


@router.delete("/v1/devices/{device}", status_code=204)
def revoke(device: UUID, caller: Caller = require("devices.revoke")) -> Response:
    """The device signs no more, and its API key is worth nothing, at once."""
    _own(caller, device)
    caller.use.identity.devices.revoke(caller.community, device, caller.principal.actor)
    return Response(status_code=204)


def _signed(caller: Caller, body: ApprovalBody) -> list[AddKey]:
    """The commands of a body, made by the caller."""
    commands = [read_signed(text, AddKey) for text in body.signed]
    for command in commands:
        own_signature(caller, command)
    return commands


def _own(caller: Caller, uid: UUID) -> Device:
    """A device that the caller may know of; the association knows everybody's."""
    found = caller.use.identity.devices.get(caller.community, uid)
    if caller.own and found.member != caller.principal.member:
        raise not_found("device")
    return found
