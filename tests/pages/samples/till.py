"""The till: sales, tellers, the day."""

from __future__ import annotations

from api.identity.principal import Role
from api.identity.requests import Asked
from ledger.service import new_id
from tests.integration.served import Place
from tests.pages.samples import PageSample

S = Role.MERCHANT
SAMPLES = {
    "POST /till": PageSample(S, {"uid": "{new}", "account": "{ben}", "amount": "1"}),
    "GET /till/sale/{sale}": PageSample(S),
    "GET /till/sale/{sold}/stream": PageSample(S, looked_at=False),
    "POST /till/sale/{sale}/cancel": PageSample(S),
    "POST /till/tellers/enter": PageSample(S, {"teller": "{teller}", "pin": "4711"}, answers=(403,)),
    "POST /till/tellers/leave": PageSample(S, fresh=True),
    "POST /till/tellers/add": PageSample(S, {"name": "{new}", "new_pin": "1234"}, fresh=True, answers=(422,)),
    "POST /till/tellers/{teller}": PageSample(S, {"changed_pin": "4711"}),
    "GET /till/refund/{payment}": PageSample(S),
    "POST /till/refund/{payment}/check": PageSample(S, {"uid": "{new}", "amount": "0.01"}),
    "POST /till/refund/{payment}": PageSample(S, {"uid": "{new}", "amount": "0.01"}),
    "POST /till/change": PageSample(S, {"price": "1.20", "units": "5", "euros": "0.20"}),
}


def things(place: Place) -> dict[str, str]:
    """A sale that waits, one that is over, a teller."""
    use, c, ben = place.use, place.community, place.ben
    made = [
        use.identity.requests.make(
            c, new_id(), ben.id, Asked(payee=ben.account, amount=100, currency=place.code), 10**15
        )[0]
        for _ in range(2)
    ]
    use.identity.requests.reject(c, made[1].id)
    teller = use.association.tellers.add(c, ben.id, f"Teller of {place.code}", "4711")
    return {"sale": str(made[0].id), "sold": str(made[1].id), "teller": str(teller.id)}
