"""A community's map, drawn from GeoJSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.association.territory import WIDTH, draw
from api.identity.errors import Refused

SQUARE = [[5.0, 45.0], [5.1, 45.0], [5.1, 45.1], [5.0, 45.1], [5.0, 45.0]]
NEXT = [[5.1, 45.0], [5.2, 45.0], [5.2, 45.1], [5.1, 45.1], [5.1, 45.0]]


def collection(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def commune(name: str, kind: str = "Polygon", coordinates: Any = None) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": [SQUARE] if coordinates is None else coordinates}
    return {"type": "Feature", "properties": {"nom": name}, "geometry": geometry}


def test_communes_lie_as_on_the_ground() -> None:
    drawn = draw(collection(commune("Romans"), commune("Die", "MultiPolygon", [[NEXT], [NEXT]])))
    assert [area.name for area in drawn.areas] == ["Romans", "Die"]
    assert drawn.height == 708, "half as high as wide, and a degree to the north is longer there"
    assert drawn.areas[0].path == "M0 708L500 708L500 0L0 0L0 708Z"
    assert [area.at for area in drawn.areas] == [(250, 354), (750, 354)]
    assert drawn.areas[1].path.count("Z") == 2 and WIDTH == 1_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "must be JSON"),
        (collection(commune("Romans", "MultiPolygon", 5)), "a polygon in degrees"),
        (collection(commune("\ud800\0")), "a name"),
        ("[]", "FeatureCollection"),
        (collection(), "FeatureCollection"),
        (collection(commune("")), "a name and a polygon"),
        (collection(commune("X", "Point", [5, 45])), "a name and a polygon"),
        (collection(commune("X", "Polygon", [[[700_000, 6_000_000]] * 5])), "in degrees"),
        (collection({"properties": None}), "a name and a polygon"),
    ],
)
def test_a_file_that_cannot_be_drawn_is_refused_with_the_remedy(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        draw(text)
