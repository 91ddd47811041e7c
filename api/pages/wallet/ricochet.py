"""`/wallet/ricochet`: what those whom one paid did with it, all together and never one alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from api.identity.people import Member
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.texts import later
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import Held, holdings, read_id
from api.pages.wallet.trades import trade
from ledger.analytics.scan.onward import KEPT, REPAID, Flow, Group, Posting, follow, told
from ledger.community.membership import MemberKind
from ledger.core.journal import Reason
from ledger.store.reader import Reader

router = page_router()

MONTHS = (3, 6, 12)
MONTH = 30 * 86_400 * 10**9
BATCH, MOST_MINE, MOST_THEIRS, MOST_PAYEES = 200, 2_000, 2_000, 60
"""What is looked at for one page: the latest lines of mine, of each payee, and so many payees."""

EUROS, REST, PEOPLE, MEMBERS = "euros", "rest", "people", "members"
WORDS: dict[Hashable, str] = {
    KEPT: later("Still there"),
    REPAID: later("Paid off what was owed"),
    EUROS: later("Changed back into euros"),
    REST: later("Dues, fees and other"),
    PEOPLE: later("Paid to people: wages, members"),
    MEMBERS: later("Spent again with members"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One group in words; `share` in basis points."""

    words: str
    share: int
    people: int


@router.get("/wallet/ricochet")
def ricochet(visit: Visit = page("statements.read")) -> Response:
    """A chart, a table and a sentence; or why there are none yet."""
    some = [each for each in holdings(visit) if not each.is_purse]
    named = read_id(visit.request.query_params.get("account", ""))
    held = next((each for each in some if each.account.uid == named), some[0] if some else None)
    asked = visit.request.query_params.get("months", "")
    months = int(asked) if asked in map(str, MONTHS) else MONTHS[-1]
    flows = [] if held is None else _flows(visit, held, visit.use.clock() - months * MONTH)
    members = _members(visit, flows)
    ends: dict[Hashable, list[Flow]] = defaultdict(list)
    trades: dict[Hashable, list[Flow]] = defaultdict(list)
    towns: dict[Hashable, list[Flow]] = defaultdict(list)
    for key, flow in flows:
        who = members.get(key) if isinstance(key, UUID) else None
        ends[MEMBERS if who else REST if isinstance(key, UUID) else key].append(flow)
        if who is not None:
            trades[_trade(visit, who)].append(flow)
            towns[who.place].append(flow)
    groups = told(ends)
    return visit.show(
        "wallet/ricochet.html", rows=_rows(visit, groups, later("Other ends")), months=months, all_months=MONTHS, held=held,
        trades=_rows(visit, told(trades), later("Other trades")), towns=_rows(visit, told(towns), later("Other towns")),
        spent=next((each.share for each in groups if each.keys == (MEMBERS,)), None), some=some,
        paid=len({flow.by for _, flow in flows}),
    )  # fmt: skip


Found = list[tuple[Hashable, Flow]]
"""By where it went (a payee's payee, or a word), what went there."""


def _flows(visit: Visit, held: Held, since: int) -> Found:
    """Where the units went that the visitor paid from an account since a moment."""
    c, found = visit.caller.community, []
    with visit.use.ledger.reader.snapshot() as seen:
        mine: dict[UUID, set[int]] = defaultdict(set)
        before = None
        for _ in range(MOST_MINE // BATCH):
            lines = seen.statement(c, held.account.uid, before_version=before, limit=BATCH)
            for line in lines:
                if line.posted < 0 and line.reason in (Reason.PAYMENT, Reason.CAPTURE) and line.ts >= since:
                    mine[line.counterparty].add(line.seq)
            if len(lines) < BATCH or lines[-1].ts < since:
                break
            before = lines[-1].version
        for payee, seqs in list(mine.items())[:MOST_PAYEES]:
            for end, amount in _followed(seen, c, payee, seqs, held.account.uid).items():
                found.append((end, Flow(payee, amount, end if isinstance(end, UUID) else None)))
    return found


def _followed(seen: Reader, c: UUID, payee: UUID, seqs: set[int], me: UUID) -> dict[Hashable, int]:
    """What one payee did with what came in these entries."""
    postings: list[Posting] = []
    opening, after = 0, seen.version_before(c, payee, min(seqs))
    while len(postings) < MOST_THEIRS:
        some = seen.statement(c, payee, after_version=after, limit=BATCH)
        if some and not postings:
            opening = some[0].balance_after - some[0].posted
        for line in some:
            if line.posted:
                given = line.seq in seqs and line.posted > 0 and line.counterparty == me
                postings.append(Posting(line.posted, _end(line.reason, line.counterparty), given))
        if len(some) < BATCH:
            break
        after = some[-1].version
    return follow(opening, postings)


def _end(reason: int, counterparty: UUID) -> Hashable:
    if reason in (Reason.PAYMENT, Reason.CAPTURE, Reason.REFUND):
        return counterparty
    return EUROS if reason in (Reason.REDEEM, Reason.COMMISSION, Reason.COMMISSION_GIFT) else REST


def _members(visit: Visit, flows: Found) -> dict[UUID, Member]:
    """The members behind the accounts to which it went on."""
    c, people = visit.caller.community, visit.use.identity.people
    owners = people.owners(c, {key for key, _ in flows if isinstance(key, UUID)})
    known = {uid: people.get(c, uid) for uid in {owner for owner, _ in owners.values()}}
    return {account: known[owner] for account, (owner, _) in owners.items()}


def _trade(visit: Visit, who: Member) -> Hashable:
    return PEOPLE if who.kind is MemberKind.PERSON or not who.sectors else trade(who.sectors[0], visit)


def _rows(visit: Visit, groups: list[Group], other: str) -> list[Row]:
    """In words, largest first; what was put together stands at the end."""
    ordered = sorted(groups, key=lambda each: len(each.keys) > 1)
    return [_row(visit, each.keys, each.share, each.people, other) for each in ordered]


def _row(visit: Visit, keys: tuple[Hashable, ...], share: int, people: int, other: str) -> Row:
    if len(keys) > 1:
        return Row(visit.text(other), share, people)
    word = WORDS.get(keys[0])
    return Row(visit.text(word) if word else str(keys[0]) or visit.text("Elsewhere"), share, people)
