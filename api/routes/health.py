"""For who runs the server: is the process there, can it work, what are its figures."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Services, public
from api.params import respond
from api.problems import not_found
from api.schemas.common import Out

router = APIRouter(tags=["health"])


class HealthOut(Out):
    """Well."""

    status: Literal["ok"]


@router.get("/healthz", response_model=HealthOut)
async def health(use: Services = public("health.read")) -> Response:
    """The process answers."""
    return respond(200, {"status": "ok"})


@router.get("/readyz", response_model=HealthOut)
def ready(use: Services = public("health.read")) -> Response:
    """The database answers and its tables are at this program's revision; else 503."""
    use.ready()
    return respond(200, {"status": "ok"})


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(use: Services = public("metrics.read")) -> Response:
    """Figures for Prometheus; nothing in them is of a community or a member."""
    if not use.settings.metrics:
        raise not_found("address")
    return Response(use.metrics.text(), media_type=use.metrics.media_type)
