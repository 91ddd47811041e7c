"""The remaining commands of the association, each with the body that its dataclass says."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import Field, create_model
from starlette.responses import Response

from api.deps import Caller, How, asking, command_id, require
from api.moving import WAITING, move
from api.schemas.derived import build, shape_of
from api.schemas.payments import EntryWrittenOut
from ledger.core.commands import COMMANDS

NAMES = (
    "set_terms", "leave", "forfeit", "settle_debt", "write_off", "charge_demurrage", "expire_hold", "expire_purse",
    "move_reserve", "exchange_form", "seal_period", "import_opening", "import_payment",
)  # fmt: skip
"""The others have addresses of their own, or are made by the server itself (keys of devices, the founding)."""

_CARRIED = frozenset({"id", "community", "actor", "approver", "signature"})

router = APIRouter(tags=["commands"])


def _endpoint(kind: Any) -> Callable[..., Coroutine[Any, Any, Response]]:
    action = f"commands.{kind.name}"
    shape = shape_of(kind, _CARRIED)
    asked = create_model(
        f"{kind.__name__}Body", __base__=shape, __doc__=kind.__doc__,
        id=(UUID | None, Field(None, description="Makes a retry safe. Or send Idempotency-Key.")),
    )  # fmt: skip

    async def run(
        body: Any = Body(),
        caller: Caller = require(action),
        how: How = asking(),
    ) -> Response:
        uid = command_id(caller, body.id, how.key)
        given = shape.model_construct(**{name: getattr(body, name) for name in shape.model_fields})
        command = build(kind, given, id=uid, community=caller.community, actor=caller.principal.actor)
        return await move(caller, action, command, how.dry_run)

    run.__annotations__["body"] = asked
    run.__name__ = kind.name
    run.__doc__ = kind.__doc__
    return run


for _name in NAMES:
    router.add_api_route(
        f"/v1/commands/{_name}", _endpoint(COMMANDS[_name]), methods=["POST"], status_code=201,
        response_model=EntryWrittenOut, responses=WAITING,
    )  # fmt: skip
