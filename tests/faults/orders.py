"""What the clients of the fault tests order: few accounts that everybody wants, holds and their ends, ids used again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import settings

from ledger.core.commands import Command
from ledger.core.errors import LedgerError
from ledger.core.journal import Receipt
from ledger.service import Ledger, open_ledger
from tests.choices import Choices
from tests.scenario import Pure, Scene
from tests.world import SECOND, START, uid

SCALE = max(1, settings().max_examples // 50)
"""1, or 40 with `--hypothesis-profile=long`."""

SPEED = 1_000
"""The clock of these tests runs so many times faster than time does, so that holds run out while they run."""

KINDS = [
    *["pay"] * 14, *["place_hold"] * 8, *["capture_hold"] * 6, *["void_hold"] * 4, *["expire_hold"] * 3, *["refund"] * 6,
    *["reverse"] * 3, *["pay_batch"] * 3, *["issue"] * 5, *["redeem"] * 2, *["grant"] * 3, *["set_line"] * 2, "set_ceiling",
]  # fmt: skip


def orders(scene: Scene, seed: int, count: int) -> list[Command]:
    """Commands in an order in which many of them are allowed; some use an id again, with the same content or another."""
    random = Random(seed)
    model = scene.second(Pure(scene).books)
    choices = Choices(random.choice, scene, model)
    now, made = START + SECOND, []
    for _ in range(count):
        now += SECOND
        command = choices.command(random.choice(KINDS))
        model.submit(command, now)
        made.append(command)
    return made


def otherwise(command: Command, random: Random) -> Command:
    """The same id with another content."""
    amount = getattr(command, "amount", None)
    changed: dict[str, Any] = {"actor": uid("somebody else")}
    if amount is not None and random.random() < 0.5:
        changed = {"amount": amount + 1}
    return replace(command, **changed)


def running_clock(began: int | None = None) -> Callable[[], int]:
    """A clock that all processes of this machine share and that starts at `began` (`time.monotonic_ns()`), ns."""
    zero = time.monotonic_ns() if began is None else began
    return lambda: START + 2 * SECOND + (time.monotonic_ns() - zero) * SPEED


def found(url: str, scene: Scene | None = None) -> Scene:
    """Make the tables and set a community up; the ledger is closed again."""
    scene = scene or Scene()
    with open_ledger(url, clock=lambda: START) as ledger:
        answers = ledger.submit_many(list(scene.setup()))
        assert all(isinstance(answer, Receipt) for answer in answers), answers
    return scene


def say(ledger: Ledger, commands: Sequence[Command]) -> list[Receipt | LedgerError]:
    """Send some commands, one alone by `submit`."""
    if len(commands) > 1:
        return ledger.submit_many(commands)
    try:
        return [ledger.submit(commands[0])]
    except LedgerError as error:
        return [error]
