"""The observatory: what everybody sees, and the Region's comparison."""

from __future__ import annotations

from api.identity.principal import Role
from tests.integration.served import Place
from tests.pages.samples import PageSample

R = Role.REGION_READER
SAMPLES = {
    "GET /observatory/charts/between": PageSample(R, answers=(404,), looked_at=False),
    "GET /observatory/charts/{pilot_key}/{chart}": PageSample(R, answers=(404, 503), looked_at=False),
    "GET /observatory/files/{pilot_key}/report.{form}": PageSample(R, answers=(503,), looked_at=False),
    "GET /observatory/files/pilots.{form}": PageSample(R, query="pilot={pilot_key}", answers=(503,), looked_at=False),
    "GET /observatory/programmes.csv": PageSample(R, looked_at=False),
    "POST /observatory/questions": PageSample(
        R, {"uid": "{new}", "pilot": "{pilot_key}", "figure": "velocity.per_year", "text": "Why?"}
    ),
    "POST /observatory/targets": PageSample(
        R, {"goal_pilot": "{pilot_key}", "goal_figure": "velocity.per_year", "goal_value": "1.5"}
    ),
}


def things(place: Place) -> dict[str, str]:
    """A pilot, a chart and a form of file."""
    return {"pilot_key": f"{place.code}:{place.code}", "chart": "circulation", "form": "csv"}
