"""All indicators there are: each module names its own in INDICATORS, this one puts them together."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from ledger.analytics.registry import Indicator, Registry

MODULES = (
    "circulation", "velocity", "holding", "age", "demurrage_rate",
    "participation", "retention", "hours", "merchants", "recirculation", "rounds", "leakage", "flows",
)  # fmt: skip
"""Modules of `ledger.analytics` that define indicators."""


def _all() -> Iterator[Indicator]:
    for name in MODULES:
        yield from import_module(f"ledger.analytics.{name}").INDICATORS


REGISTRY = Registry(_all())
