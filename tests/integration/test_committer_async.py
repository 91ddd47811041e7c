"""Coroutines that wait for a commit: woken once a batch, free to go away, answered on their own loop."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ledger.core import commands as c
from ledger.service import Ledger
from tests.integration.store_work import Work, begin, open_store
from tests.integration.test_committer import Gate, entries, pay


def test_coroutines_are_woken_by_one_call_a_loop_and_batch(
    engine_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate("locked")

    async def run(ledger: Ledger, work: Work) -> tuple[list[Any], int]:
        loop, calls = asyncio.get_running_loop(), 0
        really = loop.call_soon_threadsafe

        def counted(*args: Any, **more: Any) -> Any:
            nonlocal calls
            calls += args[0].__module__ == "ledger.store.queue"
            return really(*args, **more)

        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
        gate.close()
        tasks = [asyncio.create_task(ledger.submit_async(pay(work)))]
        while not gate.reached.is_set():
            await asyncio.sleep(0.001)
        tasks += [asyncio.create_task(ledger.submit_async(pay(work))) for _ in range(50)]
        await asyncio.sleep(0)
        assert ledger.committer.waiting == 50
        gate.act = None
        gate.opened.set()
        return await asyncio.gather(*tasks), calls

    with open_store(engine_url, on_step=gate) as ledger:
        work = begin(ledger)
        receipts, calls = asyncio.run(run(ledger, work))
        assert len({receipt.seq for receipt in receipts}) == 51
        assert calls == 2


def test_a_client_that_goes_away_has_paid_once(engine_url: str) -> None:
    gate = Gate("written")

    async def leave(ledger: Ledger, command: c.Command) -> None:
        gate.close()
        task = asyncio.create_task(ledger.submit_async(command))
        while not gate.reached.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        gate.act = None
        gate.opened.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    with open_store(engine_url, on_step=gate) as ledger:
        work = begin(ledger)
        before, command = entries(ledger), pay(work)
        asyncio.run(leave(ledger, command))
        assert ledger.submit(command).replayed
        assert entries(ledger) == before + 1


def test_a_loop_that_closed_does_not_stop_the_writer(engine_url: str) -> None:
    gate = Gate("written")

    async def ask(ledger: Ledger, command: c.Command) -> None:
        gate.close()
        asyncio.get_running_loop().create_task(ledger.submit_async(command))
        while not gate.reached.is_set():
            await asyncio.sleep(0.001)

    with open_store(engine_url, on_step=gate) as ledger:
        work = begin(ledger)
        command = pay(work)
        asyncio.run(ask(ledger, command))
        gate.act = None
        gate.opened.set()
        assert ledger.submit(command).replayed
