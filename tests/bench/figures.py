"""What is measured, by group: each figure a callable that measures once and returns a rate, or a load's `Result`."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from uuid import uuid4

from sqlalchemy.engine import URL, make_url

from ledger.core.journal import Receipt
from ledger.service import Ledger, open_ledger
from tests import postgres
from tests.bench import peers
from tests.bench.aged import Aged, file_bytes
from tests.bench.load import Job, Result, sent
from tests.bench.payments import Firms, decided, submitted
from tests.bench.raw import raw_postgresql, raw_sqlite, synced
from tests.bench.requests import IN_BATCH
from tests.bench.server import Pgbench
from tests.bench.serving import EMPTY, Place, settle
from tests.postgres import Server

BATCHES = (1, 16, 64, 256, 1_024, 8_190)
CONNECTIONS = 64
MOST_SINGLES, MOST_SIGNED, MOST_BATCHES = 14_000, 6_000, 120
"""Requests prepared for each second: more than a server here can answer."""

YOUNG = 100_000
"""Payments of a ledger beside which an old one is measured."""

Figure = Callable[[], "float | Result"]
Figures = dict[str, Figure]


@dataclass(frozen=True)
class Bench:
    """What every group measures with."""

    stack: ExitStack
    server: Server
    folder: Path
    seconds: float

    def database(self) -> URL:
        """A new database on the server."""
        return self.stack.enter_context(postgres.database(self.server.url))

    def open(self, url: str) -> tuple[Ledger, Firms]:
        """A ledger with a community of firms."""
        ledger = self.stack.enter_context(open_ledger(url, master_key=os.urandom(32)))
        firms = Firms(ledger.found_community("BENCH"))
        for answer in ledger.submit_many(firms.opening()):
            assert isinstance(answer, Receipt), answer
        return ledger, firms

    def engines(self) -> tuple[tuple[str, str], ...]:
        """A new database on each engine."""
        name = f"sqlite:///{self.folder / os.urandom(4).hex()}.db"
        return ("SQLite", name), ("PostgreSQL", text(self.database()))


def text(url: URL) -> str:
    """An address with everything in it."""
    return url.render_as_string(hide_password=False)


def baseline(bench: Bench) -> Figures:
    """The disk, the core alone, and pgbench."""
    pgbench = Pgbench(bench.server, bench.database())
    figures: Figures = {
        "disk: 8 kB appended and synced": partial(synced, bench.folder / "synced", bench.seconds),
        "core: decide and apply": partial(decided, bench.seconds),
    }
    if pgbench.present:
        for clients in Pgbench.CLIENTS:
            figures[f"pgbench TPC-B, {clients} clients"] = partial(
                pgbench.rate, clients, max(1, round(bench.seconds))
            )
    return figures


def submit(bench: Bench) -> Figures:
    """`Ledger.submit_many` by size of batch; at 1, every command is a transaction. Beside it, bare rows."""
    figures: Figures = {}
    for engine, url in bench.engines():
        ledger, firms = bench.open(url)
        for batch in BATCHES:
            figures[f"{engine}: submit, {batch:,} a batch"] = partial(
                submitted, ledger, firms, batch, bench.seconds
            )
        figures[f"{engine}: submit, 1,024 a batch, random ids"] = partial(
            submitted, ledger, firms, 1_024, bench.seconds, uuid4
        )
        (answer,) = ledger.submit_many(firms.payments(1))
        assert isinstance(answer, Receipt)
        body = len(ledger.reader.entry(firms.community, answer.command_id).body)
        bare: Figure = partial(raw_sqlite, bench.folder / "raw.db", body, bench.seconds)
        if engine == "PostgreSQL":
            bare = partial(raw_postgresql, bench.database(), body, bench.seconds)
        figures[f"{engine}: bare rows of the same bytes, 1,024 a statement"] = bare
    return figures


def http(bench: Bench) -> Figures:
    """One request a payment over 64 connections, 1,000 a request over 4; an empty route beside them."""
    figures: Figures = {}
    for engine, url in bench.engines():
        place = settle(url, bench.folder)
        ports = bench.stack.enter_context(place.served())
        for name, kind, path in (
            ("empty route, by key", "key", EMPTY),
            ("payment by key", "key", "/v1/payments"),
            ("payment by key, no balance asked", "minimal", "/v1/payments"),
            ("payment by key, 10 % to one merchant", "hot", "/v1/payments"),
            ("empty route, signed", "signed", EMPTY),
            ("payment signed", "signed", "/v1/payments"),
            ("batches of 1,000", "batch", "/v1/payment-batches"),
        ):
            figures[f"{engine}: HTTP {name}"] = partial(_load, place, ports, kind, path, bench.seconds)
    two = bench.stack.enter_context(place.served(2))
    for name, kind in (("payment by key", "key"), ("payment signed", "signed")):
        figures[f"PostgreSQL: HTTP {name}, 2 processes"] = partial(
            _load, place, two, kind, "/v1/payments", bench.seconds
        )
    for engine, url in bench.engines():
        place = settle(url, bench.folder)
        thread = bench.stack.enter_context(place.served(writer="thread"))
        for name, kind in (("payment by key", "key"), ("payment signed", "signed")):
            figures[f"{engine}: HTTP {name}, writer in a thread"] = partial(
                _load, place, thread, kind, "/v1/payments", bench.seconds
            )
    return figures


def _load(place: Place, ports: tuple[int, ...], kind: str, path: str, seconds: float) -> Result:
    most = MOST_BATCHES if kind == "batch" else MOST_SIGNED if kind == "signed" else MOST_SINGLES
    connections = 4 if kind == "batch" else CONNECTIONS
    job = Job(str(place.town), kind, path, ports, connections, seconds, int(most * (seconds + 0.5)))
    found = sent(job)
    each = IN_BATCH if kind == "batch" else 1
    return Result(found.rate * each, found.p50, found.p99, found.done * each)


def aged(bench: Bench, payments: int) -> Figures:
    """Ledgers that hold so many entries."""
    figures: Figures = {}
    for engine, url in bench.engines():
        ledger, firms = bench.open(url)
        old = Aged(ledger, firms, file_bytes(Path(url.removeprefix("sqlite:///"))), tidy=lambda: None)
        if engine == "PostgreSQL":
            old = Aged(ledger, firms, partial(_database_bytes, url), partial(_vacuum, url))
        print(f"writing {payments:,} payments to {engine} ...", flush=True)
        if payments > YOUNG:
            old.fill(YOUNG)
            young = median(submitted(ledger, firms, 1_024, bench.seconds) for _ in range(3))
            figures[f"{engine}: submit, 1,024 a batch, at {YOUNG:,}"] = partial(float, young)
        old.fill(payments)
        bytes_each = old.bytes_each()
        figures[f"{engine}: bytes a payment"] = partial(float, bytes_each)
        figures[f"{engine}: submit, 1,024 a batch, at {payments:,}"] = partial(
            submitted, ledger, firms, 1_024, bench.seconds
        )
        figures[f"{engine}: balances read, at {payments:,}"] = partial(old.balances, bench.seconds)
        figures[f"{engine}: statement pages of 50, at {payments:,}"] = partial(old.statements, bench.seconds)
    return figures


def _vacuum(url: str) -> None:
    """As pgbench does after it has filled its tables; else the server does it while we measure."""
    with postgres.connect(make_url(url)) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _database_bytes(url: str) -> int:
    with postgres.connect(make_url(url)) as connection:
        (size,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    return int(size)


def others(bench: Bench, pgledger: Path | None, hordak: bool) -> Figures:
    """Other ledgers, where asked for."""
    figures: Figures = {}
    if pgledger is not None:
        figures |= peers.pgledger(
            pgledger, bench.database(), Pgbench(bench.server, bench.database()), bench.seconds
        )
    if hordak:
        figures["django-hordak, 1 process"] = peers.hordak(bench.folder, bench.database(), bench.seconds)
    return figures
