"""Pay, pay many, refund, reverse."""

from __future__ import annotations

from uuid import UUID

from ledger.core import checks
from ledger.core.accounts import (
    Account,
    AccountKind,
    AccountState,
    Books,
    Currency,
    Freeze,
    Model,
    Past,
    Transfer,
)
from ledger.core.commands import MAX_BATCH, ImportPayment, Pay, PayBatch, PlaceHold, Refund, Reverse
from ledger.core.draft import Draft
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision, Reason, Refunded, Reversed
from ledger.core.money import round_half_up, share
from ledger.core.policy import Policy

PERSON, BUSINESS, ASSOCIATION, PUBLIC = (
    AccountKind.PERSON, AccountKind.BUSINESS, AccountKind.ASSOCIATION, AccountKind.PUBLIC,
)  # fmt: skip
_PEOPLE = (PERSON, BUSINESS, ASSOCIATION, PUBLIC)
_OWN = (AccountKind.OPERATOR, AccountKind.COMMON_FUND, AccountKind.LOSS_FUND)
_EVERYONE = frozenset((a, b) for a in (*_PEOPLE, *_OWN) for b in (*_PEOPLE, *_OWN))

FLOWS: dict[Model, frozenset[tuple[AccountKind, AccountKind]]] = {
    # a public body has no account that pays: it pays euros to the association (COL-2)
    Model.BACKED: frozenset((a, b) for a, b in _EVERYONE if a is not PUBLIC),
    # the operator may retire units against debts it took over in euros (MUT-8)
    Model.MUTUAL: _EVERYONE | {(AccountKind.OPERATOR, AccountKind.SETTLED)},
    Model.TIME: _EVERYONE,
    # a purse pays merchants; what merchants earned they pass on only where the policy says so
    Model.EARMARKED: frozenset({(AccountKind.PURSE, k) for k in (BUSINESS, ASSOCIATION, PUBLIC)}),
    Model.MIRROR: frozenset(),
}
"""Who may pay whom (CORE-5): a closed table for each model."""

_RESPEND = frozenset((a, b) for a in (BUSINESS, ASSOCIATION) for b in (BUSINESS, ASSOCIATION, PUBLIC))

REVERSIBLE = frozenset({
    "pay", "pay_batch", "capture_hold", "issue", "redeem", "grant", "expire_purse", "charge_fee", "charge_demurrage",
    "exchange_form", "forfeit", "settle_debt", "write_off", "move_reserve", "import_opening", "import_payment",
})  # fmt: skip


def pay(command: Pay, books: Books, now: int) -> Decision:
    """One payment, with the policy's fee taken from the payee."""
    payer, payee, policy, unit = agree(command, books, now)
    draft = Draft(books)
    draft.move(payer, payee, command.amount, Reason.PAYMENT)
    charge_payee(draft, payee, command.amount, policy, unit)
    return draft.done()


def agree(command: Pay | PlaceHold, books: Books, now: int) -> tuple[Account, Account, Policy, Currency]:
    """Everything that payments and holds check before any limit, in the documented order."""
    checks.amount_field(command.amount)
    checks.text_field(command.activity, "activity", 64)
    checks.signature_field(command.signature)
    if isinstance(command, Pay):
        _pay_shape(command)
    elif type(command.seconds) is not int or not 0 <= command.seconds <= 10 * 366 * 86_400:
        raise Rejected(Code.INVALID_FIELD, "seconds must be 0 (never expires) to ten years", "seconds")
    if command.payer == command.payee:
        raise Rejected(Code.SAME_ACCOUNT, "payer and payee are the same account", "payee")
    unit = checks.currency(books, command.currency)
    payer = checks.account(books, command.payer, "payer")
    payee = checks.account(books, command.payee, "payee")
    policy = books.policy(unit.no, now)
    _fit(payer, payee, unit, policy)
    checks.on_step(command.amount, policy)
    if isinstance(command, Pay) and policy.spheres and command.sphere is None:
        raise Rejected(Code.SPHERE_REQUIRED, "say the sphere: individual, collective or associative", "sphere")
    if command.activity in policy.not_credited:
        raise Rejected(Code.NOT_CREDITED, f"{command.activity} earns no time in this community", "activity")
    if payer.kind is AccountKind.PURSE:
        _purse_opens(payer, payee, command.activity, command.amount, policy)
    checks.signed(payer, command.signature)
    checks.may_both(payer, payee)
    if payer.kind is AccountKind.PURSE:
        _purse_in_time(payer, policy, now)
    return payer, payee, policy, unit


