"""What the members of an Accorderie offer and ask, and the exchanges they are about."""

from __future__ import annotations

from uuid import UUID

from api.association.service import Association
from ledger.service import OPERATOR
from ops.demo.stage import Holder

LISTED = (
    ("offer", "Bicycle repair", "repair", "Brakes, gears and flat tyres; bring the parts."),
    ("offer", "Ironing", "household", "Shirts and table linen, at your place or mine."),
    ("offer", "Guitar for beginners", "lessons", "Adults and children; I lend the guitar."),
    ("ask", "Help with a hedge", "garden", "Twelve metres of hornbeam, once before the spring."),
    ("ask", "Somebody for the tax form", "paperwork", "I have the papers in order, not the nerve."),
    ("offer", "Soup for four", "cooking", "Of what the garden gives."),
    ("ask", "A hand for moving", "moving", "Two flights of stairs, no piano."),
)
"""Kind, title, category, text; the last one still waits for the coordinator."""
PEOPLE = len(LISTED) + 1


def fill(association: Association, community: UUID, members: list[Holder]) -> None:
    """Offers and requests; `members[0]` has an exchange to agree to, one to confirm, and one that the other confirmed."""
    life = association.exchanges
    posted = []
    for (kind, title, category, text), held in zip(LISTED, members[:-1], strict=True):
        posted.append(
            life.post(community, held.member, held.account, kind=kind, title=title, category=category, text=text)
        )
    for offer in posted[:-1]:
        life.decide(community, offer.id, OPERATOR, allow=True)
    first, other = members[0].member, members[-1].member
    life.propose(community, posted[0].id, other, 90)
    agreed = life.propose(community, posted[1].id, first, 60)
    life.agree(community, agreed.id, posted[1].member, 60)
    done = life.propose(community, posted[2].id, first, 120)
    life.agree(community, done.id, posted[2].member, 120)
    life.confirm(community, done.id, posted[2].member)
