"""Where units come from and where they go: issue, redeem, the guarantee fund, grants to purses."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from ledger.core import checks
from ledger.core.accounts import Account, AccountKind, Books, Currency, Form, Model
from ledger.core.commands import ExchangeForm, ExpirePurse, Grant, ImportOpening, Issue, MoveReserve, Redeem
from ledger.core.draft import MIRROR_CODE, Draft
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Claimed, Decision, Reason
from ledger.core.money import MAX_AMOUNT, share
from ledger.core.policy import Policy, Programme

_HOLDERS = (AccountKind.PERSON, AccountKind.BUSINESS, AccountKind.ASSOCIATION, AccountKind.PUBLIC)
_PROFESSIONAL = (AccountKind.BUSINESS, AccountKind.ASSOCIATION, AccountKind.PUBLIC)


def _euro(books: Books, kind: AccountKind, unit: Currency, form: Form = Form.DIGITAL) -> Account:
    """A euro account kept for one backed currency."""
    return checks.technical(books, MIRROR_CODE, kind, form, unit.code)


def issue(command: Issue, books: Books, now: int) -> Decision:
    """Euros into the reserve, the same amount of units to the member (MLC-1)."""
    if type(command.euros) is not int:
        raise Rejected(Code.INVALID_FIELD, "euros must be a whole number of cents", "euros")
    checks.amount_field(command.amount)
    unit = checks.currency(books, command.currency)
    member = checks.account(books, command.account)
    checks.model(unit, Model.BACKED)
    checks.same_currency(member, unit, "account")
    if member.kind not in _HOLDERS:
        raise Rejected(Code.FLOW_NOT_ALLOWED, f"units are issued to members, not to a {member.kind} account", "account")
    if command.euros != command.amount:
        raise Rejected(Code.NOT_AT_PAR, "euros received must equal the units issued", "euros")
    policy = books.policy(unit.no, now)
    checks.four_eyes(policy, command.amount, unit, command.actor, command.approver)
    checks.may_receive(member, "account")
    draft = Draft(books)
    draft.move(
        _euro(books, AccountKind.OUTSIDE, unit), _euro(books, AccountKind.RESERVE, unit, member.form),
        command.euros, Reason.RESERVE_IN,
    )  # fmt: skip
    issuance = checks.technical(books, unit.code, AccountKind.ISSUANCE, member.form)
    draft.move(issuance, member, command.amount, Reason.ISSUE, payee="account")
    return draft.done()


def invoice_claim(account: UUID, invoice: str) -> bytes:
    """What makes an invoice number usable once for an account."""
    return sha256(b"redeem\0" + account.bytes + invoice.encode(errors="surrogatepass")).digest()


def redeem(command: Redeem, books: Books, now: int) -> Decision:
    """Units destroyed = gross; euros paid = gross - commission; the fund falls by gross (MLC-5)."""
    checks.text_field(command.invoice, "invoice", 64, 1)
    checks.amount_field(command.amount)
    unit = checks.currency(books, command.currency)
    member = checks.account(books, command.account)
    checks.model(unit, Model.BACKED, Model.EARMARKED)
    checks.same_currency(member, unit, "account")
    if member.kind not in _PROFESSIONAL:
        raise Rejected(Code.FLOW_NOT_ALLOWED, "only professionals may change back to euros; spend the units instead", "account")
    policy = books.policy(unit.no, now)
    checks.four_eyes(policy, command.amount, unit, command.actor, command.approver)
    checks.may_pay(member, "account")
    claim = invoice_claim(command.account, command.invoice)
    if claim in books.claims:
        raise Rejected(Code.ALREADY_CLAIMED, f"invoice {command.invoice} was redeemed before", "invoice")
    draft = Draft(books)
    if unit.model is Model.BACKED:
        _redeem_backed(draft, member, command.amount, unit, policy)
    else:
        settled = checks.technical(books, unit.code, AccountKind.SETTLED)
        draft.move(member, settled, command.amount, Reason.REDEEM, payer="account")
    draft.add(Claimed(claim))
    return draft.done()


def _redeem_backed(draft: Draft, member: Account, gross: int, unit: Currency, policy: Policy) -> None:
    books = draft.books
    commission = share(gross, policy.commission_bp)
    gift = min(share(gross, policy.commission_gift_bp), commission)
    issuance = checks.technical(books, unit.code, AccountKind.ISSUANCE, member.form)
    reserve = _euro(books, AccountKind.RESERVE, unit, member.form)
    draft.move(member, issuance, gross, Reason.REDEEM, payer="account")
    for kind, euros, reason in (
        (AccountKind.OUTSIDE, gross - commission, Reason.RESERVE_OUT),
        (AccountKind.OPERATOR, commission - gift, Reason.COMMISSION),
        (AccountKind.COMMON_FUND, gift, Reason.COMMISSION_GIFT),
    ):
        if euros:
            draft.move(reserve, _euro(books, kind, unit), euros, reason, payer="currency")


def move_reserve(command: MoveReserve, books: Books, now: int) -> Decision:
    """Euros in or out of the guarantee fund without units; out only above what circulates."""
    if type(command.euros) is not int or not 0 < abs(command.euros) <= MAX_AMOUNT:
        raise Rejected(Code.INVALID_FIELD, "euros must be minor units other than 0", "euros")
    unit = checks.currency(books, command.currency)
    checks.model(unit, Model.BACKED)
    policy = books.policy(unit.no, now)
    checks.four_eyes(policy, abs(command.euros), unit, command.actor, command.approver)
    reserve = _euro(books, AccountKind.RESERVE, unit, command.form)
    outside = _euro(books, AccountKind.OUTSIDE, unit)
    draft = Draft(books)
    if command.euros > 0:
        draft.move(outside, reserve, command.euros, Reason.RESERVE_IN)
    else:
        draft.move(reserve, outside, -command.euros, Reason.RESERVE_OUT, payer="euros")
    return draft.done()


def exchange_form(command: ExchangeForm, books: Books, now: int) -> Decision:
    """Notes deposited or withdrawn: both reserves follow (MLC-3)."""
    checks.signature_field(command.signature)
    checks.amount_field(command.amount)
    if command.payer == command.payee:
        raise Rejected(Code.SAME_ACCOUNT, "payer and payee are the same account", "payee")
    unit = checks.currency(books, command.currency)
    payer = checks.account(books, command.payer, "payer")
    payee = checks.account(books, command.payee, "payee")
    checks.model(unit, Model.BACKED)
    checks.same_currency(payer, unit, "payer")
    checks.same_currency(payee, unit, "payee")
    if payer.form is payee.form:
        raise Rejected(Code.FORM_MISMATCH, "both accounts hold the same form; make a payment instead", "payee")
    for held, field in ((payer, "payer"), (payee, "payee")):
        if held.kind not in _HOLDERS:
            raise Rejected(Code.FLOW_NOT_ALLOWED, f"{field}: a {held.kind} account does not change notes", field)
    checks.signed(payer, command.signature)
    checks.may_both(payer, payee)
    draft = Draft(books)
    absorbs, issues = (checks.technical(books, unit.code, AccountKind.ISSUANCE, held.form) for held in (payer, payee))
    draft.move(payer, absorbs, command.amount, Reason.FORM_OUT, payer="payer")
    draft.move(issues, payee, command.amount, Reason.FORM_IN, payee="payee")
    draft.move(
        _euro(books, AccountKind.RESERVE, unit, payer.form), _euro(books, AccountKind.RESERVE, unit, payee.form),
        command.amount, Reason.RESERVE_OUT, payer="currency",
    )  # fmt: skip
    return draft.done()


def _purse(books: Books, uid: UUID, now: int) -> tuple[Account, Currency, Policy, Programme]:
    purse = checks.account(books, uid)
    unit = checks.currency_of(books, purse)
    policy = books.policy(unit.no, now)
    programme = policy.programme(purse.programme)
    if purse.kind is AccountKind.PURSE and programme is None:
        raise Rejected(Code.PROGRAMME_NOT_FOUND, f"programme {purse.programme} is not in force", "account")
    checks.model(unit, Model.EARMARKED, field="account")
    if purse.kind is not AccountKind.PURSE or programme is None:
        raise Rejected(Code.FLOW_NOT_ALLOWED, "only a purse is funded by a programme", "account")
    return purse, unit, policy, programme


def grant(command: Grant, books: Books, now: int) -> Decision:
    """From the programme's budget to a purse (PUB-3)."""
    if command.once is not None:
        checks.bytes_field(command.once, "once", 32)
    checks.amount_field(command.amount)
    purse, unit, _, programme = _purse(books, command.account, now)
    checks.may_receive(purse, "account")
    if programme.ends_at and now >= programme.ends_at:
        raise Rejected(Code.WINDOW_PASSED, f"programme {programme.code} has ended", "account")
    if command.once is not None and command.once in books.claims:
        raise Rejected(Code.ALREADY_CLAIMED, "this person received this grant before", "once")
    draft = Draft(books)
    draft.budget = programme.budget
    funder = checks.technical(books, unit.code, AccountKind.FUNDER, Form.DIGITAL, programme.code)
    draft.move(funder, purse, command.amount, Reason.GRANT, payer="amount", payee="account")
    if command.once is not None:
        draft.add(Claimed(command.once))
    return draft.done()


