"""Devices that sign for a member: let in by a code, sent away at once when they are lost."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api import introducing
from api.deps import Caller, Services, public, require
from api.identity.errors import not_found
from api.params import respond
from api.routes.communities import present
from api.schemas.members import DeviceBody, DevicesOut, EnrolledOut

router = APIRouter(tags=["devices"])


@router.post("/v1/devices", status_code=201, response_model=EnrolledOut)
def enrol(body: DeviceBody, use: Services = public("devices.enrol")) -> Response:
    """Let a device in: it gets an API key, and may from now on sign for the member's accounts."""
    enrolled = use.identity.devices.enrol(body.code, body.public_key, body.label)
    with use.ledger.reader.snapshot() as seen:
        accounts = introducing.accounts(use, enrolled.community, enrolled.member, seen)
    said = {
        "device_id": str(enrolled.device.id), "api_key": enrolled.key.token,
        "member": {"id": str(enrolled.member.id), "name": enrolled.member.name},
        "community": present(use, use.facts.community(enrolled.community)), "accounts": accounts,
    }  # fmt: skip
    return respond(201, said)


@router.get("/v1/devices", response_model=DevicesOut)
def list_devices(caller: Caller = require("devices.list"), member: UUID | None = None) -> Response:
    """The caller's own devices; for the association, everybody's or one member's."""
    whose = caller.principal.member if caller.own else member
    found = caller.use.identity.devices.of(caller.community, whose)
    return respond(200, {"items": [introducing.device(each) for each in found]})


@router.delete("/v1/devices/{device}", status_code=204)
def revoke(device: UUID, caller: Caller = require("devices.revoke")) -> Response:
    """The device signs no more, and its API key is worth nothing, at once."""
    devices = caller.use.identity.devices
    found = devices.get(caller.community, device)
    if caller.own and found.member != caller.principal.member:
        raise not_found("device")
    devices.revoke(caller.community, device, caller.principal.actor)
    return Response(status_code=204)
