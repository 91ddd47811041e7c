"""The machine's clock is set back an hour and forward a year, and corrected again."""

from __future__ import annotations

import asyncio
import random

from api.identity.cache import KeyCache, Known
from api.identity.principal import Principal
from ledger.core.accounts import Model
from ledger.core.commands import DefineCurrency
from ledger.core.errors import Rejected
from ledger.core.journal import Receipt
from ledger.core.policy import Policy
from ledger.jobs import run_jobs
from ledger.service import Ledger, open_ledger
from ledger.store.verify import verify
from tests.choices import Choices
from tests.faults.orders import KINDS
from tests.integration.store_work import MASTER
from tests.scenario import Pure, Scene
from tests.world import DAY, SECOND, START, uid

HOUR = 3_600 * SECOND
YEAR = 365 * DAY
JUMPS = (0, -HOUR, 0, YEAR, 0)


class Wrong:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = START + 2 * HOUR

    def __call__(self) -> int:
        return self.now


def test_the_journal_goes_forward_whatever_the_clock_does(engine_url: str) -> None:
    """Every answer is the second ledger's at the moment that the entry bears; each moment is later than the one before."""
    clock, scene = Wrong(), Scene()
    pure = Pure(scene)
    model = scene.second(pure.books)
    pick = random.Random(8)
    choices = Choices(pick.choice, scene, model)
    with open_ledger(engine_url, clock=lambda: START) as ledger:
        ledger.submit_many(list(scene.setup()))
    moments: list[int] = []
    with open_ledger(engine_url, clock=clock) as ledger:
        right = clock.now
        for jump in JUMPS:
            for _ in range(60):
                right += SECOND
                clock.now = right + jump
                command = choices.command(pick.choice(KINDS))
                now = max(clock.now, pure.books.ts + 1)
                [answer] = ledger.submit_many([command])
                outcome = pure.submit(command, clock.now)
                assert scene.answer(outcome, pure.books) == model.submit(command, now)
                if isinstance(answer, Receipt):
                    assert (answer.seq, answer.ts, answer.transfers) == outcome[1:4]
                    if not answer.replayed:
                        moments.append(answer.ts)
                else:
                    assert isinstance(answer, Rejected) and answer == outcome.refused, answer
    assert moments == sorted(set(moments)) and len(moments) > 60
    assert moments[-1] > START + YEAR, "what was entered a year ahead stays there; the next entries follow it"
    assert verify(engine_url).findings == ()


def test_timed_work_goes_on_after_the_clock_is_right_again(engine_url: str) -> None:
    clock = Wrong()
    with open_ledger(engine_url, clock=clock, master_key=MASTER) as ledger:
        community = ledger.found_community("CLK")
        last: dict[str, int] = {}
        for jump in (YEAR, 0, -HOUR, 0):
            clock.now = START + 2 * HOUR + jump
            work(ledger, clock)
            done = run_jobs(ledger, clock.now, last)
            assert done.errors == [] and "refusals forgotten" in done.counts, (
                "no job waits for a moment that was wrong"
            )
            newest = ledger.reader.latest_checkpoint(community)
            assert newest is not None and newest.size == ledger.reader.head(community).seq


def work(ledger: Ledger, clock: Wrong) -> None:
    """One more entry in the one community."""
    [community] = ledger.reader.communities()
    head = ledger.reader.head(community.uid).seq
    code = f"C{chr(65 + head)}"
    ledger.submit(
        DefineCurrency(
            id=uid(code), community=community.uid, actor=uid("operator"), code=code, scale=2, model=Model.MUTUAL,
            policy=Policy(),
        )
    )  # fmt: skip


def test_a_revoked_key_is_noticed_though_the_clock_went_back() -> None:
    clock = Wrong()
    keys = {b"key": Known(Principal(uid("ada"), None, frozenset(), frozenset()), None, 1)}
    revision = [1]
    cache = KeyCache(keys.get, lambda: revision[0], clock, SECOND)
    assert asyncio.run(cache.get(b"key")) is not None
    keys.clear()
    revision[0] = 2
    clock.now -= HOUR
    assert asyncio.run(cache.get(b"key")) is None
