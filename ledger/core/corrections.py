"""Refund and reverse: nothing is deleted, an entry is answered by another one (CORE-4)."""

from __future__ import annotations

from uuid import UUID

from ledger.core import checks
from ledger.core.accounts import (
    Account,
    AccountKind,
    AccountState,
    Books,
    Currency,
    Form,
    Freeze,
    Model,
    Past,
    Transfer,
)
from ledger.core.commands import Refund, Reverse
from ledger.core.draft import MIRROR_CODE, Draft
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision, Reason, Refunded, Reversed
from ledger.core.money import round_half_up

REVERSIBLE = frozenset({
    "pay", "pay_batch", "capture_hold", "issue", "redeem", "grant", "expire_purse", "charge_fee", "charge_demurrage",
    "exchange_form", "forfeit", "settle_debt", "write_off", "move_reserve", "import_opening", "import_payment",
})  # fmt: skip


def refund(command: Refund, books: Books, now: int) -> Decision:
    """Back to the payer; the fees of the payment go back in proportion, exactly over several refunds."""
    checks.signature_field(command.signature)
    if command.amount is not None:
        checks.amount_field(command.amount)
    past = _past(books, command.payment, "payment")
    main = next((t for t in past.transfers if t.reason in (Reason.PAYMENT, Reason.CAPTURE) and t.posted), None)
    if main is None or past.kind not in ("pay", "capture_hold"):
        raise Rejected(Code.NOT_REVERSIBLE, "only a single payment can be refunded", "payment")
    payer, payee = books.by_no[main.debit], books.by_no[main.credit]
    unit = checks.currency_of(books, payer)
    left = main.posted - past.refunded
    amount = left if command.amount is None else command.amount
    if command.amount is not None:
        checks.on_step(amount, books.policy(unit.no, now))
    checks.signed(payee, command.signature)  # it leaves the account like a payment, and may go to who asks for it
    _open_again(payee, payer)
    if past.reversed:
        raise Rejected(Code.ALREADY_REVERSED, "this payment was reversed", "payment")
    if not left:
        raise Rejected(Code.ALREADY_REFUNDED, "this payment was refunded in full", "payment")
    if amount > left:
        raise Rejected(Code.REFUND_EXCEEDS_PAYMENT, f"{left} minor units are left to refund", "amount")
    draft = Draft(books)
    draft.move(payee, payer, amount, Reason.REFUND, payer="payment", payee="payment")
    before, after = past.refunded, past.refunded + amount
    for fee in past.transfers:
        if fee.reason in (Reason.FEE, Reason.FEE_RESERVE):
            back = round_half_up(fee.posted * after, main.posted) - round_half_up(fee.posted * before, main.posted)
            if back:
                draft.move(books.by_no[fee.credit], payee, back, Reason.FEE_REFUND, payer="payment", payee="payment")
    draft.add(Refunded(past.id, past.refunds + 1, after, main.posted))
    return draft.done()


def _open_again(giver: Account, receiver: Account) -> None:
    """A refund may reach a leaving member, not a closed or frozen account."""
    for held, field in ((giver, "payee"), (receiver, "payer")):
        if held.state is AccountState.CLOSED:
            raise Rejected(Code.ACCOUNT_CLOSED, f"{field}: this account is closed", "payment")
    if giver.frozen & Freeze.DEBITS:
        raise Rejected(Code.ACCOUNT_FROZEN, "payee: payments from this account are blocked", "payment")
    if receiver.frozen & Freeze.CREDITS:
        raise Rejected(Code.ACCOUNT_FROZEN, "payer: this account may not receive now", "payment")


def _past(books: Books, entry: UUID, field: str) -> Past:
    past = books.entries.get(entry)
    if past is None:
        raise Rejected(Code.ENTRY_NOT_FOUND, f"{field}: no such entry in this community", field)
    return past


def reverse(command: Reverse, books: Books, now: int) -> Decision:
    """Every transfer of the entry the other way round."""
    past = _past(books, command.entry, "entry")
    if past.kind not in REVERSIBLE:
        raise Rejected(Code.NOT_REVERSIBLE, f"a {past.kind} entry is not corrected by a reversal", "entry")
    moved = [t for t in past.transfers if t.posted]
    if not moved:
        raise Rejected(Code.NOT_REVERSIBLE, "this entry moved nothing", "entry")
    unit = _ruling(books, moved)
    policy = books.policy(unit.no, now)
    total = sum(t.posted for t in moved if books.by_no[t.debit].currency == unit.no) or moved[0].posted
    checks.four_eyes(policy, total, unit, command.actor, command.approver)
    if command.actor == past.actor:
        raise Rejected(Code.SAME_ACTOR, "who entered it may not reverse it; ask a colleague", "actor")
    _all_reachable(books, moved, command.force)
    if past.reversed:
        raise Rejected(Code.ALREADY_REVERSED, "this entry was reversed before", "entry")
    if past.refunded:
        raise Rejected(Code.ALREADY_REFUNDED, "this payment was refunded; refund the rest instead", "entry")
    if now > past.ts + policy.reversal_window_days * checks.DAY:
        raise Rejected(
            Code.WINDOW_PASSED, f"entries can be reversed for {policy.reversal_window_days} days; enter a payment back", "entry"
        )
    draft = Draft(books, force=command.force)
    for t in reversed(moved):
        draft.move(books.by_no[t.credit], books.by_no[t.debit], t.posted, Reason.REVERSAL, payer="entry", payee="entry")
    draft.add(Reversed(past.id))
    return draft.done()


def _ruling(books: Books, moved: list[Transfer]) -> Currency:
    """The currency whose rules an entry follows: euros follow the unit that they back."""
    units = [checks.currency_of(books, books.by_no[t.debit]) for t in moved]
    for unit in units:
        if unit.model is not Model.MIRROR:
            return unit
    for unit in books.currencies.values():
        if unit.model is Model.BACKED:
            outside = checks.technical(books, MIRROR_CODE, AccountKind.OUTSIDE, Form.DIGITAL, unit.code)
            if outside.no in moved[0][:2]:
                break
    return unit


def _all_reachable(books: Books, moved: list[Transfer], force: bool) -> None:
    touched = [books.by_no[no] for t in moved for no in (t.credit, t.debit)]
    if any(held.state is AccountState.CLOSED for held in touched):
        raise Rejected(Code.ACCOUNT_CLOSED, "an account of this entry is closed", "entry")
    if not force and any(held.frozen for held in touched):
        raise Rejected(Code.ACCOUNT_FROZEN, "an account of this entry is frozen; thaw it, or reverse with force", "entry")
