"""Members: who they are, what they may change themselves, and being forgotten."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import introducing
from api.deps import Caller, Key, command_id, require
from api.exporting import export
from api.identity.errors import forbidden, not_found
from api.identity.people import Profile
from api.introducing import again
from api.params import Cursor, IfMatch, Limit, if_match, page, respond
from api.routes.communities import present
from api.schemas.common import moment
from api.schemas.members import (
    EnrolmentOut,
    ErasedOut,
    ExportOut,
    MemberBody,
    MemberOut,
    MemberPatch,
    MembersOut,
    OwnMemberOut,
)
from ledger.community.membership import MemberState
from ledger.service import new_id

router = APIRouter(tags=["members"])

OWN_FIELDS = frozenset({"contact", "locale", "place", "sectors", "listed"})
"""What members change of themselves."""


@router.post("/v1/members", status_code=201, response_model=MemberOut, responses=again(MemberOut))
def create(
    body: MemberBody, caller: Caller = require("members.create"), idempotency_key: Key = None
) -> Response:
    """A new member, without accounts yet. The same id with the same content is the same member."""
    profile = Profile(
        name=body.name, kind=body.kind, state=body.state, contact=body.contact, locale=body.locale, place=body.place,
        sectors=tuple(body.sectors), listed=body.listed,
    )  # fmt: skip
    uid = command_id(caller, body.id or (None if idempotency_key else new_id()), idempotency_key)
    _, replayed = caller.use.identity.people.create(caller.community, uid, profile)
    return _member(caller, uid, 200 if replayed else 201)


@router.get("/v1/members", response_model=MembersOut)
def list_members(
    caller: Caller = require("members.list"),
    state: MemberState | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The members of the community, in the order of their ids."""
    filters = {"state": None if state is None else state.value}
    at = caller.use.cursors.page(cursor, "members", caller.community, filters)
    wanted = at.filters.get("state")
    found = caller.use.identity.people.page(
        caller.community,
        after=None if at.position is None else UUID(str(at.position)),
        state=None if wanted is None else MemberState(wanted),
        limit=limit,
    )
    with caller.use.ledger.reader.snapshot() as seen:
        items = [introducing.member(caller.use, caller.community, each, seen) for each in found]
    return respond(
        200, page(caller, "members", at.filters, items, limit, str(found[-1].id) if found else None)
    )


@router.get("/v1/members/me", response_model=OwnMemberOut)
def me(caller: Caller = require("members.me")) -> Response:
    """The member whose key this is, with accounts and community."""
    return respond(200, _own(caller))


@router.get("/v1/members/me/export", response_model=ExportOut)
def export_me(caller: Caller = require("members.export")) -> Response:
    """Everything that is kept about the member whose key this is."""
    return respond(200, export(caller, _own(caller)))


@router.get("/v1/members/{member}", response_model=MemberOut)
def read(member: UUID, caller: Caller = require("members.read")) -> Response:
    """A member with the accounts. The ETag goes into If-Match of a change."""
    _must_see(caller, member)
    return _member(caller, member, 200)


@router.patch("/v1/members/{member}", response_model=MemberOut)
def change(
    member: UUID, body: MemberPatch, caller: Caller = require("members.update"), match: IfMatch = None
) -> Response:
    """Change some fields. A new state freezes or thaws the member's accounts."""
    _must_see(caller, member)
    changes = {name: getattr(body, name) for name in body.model_fields_set if getattr(body, name) is not None}
    beyond = sorted(changes.keys() - OWN_FIELDS)
    if caller.own and beyond:
        raise forbidden("not_allowed", f"{beyond[0]}: only the association changes this; ask it")
    if "sectors" in changes:
        changes["sectors"] = tuple(changes["sectors"])
    people = caller.use.identity.people
    version = people.get(caller.community, member).version
    if_match(match, version)
    people.change(caller.community, member, version, changes, caller.principal.actor)
    caller.use.identity.states.enforce(caller.community, member, caller.principal.actor)
    return _member(caller, member, 200)


@router.post("/v1/members/{member}/enrolments", status_code=201, response_model=EnrolmentOut)
def enrol(member: UUID, request: Request, caller: Caller = require("members.enrol")) -> Response:
    """A code by which one device of the member is let in; good for a day."""
    identity = caller.use.identity
    code, ends = identity.devices.invite(caller.community, member, caller.principal.actor)
    link = identity.invitation(code, str(request.base_url))
    return respond(201, {"code": code, "expires_at": moment(ends), "link": link})


@router.delete("/v1/members/{member}/personal-data", response_model=ErasedOut)
def erase(member: UUID, caller: Caller = require("members.erase")) -> Response:
    """Forget who a member was, and the memos of the accounts. The pseudonymous journal stays."""
    memos = caller.use.identity.erasure.erase(caller.community, member, caller.principal.actor)
    caller.use.association.exchange_notes.forget(caller.community, member)
    return respond(200, {"member": str(member), "memos": memos})


def _member(caller: Caller, uid: UUID, status: int) -> Response:
    found = caller.use.identity.people.get(caller.community, uid)
    with caller.use.ledger.reader.snapshot() as seen:
        said = introducing.member(caller.use, caller.community, found, seen)
    return respond(status, said, etag=found.version)


def _own(caller: Caller) -> dict[str, Any]:
    if caller.principal.member is None:
        raise not_found("member")
    found = caller.use.identity.people.get(caller.community, caller.principal.member)
    with caller.use.ledger.reader.snapshot() as seen:
        said = introducing.member(caller.use, caller.community, found, seen)
    return said | {"community": present(caller.use, caller.use.facts.community(caller.community))}


def _must_see(caller: Caller, member: UUID) -> None:
    if caller.own and member != caller.principal.member:
        raise not_found("member")