def _pay_shape(command: Pay) -> None:
    if command.memo_hash is not None:
        checks.bytes_field(command.memo_hash, "memo_hash", 32)
    if command.deal is not None:
        checks.amount_field(command.deal, "deal")
        if command.deal < command.amount:
            raise Rejected(Code.INVALID_FIELD, "deal is the whole price, at least the amount paid in units", "deal")


def _fit(payer: Account, payee: Account, unit: Currency, policy: Policy) -> None:
    if unit.model is Model.MIRROR:
        raise Rejected(Code.WRONG_MODEL, f"{unit.code} mirrors the bank; nobody pays with it here", "currency")
    checks.same_currency(payer, unit, "payer")
    checks.same_currency(payee, unit, "payee")
    if payer.form is not payee.form:
        raise Rejected(Code.FORM_MISMATCH, "paper and digital units change form at a counter first", "payee")
    pair = (payer.kind, payee.kind)
    if pair not in FLOWS[unit.model] and not (policy.merchants_respend and pair in _RESPEND):
        raise Rejected(Code.FLOW_NOT_ALLOWED, f"a {payer.kind} may not pay a {payee.kind} in {unit.code}", "payee")


def _purse_opens(purse: Account, payee: Account, activity: str, amount: int, policy: Policy) -> None:
    """Sealed purses (PUB-2): the merchant and the line must both be on the programme's list."""
    programme = policy.programme(purse.programme)
    if programme is None:
        raise Rejected(Code.PURSE_SEALED, f"programme {purse.programme} is not in force", "payer")
    if programme.sectors:
        if not set(programme.sectors) & set(payee.sectors):
            raise Rejected(Code.PURSE_SEALED, f"purse {programme.code} does not pay this merchant", "payee")
        if activity not in programme.sectors:
            raise Rejected(Code.PURSE_SEALED, f"purse {programme.code} does not pay for {activity or 'this'}", "activity")
    if programme.single_use and amount > programme.single_use:
        raise Rejected(Code.PURSE_SEALED, f"purse {programme.code} pays at most {programme.single_use} at once", "amount")


def _purse_in_time(purse: Account, policy: Policy, now: int) -> None:
    programme = policy.programme(purse.programme)
    if programme is not None and programme.ends_at and now >= programme.ends_at:
        raise Rejected(Code.WINDOW_PASSED, f"purse {programme.code} has expired", "payer")
    if programme is not None and now < programme.starts_at:
        raise Rejected(Code.TOO_EARLY, f"purse {programme.code} has not started", "payer")


def charge_payee(draft: Draft, payee: Account, amount: int, policy: Policy, unit: Currency) -> None:
    """The policy's fee on a payment, the loss fund's share booked apart."""
    if policy.payment_fee_bp:
        split_fee(draft, payee, share(amount, policy.payment_fee_bp), policy, unit, Reason.FEE, "payee")


def split_fee(
    draft: Draft, payer: Account, fee: int, policy: Policy, unit: Currency, reason: Reason, field: str
) -> None:
    """A fee to the operator, less what the policy reserves for losses (MUT-10)."""
    reserve = share(fee, policy.fee_reserve_bp)
    if fee - reserve:
        operator = checks.technical(draft.books, unit.code, AccountKind.OPERATOR)
        draft.move(payer, operator, fee - reserve, reason, payer=field, payee="operator")
    if reserve:
        fund = checks.technical(draft.books, unit.code, AccountKind.LOSS_FUND)
        draft.move(payer, fund, reserve, Reason.FEE_RESERVE, payer=field, payee="loss_fund")


def pay_batch(command: PayBatch, books: Books, now: int) -> Decision:
    """One payer, many payees, all or nothing. A refusal names the line, counted from 0."""
    if not command.payees:
        raise Rejected(Code.EMPTY_BATCH, "payees is empty; name at least one", "payees")
    if len(command.payees) > MAX_BATCH:
        raise Rejected(Code.BATCH_TOO_LARGE, f"at most {MAX_BATCH} payees at once; send several batches", "payees")
    draft = Draft(books)
    for line, (account, amount) in enumerate(command.payees):
        single = Pay(
            id=command.id, community=command.community, actor=command.actor, payer=command.payer, payee=account,
            amount=amount, currency=command.currency, signature=command.signature,
        )  # fmt: skip
        try:
            payer, payee, policy, unit = agree(single, books, now)
        except Rejected as refused:
            field = f"payees[{line}].{refused.field}" if refused.field in ("payee", "amount") else refused.field
            raise Rejected(refused.code, refused.detail, field) from None
        draft.move(payer, payee, amount, Reason.PAYMENT, payee=f"payees[{line}]")
        charge_payee(draft, payee, amount, policy, unit)
    return draft.done()


