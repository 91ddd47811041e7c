"""What a device signs to let another one in, as the JSON that js/device.js puts into a JWS."""

from __future__ import annotations

from typing import Any

from api.deps import Caller
from api.identity.devices import Device
from api.schemas.common import to_b64
from ledger.core import signing
from ledger.core.commands import AddKey
from ledger.service import new_id


def orders(caller: Caller, device: Device) -> list[dict[str, Any]]:
    """For each account that waits: the `command` to sign, and the public `keys` one of which must sign it."""
    principal = caller.principal
    return [
        {
            "command": signing.payload(
                AddKey(
                    id=new_id(), community=caller.community, actor=principal.actor, account=account.uid,
                    key=device.public_key,
                )
            ),
            "keys": [to_b64(key) for key in account.keys],
        }
        for account in caller.use.identity.devices.awaited(caller.community, device)
    ]  # fmt: skip
