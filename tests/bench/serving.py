"""Servers for the bench: `ricochet serve` in processes of its own, with an empty route beside the real ones.

`python -m tests.bench.serving` is `ricochet serve` plus `POST /bench/empty`: the payment's parsing, authentication and
answer, without the ledger.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, FastAPI
from starlette.responses import Response

from api import __main__ as program
from api import app as application
from api import serving
from api.deps import Caller as Known
from api.deps import How, asking, require
from api.edge.direct import direct
from api.identity.people import Profile
from api.identity.principal import Principal, Role
from api.identity.service import Identity
from api.params import respond
from api.routes import ROUTERS
from api.routes.payments import read_payment
from api.schemas.payments import Payment
from api.settings import Settings
from ledger.community.membership import MemberKind
from ledger.core.accounts import AccountKind, Model
from ledger.core.commands import AddKey, Command, DefineCurrency, OpenAccount
from ledger.core.policy import Policy
from ledger.service import Ledger, open_ledger
from tests.bench.requests import CURRENCY, Caller, Town

EMPTY = "/bench/empty"
CALLERS = 64
ACCOUNTS_EACH = 16
OPERATOR = UUID(int=1)


@dataclass(frozen=True)
class Place:
    """A database with a town in it."""

    url: str
    master: bytes
    town: Path

    @contextmanager
    def served(self, processes: int = 1, writer: str = "auto") -> Iterator[tuple[int, ...]]:
        """Servers on it, each with its port. `writer` as in the settings."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RICOCHET_")}
        environment = clean | {
            "RICOCHET_DATABASE": self.url, "RICOCHET_MASTER_KEY": b64encode(self.master).decode(),
            "RICOCHET_RATE": "100000000/minute", "PYTHONUNBUFFERED": "1",
            "RICOCHET_JOBS": "false",  # at night they would be measured too
            "RICOCHET_WRITER": writer,
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.bench.serving", "serve", "--port", "0"]
        logs = [self.town.with_suffix(f".{uuid4().hex}.log") for _ in range(processes)]
        running = [
            subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
            for log in [log.open("wb") for log in logs]
        ]
        try:
            yield tuple(_port(log, one) for log, one in zip(logs, running, strict=True))
        finally:
            for one in running:
                one.terminate()
            for one in running:
                one.wait(30)


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    """When it says that it is ready."""
    mark = "ready at http://127.0.0.1:"
    while True:
        said = log.read_text(errors="replace")
        if mark in said and "\n" in said.partition(mark)[2]:
            return int(said.partition(mark)[2].split()[0])
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        raise SystemExit(f"the server did not start: {said[-2_000:]}")


def settle(url: str, folder: Path) -> Place:
    """Found a town on an empty database: firms that pay by key, people whose devices sign."""
    place = Place(url, secrets.token_bytes(32), folder / f"town-{uuid4().hex}.json")
    with open_ledger(url, master_key=place.master) as ledger:
        identity = Identity(ledger, master_key=place.master)
        community = ledger.found_community("BENCH")
        policy = Policy(default_line=None)
        _do(ledger, [
            DefineCurrency(id=uuid4(), community=community, actor=OPERATOR, code=CURRENCY, scale=2,
                           model=Model.MUTUAL, policy=policy)
        ])  # fmt: skip
        firms = [
            _join(ledger, identity, community, MemberKind.BUSINESS, ACCOUNTS_EACH) for _ in range(CALLERS)
        ]
        people = [_join(ledger, identity, community, MemberKind.PERSON, 1) for _ in range(CALLERS)]
    Town(str(community), firms, people).write(place.town)
    return place


def _join(ledger: Ledger, identity: Identity, community: UUID, kind: MemberKind, accounts: int) -> Caller:
    member, held = uuid4(), [uuid4() for _ in range(accounts)]
    commands: list[Command] = [
        OpenAccount(
            id=uuid4(), community=community, actor=OPERATOR, account=uid, currency=CURRENCY,
            kind=AccountKind(kind.value),
        )
        for uid in held
    ]  # fmt: skip
    seed = b""
    if kind is MemberKind.PERSON:
        device = Ed25519PrivateKey.generate()
        seed = device.private_bytes_raw()
        key = device.public_key().public_bytes_raw()
        commands += [
            AddKey(id=uuid4(), community=community, actor=OPERATOR, account=uid, key=key) for uid in held
        ]
    _do(ledger, commands)
    identity.people.record(community, [(member, Profile(name="Somebody", kind=kind), held)])
    role = Role.MEMBER if kind is MemberKind.PERSON else Role.MERCHANT
    by = Principal(OPERATOR, None, frozenset({Role.OPERATOR}), frozenset())
    token = identity.keys.create(by, community, frozenset({role}), owner=member).token
    return Caller(token, str(member), [str(uid) for uid in held], seed.hex())


def _do(ledger: Ledger, commands: list[Command]) -> None:
    for answer in ledger.submit_many(commands):
        if isinstance(answer, Exception):
            raise answer


def with_empty(settings: Settings) -> FastAPI:
    """The application, and a route that does nothing."""
    with patch.object(application, "ROUTERS", (router, *ROUTERS)):
        return application.create_app(settings)


router = APIRouter()


@router.post(EMPTY, status_code=201)
@direct
async def empty(body: Payment, caller: Known = require("payments.create"), how: How = asking()) -> Response:
    """Read and answer."""
    command, _ = read_payment(caller, body, how.key)
    caller.must_own(command.payer, "payer")
    return respond(201, {
        "id": str(command.id), "community": str(command.community), "seq": 1, "at": "2026-11-21T00:00:00.000000Z",
        "command": "pay", "replayed": False, "links": {"receipt": f"/v1/receipts/{command.id}"},
        "payer": str(command.payer), "payee": str(command.payee), "amount": command.amount,
        "currency": command.currency, "scale": 2, "fee": 0, "balance": {"posted": 0, "available": None},
    })  # fmt: skip


if __name__ == "__main__":
    with patch.object(serving, "create_app", with_empty):
        program.main()
