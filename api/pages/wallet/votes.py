"""`/wallet/votes`: what is proposed, what would change, one's vote until it closes, and what was decided (GOV-2)."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from api.association.resolutions import Resolution, college_of
from api.pages.frame.again import or_again
from api.pages.frame.changes import changes
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import member_of, rules
from ledger.community.membership import MemberState
from ledger.community.voting import Choice

router = page_router()


@router.get("/wallet/votes")
def votes(visit: Visit = page("votes.read")) -> Response:
    """Open ones first, then what is announced, then what was decided."""
    c, life, now, mine = (
        visit.caller.community,
        visit.use.association.resolutions,
        visit.use.clock(),
        member_of(visit),
    )
    everything = life.all(c)
    return visit.show(
        "wallet/votes.html", now=now, open=[(each, life.choice(c, each.id, mine.id)) for each in everything if each.open(now)],
        coming=[each for each in everything if each.state == "announced" and now < each.opens_at],
        past=[each for each in everything if each.state != "announced" or each.closes_at <= now],
    )  # fmt: skip


@router.get("/wallet/votes/{resolution}")
def vote(resolution: UUID, visit: Visit = page("votes.read")) -> Response:
    """One proposal."""
    c, life, now, mine = (
        visit.caller.community,
        visit.use.association.resolutions,
        visit.use.clock(),
        member_of(visit),
    )
    found = life.get(c, resolution)
    return visit.show(
        "wallet/vote.html", vote=found, open=found.open(now), now=now, choice=life.choice(c, found.id, mine.id),
        turnout=life.turnout(c, found.id), changes=_changes(visit, found), choices=Choice,
        may=mine.state is MemberState.ACTIVE and college_of(mine) in found.entitled, entitled=sum(found.entitled.values()),
        result=_result(found),
    )  # fmt: skip


class Said(Filled):
    """A ballot."""

    choice: Choice


@router.post("/wallet/votes/{resolution}")
@or_again(vote)
def cast(resolution: UUID, visit: Visit = page("votes.cast")) -> Response:
    """Vote, or vote otherwise, until it closes."""
    choice = visit.read(Said).choice
    visit.use.association.resolutions.vote(visit.caller.community, resolution, member_of(visit).id, choice)
    return visit.go(
        f"/wallet/votes/{resolution}", visit.text("Your vote is counted. You may change it until the end.")
    )


def _changes(visit: Visit, found: Resolution) -> list[tuple[str, str, str]]:
    """What the rules would be, where the proposal changes them: what, before, after."""
    if found.policy is None or found.currency is None:
        return []
    unit = visit.use.facts.currency(visit.caller.community, found.currency)
    return changes(visit, rules(visit, found.currency), found.policy, unit)


def _result(found: Resolution) -> tuple[int, int, int, int] | None:
    """Of a counted vote: the share of yes in basis points, how many said yes, no, nothing."""
    if "yes" not in found.outcome:
        return None
    numerator, denominator = found.outcome["yes"]
    said = found.outcome["by_college"].values()
    yes, no, neither = (sum(each[at] for each in said) for at in range(3))
    return numerator * 10_000 // denominator if denominator else 0, yes, no, neither
