"""The application: its parts put together, and taken apart again in the right order."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from api import pages, problems
from api.association.service import Association
from api.association.territory import LARGEST
from api.cursor import Cursors
from api.deps import Services, derive
from api.edge import openapi
from api.edge.direct import Directed
from api.edge.limits import Bodies, Rates
from api.edge.metrics import Metrics
from api.edge.observe import Observed
from api.facts import Facts
from api.identity.records import Records
from api.identity.service import Identity
from api.nightly import Nightly
from api.reporting import Reports
from api.routes import ROUTERS
from api.settings import Settings, master_key
from api.stream import Hub
from api.webhooks import Deliverer
from ledger.analytics.source.places import reports_folder
from ledger.core.errors import LedgerError
from ledger.jobs import Reports as ReportsJob
from ledger.jobs import Scheduler, with_reports
from ledger.service import Ledger, open_ledger
from ledger.store.backup_mark import mark_place, read_mark
from ledger.store.collecting import collecting_seldom

BATCHES, MAP, LOGO, SCAN = "/v1/payment-batches", "/desk/territory", "/desk/brand", "/wallet/scan"
MAP_BYTES, SCAN_BYTES = LARGEST + 65_536, 1_000_000
"""A map, or a grey picture of 900 by 900 pixels (js/scan.js), and the form around it. A logo that is too large is taken
as far, so that its field says what to do."""


class Application(FastAPI):
    """FastAPI, entered at `Observed`: the layers that it puts around ours answer faults, as `Observed` has done by then."""

    def build_middleware_stack(self) -> ASGIApp:
        """What a request passes."""
        stack: Any = super().build_middleware_stack()
        while not isinstance(stack, Observed):
            stack = stack.app
        return stack


def create_app(settings: Settings, *, clock: Callable[[], int] = time.time_ns) -> FastAPI:
    """The API on the database that the settings name. It opens the ledger when it starts, and closes it when it stops."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with _running(settings, metrics, clock) as services:
                app.state.services = services
                app.state.pages.open(derive(services.secret, "pages"))
                with collecting_seldom():
                    yield
        except LedgerError as error:
            app.state.failure = error  # for `serve`, which can say it to the operator
            raise

    app = Application(
        title="Ricochet",
        version=version("ricochet"),
        summary="A ledger for local currencies.",
        description=openapi.DESCRIPTION,
        license_info={"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        middleware=[
            Middleware(
                Observed,
                metrics=metrics,
                seconds=settings.request_seconds,
                https=settings.public_url.startswith("https"),
            ),
            Middleware(
                Bodies,
                limit=settings.max_body_bytes,
                larger={BATCHES: settings.max_batch_bytes, MAP: MAP_BYTES, LOGO: MAP_BYTES, SCAN: SCAN_BYTES},
            ),
            Middleware(Directed, routers=ROUTERS),
        ],
    )
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    pages.install(app, settings)
    openapi.install(app)
    return app


@asynccontextmanager
async def _running(settings: Settings, metrics: Metrics, clock: Callable[[], int]) -> AsyncIterator[Services]:
    """The services of one process, with the work that it does beside requests."""
    master = master_key(settings)
    url = settings.database.get_secret_value()
    ledger = await asyncio.to_thread(
        open_ledger, url, clock=clock, master_key=master, migrate=settings.migrate,
        writer_apart=settings.writer == "process" or (settings.writer == "auto" and len(os.sched_getaffinity(0)) > 1),
    )  # fmt: skip
    try:
        services = await asyncio.to_thread(_services, settings, metrics, ledger, master, clock)
        nightly = Nightly(url, services.reports.folder, figures_too=settings.metrics_figures)
        scheduler = Scheduler(ledger, clock=clock, jobs=with_reports(_reports_job(services, nightly)))
        deliverer = Deliverer(
            services.identity.hooks, services.identity.people, ledger.reader, services.facts,
            clock=clock, private=settings.webhook_private_addresses,
        )  # fmt: skip
        tasks = [asyncio.create_task(services.hub.run()), asyncio.create_task(deliverer.run())]
        if settings.jobs:
            tasks.append(asyncio.create_task(services.identity.keep_up()))
            tasks.append(asyncio.create_task(services.association.keep_up()))
            scheduler.start()
        try:
            yield services
        finally:
            services.hub.close()
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(nightly.stop)
            await asyncio.to_thread(scheduler.stop)
            await asyncio.to_thread(services.reports.close)
    finally:
        await asyncio.to_thread(ledger.close)


def _reports_job(services: Services, nightly: Nightly) -> ReportsJob:
    """What prepares reports at night; the figures of /metrics are wanted at the start too."""
    shown = services.settings.metrics_figures
    return ReportsJob(nightly, services.metrics.show if shown else None, at_once=shown)


def _services(
    settings: Settings, metrics: Metrics, ledger: Ledger, master: bytes, clock: Callable[[], int]
) -> Services:
    facts = Facts(ledger.reader)
    metrics.watch("waiting_payments", "Payments in the committer's queue.", lambda: ledger.committer.waiting)
    stats = ledger.committer.stats
    for name, what in (
        ("batches", "Transactions since the start."),
        ("commands", "Commands committed or refused since the start."),
        (
            "isolated",
            "Batches taken apart because the database refused what the rules let through: an alarm.",
        ),
        ("failed", "Commands that could not be answered."),
    ):
        metrics.watch(name, what, lambda name=name: getattr(stats, name))  # type: ignore[misc]
    place = mark_place(settings.database.get_secret_value(), settings.backup_mark)
    metrics.watch(
        "backup_last_good_seconds", "When the last backup began that was tried and found good, since 1970; 0: none known.",
        lambda: mark.good_at if (mark := read_mark(place)) else 0,
    )  # fmt: skip
    identity = Identity(
        ledger, master_key=master, public_url=settings.public_url, clock=clock, migrate=settings.migrate
    )
    return Services(
        settings=settings,
        ledger=ledger,
        identity=identity,
        association=Association(ledger, identity, Records(ledger.database, clock), migrate=settings.migrate),
        facts=facts,
        hub=Hub(ledger.reader, facts, settings.stream_poll_ms),
        rates=Rates(settings.rate, settings.rate_anonymous),
        metrics=metrics,
        reports=Reports(
            ledger.reader, reports_folder(settings.database.get_secret_value(), settings.reports), clock
        ),
        cursors=Cursors(derive(master, "cursor")),
        secret=derive(master, "memo"),
        clock=clock,
    )
