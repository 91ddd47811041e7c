"""HTTP routes, one topic each: parse, call, present. The ones that are asked most come first."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes import (
    accounts,
    batches,
    commands,
    communities,
    currencies,
    entries,
    health,
    holds,
    journal,
    payments,
    proofs,
    supply,
)

ROUTERS: tuple[APIRouter, ...] = (
    payments.router, accounts.router, holds.router, batches.router, entries.router, journal.router, proofs.router,
    currencies.router, supply.router, commands.router, communities.router, health.router,
)  # fmt: skip
