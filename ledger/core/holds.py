"""Set an amount aside, pay it in whole or part, give it back, let it run out."""

from __future__ import annotations

from uuid import UUID

from ledger.core import checks
from ledger.core.accounts import AccountState, Books, Freeze, Hold
from ledger.core.commands import CaptureHold, ExpireHold, PlaceHold, VoidHold
from ledger.core.draft import Draft
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision, HoldPlaced, HoldResolved, Reason
from ledger.core.payments import agree, charge_payee

SECOND = 10**9

_RESOLVED = {
    "captured": (Code.HOLD_CAPTURED, "this hold was paid"),
    "voided": (Code.HOLD_VOIDED, "this hold was given back"),
    "expired": (Code.HOLD_EXPIRED, "this hold has expired; ask for a new one"),
}


def place(command: PlaceHold, books: Books, now: int) -> Decision:
    """The amount leaves what the payer has available and fills the payee's room, but moves no balance."""
    payer, payee, _, unit = agree(command, books, now)
    draft = Draft(books)
    draft.move(payer, payee, 0, Reason.HOLD, held=command.amount, payer="payer", payee="payee")
    expires = now + command.seconds * SECOND if command.seconds else None
    draft.add(HoldPlaced(command.id, payer.no, payee.no, unit.no, command.amount, expires))
    return draft.done()


def capture(command: CaptureHold, books: Books, now: int) -> Decision:
    """Pay the hold; what is not paid is released in the same entry."""
    if command.amount is not None:
        checks.amount_field(command.amount)
    hold = _found(books, command.hold)
    amount = hold.amount if command.amount is None else command.amount
    payer, payee = books.by_no[hold.debit], books.by_no[hold.credit]
    unit = checks.currency_of(books, payer)
    policy = books.policy(unit.no, now)
    if command.amount is not None:
        checks.on_step(amount, policy)
    for held, field in ((payer, "payer"), (payee, "payee")):
        if held.state is AccountState.CLOSED:
            raise Rejected(Code.ACCOUNT_CLOSED, f"{field}: this account is closed", "hold")
    if payer.frozen & Freeze.DEBITS:
        raise Rejected(Code.ACCOUNT_FROZEN, "payer: payments from this account are blocked", "hold")
    if payee.frozen & Freeze.CREDITS:
        raise Rejected(Code.ACCOUNT_FROZEN, "payee: this account may not receive now", "hold")
    _still_open(hold, now)
    if amount > hold.amount:
        raise Rejected(Code.CAPTURE_EXCEEDS_HOLD, f"the hold is for {hold.amount} minor units", "amount")
    draft = Draft(books)
    draft.move(payer, payee, amount, Reason.CAPTURE, held=-hold.amount, payer="hold", payee="hold")
    draft.add(HoldResolved(hold.id, "captured"))
    charge_payee(draft, payee, amount, policy, unit, "hold")
    return draft.done()


def void(command: VoidHold, books: Books, now: int) -> Decision:
    """Give the whole hold back."""
    hold = _found(books, command.hold)
    _still_open(hold, now)
    return _release(books, hold, "voided", Reason.VOID)


def expire(command: ExpireHold, books: Books, now: int) -> Decision:
    """Give the whole hold back once its time is over."""
    hold = _found(books, command.hold)
    if hold.resolved:
        raise _refused(hold.resolved)
    if hold.expires_at is None or now < hold.expires_at:
        raise Rejected(Code.HOLD_NOT_EXPIRED, "this hold has not run out; void it to give it back now", "hold")
    return _release(books, hold, "expired", Reason.EXPIRY)


def _found(books: Books, uid: UUID) -> Hold:
    hold = books.holds.get(uid)
    if hold is None:
        raise Rejected(Code.HOLD_NOT_FOUND, "no such hold in this community", "hold")
    return hold


def _refused(outcome: str) -> Rejected:
    code, said = _RESOLVED[outcome]
    return Rejected(code, said, "hold")


def _still_open(hold: Hold, now: int) -> None:
    """At the very moment it expires a hold is expired, even if no sweep has run."""
    if hold.resolved:
        raise _refused(hold.resolved)
    if hold.expires_at is not None and now >= hold.expires_at:
        raise _refused("expired")


def _release(books: Books, hold: Hold, outcome: str, reason: Reason) -> Decision:
    draft = Draft(books)
    draft.move(books.by_no[hold.debit], books.by_no[hold.credit], 0, reason, held=-hold.amount)
    draft.add(HoldResolved(hold.id, outcome))
    return draft.done()
