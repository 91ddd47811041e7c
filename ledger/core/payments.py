"""Pay, and pay many: who may pay whom, what is asked of both, and the fee."""

from __future__ import annotations

from ledger.core import checks
from ledger.core.accounts import MEMBER_KINDS, Account, AccountKind, Books, Currency, Model
from ledger.core.commands import MAX_BATCH, ImportPayment, Pay, PayBatch, PlaceHold
from ledger.core.draft import Draft
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision, Reason
from ledger.core.money import MAX_AMOUNT, share
from ledger.core.policy import Policy

PERSON, BUSINESS, ASSOCIATION, PUBLIC = (
    AccountKind.PERSON, AccountKind.BUSINESS, AccountKind.ASSOCIATION, AccountKind.PUBLIC,
)  # fmt: skip
_PURSE, _TIME, _MIRROR, _PAYMENT = AccountKind.PURSE, Model.TIME, Model.MIRROR, Reason.PAYMENT
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

_RANK = {code: rank for rank, code in enumerate(Code)}


def pay(command: Pay, books: Books, now: int) -> Decision:
    """One payment, with the policy's fee taken from the payee."""
    payer, payee, policy, unit = agree(command, books, now)
    draft = Draft(books)
    draft.move(payer, payee, command.amount, _PAYMENT, "payer", "payee")
    charge_payee(draft, payee, command.amount, policy, unit, "payee")
    return draft.done()


def agree(command: Pay | PlaceHold, books: Books, now: int) -> tuple[Account, Account, Policy, Currency]:
    """Everything that payments and holds check before any limit, in the documented order."""
    checks.text_field(command.activity, "activity", 64)
    if command.signature is not None:
        checks.signature_field(command.signature)
    if isinstance(command, Pay):
        _pay_shape(command)
    elif type(command.seconds) is not int or not 0 <= command.seconds <= 10 * 366 * 86_400:
        raise Rejected(Code.INVALID_FIELD, "seconds must be 0 (never expires) to ten years", "seconds")
    checks.amount_field(command.amount)
    found = books.accounts.get
    payer, payee = found(command.payer), found(command.payee)
    if payer is payee and command.payer == command.payee:  # ids are compared only where both may be one
        raise Rejected(Code.SAME_ACCOUNT, "payer and payee are the same account", "payee")
    unit = checks.currency(books, command.currency)
    if payer is None:
        raise checks.no_account("payer")
    if payee is None:
        raise checks.no_account("payee")
    policy = books.policy(unit.no, now)
    if unit.model is _TIME and isinstance(command, Pay) and command.deal is not None:
        raise Rejected(Code.WRONG_MODEL, "hours and euros are never mixed in one price; leave deal out", "deal")
    _fit(payer, payee, unit, policy)
    checks.on_step(command.amount, policy)
    if policy.spheres and command.sphere is None:
        raise Rejected(Code.SPHERE_REQUIRED, "say the sphere: individual, collective or associative", "sphere")
    if command.activity in policy.not_credited:
        raise Rejected(Code.NOT_CREDITED, f"{command.activity} earns no time in this community", "activity")
    if payer.kind is _PURSE:
        _purse_opens(payer, payee, command.activity, command.amount, policy)
    checks.signed(payer, command.signature)
    checks.may_both(payer, payee)
    if payer.kind is _PURSE:
        _purse_in_time(payer, policy, now)
    return payer, payee, policy, unit


def _pay_shape(command: Pay) -> None:
    if command.memo_hash is not None:
        checks.bytes_field(command.memo_hash, "memo_hash", 32)
    deal, amount = command.deal, command.amount
    if deal is not None and (type(deal) is not int or (type(amount) is int and not amount <= deal <= MAX_AMOUNT)):
        raise Rejected(Code.INVALID_FIELD, "deal is the whole price, at least the amount paid in units", "deal")


def _fit(payer: Account, payee: Account, unit: Currency, policy: Policy) -> None:
    if unit.model is _MIRROR:
        raise Rejected(Code.WRONG_MODEL, f"{unit.code} mirrors the bank; nobody pays with it here", "currency")
    if not payer.currency == payee.currency == unit.no:
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


