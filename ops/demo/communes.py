"""The map of RIV's communes: where they lie to each other is true, their outlines are drawn by hand."""

from __future__ import annotations

import json
from uuid import UUID

from api.association.service import Association
from ledger.service import OPERATOR

Outline = tuple[tuple[float, float], ...]

OUTLINES: dict[str, Outline] = {
    "Lyon": (
        (4.775, 45.745), (4.782, 45.782), (4.832, 45.802), (4.868, 45.786), (4.876, 45.746), (4.862, 45.728),
        (4.838, 45.708), (4.822, 45.726),
    ),
    "Villeurbanne": ((4.868, 45.786), (4.938, 45.789), (4.934, 45.752), (4.876, 45.746)),
    "Oullins": ((4.775, 45.745), (4.822, 45.726), (4.828, 45.702), (4.794, 45.691), (4.768, 45.716)),
    "Vénissieux": ((4.838, 45.708), (4.862, 45.728), (4.912, 45.726), (4.908, 45.681), (4.861, 45.684)),
    "Caluire-et-Cuire": ((4.832, 45.802), (4.868, 45.786), (4.887, 45.818), (4.841, 45.832)),
    "Bron": ((4.876, 45.746), (4.934, 45.752), (4.951, 45.735), (4.912, 45.726), (4.862, 45.728)),
}  # fmt: skip
"""Longitude and latitude. Nobody has a shop yet in the last two."""


def show(association: Association, community: UUID) -> None:
    """Show members where the shops are."""
    features = [
        {
            "type": "Feature", "properties": {"nom": name},
            "geometry": {"type": "Polygon", "coordinates": [[*outline, outline[0]]]},
        }
        for name, outline in OUTLINES.items()
    ]  # fmt: skip
    association.territories.put(community, json.dumps({"type": "FeatureCollection", "features": features}), OPERATOR)
