"""`/wallet/pay`: whom, how much, a look at what stays, and a signature."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.memos import plain_memo
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import Held, holdings, one_of
from api.pages.wallet.places import Place, place_of
from api.paying import own_signature
from api.problems import hidden, shape
from api.schemas.common import to_b64
from api.signed import read_signed
from api.submitting import submit
from ledger.core import signing
from ledger.core.accounts import Account, Currency
from ledger.core.commands import Pay
from ledger.core.journal import Reason
from ledger.core.policy import Sphere
from ledger.service import Memo, memo_hash, new_id

router = page_router()

RECENT, LOOKED = 6, 60
FOUND = 12
LEAST = 2
"""Letters from which on we search."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is to be paid: the account, its member's name, and the visitor's accounts that could."""

    account: Account
    name: str
    unit: Currency
    ways: list[Held]


def payee_of(visit: Visit, uid: UUID) -> Payee:
    """Raises 404 for an account of nobody, of the visitor, or in a unit that the visitor has not."""
    c = visit.caller.community
    name = visit.use.identity.names(c, [uid]).get(uid)
    if name is None or uid in visit.caller.principal.accounts:
        raise hidden("account")
    account = visit.use.ledger.reader.account(c, uid)
    ways = [each for each in holdings(visit) if each.account.currency == account.currency and each.can_pay]
    return Payee(account, name, visit.use.facts.unit(c, account.currency), ways)


@router.get("/wallet/pay")
def whom(visit: Visit = page("payments.create")) -> Response:
    """Search by name, or take one of the last."""
    words = visit.request.query_params.get("q", "").strip()[:80]
    found: list[Place] = []
    if len(words) >= LEAST:
        own = frozenset(each.unit.code for each in holdings(visit))
        some = visit.use.identity.directory.page(visit.caller.community, query=words, limit=FOUND)
        mine = visit.caller.principal.member
        found = [
            each
            for each in (place_of(visit, member, own) for member in some if member.id != mine)
            if each.accounts
        ]
    return visit.show("wallet/pay.html", words=words, found=found, recent=_recent(visit), least=LEAST)


def _recent(visit: Visit) -> list[tuple[UUID, str, str]]:
    """Whom the visitor paid last: account, name, unit."""
    c, reader = visit.caller.community, visit.use.ledger.reader
    last: dict[UUID, tuple[int, str]] = {}
    for held in holdings(visit):
        if held.is_purse:
            continue
        for line in reader.statement(c, held.account.uid, limit=LOOKED):
            if line.reason == Reason.PAYMENT and line.posted < 0:
                last.setdefault(line.counterparty, (line.ts, held.unit.code))
    names = visit.use.identity.names(c, last)
    newest = sorted((uid for uid in last if uid in names), key=lambda uid: -last[uid][0])
    return [(uid, names[uid], last[uid][1]) for uid in newest[:RECENT]]


@router.get("/wallet/pay/{payee}")
def how_much(payee: UUID, visit: Visit = page("payments.create")) -> Response:
    """The amount, and what for."""
    to = payee_of(visit, payee)
    return visit.show(
        "wallet/pay_amount.html", to=to, chosen=visit.form.get("payer") or str(to.ways[0].account.uid) if to.ways else "",
        spheres=bool(to.ways) and to.ways[0].policy.spheres, all_spheres=Sphere, back=_label(visit),
    )  # fmt: skip


def _label(visit: Visit) -> dict[UUID, str]:
    """What the visitor's accounts are called."""
    return {each.account.uid: each.account.programme or each.unit.code for each in holdings(visit)}


class Payment(Filled):
    """What is paid. `uid` is given by the page that shows it all, so that a form sent twice pays once."""

    payer: str
    memo: str = Field("", max_length=140)
    sphere: Sphere | None = None
    uid: UUID | None = None
    signed: str = ""


@router.post("/wallet/pay/{payee}/check")
@or_again(how_much)
def check(payee: UUID, visit: Visit = page("payments.create")) -> Response:
    """Everything once more, before it is signed. Nothing is written."""
    to, sent = payee_of(visit, payee), visit.read(Payment)
    held = one_of(visit, sent.payer)
    command, memo = _command(visit, to, held, sent, new_id())
    left = held.account.available
    if left is not None and command.amount > left:
        raise visit.misfilled(
            {
                "amount": visit.text(
                    "You can spend at most %(amount)s.", amount=visit.amount(max(left, 0), held.unit)
                )
            }
        )
    order = {"command": signing.payload(command), "keys": [to_b64(key) for key in held.account.keys]}
    return visit.show(
        "wallet/pay_check.html", to=to, held=held, command=command, memo=memo, left=left, sent=sent,
        amount=visit.form.get("amount"), order=order if held.account.signed_only else None,
    )  # fmt: skip


@router.post("/wallet/pay/{payee}")
@or_again(how_much)
async def pay(payee: UUID, visit: Visit = page("payments.create")) -> Response:
    """Pay; sent twice, paid once."""
    sent = visit.read(Payment)
    to, held = await asyncio.to_thread(lambda: (payee_of(visit, payee), one_of(visit, sent.payer)))
    if sent.uid is None:
        raise visit.misfilled({"amount": visit.text("Look at the payment once more before you make it.")})
    command, memo = _command(visit, to, held, sent, sent.uid)
    if sent.signed:
        signed = read_signed(sent.signed, Pay)
        own_signature(visit.caller, signed)
        if signing.payload(signed) != signing.payload(command):
            raise shape("signed", "this is signed for another payment; open the page again")
        command = signed
    await submit(visit.caller, command, memo)
    return visit.go(f"/receipt/{command.id}?new=1")


def _command(visit: Visit, to: Payee, held: Held, sent: Payment, uid: UUID) -> tuple[Pay, Memo | None]:
    """The payment, and the memo whose hash it holds. The same form gives the same bytes."""
    caller = visit.caller
    if held.account.currency != to.account.currency:
        raise shape("payer", "this account holds another unit; choose one that fits")
    memo = plain_memo(visit.use.secret, caller.community, uid, sent.memo or None, None)
    programme = held.purse
    fits = [code for code in programme.sectors if code in to.account.sectors] if programme else []
    command = Pay(
        id=uid, community=caller.community, actor=caller.principal.actor, payer=held.account.uid,
        payee=to.account.uid, amount=visit.money("amount", held.unit), currency=held.unit.code,
        sphere=sent.sphere if held.policy.spheres else None, activity=fits[0] if fits else "",
        memo_hash=None if memo is None else memo_hash(memo),
    )  # fmt: skip
    return command, memo
