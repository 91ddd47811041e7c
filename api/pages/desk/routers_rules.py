"""The routers of rules, votes, alerts, figures and conventions, for `api.pages.SURFACES`."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.desk import alerts, announcing, figures, links, rules, votes

ROUTERS: tuple[APIRouter, ...] = (rules.router, announcing.router, votes.router, alerts.router, figures.router, links.router)
