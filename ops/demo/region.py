"""The Region on stage: which communities, in which order, and how they are seeded and found again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from api.identity.people import Profile
from api.identity.service import Identity
from ledger.community.membership import MemberKind
from ledger.core.errors import Code, Rejected
from ledger.service import Ledger
from ops.demo import benefits, eusko, exchange, hours, mesure
from ops.demo.stage import Clock, Scene

SEED = 2026


@dataclass(frozen=True, slots=True)
class Part:
    """A community of the Region: its code, its towns, the day it begins, its story and how many steps that has."""

    code: str
    towns: tuple[str, ...]
    start: int
    steps: int
    story: Callable[[Scene], Iterator[None]]
    about: str


DROME = ("Romans", "Romans", "Bourg-de-Péage", "Valence")
RHONE = ("Lyon", "Lyon", "Villeurbanne", "Oullins", "Vénissieux")
TOWNS = ("Lyon", "Saint-Étienne", "Clermont-Ferrand")

REGION = (
    Part("MES", DROME, mesure.START, mesure.STEPS, mesure.story, "backed, paper; 2011"),
    Part("RIV", RHONE, eusko.START, eusko.STEPS, eusko.story, "backed, paper and digital; 2020 at 1/10"),
    Part("EBX", ("Grenoble", "Voiron"), exchange.START, exchange.STEPS, exchange.story, "mutual credit; 2010 to 2012"),
    Part("PASS", TOWNS, benefits.START, benefits.STEPS, benefits.story, "earmarked; 2018 and 2019"),
    Part("ACC-CHY", ("Chambéry", "Cognin"), hours.START, hours.STEPS, hours.story, "time; 2013"),
    Part("ACC-DIE", ("Die", "Châtillon-en-Diois"), hours.START, hours.STEPS, hours.story, "time; 2013"),
)


def must_be_new(ledger: Ledger) -> None:
    """Raises Rejected when a community of the Region is in the database already."""
    known = {each.code for each in ledger.reader.communities()}
    for part in REGION:
        if part.code in known:
            raise Rejected(Code.ALREADY_EXISTS, f"community {part.code} exists here; take an empty database")


def seed(
    ledger: Ledger, clock: Clock, identity: Identity, on_step: Callable[[Part, Scene], None]
) -> dict[str, UUID]:
    """Let every community live through its story; its register of members afterwards. Returns uuids by code.

    Raises SceneFailed when the ledger answers otherwise than a story expects.
    """
    must_be_new(ledger)
    communities = {}
    for part in REGION:
        scene = Scene(ledger, clock, part.code, part.towns[0], part.start, SEED)
        communities[part.code] = scene.community
        for _ in part.story(scene):
            on_step(part, scene)
        register(scene, identity, part.towns)
    return communities


def register(scene: Scene, identity: Identity, towns: tuple[str, ...]) -> None:
    """The names and towns of a community's people, beside the ledger and never in it."""
    identity.people.record(
        scene.community,
        [
            (
                uid,
                Profile(
                    name=person.name, kind=MemberKind(person.kind.value), place=towns[uid.int % len(towns)],
                    sectors=person.sectors, listed=person.listed,
                ),
                person.accounts,
            )
            for uid, person in scene.people.items()
        ],
    )  # fmt: skip
