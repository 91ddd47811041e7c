"""HTTP routes, one topic each: parse, call, present. The ones that are asked most come first."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes import (
    accounts,
    approvals,
    batches,
    commands,
    communities,
    currencies,
    devices,
    directory,
    entries,
    health,
    holds,
    journal,
    keys,
    members,
    payment_requests,
    payments,
    proofs,
    reports,
    supply,
    webhooks,
)

ROUTERS: tuple[APIRouter, ...] = (
    payments.router, accounts.router, payment_requests.router, holds.router, batches.router, entries.router,
    journal.router, proofs.router, currencies.router, supply.router, commands.router, approvals.router,
    members.router, devices.router, directory.router, reports.router, keys.router, webhooks.router, communities.router,
    health.router,
)  # fmt: skip
