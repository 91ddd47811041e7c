"""The wallet: payments, requests, exchanges of time, votes, reconversion, the form to join."""

from __future__ import annotations

from uuid import UUID

from api.identity.principal import Role
from api.identity.requests import Asked
from ledger.community.membership import MemberKind
from ledger.community.voting import VotingRules
from ledger.core import commands as c
from ledger.core.accounts import Model
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.integration.served import STAFF, Place
from tests.pages.samples import PageSample

M, S = Role.MEMBER, Role.MERCHANT
PAYMENT = {"payer": "{ada}", "amount": "0.10", "memo": "Bread"}
FORM = {
    "uid": "{new}",
    "name": "Nina",
    "contact": "nina@example.org",
    "place": "Romans",
    "dues": "15",
    "charter": "true",
}

SAMPLES = {
    "GET /wallet/pay/{ben}": PageSample(M),
    "POST /wallet/pay/{ben}/check": PageSample(M, PAYMENT),
    "POST /wallet/pay/{ben}": PageSample(M, {**PAYMENT, "uid": "{new}"}, answers=(403,)),  # Ada's devices sign; these tests cannot
    "POST /wallet/scan": PageSample(M, {"text": "https://elsewhere.example/p/x"}, answers=(422,)),
    "POST /wallet/requests/new": PageSample(M, {"uid": "{new}", "account": "{ada}", "amount": "1"}),
    "GET /wallet/requests/{wanted}": PageSample(M),
    "POST /wallet/requests/{unwanted_request}/rejection": PageSample(M),
    "GET /wallet/places/{ben_member}": PageSample(M),
    "GET /wallet/history/{ada}.csv": PageSample(M, looked_at=False),
    "GET /wallet/history/{ada}.json": PageSample(M, looked_at=False),
    "POST /wallet/dues": PageSample(M, {"dues": "15"}, answers=(409,)),
    "POST /wallet/leave": PageSample(M, {"uid": "{new}", "wish": "give"}),
    "POST /wallet/leave/withdrawal": PageSample(M, answers=(409,)),
    "POST /wallet/needs": PageSample(M, {"words": "Cheese"}),
    "POST /wallet/profile": PageSample(M, {"version": "1", "listed": "true"}, answers=(409,)),
    "POST /wallet/exchanges/new": PageSample(M, {"kind": "offer", "title": "Bikes", "category": "repair"}),
    "GET /wallet/exchanges/offers/{offer}": PageSample(M),
    "POST /wallet/exchanges/offers/{offer}": PageSample(M, {"minutes": "60"}),
    "POST /wallet/exchanges/offers/{own_offer}/end": PageSample(M),
    "GET /wallet/exchanges/{deal}": PageSample(M),
    "POST /wallet/exchanges/{deal_hours}/hours": PageSample(M, {"minutes": "90"}),
    "POST /wallet/exchanges/{deal_done}/note": PageSample(M, {"says": "06 12 34 56 78"}),
    "POST /wallet/exchanges/{deal_done}/done": PageSample(M, answers=(422,)),
    "POST /wallet/exchanges/{deal_end}/end": PageSample(M),
    "GET /wallet/votes/{vote}": PageSample(M),
    "POST /wallet/votes/{vote}": PageSample(M, {"choice": "yes"}),
    "POST /wallet/reconversion": PageSample(
        S, {"uid": "{new}", "account": "{shop}", "amount": "0.01", "invoice": "2026-1"}
    ),
    "POST /wallet/reconversion/{reconversion}/withdrawal": PageSample(S),
    "GET /join/{code}": PageSample(None),
    "POST /join/{code}": PageSample(None, FORM),
    "GET /join/{code}/thanks": PageSample(None),
}  # fmt: skip


def things(place: Place) -> dict[str, str]:
    """An account in hours for Ada and Ben, offers, exchanges in each state, a vote, requests."""
    use, where, ada, ben = place.use, place.community, place.ada, place.ben
    hours = f"{place.code}-H"
    rules = Policy(default_line=900, default_ceiling=3_600, step=15, spheres=True)
    place.do(c.DefineCurrency, code=hours, scale=0, model=Model.TIME, policy=rules)
    held = {
        ada.id: place.open(ada.id, hours, MemberKind.PERSON),
        ben.id: place.open(ben.id, hours, MemberKind.BUSINESS),
    }
    life = use.association.exchanges
    offers = [
        life.post(
            where,
            who.id,
            held[who.id],
            kind="offer",
            title=f"Ironing of {place.code}",
            category="household",
            text="Shirts",
        )
        for who in (ben, ada)
    ]
    for each in offers:
        life.decide(where, each.id, STAFF, allow=True)
    deals = [life.propose(where, offers[0].id, ada.id, 60) for _ in range(4)]
    life.agree(where, deals[2].id, ben.id, 60)
    now = use.clock()
    vote = use.association.resolutions.announce(
        where, STAFF, title=f"Less commission in {place.code}", text="From 5 to 3 percent.", rules=VotingRules(), opens_at=now - 1,
        closes_at=now + 10**15, currency=f"{place.code}-B", policy=Policy(four_eyes_over=10_000, commission_bp=300),
        since=now + 10**15,
    )  # fmt: skip
    asked = [
        use.identity.requests.make(
            where,
            new_id(),
            who.id,
            Asked(payee=who.account, amount=120, currency=place.code, payer=payer, memo="Eggs"),
        )[0]
        for who, payer in ((ada, None), (ada, None), (ben, ada.account))
    ]
    shop = next(
        uid
        for uid in use.identity.people.get(where, ben.id).accounts
        if _holds(place, uid, f"{place.code}-B")
    )
    wish = use.association.reconversions.ask(where, new_id(), ben.id, shop, f"{place.code}-B", 10, "2026-0")
    names = ("deal", "deal_hours", "deal_done", "deal_end")
    return {
        "ben_member": str(ben.id), "offer": str(offers[0].id), "own_offer": str(offers[1].id), "vote": str(vote.id),
        "wanted": str(asked[0].id), "unwanted_request": str(asked[1].id), "reconversion": str(wish.id),
        **{name: str(each.id) for name, each in zip(names, deals, strict=True)},
    }  # fmt: skip


def _holds(place: Place, account: UUID, code: str) -> bool:
    held = place.use.ledger.reader.account(place.community, account)
    return place.use.facts.unit(place.community, held.currency).code == code
