"""All indicators there are: each module names its own in INDICATORS, this one puts them together."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from ledger.analytics.registry import Indicator, Registry

MODULES = (
    "areas", "circulation", "velocity", "holding", "age", "demurrage_rate", "pictures", "recirculation", "rounds",
    "trajectories", "leakage", "flows", "bases", "input_output", "substitution", "network", "concentration", "circuits",
    "set_off_lines", "missing_suppliers", "credit_health", "credit_risk", "participation", "retention", "merchants",
    "hours", "footprint", "compare",
)  # fmt: skip
"""Modules of `ledger.analytics` that define indicators."""


def _all() -> Iterator[Indicator]:
    for name in MODULES:
        yield from import_module(f"ledger.analytics.{name}").INDICATORS


REGISTRY = Registry(_all())