def expire_purse(command: ExpirePurse, books: Books, now: int) -> Decision:
    """What was not spent goes back to the funder, and to the budget."""
    purse, unit, _, programme = _purse(books, command.account, now)
    left = purse.balance - purse.debits_held
    if left <= 0:
        raise Rejected(Code.NOTHING_TO_DO, "this purse holds nothing to return", "account")
    if not programme.ends_at or now < programme.ends_at:
        raise Rejected(Code.TOO_EARLY, f"programme {programme.code} has not ended", "account")
    draft = Draft(books)
    funder = checks.technical(books, unit.code, AccountKind.FUNDER, Form.DIGITAL, programme.code)
    draft.move(purse, funder, left, Reason.PURSE_EXPIRY, payer="account")
    return draft.done()


def import_opening(command: ImportOpening, books: Books, now: int) -> Decision:
    """A balance brought along; a backed currency brings its reserve first, and nobody in debt."""
    if type(command.balance) is not int or not 0 < abs(command.balance) <= MAX_AMOUNT:
        raise Rejected(Code.INVALID_FIELD, "balance must be minor units other than 0", "balance")
    checks.moment_field(command.occurred_at, "occurred_at")
    checks.not_in_future(command.occurred_at, now, "occurred_at")
    member = checks.account(books, command.account)
    unit = checks.currency_of(books, member)
    checks.model(unit, Model.MUTUAL, Model.BACKED, Model.TIME, Model.EARMARKED, field="account")
    if member.kind not in _HOLDERS:
        raise Rejected(Code.FLOW_NOT_ALLOWED, f"a {member.kind} account takes no opening balance", "account")
    checks.may_receive(member, "account")
    if member.version:
        raise Rejected(Code.ACCOUNT_NOT_EMPTY, "an opening balance comes before any payment", "account")
    checks.unsealed(books, command.occurred_at, "occurred_at")
    source = AccountKind.ISSUANCE if unit.model is Model.BACKED else AccountKind.OPENING
    opening = checks.technical(books, unit.code, source, member.form if unit.model is Model.BACKED else Form.DIGITAL)
    draft = Draft(books, force=True)
    if command.balance > 0:
        draft.move(opening, member, command.balance, Reason.OPENING, payee="account")
    else:
        draft.move(member, opening, -command.balance, Reason.OPENING, payer="account")
    return draft.done()
