"""The load generator: a process of its own that sends prepared requests over raw sockets and times the answers.

`python -m tests.bench.load` reads one `Job` as JSON on stdin and prints one `Result` as JSON. It speaks to 127.0.0.1
only, keeps so many connections busy with one request each, and ends after its seconds or its requests.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import uvloop

from tests.bench.requests import Town, prepared

WARM = 0.3
"""Seconds before counting begins."""
MOST_SECONDS = 60


@dataclass(frozen=True)
class Job:
    """What to send: `kind` is a name of `requests.KINDS`, `path` where to, `town` the file with keys and accounts."""

    town: str
    kind: str
    path: str
    ports: tuple[int, ...]
    connections: int
    seconds: float
    requests: int


@dataclass(frozen=True)
class Result:
    """Good answers a second, and how long they took (ms)."""

    rate: float
    p50: float
    p99: float
    done: int


def sent(job: Job) -> Result:
    """Run a load generator in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"], input=json.dumps(asdict(job)), capture_output=True, text=True,
        timeout=2 * MOST_SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"load generator: {done.stderr.strip()[-2_000:]}")
    return Result(**json.loads(done.stdout))


class _Line(asyncio.Protocol):
    """One connection: an answer begets the next request."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._buffer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.leave(None if self._run.over else "the server closed a connection")

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        head = data.find(b"\r\n\r\n")
        at = data.find(b"content-length: ", 0, head) if head > 0 else -1
        if at < 0 or len(data) < head + 4 + int(data[at + 16 : data.index(b"\r", at)]):
            self._buffer = data
            return
        self._buffer = b""
        if data[9:12] != b"201":
            self._run.leave(data[:600].decode(errors="replace"))
            return
        self._run.answered(time.perf_counter() - self._sent)
        self._next()

    def _next(self) -> None:
        request = self._run.take()
        if request is None:
            self._transport.close()
            self._run.leave(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


class _Run:
    """All connections of one job."""

    def __init__(self, job: Job, requests: Iterator[bytes]) -> None:
        self._job = job
        self._requests = requests
        self._open = job.connections
        self._finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._start = time.perf_counter() + WARM
        self._end = self._start + job.seconds
        self._last = self._start
        self._took: list[float] = []
        self.over = False

    def take(self) -> bytes | None:
        """The next request, None when time or requests are over."""
        request = None if self.over or time.perf_counter() > self._end else next(self._requests, None)
        self.over = self.over or request is None
        return request

    def answered(self, seconds: float) -> None:
        """A good answer."""
        now = time.perf_counter()
        if now >= self._start and not self.over:
            self._took.append(seconds)
            self._last = now

    def leave(self, fault: str | None) -> None:
        """A connection is done."""
        self._open -= 1
        if self._finished.done():
            return
        if fault is not None:
            self._finished.set_exception(RuntimeError(fault))
        elif self._open <= 0:
            self._finished.set_result(None)

    async def result(self) -> Result:
        """Connect, wait for the end, sum up."""
        loop = asyncio.get_running_loop()
        ports = self._job.ports
        async with asyncio.timeout(MOST_SECONDS):
            for number in range(self._job.connections):
                await loop.create_connection(lambda: _Line(self), "127.0.0.1", ports[number % len(ports)])
            await self._finished
        took = sorted(self._took)
        if not took:
            raise RuntimeError("no answer came after the warm-up; give it more requests or seconds")
        return Result(
            len(took) / (self._last - self._start), took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3,
            len(took),
        )  # fmt: skip


async def _main(job: Job, requests: list[bytes]) -> Result:
    return await _Run(job, iter(requests)).result()


if __name__ == "__main__":
    asked = Job(**json.loads(sys.stdin.read()))
    town = Town.read(Path(asked.town))
    every = prepared(town, asked.kind, asked.path, asked.requests)
    print(json.dumps(asdict(uvloop.run(_main(asked, every)))))
