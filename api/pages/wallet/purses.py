"""`/wallet/purses`: the purses of a card: what is left, where it can be spent, until when (PUB-2, PUB-6, PUB-12)."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import Held, holdings, member_of
from api.pages.wallet.places import Place, place_of
from api.pages.wallet.trades import trades_of

router = page_router()

SHOPS = 5
DAY = 86_400 * 10**9
SOON = 30 * DAY


@dataclass(frozen=True, slots=True)
class Purse:
    """One purse in words. `ends`: the moment after which it pays no more, 0 for never; `once` the most at one time."""

    held: Held
    name: str
    where: tuple[str, ...]
    ends: int
    soon: bool
    over: bool
    begins: int
    """When it opens, if that is still to come (ns)."""
    once: int
    shops: list[Place]


@router.get("/wallet/purses")
def purses(visit: Visit = page("accounts.read")) -> Response:
    """Every purse of mine, those that have ended last."""
    some = [_purse(visit, each) for each in holdings(visit) if each.is_purse]
    return visit.show("wallet/purses.html", purses=sorted(some, key=lambda each: each.over))


def _purse(visit: Visit, held: Held) -> Purse:
    programme, now = held.purse, visit.use.clock()
    sectors = programme.sectors if programme else ()
    ends = programme.ends_at if programme else 0
    begins = programme.starts_at if programme and programme.starts_at > now else 0
    return Purse(
        held, held.account.programme.capitalize(), trades_of(sectors, visit), ends, 0 < ends < now + SOON, 0 < ends <= now,
        begins, programme.single_use if programme else 0, _shops(visit, held, sectors),
    )  # fmt: skip


def _shops(visit: Visit, held: Held, sectors: tuple[str, ...]) -> list[Place]:
    """Some places that take it, in the holder's town first."""
    c, directory, own = visit.caller.community, visit.use.identity.directory, frozenset({held.unit.code})
    found = {
        each.id: each for sector in sectors or ("",) for each in directory.page(c, sector=sector, limit=50)
    }
    town = member_of(visit).place
    some = sorted(found.values(), key=lambda each: (each.place != town, each.name))
    return [place for place in (place_of(visit, each, own) for each in some) if place.accounts][:SHOPS]
