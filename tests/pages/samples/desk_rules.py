"""The desk's rules, votes, alerts, figures and conventions."""

from __future__ import annotations

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.community.voting import VotingRules
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.integration.served import STAFF, Place
from tests.pages.samples import PageSample

OP = Role.OPERATOR
BACKED = "{backed}"
CHANGE = {"commission_bp": "300", "since": "2199-01-01"}
FORM = {
    "commission_bp": "3", "commission_gift_bp": "0", "demurrage_bp_year": "0", "demurrage_free_days": "90",
    "reversal_window_days": "62", "four_eyes_over": "100", "payment_fee_bp": "0", "spend_down_days": "365",
    "since": "2199-01-01",
}  # fmt: skip
VOTE = {"title": "Less commission", "opens": "2198-01-01", "closes": "2198-02-01"}

SAMPLES = {
    f"GET /desk/rules/{BACKED}": PageSample(OP),
    f"GET /desk/rules/{BACKED}/change": PageSample(OP),
    f"POST /desk/rules/{BACKED}/change": PageSample(OP, FORM),
    f"GET /desk/rules/{BACKED}/preview": PageSample(OP, query="commission_bp=300&since=2199-01-01"),
    f"POST /desk/rules/{BACKED}/vote": PageSample(OP, {**CHANGE, **VOTE}),
    f"POST /desk/rules/{BACKED}/proposal": PageSample(OP, {**CHANGE, "uid": "{new}"}, fresh=True),
    "POST /desk/votes/new": PageSample(OP, VOTE),
    "GET /desk/votes/{vote}": PageSample(OP),
    "POST /desk/votes/{ended}/count": PageSample(OP, {"minutes": "Adopted."}, answers=(409,)),
    "POST /desk/votes/{dropped}/withdrawal": PageSample(OP),
    "POST /desk/votes/{vote}/change": PageSample(OP, fresh=True, answers=(409,)),
    "POST /desk/alerts/{alert}": PageSample(OP, {"currency": BACKED, "note": "A market stall."}),
    "POST /desk/alerts/{alert}/again": PageSample(OP),
    "GET /desk/figures/report.{form}": PageSample(OP, query=f"currency={BACKED}", looked_at=False, answers=(503,)),
    "POST /desk/figures/questions/{question}": PageSample(OP, {"answer": "We began in May."}),
    "POST /desk/links/offers": PageSample(OP, {"account": "{mirror}", "accepts": "10"}, fresh=True),
    "POST /desk/links": PageSample(OP, {"offered": "none", "ours": "{mirror}", "we_accept": "1"}, fresh=True, answers=(422,)),
    "POST /desk/links/{link}/end": PageSample(OP, fresh=True, answers=(422,)),
}  # fmt: skip


def things(place: Place) -> dict[str, str]:
    """Votes to count and to withdraw, a question of the Region, an account that may mirror another community."""
    use, where, now = place.use, place.community, place.use.clock()
    club = place.join(f"Club of {place.code}", MemberKind.ASSOCIATION)
    votes = [
        use.association.resolutions.announce(
            where, STAFF, title=f"Vote {n} of {place.code}", text="", rules=VotingRules(), opens_at=now - 1,
            closes_at=now + 10**15, currency=f"{place.code}-B", policy=Policy(four_eyes_over=10_000, commission_bp=200),
            since=now + 10**15,
        )
        for n in range(2)
    ]  # fmt: skip
    asked = use.association.region.ask(where, new_id(), "velocity.per_year", f"Why so slow, {place.code}?", STAFF)
    return {
        "ended": str(votes[0].id), "dropped": str(votes[1].id), "question": str(asked.id), "alert": "0" * 32, "backed": f"{place.code}-B", "form": "csv",
        "mirror": str(place.open(club.id, f"{place.code}-B", MemberKind.ASSOCIATION)), "link": str(new_id()),
    }  # fmt: skip
