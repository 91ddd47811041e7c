"""Webhooks: be called about every entry, or about those that touch one's own accounts."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api import introducing
from api.calls import checked_url
from api.deps import Caller, Key, command_id, require
from api.identity.errors import not_found
from api.introducing import again
from api.params import respond
from api.schemas.common import moment
from api.schemas.requests import NewWebhookOut, SecretOut, WebhookBody, WebhooksOut
from ledger.service import new_id

router = APIRouter(tags=["webhooks"])


@router.post("/v1/webhooks", status_code=201, response_model=NewWebhookOut, responses=again(NewWebhookOut))
def subscribe(
    body: WebhookBody, caller: Caller = require("webhooks.create"), idempotency_key: Key = None
) -> Response:
    """Subscribe. The secret checks the signatures; it is shown only in this answer. A merchant hears of its own accounts."""
    url = checked_url(body.url, private=caller.use.settings.webhook_private_addresses)
    uid = command_id(caller, body.id or (None if idempotency_key else new_id()), idempotency_key)
    made, secret, replayed = caller.use.identity.hooks.create(
        caller.community, uid, caller.principal.actor, url, events=tuple(body.events), member=_whose(caller),
        after=body.after,
    )  # fmt: skip
    return respond(200 if replayed else 201, introducing.webhook(made) | {"secret": secret})


@router.get("/v1/webhooks", response_model=WebhooksOut)
def list_webhooks(caller: Caller = require("webhooks.list")) -> Response:
    """The subscriptions, and how each is doing."""
    found = caller.use.identity.hooks.of(caller.community, _whose(caller))
    return respond(200, {"items": [introducing.webhook(each) for each in found]})


@router.delete("/v1/webhooks/{webhook}", status_code=204)
def unsubscribe(webhook: UUID, caller: Caller = require("webhooks.delete")) -> Response:
    """No more calls."""
    _must_own(caller, webhook)
    caller.use.identity.hooks.remove(caller.community, webhook)
    return Response(status_code=204)


@router.post("/v1/webhooks/{webhook}/secret", status_code=201, response_model=SecretOut)
def rotate(webhook: UUID, caller: Caller = require("webhooks.rotate")) -> Response:
    """A new secret; for a day both sign. A disabled subscription starts again where it was."""
    _must_own(caller, webhook)
    secret, until = caller.use.identity.hooks.rotate(caller.community, webhook)
    return respond(201, {"secret": secret, "former_valid_until": moment(until)})


def _whose(caller: Caller) -> UUID | None:
    return caller.principal.member if caller.own else None


def _must_own(caller: Caller, webhook: UUID) -> None:
    found = caller.use.identity.hooks.get(caller.community, webhook)
    if caller.own and found.member != caller.principal.member:
        raise not_found("webhook")
