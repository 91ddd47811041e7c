"""Communities: found one, and what the world may know of them."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Caller, Services, public, require
from api.params import Code, respond
from api.schemas.currencies import CommunitiesOut, CommunityBody, CommunityOut
from ledger.core.accounts import Model
from ledger.core.checkpoint import parse_vkey, to_base64
from ledger.store.checkpoints import handed_on
from ledger.store.views import CommunityView

router = APIRouter(tags=["communities"])


@router.post("/v1/communities", status_code=201, response_model=CommunityOut)
async def found(
    body: CommunityBody, caller: Caller = require("communities.create", platform=True)
) -> Response:
    """Found a community: its journal begins, its signing key is made. A code that is taken is refused."""
    return respond(201, await asyncio.to_thread(_found, caller, body))


@router.get("/v1/communities", response_model=CommunitiesOut)
def list_communities(use: Services = public("communities.list")) -> Response:
    """The communities of this server."""
    return respond(200, {"items": [present(use, view) for view in use.ledger.reader.communities()]})


@router.get("/v1/communities/{community}", response_model=CommunityOut)
def read(community: Code, use: Services = public("communities.read")) -> Response:
    """A community by its code."""
    return respond(200, present(use, use.facts.community(community)))


def _found(caller: Caller, body: CommunityBody) -> dict[str, Any]:
    use = caller.use
    uid = use.ledger.found_community(body.code, actor=caller.principal.actor)
    use.identity.communities.call(uid, body.name)
    return present(use, use.facts.community(uid))


def present(use: Services, view: CommunityView) -> dict[str, Any]:
    """What everybody may know of a community."""
    key = use.facts.vkey(view.uid)
    return {
        "id": str(view.uid),
        "code": view.code,
        "name": use.identity.communities.name(view.uid),
        "vkey": key,
        "handed_on": [to_base64(step) for step in handed_on(use.ledger.reader, view.uid)],
        "origin": parse_vkey(key)[0],
        "currencies": [
            {"code": unit.code, "scale": unit.scale, "model": unit.model.value}
            for unit in use.ledger.reader.currencies(view.uid)
            if unit.model is not Model.MIRROR
        ],
    }
