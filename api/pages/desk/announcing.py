"""A vote announced from the desk: with the change of rules that is proposed, or on a text alone (GOV-2)."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from pydantic import Field
from starlette.responses import Response

from api.association.resolutions import Resolution
from api.pages.desk import policies
from api.pages.desk.rules import Code, preview
from api.pages.frame.again import or_again
from api.pages.frame.changes import in_force
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.community.membership import MemberKind
from ledger.community.voting import Mode, VotingRules
from ledger.core.policy import Policy

router = page_router()

DAY = timedelta(days=1)


class Announced(Filled):
    """What members are told, and how it is counted. Days are the community's."""

    title: str = Field(max_length=120)
    text: str = Field("", max_length=4_000)
    opens: date = Field(le=policies.LAST)
    closes: date = Field(le=policies.LAST)
    mode: Mode = Mode.MEMBERS
    weight_person: int | None = Field(None, ge=10, le=50)
    weight_business: int | None = Field(None, ge=10, le=50)
    weight_association: int | None = Field(None, ge=10, le=50)
    weight_public: int | None = Field(None, ge=10, le=50)
    quorum: int = Field(0, ge=0, le=100)
    majority: int = Field(50, ge=50, le=99)

    @property
    def rules(self) -> VotingRules:
        """How it is counted."""
        given = {kind.value: getattr(self, f"weight_{kind.value}") for kind in MemberKind}
        weights = {college: weight for college, weight in given.items() if weight is not None}
        return VotingRules(
            mode=self.mode, weights=weights if self.mode is Mode.COLLEGES else None, quorum_percent=self.quorum,
            majority_percent=self.majority,
        )  # fmt: skip


@router.get("/desk/votes/new")
def new(visit: Visit = page("desk.operate")) -> Response:
    """The form of a vote on a text."""
    return visit.show("desk/vote_new.html", today=policies.today(visit), timedelta=timedelta, kinds=list(MemberKind))


@router.post("/desk/votes/new")
@or_again(new)
def announce(visit: Visit = page("desk.operate")) -> Response:
    """Announce a vote that changes no rule of the ledger."""
    return _announced(visit, _announce(visit, visit.read(Announced)))


@router.post("/desk/rules/{currency}/vote")
@or_again(preview)
async def put_to_vote(visit: Visit = page("desk.operate"), currency: str = Code) -> Response:
    """Announce a vote on a change of rules; it applies from the day that was proposed, if it is adopted."""
    sent = visit.read(Announced)
    return _announced(visit, await asyncio.to_thread(_announce, visit, sent, currency))


def _announce(visit: Visit, sent: Announced, currency: str | None = None) -> Resolution:
    c, zone, now = visit.caller.community, visit.face.timezone, visit.use.clock()
    policy: Policy | None = None
    since: int | None = None
    if currency is not None:
        unit = visit.use.facts.currency(c, currency)
        before = in_force(visit.use.ledger.reader.policies(c, currency), now)
        policy, day = policies.proposed(visit, unit, before)
        since = policies.begins(day, zone)
        if day <= sent.closes:
            raise visit.misfilled({"closes": visit.text("The vote must end before the rules change.")})
    if sent.opens < policies.today(visit):
        raise visit.misfilled({"opens": visit.text("Choose today or a later day.")})
    if sent.closes < sent.opens:
        raise visit.misfilled({"closes": visit.text("The last day comes before the first.")})
    return visit.use.association.resolutions.announce(
        c, visit.caller.principal.actor, title=sent.title, text=sent.text, rules=sent.rules,
        opens_at=max(now, policies.begins(sent.opens, zone)), closes_at=policies.begins(sent.closes + DAY, zone),
        currency=currency, policy=policy, since=since,
    )  # fmt: skip


def _announced(visit: Visit, made: Resolution) -> Response:
    return visit.go(f"/desk/votes/{made.id}", visit.text("Members see the vote in their wallets now."))
