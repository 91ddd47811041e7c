"""What the associations have on their desks today: names and colours, dues, files, a vote, the Region's aims."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from api.association.service import Association
from api.identity.brands import Brand
from api.identity.people import Member, Profile
from api.identity.service import Identity
from ledger.community.agreement import Step
from ledger.community.dues import DuesRules
from ledger.community.membership import MemberKind, MemberState
from ledger.community.voting import Choice, VotingRules
from ledger.service import OPERATOR, Ledger
from ops.demo import eusko
from ops.demo.stage import DAY, Holder

CALLED = {
    "MES": ("La Mesure", "#8a3b12", "#f2c14e"), "RIV": ("Les Rives", "#1d5f8a", "#8fd3c7"),
    "EBX": ("Échange des Alpes", "#4a3f8f", "#c9b8f0"), "PASS": ("Pass de la Région", "#a1164f", "#f5b5c8"),
    "ACC-CHY": ("Accorderie de Chambéry", "#2f6b2f", "#cfe3a4"), "ACC-DIE": ("Accorderie de Die", "#6b4f1d", "#e8d29a"),
}  # fmt: skip
"""What people call each community, and its two colours."""
PERSON_CENTS, FIRM_CENTS = 1_500, 8_400
"""Dues of a year, euro cents."""
ASKED_CENTS = 24_000
"""What a professional wants to change back."""
AIMS = {
    "RIV": (("velocity.per_year", 1.0), ("recirculation.recirculation", 0.35)),
    "MES": (("velocity.per_year", 0.5), ("participation.active_90", 300.0)),
}
"""What was declared at the award, invented: the first is missed somewhere, so that it can be asked about."""
WANTED = (
    ("Fromagerie de l’écluse", "47.29Z", "Villeurbanne", "Les fromages de six fermes à moins de quarante kilomètres."),
    ("Vélos de la pente", "95.29Z", "Lyon", "Réparations, et un atelier le samedi."),
)
"""Professionals whose files wait."""


def name(identity: Identity, communities: dict[str, UUID]) -> None:
    """Give every community its name and its colours."""
    for code, (called, accent, second) in CALLED.items():
        identity.communities.call(communities[code], called)
        identity.brands.put(communities[code], Brand(accent, second))


def everybody(identity: Identity, community: UUID) -> list[Member]:
    """Every member, by id."""
    found: list[Member] = []
    while page := identity.people.page(community, found[-1].id if found else None, limit=1_000):
        found += page
    return found


def dues(association: Association, identity: Identity, community: UUID, seed: str, spared: set[UUID]) -> int:
    """Seven in eight have paid for this year, some soon need a reminder, the others lapse. Returns how many did.

    `spared`: members whom visitors of the demo meet; they have paid.
    """
    rng, today = Random(f"{seed}/dues"), association.dues.today()
    for each in everybody(identity, community):
        late = each.id not in spared and rng.randrange(8) == 0
        paid = today - timedelta(days=rng.randint(480, 640) if late else rng.randint(5, 350))
        cents = PERSON_CENTS if each.kind is MemberKind.PERSON else FIRM_CENTS
        uid = UUID(int=rng.getrandbits(128), version=4)
        association.dues.receive(community, uid, each.id, cents, "EUR", 12, OPERATOR, paid)
    return len(association.dues.lapse(community, DuesRules(), OPERATOR))


def files(association: Association, community: UUID, today: date) -> None:
    """Two professionals want to join: one file was handed in, the other shop was visited already."""
    for i, (called, sector, town, about) in enumerate(WANTED):
        member = UUID(int=Random(called).getrandbits(128), version=4)
        profile = Profile(name=called, kind=MemberKind.BUSINESS, state=MemberState.PENDING, place=town, sectors=(sector,))
        association.applications.apply(community, member, profile, cents=FIRM_CENTS, newsletter=True)
        says = {"naf": sector, "posts": "2", "employees": "1", "years": "3", "address": town, "wants": about}
        file = association.agreements.open(community, member, says, OPERATOR, today - timedelta(days=20))
        file = association.agreements.step(
            community, file.id, file.version, Step.SUBMITTED, OPERATOR, today - timedelta(days=18)
        )
        if i:
            association.agreements.step(
                community, file.id, file.version, Step.VISITED, OPERATOR, today - timedelta(days=6),
                note="Vu un samedi\u00a0: l’atelier existe, et il est plein.",
            )  # fmt: skip


def vote(association: Association, ledger: Ledger, identity: Identity, community: UUID, now: int) -> None:
    """Whether reconversion shall cost 3 % instead of 5 %: open since last week, some have voted."""
    policy = ledger.reader.policies(community, eusko.UNIT)[-1].policy
    announced = association.resolutions.announce(
        community, OPERATOR, title="Commission de reconversion\u00a0: 3\u202f% au lieu de 5\u202f%",
        text="Les prestataires qui reconvertissent garderaient deux euros de plus sur cent. L’association vivrait avec moins.",
        rules=VotingRules(quorum_percent=20), opens_at=now - 7 * DAY, closes_at=now + 14 * DAY,
        currency=eusko.UNIT, policy=replace(policy, commission_bp=300), since=now + 45 * DAY,
    )  # fmt: skip
    rng = Random(f"{eusko.UNIT}/vote")
    active = [each for each in everybody(identity, community) if each.state is MemberState.ACTIVE]
    for each in rng.sample(active, 60):
        choice = rng.choices((Choice.YES, Choice.NO, Choice.ABSTAIN), (6, 3, 1))[0]
        association.resolutions.vote(community, announced.id, each.id, choice)


def reconversion(association: Association, community: UUID, firm: Holder) -> None:
    """A professional asks for euros; the treasurer's answer is awaited."""
    uid = UUID(int=Random("reconversion").getrandbits(128), version=4)
    association.reconversions.ask(community, uid, firm.member, firm.account, eusko.UNIT, ASKED_CENTS, "2041")


def aims(association: Association, communities: dict[str, UUID]) -> None:
    """The Region's aims for two pilots, and a question that waits for its answer."""
    for code, some in AIMS.items():
        for figure, value in some:
            association.region.set_target(communities[code], figure, value, "déclaré à la sélection", OPERATOR)
    association.region.ask(
        communities["RIV"], UUID(int=Random("question").getrandbits(128), version=4), AIMS["RIV"][0][0],
        "Qu’est-ce qui retient les unités chez les commerçants\u00a0: "
        "trop peu de fournisseurs dans le réseau, ou l’habitude\u00a0?", OPERATOR,
    )  # fmt: skip
