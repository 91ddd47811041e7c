"""API keys. A platform administrator makes the first ones of a community; then its operator does."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api import introducing
from api.deps import Caller, require
from api.identity.principal import Role
from api.params import Cursor, Limit, page, respond
from api.schemas.members import KeyBody, KeysOut, NewKeyOut

router = APIRouter(tags=["keys"])


@router.post("/v1/keys", status_code=201, response_model=NewKeyOut)
def create(body: KeyBody, caller: Caller = require("keys.create", platform=True)) -> Response:
    """A new key. Its token is shown only in this answer."""
    made = caller.use.identity.keys.create(
        caller.principal,
        caller.community,
        frozenset(Role(name) for name in body.roles),
        label=body.label,
        scopes=None if body.scopes is None else frozenset(body.scopes),
        owner=body.member,
        expires_at=body.expires_at,
    )
    waits = made.key.id in caller.use.identity.vouching.makers(caller.community)
    return respond(201, introducing.key(made.key, waits) | {"token": made.token})


@router.get("/v1/keys", response_model=KeysOut)
def list_keys(
    caller: Caller = require("keys.list", platform=True), limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """The keys of the community, or with a key of the platform and no community, the platform's."""
    at = caller.use.cursors.page(cursor, "keys", caller.community, {})
    after = None if at.position is None else UUID(str(at.position))
    found = caller.use.identity.keys.page(caller.community, after, limit)
    makers = caller.use.identity.vouching.makers(caller.community)
    items = [introducing.key(each, each.id in makers) for each in found]
    return respond(200, page(caller, "keys", at.filters, items, limit, str(found[-1].id) if found else None))


@router.delete("/v1/keys/{key}", status_code=204)
def revoke(key: UUID, caller: Caller = require("keys.revoke", platform=True)) -> Response:
    """The key is worth nothing from now on."""
    caller.use.identity.keys.revoke(caller.community, key)
    return Response(status_code=204)
