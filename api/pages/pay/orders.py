"""How a request could be paid by who is looking: from which of their accounts, and what their device would sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.asking import payment_of
from api.association.links import Link
from api.deps import Caller
from api.identity.requests import Request
from api.pages.frame.visit import Visit
from api.schemas.common import to_b64
from api.schemas.requests import AcceptanceBody
from ledger.core import signing
from ledger.core.accounts import Account, AccountState, Currency, Form
from ledger.core.commands import PlaceHold
from ledger.service import new_id


@dataclass(frozen=True, slots=True)
class Way:
    """One account that could pay. `link`: through a convention, from another community."""

    account: Account
    unit: Currency
    link: Link | None = None

    @property
    def left(self) -> int | None:
        """What may be spent now; None: without end."""
        return self.account.available

    def short(self, amount: int) -> int:
        """How much is missing for an amount, 0 when nothing is."""
        return 0 if self.left is None else max(0, amount - self.left)


def ways(caller: Caller, community: UUID, found: Request) -> list[Way]:
    """The caller's accounts that could pay a request of a community, those that have enough first."""
    use, here = caller.use, caller.community
    link = None if here == community else link_to(caller, community, found.currency)
    currency = found.currency if link is None else link.currency
    if here != community and link is None:
        return []
    some = []
    for uid in caller.principal.accounts:
        held = use.ledger.reader.account(here, uid)
        unit = use.facts.unit(here, held.currency)
        notes = held.form is Form.PAPER  # they pass from hand to hand
        if unit.code == currency and held.state is not AccountState.CLOSED and uid != found.payee and not notes:
            some.append(Way(held, unit, link))
    return sorted(some, key=lambda way: (way.short(found.amount) > 0, way.account.programme == "", way.account.no))


def link_to(caller: Caller, community: UUID, currency: str) -> Link | None:
    """The convention by which members of the caller's community pay there."""
    links = caller.use.association.links
    for link in links.of(caller.community):
        if link.other == community and links.get(community, link.other_link).currency == currency:
            return link
    return None


def purse_name(visit: Visit, way: Way) -> str:
    """What to call an account: a purse by its programme."""
    return way.account.programme or visit.text("Account in %(unit)s", unit=way.unit.code)


def order(visit: Visit, community: UUID, found: Request, way: Way) -> dict[str, Any] | None:
    """What the device signs for a payment from an account; None where no device does (the account never had one)."""
    if not way.account.signed_only:
        return None
    caller = visit.caller
    if way.link is not None:
        command: Any = hold(caller, way, found.amount)
    else:
        command, _ = payment_of(caller, found, accepted(caller, found, way.account.uid))
    return {"command": signing.payload(command), "keys": [to_b64(key) for key in way.account.keys]}


def accepted(caller: Caller, found: Request, payer: UUID) -> AcceptanceBody:
    """Yes to a request from an account; a purse says for which trade of the merchant's it pays."""
    use, c = caller.use, caller.community
    reader = use.ledger.reader
    held = reader.account(c, payer)
    trades: list[str] = []
    if held.programme:
        policy = reader.policies(c, use.facts.unit(c, held.currency).code)[-1].policy
        programme, taken = policy.programme(held.programme), reader.account(c, found.payee).sectors
        trades = [code for code in (programme.sectors if programme else ()) if code in taken]
    return AcceptanceBody(id=found.payment, payer=payer, activity=trades[0] if trades else None)


def hold(caller: Caller, way: Way, amount: int) -> PlaceHold:
    """The first step of a payment to another community: the amount is set aside for the account that mirrors it."""
    assert way.link is not None
    return PlaceHold(
        id=new_id(), community=caller.community, actor=caller.principal.actor, payer=way.account.uid,
        payee=way.link.account, amount=amount, currency=way.link.currency,
    )  # fmt: skip
