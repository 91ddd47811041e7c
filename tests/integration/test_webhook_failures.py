"""Webhooks when something goes wrong: nothing skipped, nobody held up, nobody called who should not be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from api.identity.hooks import Subscription
from api.webhooks import DELAYS, LEASE
from tests.integration.listening import Listener, deliverer, journal, listening, now, subscribe, turn, write
from tests.integration.town import SECOND, Town, open_town


def wait(event: threading.Event, seconds: float) -> None:
    """Let a caller wait for its answer."""
    event.wait(seconds)


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as heard:
        yield heard


def test_what_is_not_taken_is_told_again_later_and_never_skipped(town: Town, listener: Listener) -> None:
    head = town.ledger.reader.head(town.community).seq
    one, _ = subscribe(town, listener)
    write(town, 3)
    listener.answers = [204, 500]
    turn(town)
    stopped = now(town, one)
    assert (stopped.cursor, stopped.failures, stopped.last_status) == (head + 1, 1, "500")
    turn(town)
    assert len(listener.heard) == 2, "not before its time"
    town.clock.now = stopped.next_at
    turn(town)
    first, second, third = journal(town, head)
    assert listener.ids == [first, second, second, third]
    assert now(town, one).failures == 0


@pytest.mark.parametrize("answer", [301, 307, 400, 404, 429, 503])
def test_only_a_2xx_is_taken(town: Town, listener: Listener, answer: int) -> None:
    one, _ = subscribe(town, listener)
    write(town, 1)
    listener.answers = [answer]
    turn(town)
    assert len(listener.heard) == 1, "redirects are not followed"
    assert (now(town, one).failures, now(town, one).cursor) == (1, one.cursor)


def test_it_waits_longer_each_time_with_jitter_and_gives_up_after_days(
    town: Town, listener: Listener
) -> None:
    one, _ = subscribe(town, listener)
    write(town, 1)
    waits, start = [], town.clock.now
    while not now(town, one).disabled:
        listener.answers = [500]
        turn(town)
        if now(town, one).next_at:
            waits.append((now(town, one).next_at - town.clock.now) // SECOND)
            town.clock.now = max(now(town, one).next_at, town.clock.now)
    assert now(town, one).disabled == "failing" and len(listener.heard) == len(DELAYS) + 1
    assert all(want * 79 // 100 <= got <= want * 121 // 100 for want, got in zip(DELAYS, waits, strict=False))
    assert waits[: len(DELAYS)] != list(DELAYS), "jitter"
    assert town.clock.now - start > 3 * 86_400 * SECOND
    assert now(town, one).cursor == one.cursor, "nothing was skipped"
    town.clock.now += 10 * 86_400 * SECOND
    turn(town)
    assert len(listener.heard) == len(DELAYS) + 1
    town.identity.hooks.rotate(town.community, one.id)
    turn(town)
    assert now(town, one).cursor == one.cursor + 1, "a new secret starts it again, where it was"


def test_410_ends_it_at_once(town: Town, listener: Listener) -> None:
    one, _ = subscribe(town, listener)
    write(town, 2)
    listener.answers = [410]
    turn(town)
    town.clock.now += 30 * 86_400 * SECOND
    turn(town)
    assert now(town, one).disabled == "gone" and len(listener.heard) == 1


def test_nobody_listening_is_a_failure_like_another(town: Town) -> None:
    with listening() as gone:
        pass
    one, _ = subscribe(town, gone)
    write(town, 1)
    turn(town)
    assert (now(town, one).failures, now(town, one).last_status) == (1, "ConnectError")


def test_private_addresses_are_not_called(town: Town, listener: Listener) -> None:
    one, _ = subscribe(town, listener)
    write(town, 1)
    turn(town, private=False)
    assert listener.heard == [] and now(town, one).last_status == "address_refused"


def test_a_slow_listener_does_not_hold_up_another(
    town: Town, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.calls.SECONDS", 1)
    with listening() as slow:
        hang = threading.Event()
        slow.before_answer = lambda: wait(hang, 10)
        stuck, _ = subscribe(town, slow)
        good, _ = subscribe(town, listener)
        write(town, 3)
        turn(town)
        hang.set()
    assert len(listener.heard) == 3 and now(town, good).failures == 0
    assert (now(town, stuck).last_status, now(town, stuck).cursor) == ("timeout", stuck.cursor)


def test_another_process_does_not_call_at_the_same_time_and_takes_over_from_a_dead_one(
    town: Town, listener: Listener
) -> None:
    one, _ = subscribe(town, listener)
    write(town, 1)
    at = town.clock.now
    assert town.identity.hooks.lease(one, at, at + LEASE)
    assert not town.identity.hooks.lease(one, at, at + LEASE)
    turn(town)
    assert listener.heard == [], "a living process has it"
    town.clock.now = at + LEASE
    turn(town)
    assert len(listener.heard) == 1


def test_what_a_clock_far_ahead_put_off_is_not_waited_for(town: Town, listener: Listener) -> None:
    one, _ = subscribe(town, listener)
    write(town, 1)
    at, ahead = town.clock.now, town.clock.now + 365 * 86_400 * 10**9
    town.identity.hooks.failed(one, "timeout", ahead)
    assert town.identity.hooks.lease(now(town, one), at, ahead)
    turn(town)
    assert len(listener.heard) == 1


def test_a_process_that_was_overtaken_moves_nothing(town: Town, listener: Listener) -> None:
    one, _ = subscribe(town, listener)
    write(town, 3)
    slow = deliverer(town)

    def overtake() -> None:  # while we wait for the answer, another process takes the subscription over
        listener.before_answer = lambda: None
        assert town.identity.hooks.advance(one, one.cursor + 3, "204", 0)

    listener.before_answer = overtake
    asyncio.run(slow.turn())
    assert now(town, one).cursor == one.cursor + 3 and len(listener.heard) == 1


def test_stopping_in_the_middle_of_a_call_skips_nothing(town: Town, listener: Listener) -> None:
    one, _ = subscribe(town, listener)
    write(town, 2)

    async def killed() -> None:
        called = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hold() -> None:
            loop.call_soon_threadsafe(called.set)
            wait(threading.Event(), 0.3)

        listener.before_answer = hold
        task = asyncio.create_task(deliverer(town).run())
        await called.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(killed())
    assert now(town, one).cursor == one.cursor, "its answer was not heard"
    listener.before_answer = lambda: None
    turn(town)
    assert now(town, one).cursor == one.cursor + 2
    assert set(listener.ids) == set(journal(town, one.cursor)) and len(listener.ids) == 3


def test_one_bad_subscription_does_not_stop_the_others(
    town: Town, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, _ = subscribe(town, listener)
    good, _ = subscribe(town, listener)
    secrets = town.identity.hooks.secrets

    def broken(one: Subscription) -> list[bytes]:
        if one.id == bad.id:
            raise RuntimeError("a bug of ours")
        return secrets(one)

    monkeypatch.setattr(town.identity.hooks, "secrets", broken)
    write(town, 2)
    turn(town)
    assert now(town, good).cursor == good.cursor + 2 and now(town, bad).cursor == bad.cursor
    monkeypatch.undo()
    turn(town)
    assert now(town, bad).cursor == bad.cursor + 2, "its lease was given back"
