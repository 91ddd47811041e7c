"""`/wallet`: what one has and may spend in plain words, what waits, the last movements, where to spend nearby."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from api.association.exchanges import Exchange
from api.identity.devices import DeviceState
from api.identity.people import Member
from api.identity.requests import Request
from api.identity.standing import Overview
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.asked import open_to_me
from api.pages.wallet.debts import Debt, old_debts
from api.pages.wallet.exchanges import my_turn
from api.pages.wallet.lines import Wanted, midnight, search
from api.pages.wallet.mine import Held, holdings, member_of
from api.pages.wallet.places import nearby
from ledger.community.exchanges import Deal
from ledger.community.membership import MemberState
from ledger.core.accounts import Model

router = page_router()

FEW = 5
SOON_DAYS = 30
"""How long before the dues or a purse end, we say so."""
DAY = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Waiting:
    """What wants the visitor's attention."""

    standing: Overview
    this_waits: bool
    requests: list[tuple[Request, str]]
    """Requests to the visitor, with who asks."""
    dues: int | None
    """The last day that they cover, where it is near or past (ns)."""
    dues_over: bool
    ending: list[Held]
    exchanges: list[Exchange]
    votes: int
    leaving: bool
    debts: list[Debt]


@router.get("/wallet")
def home(visit: Visit = page("members.me")) -> Response:
    """The first page of who pays."""
    mine, held = member_of(visit), holdings(visit)
    main = [each for each in held if not each.is_purse]
    purses = [each for each in held if each.is_purse]
    alive = [each for each in purses if not each.spent_out(visit.use.clock())]
    moves = [(each, search(visit, each, Wanted(), limit=FEW)[0]) for each in main[:1]]
    return visit.show(
        "wallet/home.html", mine=mine, main=main, purses=alive or purses, moves=moves,
        waiting=_waiting(visit, mine, held), near=nearby(visit, mine, held, FEW), models=Model, states=MemberState,
        device_states=DeviceState, unit_of=lambda code: visit.use.facts.currency(visit.caller.community, code),
    )  # fmt: skip


def _waiting(visit: Visit, mine: Member, held: list[Held]) -> Waiting:
    use, c = visit.use, visit.caller.community
    standing = use.identity.standings.of(c, mine.id)
    states = {each.device.id: each.state for each in standing.devices}
    today = use.association.dues.today()
    through = max((each.through for each in use.association.dues.of(c, mine.id)), default=None)
    near = through is not None and (through - today).days < SOON_DAYS
    soon = use.clock() + SOON_DAYS * DAY
    return Waiting(
        standing=standing,
        this_waits=states.get(visit.signed_in.device) is DeviceState.WAITING
        if visit.signed_in.device
        else False,
        requests=open_to_me(visit),
        dues=midnight(through, visit.face.timezone) if through is not None and near else None,
        dues_over=through is not None and through < today,
        ending=[
            each for each in held if each.purse and 0 < each.purse.ends_at < soon and each.account.balance > 0
        ],
        exchanges=[
            each
            for each in use.association.exchanges.of(c, mine.id)
            if each.state is not Deal.AGREED and my_turn(each, mine.id)
        ],
        votes=_votes(visit, mine),
        leaving=(asked := use.association.leavings.of(c, mine.id)) is not None and asked.open,
        debts=old_debts(visit, held),
    )


def _votes(visit: Visit, mine: Member) -> int:
    """How many open votes the visitor may vote in and has not."""
    if mine.state is not MemberState.ACTIVE:
        return 0
    votes, c, now = visit.use.association.resolutions, visit.caller.community, visit.use.clock()
    return sum(each.open(now) and votes.choice(c, each.id, mine.id) is None for each in votes.all(c))
