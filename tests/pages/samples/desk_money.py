"""The desk's pages of money and books."""

from __future__ import annotations

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core.accounts import AccountKind, Model
from ledger.core.commands import DefineCurrency, OpenAccount
from ledger.core.policy import Policy, Programme
from ledger.service import new_id
from tests.integration.served import Place
from tests.pages.samples import PageSample

T, A = Role.TREASURER, Role.AUDITOR
PROGRAMME = "/desk/programmes/{card}/{books}"
HOURS = {"uid": "{new}", "currency": "HOURS", "task": "newsletter", "people": "Ada", "hours": "1h"}
SAMPLES = {
    "POST /desk/money/issue": PageSample(T, {"uid": "{new}", "account": "{desk_shop}", "amount": "1"}, fresh=True, answers=(422,)),
    "POST /desk/money/redeem": PageSample(
        T, {"uid": "{new}", "account": "{desk_shop}", "amount": "0.01", "invoice": "{new}"}, fresh=True, answers=(409, 422)
    ),
    "GET /desk/money/reconversions/{asked_euros}": PageSample(T),
    "POST /desk/money/reconversions/{asked_euros}": PageSample(T, fresh=True, answers=(409, 422)),
    "POST /desk/money/reconversions/{asked_euros}/decline": PageSample(T, {"reasons": "later"}, answers=(409,)),
    "POST /desk/approvals/{desk_approval}/yes": PageSample(T, fresh=True, answers=(403, 404, 409, 422)),
    "POST /desk/approvals/{desk_approval}/no": PageSample(T, answers=(403, 404, 409, 422)),
    "POST /desk/money/hours/check": PageSample(T, HOURS, answers=(422,)),
    "POST /desk/money/hours": PageSample(T, HOURS, fresh=True, answers=(422,)),
    "GET /desk/programmes/shops.csv": PageSample(A, looked_at=False),
    f"GET {PROGRAMME}": PageSample(T),
    f"POST {PROGRAMME}/grant/check": PageSample(T, {"uid": "{new}", "name": "Autumn", "amount": "1"}),
    f"POST {PROGRAMME}/grant": PageSample(T, {"uid": "{new}", "name": "Autumn", "amount": "1"}, fresh=True),
    f"POST {PROGRAMME}/people/check": PageSample(Role.OPERATOR, {"uid": "{new}", "people": "Léa; lea@example.org"}),
    f"POST {PROGRAMME}/people": PageSample(Role.OPERATOR, {"uid": "{new}", "people": "Léa; lea@example.org"}),
    "POST /desk/books/verify": PageSample(A),
    "GET /desk/books/{payment}": PageSample(A),
    "GET /desk/books/{payment}/receipt": PageSample(A, looked_at=False),
}


def things(place: Place) -> dict[str, str]:
    """A shop with an account in the backed unit, and its request for euros."""
    use, c, uid = place.use, place.community, new_id()
    place.do(OpenAccount, account=uid, currency=f"{place.code}-B", kind=AccountKind.BUSINESS)
    use.identity.account_opened(c, place.ben.id, uid)
    asked = use.association.reconversions.ask(c, new_id(), place.ben.id, uid, f"{place.code}-B", 1, f"desk {uid}")
    card, purse = f"{place.code}-CARD", new_id()
    policy = Policy(programmes=(Programme(code="books", budget=1_000_000, sectors=("47.61Z",)),))
    place.do(DefineCurrency, code=card, scale=2, model=Model.EARMARKED, policy=policy)
    place.do(OpenAccount, account=purse, currency=card, kind=AccountKind.PURSE, programme="books")
    pupil = place.join(f"{place.code} Pupil", MemberKind.PERSON)
    use.identity.account_opened(c, pupil.id, purse)
    return {"card": card, "books": "books", "desk_shop": str(uid), "asked_euros": str(asked.id), "desk_approval": str(new_id())}
