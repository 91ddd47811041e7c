"""The map of a community's communes, from a GeoJSON file that the operator gives; drawn as SVG, no tile server."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, insert, select

from api.association.schema import territory, territory_draft
from api.identity.errors import invalid, wrong_state
from api.identity.names import search_key
from api.identity.records import Records

LARGEST = 5_000_000
"""Characters of a file."""
MOST = 1_000
WIDTH = 1_000
"""Units of the drawing from west to east."""
NAMES = ("name", "nom", "NAME", "NOM", "libelle")
"""Properties of a feature that may hold the name of a commune."""


@dataclass(frozen=True, slots=True)
class Area:
    """A commune: its name, its outline as the `d` of an SVG path, and where its name may stand."""

    name: str
    path: str
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Map:
    """The communes in a drawing of `WIDTH` by `height` units."""

    areas: tuple[Area, ...]
    height: int


Point = tuple[float, float]


class Territories:
    """The maps of every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def put(self, community: UUID, geojson: str, by: UUID) -> Map:
        """Show members the map of a FeatureCollection of polygons with names, in degrees. Raises Refused (422)."""
        drawn = draw(geojson)
        self._keep(territory, community, _written(drawn), by)
        return drawn

    def hand_in(self, community: UUID, content: bytes, by: UUID) -> Map:
        """Keep the map of a file to look at; members see it once it is `show`n. Raises Refused (422)."""
        drawn = draw(_text(content))
        self._keep(territory_draft, community, _written(drawn), by)
        return drawn

    def show(self, community: UUID, by: UUID) -> None:
        """The map that was handed in takes the place of the one that members see. Raises Refused (409)."""
        found = self._find(territory_draft, community)
        if found is None:
            raise wrong_state("no_draft", "no map waits to be looked at; hand in its file again")
        self._keep(territory, community, found, by)
        self.drop(community)

    def drop(self, community: UUID) -> None:
        """Forget the map that was handed in."""
        with self._records.write() as connection:
            connection.execute(delete(territory_draft).where(territory_draft.c.community == community))

    def take_away(self, community: UUID) -> None:
        """Members see no map any more."""
        with self._records.write() as connection:
            connection.execute(delete(territory).where(territory.c.community == community))

    def get(self, community: UUID) -> Map | None:
        """The map that members see, if one was given."""
        return _read(self._find(territory, community))

    def draft(self, community: UUID) -> Map | None:
        """The map that waits to be looked at."""
        return _read(self._find(territory_draft, community))

    def _find(self, table: Table, community: UUID) -> str | None:
        with self._records.read() as connection:
            query = select(table.c.drawing).where(table.c.community == community)
            return connection.execute(query).scalar_one_or_none()

    def _keep(self, table: Table, community: UUID, drawing: str, by: UUID) -> None:
        with self._records.write() as connection:
            connection.execute(delete(table).where(table.c.community == community))
            connection.execute(
                insert(table).values(community=community, drawing=drawing, set_by=by, set_at=self._records.clock())
            )


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid("file", "must be text in UTF-8; save it as GeoJSON") from None


def _written(drawn: Map) -> str:
    return json.dumps([drawn.height, [[area.name, area.path, area.at] for area in drawn.areas]])


def _read(drawing: str | None) -> Map | None:
    if drawing is None:
        return None
    height, areas = json.loads(drawing)
    return Map(tuple(Area(name, path, (at[0], at[1])) for name, path, at in areas), height)


def draw(geojson: str) -> Map:
    """A drawing of a file, true to shape in the middle of it. Raises Refused (422)."""
    shapes = list(_shapes(geojson))
    points = [point for _, rings in shapes for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    flat = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / max((east - west) * flat, 1e-9)
    height = min(max(round((north - south) * scale), 1), 4 * WIDTH)

    def place(point: Point) -> tuple[int, int]:
        return round((point[0] - west) * flat * scale), round((north - point[1]) * scale)

    areas = []
    for name, rings in shapes:
        drawn = [_thinned([place(point) for point in ring]) for ring in rings]
        whole = max(drawn, key=len)
        middle = tuple((min(line) + max(line)) // 2 for line in zip(*whole, strict=True))
        areas.append(
            Area(name, "".join(_path(ring) for ring in drawn if len(ring) > 2), (middle[0], middle[1]))
        )
    return Map(tuple(areas), height)


def _shapes(geojson: str) -> Iterator[tuple[str, list[list[Point]]]]:
    """Name and rings of each commune."""
    if len(geojson) > LARGEST:
        raise invalid("file", f"must have at most {LARGEST} characters; simplify the outlines")
    content = _json(geojson)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not 0 < len(features) <= MOST:
        raise invalid("file", f"must be a GeoJSON FeatureCollection of 1 to {MOST} communes")
    seen: set[str] = set()
    for at, feature in enumerate(features, 1):
        said = feature.get("properties") if isinstance(feature, dict) else None
        name = next(
            (said[key] for key in NAMES if isinstance(said, dict) and isinstance(said.get(key), str)), ""
        )
        name = "".join(sign for sign in name if sign.isprintable())
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        rings = _rings(geometry) if isinstance(geometry, dict) else []
        if not name.strip() or not rings:
            raise invalid("file", f"must give commune {at} a name and a polygon in degrees")
        if search_key(name) in seen:
            raise invalid("file", f"must name every commune once; {name.strip()[:80]} is there twice")
        seen.add(search_key(name))
        yield name.strip()[:80], rings


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise invalid("file", "must be JSON; this cannot be read") from None


def _rings(geometry: dict[str, Any]) -> list[list[Point]]:
    """The outer rings of a polygon or of several."""
    found = geometry.get("coordinates")
    some = (
        [found]
        if geometry.get("type") == "Polygon"
        else found
        if geometry.get("type") == "MultiPolygon"
        else []
    )
    rings = [
        polygon[0]
        for polygon in (some if isinstance(some, list) else [])
        if isinstance(polygon, list) and polygon and isinstance(polygon[0], list)
    ]
    read = [[_point(each) for each in ring] for ring in rings]
    return [
        [point for point in ring if point is not None] for ring in read if len(ring) > 3 and None not in ring
    ]


def _point(each: Any) -> Point | None:
    if (
        not isinstance(each, list)
        or len(each) < 2
        or not all(type(number) in (int, float) for number in each[:2])
    ):
        return None
    x, y = each[0], each[1]
    return (x, y) if -180 <= x <= 180 and -85 <= y <= 85 else None


def _thinned(ring: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without points that fall on the one before."""
    return [point for at, point in enumerate(ring) if at == 0 or point != ring[at - 1]]


def _path(ring: list[tuple[int, int]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in ring) + "Z"
