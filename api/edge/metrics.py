"""Figures for Prometheus. Labels are routes, methods and codes; of a community nothing unless the settings ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


FIGURES = {
    "circulation": "Minor units in members' accounts, negative balances left out, at the last nightly report.",
    "velocity_year": "Payments of twelve months over the average circulation, per year.",
    "members_active": "Members with a payment in the last 90 days.",
}
"""Main figures of each currency: shown only if the settings ask for it."""


class Metrics:
    """The figures of one application."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._figures: dict[str, Gauge] = {}
        self._requests = Counter(
            "ricochet_http_requests", "Answers by route and status.", ["method", "route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "ricochet_http_seconds", "Seconds to answer, by route.", ["method", "route"],
            buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self._of = lru_cache(maxsize=4_096)(self._answers)
        self._refused = Counter(
            "ricochet_refused", "Refusals by their code.", ["code"], registry=self._registry
        )
        self._listeners = Gauge(
            "ricochet_stream_listeners", "Open streams of the journal.", registry=self._registry
        )

    def watch(self, name: str, what: str, read: Callable[[], int]) -> None:
        """Add a figure that is read when it is asked for."""
        Gauge(f"ricochet_{name}", what, registry=self._registry).set_function(read)

    def show(self, figures: Iterable[tuple[str, str, str, float]]) -> None:
        """Set figures of currencies: (community, currency, name, value) each; the only ones that name a community."""
        if not self._figures:
            for name, what in FIGURES.items():
                self._figures[name] = Gauge(
                    f"ricochet_{name}", what, ["community", "currency"], registry=self._registry
                )
        for community, currency, name, value in figures:
            self._figures[name].labels(community, currency).set(value)

    def _answers(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """The figures of such answers; to look for them costs more than to count."""
        return self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        count, took = self._of(method, route, status)
        count.inc()
        took.observe(seconds)

    def refused(self, code: str) -> None:
        """Count one refusal."""
        self._refused.labels(code).inc()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """A stream is open."""
        with self._listeners.track_inprogress():
            yield

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)
