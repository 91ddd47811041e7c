"""Deadlines of requests: what is late is ended where it waits, what is not is left alone, and who cancels for another
reason is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from api.edge.deadlines import Deadlines

SOON, LONG = 0.05, 30.0


async def _work(deadlines: Deadlines, seconds: float) -> str:
    with deadlines:
        await asyncio.sleep(seconds)
    return "done"


def test_only_what_is_late_is_ended() -> None:
    deadlines = Deadlines(SOON)

    async def several() -> Sequence[str | BaseException]:
        return await asyncio.gather(
            _work(deadlines, LONG), _work(deadlines, 0), _work(deadlines, LONG), return_exceptions=True
        )

    for _ in range(2):  # in a second event loop as in the first
        first, second, third = asyncio.run(several())
        assert isinstance(first, TimeoutError) and second == "done" and isinstance(third, TimeoutError)


def test_it_looks_again_after_a_pause() -> None:
    deadlines = Deadlines(SOON)

    async def twice() -> None:
        assert await _work(deadlines, 0) == "done"
        await asyncio.sleep(2 * SOON)  # nothing runs, nothing looks
        with pytest.raises(TimeoutError):
            await _work(deadlines, LONG)

    asyncio.run(twice())


def test_whoever_is_cancelled_by_others_is_cancelled() -> None:
    deadlines = Deadlines(SOON)

    async def cut(after: float) -> None:
        task = asyncio.create_task(_work(deadlines, LONG))
        await asyncio.sleep(after)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cut(SOON / 10))


def test_what_goes_on_after_its_deadline_is_told_once() -> None:
    deadlines = Deadlines(SOON)
    heard = []

    async def stubborn() -> None:
        with pytest.raises(TimeoutError):
            with deadlines:
                try:
                    await asyncio.sleep(LONG)
                except asyncio.CancelledError:
                    heard.append("cancelled")
                    await asyncio.sleep(4 * SOON)  # cleaning up takes its time
                    raise
        await asyncio.sleep(2 * SOON)  # and nobody is cancelled afterwards

    asyncio.run(stubborn())
    assert heard == ["cancelled"]
