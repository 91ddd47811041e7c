"""The payment page and the receipt."""

from __future__ import annotations

from api.identity.principal import Role
from api.identity.requests import Asked
from ledger.service import new_id
from tests.integration.served import Place
from tests.pages.samples import PageSample

SAMPLES = {
    "GET /p/{asked}": PageSample(None),
    # who has the token of a request may see who asks: the name stands in the form as something that was sent
    "POST /p/{asked}": PageSample(Role.MEMBER, {"payer": "{ada}", "who": "{ben_name}"}, answers=(403, 409)),
    "GET /receipt/{payment}": PageSample(Role.MEMBER),
    "GET /receipt/{payment}/file": PageSample(Role.MEMBER, looked_at=False),
}


def things(place: Place) -> dict[str, str]:
    """A request that anybody may pay."""
    use, c = place.use, place.community
    asked = Asked(payee=place.ben.account, amount=10, currency=place.code)
    made, _ = use.identity.requests.make(c, new_id(), place.ben.id, asked, 10**15)
    return {"asked": made.token, "ben_name": place.ben.name}
