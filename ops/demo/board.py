"""What the members of an Accorderie offer and ask, and the exchanges they are about."""

from __future__ import annotations

from uuid import UUID

from api.association.service import Association
from ledger.service import OPERATOR
from ops.demo.stage import Holder

LISTED = (
    ("offer", "Réparation de vélos", "réparation", "Freins, vitesses, crevaisons ; apportez les pièces."),
    ("offer", "Repassage", "maison", "Chemises et linge de table, chez vous ou chez moi."),
    ("offer", "Guitare pour débutants", "cours", "Adultes et enfants ; je prête la guitare."),
    ("ask", "Un coup de main pour une haie", "jardin", "Douze mètres de charmille, une fois avant le printemps."),
    ("ask", "Quelqu’un pour la déclaration d’impôts", "papiers", "Les papiers sont en ordre, le courage manque."),
    ("offer", "Soupe pour quatre", "cuisine", "Avec ce que donne le jardin."),
    ("ask", "Des bras pour un déménagement", "déménagement", "Deux étages, pas de piano."),
)
"""Kind, title, category, text, in French as on any board here; the last one still waits for the coordinator."""
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
