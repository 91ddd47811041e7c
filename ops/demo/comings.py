"""Who comes and who goes in RIV today: somebody whose dues are awaited, somebody who has said that they leave."""

from __future__ import annotations

from random import Random
from uuid import UUID

from api.association.leavings import Wish
from api.association.service import Association
from api.identity.people import Profile
from ledger.community.membership import MemberKind, MemberState
from ops.demo.offices import PERSON_CENTS
from ops.demo.stage import Holder

NEW = "Habitante nouvelle"
NEWCOMER = UUID(int=Random(NEW).getrandbits(128), version=4)
LOOKED_FOR = ("dentiste", "cordonnerie")
"""Trades that members missed and said so; the first by enough of them to be seen at the desk."""


def pending(association: Association, community: UUID) -> None:
    """Somebody has filled in the form and not paid yet: `NEWCOMER`."""
    profile = Profile(
        name=NEW, kind=MemberKind.PERSON, state=MemberState.PENDING, place="Oullins", contact="nouvelle@example.org"
    )  # fmt: skip
    association.applications.apply(community, NEWCOMER, profile, cents=PERSON_CENTS, newsletter=True)


def leaving(association: Association, community: UUID, held: Holder) -> None:
    """A resident moves away and spends what is left."""
    uid = UUID(int=Random("leaving").getrandbits(128), version=4)
    association.leavings.ask(community, uid, held.member, Wish.SPEND)


def missed(association: Association, community: UUID, people: list[Holder]) -> None:
    """What members told the association that they look for."""
    for i, held in enumerate(people):
        association.needs.say(community, held.member, LOOKED_FOR[i % 3 // 2], "Lyon")