def charge_payee(draft: Draft, payee: Account, amount: int, policy: Policy, unit: Currency, field: str) -> None:
    """The policy's fee on a payment, the loss fund's share booked apart. The community charges itself none."""
    if policy.payment_fee_bp and payee.kind in MEMBER_KINDS:
        split_fee(draft, payee, share(amount, policy.payment_fee_bp), policy, unit, Reason.FEE, field)


def split_fee(
    draft: Draft, payer: Account, fee: int, policy: Policy, unit: Currency, reason: Reason, field: str
) -> None:
    """A fee to the operator, less what the policy reserves for losses (MUT-10)."""
    reserve = share(fee, policy.fee_reserve_bp)
    if fee - reserve:
        operator = checks.technical(draft.books, unit.code, AccountKind.OPERATOR, payer.form)
        draft.move(payer, operator, fee - reserve, reason, payer=field)
    if reserve:
        fund = checks.technical(draft.books, unit.code, AccountKind.LOSS_FUND, payer.form)
        draft.move(payer, fund, reserve, Reason.FEE_RESERVE, payer=field)


def pay_batch(command: PayBatch, books: Books, now: int) -> Decision:
    """One payer, many payees, all or nothing. A refusal names the line, counted from 0."""
    if not command.payees:
        raise Rejected(Code.EMPTY_BATCH, "payees is empty; name at least one", "payees")
    if len(command.payees) > MAX_BATCH:
        raise Rejected(Code.BATCH_TOO_LARGE, f"at most {MAX_BATCH} payees at once; send several batches", "payees")
    draft = Draft(books)
    first: Rejected | None = None
    for line, (account, amount) in enumerate(command.payees):
        single = Pay(
            id=command.id, community=command.community, actor=command.actor, payer=command.payer, payee=account,
            amount=amount, currency=command.currency, signature=command.signature, sphere=command.sphere,
            activity=command.activity,
        )  # fmt: skip
        try:
            payer, payee, policy, unit = agree(single, books, now)
        except Rejected as refused:
            # the order of the codes goes before the order of the lines
            if first is None or _RANK[refused.code] < _RANK[first.code]:
                field = f"payees[{line}].{refused.field}" if refused.field in ("payee", "amount") else refused.field
                first = Rejected(refused.code, refused.detail, field)
            continue
        draft.move(payer, payee, amount, _PAYMENT, "payer", f"payees[{line}]")
        charge_payee(draft, payee, amount, policy, unit, f"payees[{line}]")
    if first is not None:
        raise first
    return draft.done()


def import_payment(command: ImportPayment, books: Books, now: int) -> Decision:
    """History from elsewhere: its own date, no limits asked, except that backed units never go below 0."""
    checks.text_field(command.activity, "activity", 64)
    checks.moment_field(command.occurred_at, "occurred_at")
    checks.amount_field(command.amount)
    if command.payer == command.payee:
        raise Rejected(Code.SAME_ACCOUNT, "payer and payee are the same account", "payee")
    checks.not_in_future(command.occurred_at, now, "occurred_at")
    payer = checks.account(books, command.payer, "payer")
    payee = checks.account(books, command.payee, "payee")
    unit = checks.currency_of(books, payer)
    checks.model(unit, Model.MUTUAL, Model.BACKED, Model.TIME, Model.EARMARKED, field="payer")
    if payer.currency != payee.currency:
        raise Rejected(Code.CURRENCY_MISMATCH, "payer and payee hold different currencies", "payee")
    if payer.form is not payee.form:
        raise Rejected(Code.FORM_MISMATCH, "paper and digital units change form at a counter first", "payee")
    for held, field in ((payer, "payer"), (payee, "payee")):
        if held.kind not in (*_PEOPLE, *_OWN):
            raise Rejected(Code.FLOW_NOT_ALLOWED, f"{field}: a {held.kind} account takes no imported payments", field)
    if payer.signed_only:
        raise Rejected(
            Code.SIGNATURE_REQUIRED, "payer: its member has had a device here; history is imported before that", "payer"
        )
    checks.may_both(payer, payee)
    checks.unsealed(books, command.occurred_at, "occurred_at")
    draft = Draft(books, force=True)
    draft.move(payer, payee, command.amount, Reason.IMPORTED, payer="payer", payee="payee")
    return draft.done()
