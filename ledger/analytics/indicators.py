"""All indicators there are: each module names its own in INDICATORS, this one puts them together."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from ledger.analytics.answers.registry import Indicator, Registry

MODULES = (
    "network.areas", "money.circulation", "money.velocity", "money.holding", "money.age",
    "money.demurrage_rate", "spending.pictures", "spending.recirculation", "spending.rounds",
    "spending.trajectories", "spending.leakage", "spending.flows", "spending.crossings", "territory.bases",
    "territory.input_output", "territory.substitution", "network.measures", "network.concentration",
    "network.circuits", "network.set_off_lines", "territory.missing_suppliers", "people.credit_health",
    "people.credit_risk", "people.participation", "people.retention", "people.merchants", "people.hours",
    "territory.footprint", "comparing.compare",
)  # fmt: skip
"""Modules of `ledger.analytics` that define indicators."""


def _all() -> Iterator[Indicator]:
    for name in MODULES:
        yield from import_module(f"ledger.analytics.{name}").INDICATORS


REGISTRY = Registry(_all())
