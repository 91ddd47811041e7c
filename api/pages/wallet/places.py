"""`/wallet/places`: where to spend, by name, trade and town; what nobody has can be told to the association."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api import introducing
from api.identity.directory import position
from api.identity.errors import not_found
from api.identity.names import search_key
from api.identity.people import Member
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import Held, holdings, member_of, read_id
from api.pages.wallet.trades import trade, trades_of
from ledger.community.membership import MemberKind, MemberState

router = page_router()

PAGE = 60
ALL = 1_000
"""Members that the lists of trades and towns are made from."""


@dataclass(frozen=True, slots=True)
class Place:
    """A listed member, as the directory shows it."""

    member: UUID
    name: str
    town: str
    trades: tuple[str, ...]
    person: bool
    share: int
    """Of a price, what is taken in units, basis points; 0 where nothing is said."""
    accounts: tuple[tuple[UUID, str], ...]
    """Accounts that can be paid from one of the visitor's: id and currency."""


def place_of(visit: Visit, found: Member, own: frozenset[str]) -> Place:
    """A member for the directory; `own` are the currencies that the visitor has."""
    with visit.use.ledger.reader.snapshot() as seen:
        said: dict[str, Any] = introducing.listed(visit.use, visit.caller.community, found, seen)
    return Place(
        found.id, found.name, found.place, trades_of(found.sectors, visit),
        found.kind is MemberKind.PERSON, said["acceptance_bp"],
        tuple((UUID(each["id"]), each["currency"]) for each in said["accounts"] if each["currency"] in own),
    )  # fmt: skip


def nearby(visit: Visit, mine: Member, held: list[Held], few: int) -> list[Place]:
    """Firms of the visitor's town that take what the visitor has; of anywhere where there are none."""
    own, trades = frozenset(each.unit.code for each in held), _trades(held, visit.use.clock())
    directory, c = visit.use.identity.directory, visit.caller.community
    found = directory.page(c, place=mine.place, limit=PAGE) if mine.place else []
    firms = [each for each in found if _sells(each, mine, trades)]
    if not firms:
        firms = [each for each in directory.page(c, limit=PAGE) if _sells(each, mine, trades)]
    some = (place_of(visit, each, own) for each in _varied(firms))
    return list(islice((each for each in some if each.accounts), few))


def _trades(held: list[Held], now: int) -> frozenset[str] | None:
    """Where purses pay, for who has nothing else; None: everywhere."""
    purses = [each.purse for each in held if not each.spent_out(now)]
    if not purses or any(each is None or not each.sectors for each in purses):
        return None
    return frozenset(sector for each in purses if each is not None for sector in each.sectors)


def _sells(each: Member, mine: Member, trades: frozenset[str] | None) -> bool:
    firm = each.kind is not MemberKind.PERSON and each.id != mine.id
    return firm and (trades is None or not trades.isdisjoint(each.sectors))


@router.get("/wallet/places")
def places(visit: Visit = page("directory.read")) -> Response:
    """Everybody who wants to be found, or who fits."""
    query = visit.request.query_params
    words, sector, town = (query.get(name, "").strip()[:80] for name in ("q", "trade", "town"))
    everybody = _everybody(visit)
    codes = {code for each in everybody for code in each.sectors}
    if words:
        found = _by_words(visit, everybody, words)
        found = [each for each in found if not town or search_key(each.place) == search_key(town)]
        found = [each for each in found if not sector or sector in each.sectors]
    else:
        found = visit.use.identity.directory.page(
            visit.caller.community, sector=sector, place=town, after=_after(visit), limit=PAGE
        )
    own, mine = frozenset(each.unit.code for each in holdings(visit)), visit.caller.principal.member
    shown = [place_of(visit, each, own) for each in found[:PAGE] if each.id != mine]
    by_town: dict[str, list[Place]] = defaultdict(list)
    for each in shown:
        by_town[each.town].append(each)
    for some in by_town.values():
        some.sort(key=lambda each: not each.trades)  # shops first, associations and people after them
    last = found[-1] if not words and len(found) == PAGE else None
    drawn = visit.use.association.territories.get(visit.caller.community)
    counts = Counter(search_key(each.place) for each in everybody if each.place)
    towns = sorted(by_town.items(), key=lambda each: (not each[0], search_key(each[0])))
    return visit.show(
        "wallet/places.html", shown=shown, by_town=towns, mine=mine, words=words, sector=sector, town=town,
        map=drawn, areas=[(area, counts[search_key(area.name)]) for area in drawn.areas] if drawn else [],
        chosen=search_key(town), key=search_key, next=visit.here(after="{1} {0}".format(*position(last))) if last else "",
        trades=sorted({(code, trade(code, visit)) for code in codes}, key=lambda each: search_key(each[1])),
        towns=[(name, name) for name in sorted({each.place for each in everybody if each.place}, key=search_key)],
    )  # fmt: skip


class Missed(Filled):
    """What was looked for in vain, and where."""

    words: str = Field(max_length=80)
    wanted_in: str = Field("", max_length=80)


@router.post("/wallet/needs")
@or_again(places)
def miss(visit: Visit = page("members.me")) -> Response:
    """Tell the association what one looks for; it counts such needs and is not told whose they are."""
    sent = visit.read(Missed)
    visit.use.association.needs.say(visit.caller.community, member_of(visit).id, sent.words, sent.wanted_in)
    said = visit.text("Noted, without your name: what at least three members look for, your association sees at its desk.")
    return visit.go("/wallet/places", said)


@router.get("/wallet/places/{member}")
def shown(member: UUID, visit: Visit = page("directory.read")) -> Response:
    """One of them: what they do, where, what they take; pay or ask."""
    found = visit.use.identity.people.get(visit.caller.community, member)
    if not found.listed or found.state is not MemberState.ACTIVE:
        raise not_found("member")
    own = frozenset(each.unit.code for each in holdings(visit))
    return visit.show(
        "wallet/place.html", place=place_of(visit, found, own), me=member == visit.caller.principal.member,
        offers=visit.use.association.exchanges.board(visit.caller.community, member=member),
    )  # fmt: skip


def _varied(firms: list[Member]) -> list[Member]:
    """One shop of each trade first, then the others."""
    firsts: dict[tuple[str, ...], Member] = {}
    for each in firms:
        if each.kind is MemberKind.BUSINESS:
            firsts.setdefault(each.sectors[:1], each)
    return [*firsts.values(), *(each for each in firms if each not in firsts.values())]


def _everybody(visit: Visit) -> list[Member]:
    return visit.use.identity.directory.page(visit.caller.community, limit=ALL)


def _by_words(visit: Visit, everybody: list[Member], words: str) -> list[Member]:
    """Whose name, trade or town has every word."""
    keys = search_key(words).split()
    return [
        each for each in everybody
        if all(key in search_key(f"{each.name} {each.place} {' '.join(trades_of(each.sectors, visit))}") for key in keys)
    ]  # fmt: skip


def _after(visit: Visit) -> tuple[str, UUID] | None:
    text, _, key = visit.request.query_params.get("after", "").partition(" ")
    uid = read_id(text)
    return None if uid is None else (key, uid)
