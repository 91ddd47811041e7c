"""The Region as a visitor meets it: the year up to today, then the desks, the board, the convention, who plays whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from api.association.service import Association
from api.identity.records import Records
from api.identity.requests import Asked
from api.identity.service import Identity
from ledger.service import Ledger
from ops.demo import board, comings, communes, eusko, firms, odd, offices, present, school
from ops.demo.convention import Convention
from ops.demo.region import REGION, SEED
from ops.demo.stage import HOUR, SECOND, Clock, Holder, Scene

ENOUGH = 20 * eusko.ONE
CUSTOMERS = 7
"""Who bought at the bakery this morning."""
MET = 2
"""The period in whose beginning the convention is agreed."""
MISSED = 9
"""Who told the association what they look for in vain."""
BREAD = 640
FORTNIGHT = 14 * 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Cast:
    """Whom visitors play: residents and a shop of RIV, two with exchanges of time, two firms of EBX, a pupil of PASS."""

    resident: Holder
    other: Holder
    shop: Holder
    helper: Holder
    neighbour: Holder
    buyer: Holder
    builder: Holder
    pupil: Holder


def play(
    ledger: Ledger, clock: Clock, identity: Identity, communities: dict[str, UUID], now: int, step: Callable[[], None]
) -> Cast:
    """Let the year up to `now` (ns) pass; `step` is called `present.PERIODS` times. Raises SceneFailed."""
    association = Association(ledger, identity, Records(ledger.database, clock))
    scenes = {
        part.code: Scene(
            ledger, clock, part.code, part.towns[0], clock.now, f"{SEED}/present", communities[part.code]
        )
        for part in REGION
    }  # fmt: skip
    riv, mes = present.riv(scenes["RIV"], identity), present.mes(scenes["MES"], identity)
    times = [present.accorderie(scenes[code], identity) for code in ("ACC-CHY", "ACC-DIE")]
    convention: Convention | None = None
    for period in range(present.PERIODS):
        start = present.begins(now, period)
        if period == MET:
            convention = Convention(association, identity, riv, mes, start - 2 * HOUR)
        if period == present.PERIODS - 1:
            odd.plan(riv, start)
        riv.period(start)
        mes.period(start)
        for each in times:
            each.period(start)
        if convention is not None:
            convention.period(start)
        step()
    pupil = school.play(scenes["PASS"], identity, now)
    buyer, builder = firms.play(scenes["EBX"], identity, now)
    cast = _cast(riv, times[1].members, buyer, builder, pupil)
    rest = [held for held in riv.town.people if held not in (cast.resident, cast.other)]
    buyers = rest[:CUSTOMERS]
    present.today(riv.town, cast.shop, buyers, now)
    clock.now = now
    helpers = [cast.helper, cast.neighbour]
    helpers += [held for held in times[1].members if held not in helpers][: board.PEOPLE - len(helpers)]
    met = {held.member for held in (cast.resident, cast.other, cast.shop, *helpers)}
    _offices(association, ledger, identity, communities, met, now)
    asking = max((firm for firm in riv.town.firms if firm is not cast.shop), key=lambda firm: firm.balance)
    offices.reconversion(association, riv.scene.community, asking)
    comings.pending(association, riv.scene.community)
    comings.leaving(association, riv.scene.community, rest[-1])
    comings.missed(association, riv.scene.community, rest[:MISSED])
    communes.show(association, riv.scene.community)
    board.fill(association, communities["ACC-DIE"], helpers)
    identity.requests.make(
        riv.scene.community, riv.scene.uid(), cast.shop.member,
        Asked(
            payee=cast.shop.account, amount=BREAD, currency=eusko.UNIT, memo="Du pain et une tarte",
            payer=cast.resident.account,
        ),
        FORTNIGHT,
    )  # fmt: skip
    return cast


def _cast(
    riv: present.Backed, helpers: list[Holder], buyer: Holder, builder: Holder, pupil: Holder
) -> Cast:
    """The first two residents with enough to spend, the largest bakery, the two who have most hours to give."""
    rich = [held for held in riv.town.people if held.balance >= 2 * ENOUGH]
    bakeries = [firm for firm in riv.town.firms if firm.sectors == ("10.71C",)]
    helper, neighbour = sorted(helpers, key=lambda held: -held.balance)[:2]
    return Cast(
        rich[0], rich[1], max(bakeries, key=lambda firm: firm.balance), helper, neighbour, buyer, builder, pupil
    )


def _offices(
    association: Association, ledger: Ledger, identity: Identity, communities: dict[str, UUID], met: set[UUID], now: int
) -> None:
    offices.name(identity, communities)
    for code in ("RIV", "MES", "ACC-CHY", "ACC-DIE"):
        offices.dues(association, identity, communities[code], code, met)
    offices.files(association, communities["RIV"], datetime.fromtimestamp(now / SECOND, UTC).date())
    offices.vote(association, ledger, identity, communities["RIV"], now)
    offices.aims(association, communities)
