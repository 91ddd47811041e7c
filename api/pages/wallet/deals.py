"""`/wallet/exchanges/<exchange>`: agree on hours, give the service, confirm; the receiver signs the time cheque (TIME-7)."""

from __future__ import annotations

import asyncio
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.association.exchange_notes import LONGEST, OPEN
from api.association.exchanges import Exchange
from api.deps import Caller
from api.identity.errors import wrong_state
from api.memos import plain_memo
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.exchanges import Minutes, lengths, my_turn, name_of, time_account
from api.pages.wallet.mine import member_of, rules
from api.paying import own_signature
from api.problems import shape
from api.schemas.common import to_b64
from api.signed import read_signed
from api.submitting import submit
from ledger.community.exchanges import Deal
from ledger.core import signing
from ledger.core.accounts import Account, AccountState
from ledger.core.commands import Pay
from ledger.service import Memo, memo_hash

router = page_router()


@router.get("/wallet/exchanges/{exchange}")
def deal(exchange: UUID, visit: Visit = page("exchanges.read")) -> Response:
    """How an exchange stands, and what is to be done next."""
    mine, life = member_of(visit), visit.use.association.exchanges
    found = life.get(visit.caller.community, exchange, mine.id)
    offer, held = life.offer(visit.caller.community, found.listing), time_account(visit)
    receives = found.receiver == mine.id
    order = None
    if receives and found.state in (Deal.AGREED, Deal.DONE_BY_GIVER) and held.account.signed_only:
        command, _, payer = cheque(visit, found)
        order = {"command": signing.payload(command), "keys": [to_b64(key) for key in payer.keys]}
    said = visit.use.association.exchange_notes.of(visit.caller.community, found)
    return visit.show(
        "wallet/deal.html", deal=found, offer=offer, other=name_of(visit, found.other(mine.id)), receives=receives,
        turn=my_turn(found, mine.id), unit=held.unit, order=order, deals=Deal, proposed_by_me=found.proposed_by == mine.id,
        lengths=[(each, visit.amount(each, held.unit)) for each in lengths(held)], left=held.account.available,
        arranging=found.state in OPEN, said=said.get(mine.id, ""), told=said.get(found.other(mine.id), ""), contact=mine.contact,
        longest=LONGEST,
    )  # fmt: skip


@router.post("/wallet/exchanges/{exchange}/hours")
@or_again(deal)
def agree(exchange: UUID, visit: Visit = page("exchanges.use")) -> Response:
    """Yes to the hours, or other hours."""
    minutes = visit.read(Minutes).minutes
    if minutes not in lengths(time_account(visit)):
        raise visit.misfilled({"minutes": visit.text("Choose one of the list.")})
    found = visit.use.association.exchanges.agree(
        visit.caller.community, exchange, member_of(visit).id, minutes
    )
    said = visit.text("Agreed. When it is done, both of you say so here.")
    if found.state is Deal.PROPOSED:
        said = visit.text("Proposed. Now the other side says yes or proposes something else.")
    return visit.go(f"/wallet/exchanges/{exchange}", said)


class Said(Filled):
    """What the other side may know, or that it is the contact that the association has."""

    says: str = Field("", max_length=LONGEST)
    contact: bool = False


@router.post("/wallet/exchanges/{exchange}/note")
@or_again(deal)
def say(exchange: UUID, visit: Visit = page("exchanges.use")) -> Response:
    """Let the other side know how to be reached, when, where; nothing typed takes it back."""
    sent, mine = visit.read(Said), member_of(visit)
    says = mine.contact if sent.contact else sent.says
    visit.use.association.exchange_notes.say(visit.caller.community, exchange, mine.id, says)
    said = visit.text("The other side can read it now.") if says.strip() else visit.text("The other side no longer reads it.")
    return visit.go(f"/wallet/exchanges/{exchange}", said)


class Done(Filled):
    """It was done; the receiver's device has signed the time cheque."""

    signed: str = ""


@router.post("/wallet/exchanges/{exchange}/done")
@or_again(deal)
async def done(exchange: UUID, visit: Visit = page("exchanges.use")) -> Response:
    """One side's word. When it is the second, the hours move."""
    sent, caller = visit.read(Done), visit.caller
    mine, life = await asyncio.to_thread(member_of, visit), visit.use.association.exchanges
    found = await asyncio.to_thread(life.get, caller.community, exchange, mine.id)
    command, memo, payer = await asyncio.to_thread(cheque, visit, found)
    text = None
    if mine.id == found.receiver:
        if payer.signed_only:
            command = _signed(caller, sent.signed, command)
        text = sent.signed
    due = life.both_confirmed(found, mine.id)
    found = await asyncio.to_thread(life.confirm, caller.community, exchange, mine.id, text)
    if not due:
        return visit.go(f"/wallet/exchanges/{exchange}", visit.text("Noted. Now the other side confirms."))
    if mine.id != found.receiver and payer.signed_only:
        command = read_signed(found.cheque or "", Pay)
    await submit(caller, command, memo, dry_run=True)  # a refusal would use the cheque's id up
    await submit(caller, command, memo)
    await asyncio.to_thread(life.get, caller.community, exchange, mine.id)
    return visit.go(
        f"/wallet/exchanges/{exchange}", visit.text("Done: the hours have moved. Thank you both.")
    )


@router.post("/wallet/exchanges/{exchange}/end")
@or_again(deal)
def cancel(exchange: UUID, visit: Visit = page("exchanges.use")) -> Response:
    """Call it off."""
    visit.use.association.exchanges.cancel(visit.caller.community, exchange, member_of(visit).id)
    return visit.go("/wallet/exchanges", visit.text("It is called off. Nothing was paid."))


def cheque(visit: Visit, found: Exchange) -> tuple[Pay, Memo | None, Account]:
    """The payment of an exchange by its receiver, its memo, and the account that pays. Always the same for the same exchange."""
    c, life = visit.caller.community, visit.use.association.exchanges
    offer = life.offer(c, found.listing)
    unit = visit.use.facts.unit(c, visit.use.ledger.reader.account(c, offer.account).currency)
    accounts = {offer.member: offer.account}
    payer, payee = (
        _account(visit, member, unit.no, accounts.get(member)) for member in (found.receiver, found.giver)
    )
    memo = plain_memo(visit.use.secret, c, found.payment, offer.title, None)
    command = Pay(
        id=found.payment, community=c, actor=found.receiver, payer=payer.uid, payee=payee.uid, amount=found.minutes,
        currency=unit.code, sphere=offer.sphere if rules(visit, unit.code).spheres else None, activity=offer.category,
        memo_hash=None if memo is None else memo_hash(memo),
    )  # fmt: skip
    return command, memo, payer


def _account(visit: Visit, member: UUID, currency: int, known: UUID | None) -> Account:
    """The account of one side that holds the hours. Raises Refused (409) where there is none."""
    c, reader = visit.caller.community, visit.use.ledger.reader
    held = [reader.account(c, known)] if known else []
    held += [reader.account(c, uid) for uid in visit.use.identity.people.get(c, member).accounts]
    for each in held:
        if each.currency == currency and each.state is AccountState.OPEN and not each.programme:
            return each
    raise wrong_state("no_account", "the other side has no account in hours any more; ask your association")


def _signed(caller: Caller, text: str, expected: Pay) -> Pay:
    command = read_signed(text, Pay)
    own_signature(caller, command)
    if signing.payload(command) != signing.payload(expected):
        raise shape("signed", "this cheque is signed for another exchange; open the page again")
    return command
