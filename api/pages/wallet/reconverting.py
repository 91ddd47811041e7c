"""`/wallet/reconversion`: a professional asks the association for euros (MLC-4, MLC-5); the desk redeems."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import Held, holdings, member_of, one_of
from ledger.core.accounts import Currency, Form, Model
from ledger.core.money import share
from ledger.service import new_id

router = page_router()


def backed(visit: Visit) -> list[Held]:
    """The accounts whose units can become euros."""
    return [
        each
        for each in holdings(visit)
        if each.unit.model is Model.BACKED and each.account.form is Form.DIGITAL
    ]


def commission(held: Held, amount: int) -> int:
    """What the association keeps of an amount, minor units."""
    return share(amount, held.policy.commission_bp)


@router.get("/wallet/reconversion")
def ask(visit: Visit = page("reconversions.ask")) -> Response:
    """Whom else one could pay first; how much, and what one would get."""
    c, some, mine = visit.caller.community, backed(visit), member_of(visit)
    asked = visit.use.association.reconversions.of(c, mine.id)
    units: dict[str, Currency] = {each.currency: visit.use.facts.currency(c, each.currency) for each in asked}
    return visit.show(
        "wallet/reconversion.html", some=some, asked=asked, units=units, uid=visit.form.get("uid") or new_id(),
        example=[(each, commission(each, max(each.account.available or 0, 0))) for each in some],
    )  # fmt: skip


class Asked(Filled):
    """How much, and the invoice that goes with it."""

    uid: UUID
    account: str
    invoice: str = Field(max_length=64)


@router.post("/wallet/reconversion")
@or_again(ask)
def send(visit: Visit = page("reconversions.ask")) -> Response:
    """Lay it before the treasurer."""
    sent = visit.read(Asked)
    held = one_of(visit, sent.account)
    amount = visit.money("amount", held.unit)
    left = held.account.available
    if left is not None and amount > left:
        said = visit.text("You can spend at most %(amount)s.", amount=visit.amount(max(left, 0), held.unit))
        raise visit.misfilled({"amount": said})
    visit.use.association.reconversions.ask(
        visit.caller.community,
        sent.uid,
        member_of(visit).id,
        held.account.uid,
        held.unit.code,
        amount,
        sent.invoice,
    )
    euros = visit.amount(amount - commission(held, amount), held.unit, bare=True)
    return visit.go(
        "/wallet/reconversion",
        visit.text(
            "Asked. When the treasurer has said yes, you get %(euros)s €. Until then the units stay yours.",
            euros=euros,
        ),
    )


@router.post("/wallet/reconversion/{request}/withdrawal")
@or_again(ask)
def withdraw(request: UUID, visit: Visit = page("reconversions.ask")) -> Response:
    """No longer ask."""
    visit.use.association.reconversions.withdraw(visit.caller.community, request, member_of(visit).id)
    return visit.go("/wallet/reconversion", visit.text("You no longer ask for it."))
