"""Figures for Prometheus. Labels are routes, methods and codes: nothing of a community or a member."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The figures of one application."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ricochet_http_requests", "Answers by route and status.", ["method", "route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "ricochet_http_seconds", "Seconds to answer, by route.", ["method", "route"],
            buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self._refused = Counter(
            "ricochet_refused", "Refusals by their code.", ["code"], registry=self._registry
        )
        self._listeners = Gauge(
            "ricochet_stream_listeners", "Open streams of the journal.", registry=self._registry
        )

    def watch(self, name: str, what: str, read: Callable[[], int]) -> None:
        """Add a figure that is read when it is asked for."""
        Gauge(f"ricochet_{name}", what, registry=self._registry).set_function(read)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

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
