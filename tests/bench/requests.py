"""The town that the load generator speaks for, and its requests, written out before the clock runs."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import signing
from ledger.core.commands import Pay
from ledger.service import new_id

CURRENCY = "UNIT"
IN_BATCH = 1_000
HOT = 0.1
"""Share of the payments that go to one merchant, where asked for."""


@dataclass(frozen=True)
class Caller:
    """Somebody with a key: `seed` (hex, 32 bytes) is the device's private key, or empty."""

    token: str
    actor: str
    accounts: list[str]
    seed: str = ""


@dataclass(frozen=True)
class Town:
    """A community, whose `firms` pay by key and whose `people` sign."""

    community: str
    firms: list[Caller]
    people: list[Caller]

    @classmethod
    def read(cls, path: Path) -> Self:
        """From the file that `write` made."""
        said = json.loads(path.read_text())
        callers = {name: [Caller(**each) for each in said[name]] for name in ("firms", "people")}
        return cls(said["community"], **callers)

    def write(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps(asdict(self)))

    @property
    def accounts(self) -> list[str]:
        """Of the firms."""
        return [account for firm in self.firms for account in firm.accounts]


def prepared(town: Town, kind: str, path: str, count: int) -> list[bytes]:
    """So many requests, each with an id of its own."""
    chance = random.Random(uuid4().int)
    make = KINDS[kind]
    callers = town.people if kind == "signed" else town.firms
    payees = town.accounts
    more = "prefer: return=minimal\r\n" if kind == "minimal" else ""
    return [
        _request(path, caller, more, make(town, caller, payees, chance))
        for caller in islice(cycle(callers), count)
    ]


def _request(path: str, caller: Caller, more: str, body: Any) -> bytes:
    content = json.dumps(body, separators=(",", ":")).encode()
    return (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {caller.token}\r\n"
        f"content-type: application/json\r\n{more}content-length: {len(content)}\r\n\r\n"
    ).encode() + content


def _payee(payer: str, payees: list[str], chance: random.Random) -> str:
    while (payee := chance.choice(payees)) == payer:
        pass
    return payee


def _by_key(town: Town, caller: Caller, payees: list[str], chance: random.Random) -> Any:
    payer = chance.choice(caller.accounts)
    return {
        "id": str(new_id()), "payer": payer, "payee": _payee(payer, payees, chance),
        "amount": chance.randint(1, 100_000), "currency": CURRENCY,
    }  # fmt: skip


def _hot(town: Town, caller: Caller, payees: list[str], chance: random.Random) -> Any:
    body = _by_key(town, caller, payees[1:], chance)
    if chance.random() < HOT and body["payer"] != payees[0]:
        body["payee"] = payees[0]
    return body


def _signed(town: Town, caller: Caller, payees: list[str], chance: random.Random) -> Any:
    device = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(caller.seed))
    command = Pay(
        id=new_id(), community=UUID(town.community), actor=UUID(caller.actor), payer=UUID(caller.accounts[0]),
        payee=UUID(chance.choice(payees)), amount=chance.randint(1, 100_000), currency=CURRENCY,
    )  # fmt: skip
    text = signing.signing_input(command, device.public_key().public_bytes_raw())
    return {"signed": f"{text.decode()}.{signing.b64(device.sign(text))}"}


def _batch(town: Town, caller: Caller, payees: list[str], chance: random.Random) -> Any:
    payer = chance.choice(caller.accounts)
    lines = [
        {"payee": _payee(payer, payees, chance), "amount": chance.randint(1, 1_000)} for _ in range(IN_BATCH)
    ]
    return {"id": str(new_id()), "payer": payer, "currency": CURRENCY, "payees": lines}


KINDS: dict[str, Callable[[Town, Caller, list[str], random.Random], Any]] = {
    "key": _by_key, "minimal": _by_key, "hot": _hot, "signed": _signed, "batch": _batch,
}  # fmt: skip