def refund(command: Refund, books: Books, now: int) -> Decision:
    """Back to the payer; the fees of the payment go back in proportion, exactly over several refunds."""
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
    checks.on_step(amount, books.policy(unit.no, now))
    _open_again(payee, payer)
    if past.reversed:
        raise Rejected(Code.ALREADY_REVERSED, "this payment was reversed", "payment")
    if not left:
        raise Rejected(Code.ALREADY_REFUNDED, "this payment was refunded in full", "payment")
    if amount > left:
        raise Rejected(Code.REFUND_EXCEEDS_PAYMENT, f"{left} minor units are left to refund", "amount")
    draft = Draft(books)
    draft.move(payee, payer, amount, Reason.REFUND, payer="payee", payee="payer")
    before, after = past.refunded, past.refunded + amount
    for fee in past.transfers:
        if fee.reason in (Reason.FEE, Reason.FEE_RESERVE):
            back = round_half_up(fee.posted * after, main.posted) - round_half_up(fee.posted * before, main.posted)
            if back:
                draft.move(books.by_no[fee.credit], payee, back, Reason.FEE_REFUND, payer="operator", payee="payee")
    draft.add(Refunded(past.id, past.refunds + 1, after, main.posted))
    return draft.done()


def _open_again(giver: Account, receiver: Account) -> None:
    """A refund may reach a leaving member, not a closed or frozen account."""
    for held, field in ((giver, "payee"), (receiver, "payer")):
        if held.state is AccountState.CLOSED:
            raise Rejected(Code.ACCOUNT_CLOSED, f"{field}: this account is closed", field)
    if giver.frozen & Freeze.DEBITS:
        raise Rejected(Code.ACCOUNT_FROZEN, "payee: payments from this account are blocked", "payee")
    if receiver.frozen & Freeze.CREDITS:
        raise Rejected(Code.ACCOUNT_FROZEN, "payer: this account may not receive now", "payer")


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
    unit = checks.currency_of(books, books.by_no[moved[0].debit])
    policy = books.policy(unit.no, now)
    total = sum(t.posted for t in moved if books.by_no[t.debit].currency == unit.no)
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
        draft.move(books.by_no[t.credit], books.by_no[t.debit], t.posted, Reason.REVERSAL, payer="payee", payee="payer")
    draft.add(Reversed(past.id))
    return draft.done()


def _all_reachable(books: Books, moved: list[Transfer], force: bool) -> None:
    touched = [books.by_no[no] for t in moved for no in (t.credit, t.debit)]
    if any(held.state is AccountState.CLOSED for held in touched):
        raise Rejected(Code.ACCOUNT_CLOSED, "an account of this entry is closed", "entry")
    if not force and any(held.frozen for held in touched):
        raise Rejected(Code.ACCOUNT_FROZEN, "an account of this entry is frozen; thaw it, or reverse with force", "entry")


def import_payment(command: ImportPayment, books: Books, now: int) -> Decision:
    """History from elsewhere: its own date, no limits asked."""
    checks.amount_field(command.amount)
    checks.text_field(command.activity, "activity", 64)
    if command.payer == command.payee:
        raise Rejected(Code.SAME_ACCOUNT, "payer and payee are the same account", "payee")
    checks.moment_field(books, command.occurred_at, now, "occurred_at")
    payer = checks.account(books, command.payer, "payer")
    payee = checks.account(books, command.payee, "payee")
    if payer.currency != payee.currency:
        raise Rejected(Code.CURRENCY_MISMATCH, "payer and payee hold different currencies", "payee")
    if payer.form is not payee.form:
        raise Rejected(Code.FORM_MISMATCH, "paper and digital units change form at a counter first", "payee")
    for held, field in ((payer, "payer"), (payee, "payee")):
        if held.kind not in (*_PEOPLE, *_OWN):
            raise Rejected(Code.FLOW_NOT_ALLOWED, f"{field}: a {held.kind} account takes no imported payments", field)
    checks.may_both(payer, payee)
    checks.unsealed(books, command.occurred_at, "occurred_at")
    draft = Draft(books, force=True)
    draft.move(payer, payee, command.amount, Reason.IMPORTED)
    return draft.done()
