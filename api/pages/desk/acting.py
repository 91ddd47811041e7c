"""Who did something: names for the actors of entries and of the desk's own records."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from api.identity.schema import NOBODY
from api.pages.frame.visit import Visit
from ledger.service import OPERATOR


def names_of(visit: Visit, actors: Collection[UUID]) -> dict[UUID, str]:
    """By actor: a staff key's label, a member's name, or words for the server itself and for who is not known any more."""
    c, identity = visit.caller.community, visit.use.identity
    forgotten = visit.text("somebody unknown here")
    known = {uid: found.name for uid, found in identity.roster.among(c, actors).items()}
    labels = {**identity.keys.labels(NOBODY, actors), **identity.keys.labels(c, actors), **known}
    found = {each: labels.get(each) or forgotten for each in actors}
    if OPERATOR in found:
        found[OPERATOR] = visit.text("the server, by command or timer")
    return found
