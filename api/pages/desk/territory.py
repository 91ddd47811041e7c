"""`/desk/territory`: the map of the communes, from a GeoJSON file; looked at before members see it."""

from __future__ import annotations

from collections import Counter

from starlette.responses import Response

from api.association.territory import LARGEST, MOST, Map
from api.identity.names import search_key
from api.pages.desk import persons
from api.pages.frame.again import or_again
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit

router = page_router()

ALL = 1_000


@router.get("/desk/territory")
def territory(visit: Visit = page("desk.read")) -> Response:
    """The map that members see, and the one that waits, each with the towns that it lacks."""
    c, maps = visit.caller.community, visit.use.association.territories
    shown, draft = maps.get(c), maps.draft(c)
    listed = visit.use.identity.directory.page(c, limit=ALL)
    names = {search_key(each.place): each.place for each in listed if each.place}
    counts = Counter(search_key(each.place) for each in listed if each.place)
    return visit.show(
        "desk/territory.html", shown=shown, draft=draft, may=persons.may(visit), most=MOST, megabytes=LARGEST // 1_000_000,
        areas=_areas(draft or shown, counts), lacking=_lacking(draft or shown, names),
    )  # fmt: skip


def _areas(drawn: Map | None, counts: Counter[str]) -> list[tuple[object, int]]:
    """Each commune with how many listed members are there."""
    return [] if drawn is None else [(area, counts[search_key(area.name)]) for area in drawn.areas]


def _lacking(drawn: Map | None, names: dict[str, str]) -> list[str]:
    """Towns of listed members that the map does not have, by name."""
    have = set() if drawn is None else {search_key(area.name) for area in drawn.areas}
    return sorted((name for key, name in names.items() if key not in have), key=search_key)


@router.post("/desk/territory")
@or_again(territory)
def hand_in(visit: Visit = page("desk.operate")) -> Response:
    """Read a file; the map waits to be looked at."""
    content = visit.form.files.get("file", b"")
    if not content:
        raise visit.misfilled({"file": visit.text("Choose a file.")})
    c, by = visit.caller.community, visit.caller.principal.actor
    drawn = visit.use.association.territories.hand_in(c, content, by)
    n = len(drawn.areas)
    said = visit.many("%(num)s commune is read. Look at the map.", "%(num)s communes are read. Look at the map.", n)
    return visit.go("/desk/territory", said)


@router.post("/desk/territory/shown")
@or_again(territory)
def show(visit: Visit = page("desk.operate")) -> Response:
    """Members see the map that waited."""
    visit.use.association.territories.show(visit.caller.community, visit.caller.principal.actor)
    return visit.go("/desk/territory", visit.text("Members see this map now."))


@router.post("/desk/territory/dropped")
@or_again(territory)
def drop(visit: Visit = page("desk.operate")) -> Response:
    """Forget the map that waited; members see what they saw."""
    visit.use.association.territories.drop(visit.caller.community)
    return visit.go("/desk/territory", visit.text("That map is thrown away."))


@router.post("/desk/territory/removed")
@or_again(territory)
def remove(visit: Visit = page("desk.operate")) -> Response:
    """Members see no map any more."""
    visit.use.association.territories.take_away(visit.caller.community)
    return visit.go("/desk/territory", visit.text("Members see no map now."))
