"""`ricochet serve` killed with SIGKILL while 64 connections pay: started again, every payment is asked for again."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import func, select

from ledger.service import open_ledger
from ledger.store import schema
from ledger.store.verify import verify
from tests.integration.served import Served
from tests.integration.serving import SECONDS, ask, prepared, running

CONNECTIONS = 64
ENOUGH = 400
"""Answers after which the server is killed."""

Answers = dict[str, httpx2.Response]


class Clients:
    """64 of them, half pay one way and half the other, so that nobody runs out of credit."""

    def __init__(self, town: Served) -> None:
        ada, ben = town.riv.ada, town.riv.ben
        self._ways = [(ada.account, ben.account, ada.token), (ben.account, ada.account, ben.token)]
        self.sent: dict[str, tuple[dict[str, Any], str]] = {}
        self.answered: Answers = {}

    async def pay(self, url: str, pid: int) -> None:
        """All of them at once, until the server dies; it is killed once `ENOUGH` payments are answered."""
        limits = httpx2.Limits(max_connections=CONNECTIONS)
        async with httpx2.AsyncClient(base_url=url, timeout=SECONDS, limits=limits) as http:
            await asyncio.gather(*(self._one(http, n, pid) for n in range(CONNECTIONS)))

    async def _one(self, http: httpx2.AsyncClient, number: int, pid: int) -> None:
        payer, payee, token = self._ways[number % 2]
        while True:
            uid = str(uuid4())
            body = {"id": uid, "payer": str(payer), "payee": str(payee), "amount": 1, "currency": "RIV"}
            self.sent[uid] = body, token
            try:
                self.answered[uid] = await http.post("/v1/payments", json=body, headers=ask(token))
            except httpx2.TransportError:
                return
            if len(self.answered) == ENOUGH:
                os.kill(pid, signal.SIGKILL)

    async def ask_again(self, url: str) -> Answers:
        """Every payment once more."""
        together = asyncio.Semaphore(CONNECTIONS)
        async with httpx2.AsyncClient(base_url=url, timeout=SECONDS) as http:

            async def again(uid: str) -> tuple[str, httpx2.Response]:
                body, token = self.sent[uid]
                async with together:
                    return uid, await http.post("/v1/payments", json=body, headers=ask(token))

            return dict(await asyncio.gather(*map(again, self.sent)))


@pytest.mark.parametrize("writer", ["thread", "process"])
def test_a_killed_server_loses_no_answered_payment_and_doubles_none(
    engine_url: str, tmp_path: Path, writer: str
) -> None:
    town = prepared(engine_url)
    with open_ledger(engine_url) as ledger:
        before = ledger.reader.head(town.riv.community).seq
    clients = Clients(town)
    with running(engine_url, tmp_path, RICOCHET_WRITER=writer) as process:
        asyncio.run(clients.pay(process.url, process.popen.pid))
        assert process.popen.wait(SECONDS) == -signal.SIGKILL
    in_flight = clients.sent.keys() - clients.answered.keys()
    assert in_flight and {said.status_code for said in clients.answered.values()} == {201}
    with running(engine_url, tmp_path, RICOCHET_WRITER=writer) as process:
        again = asyncio.run(clients.ask_again(process.url))
        assert process.stop() == 0
    for uid, said in clients.answered.items():
        assert again[uid].status_code == 200 and again[uid].json()["replayed"] is True
        assert again[uid].json()["seq"] == said.json()["seq"]
    assert {again[uid].status_code for uid in in_flight} <= {200, 201}
    with open_ledger(engine_url, read_only=True) as ledger, ledger.database.read.connect() as connection:
        paid = select(func.count()).where(schema.entry.c.command == "pay", schema.entry.c.seq > before)
        assert connection.execute(paid).scalar_one() == len(clients.sent)
    assert verify(engine_url).findings == ()
