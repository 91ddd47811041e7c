"""Dues, and how a member leaves: notice, spend-down, forfeit; debts settled in euros or written off."""

from __future__ import annotations

from uuid import UUID

from ledger.core import checks
from ledger.core.accounts import MEMBER_KINDS, Account, AccountKind, AccountState, Books, Currency, Model
from ledger.core.commands import ChargeFee, Forfeit, Leave, SettleDebt, WriteOff
from ledger.core.draft import Draft
from ledger.core.errors import Code, Rejected
from ledger.core.journal import AccountSet, Decision, Reason
from ledger.core.payments import split_fee

_KEEPER = {
    Model.MUTUAL: AccountKind.LOSS_FUND,
    Model.BACKED: AccountKind.COMMON_FUND,
    Model.TIME: AccountKind.OPERATOR,
}
"""Who receives what a leaver leaves behind (MUT-15)."""


def account_set(held: Account, **changes: object) -> AccountSet:
    """The account's terms with some changed."""
    terms: dict[str, object] = {name: getattr(held, name) for name in AccountSet.__dataclass_fields__}
    return AccountSet(**{**terms, **changes})  # type: ignore[arg-type]


def _member(books: Books, uid: UUID, *models: Model) -> tuple[Account, Currency]:
    held = checks.account(books, uid)
    unit = checks.currency_of(books, held)
    checks.model(unit, *models, field="account")
    if held.kind not in MEMBER_KINDS or held.kind is AccountKind.PURSE:
        raise Rejected(Code.FLOW_NOT_ALLOWED, f"a {held.kind} account has no member who could be asked", "account")
    return held, unit


def fee(command: ChargeFee, books: Books, now: int) -> Decision:
    """Dues in units or hours (MUT-10, TIME-6); never beyond the account's limit."""
    checks.text_field(command.purpose, "purpose", 64, 1)
    checks.amount_field(command.amount)
    held, unit = _member(books, command.account, Model.MUTUAL, Model.BACKED, Model.TIME)
    policy = books.policy(unit.no, now)
    checks.on_step(command.amount, policy)
    checks.may_pay(held, "account")
    draft = Draft(books)
    split_fee(draft, held, command.amount, policy, unit, Reason.DUES, "account")
    return draft.done()


def leave(command: Leave, books: Books, now: int) -> Decision:
    """Start the spend-down: the credit line ends, so that nobody leaves with new debt."""
    held, unit = _member(books, command.account, *_KEEPER)
    if held.state is AccountState.CLOSED:
        raise Rejected(Code.ACCOUNT_CLOSED, "account: this account is closed", "account")
    if held.state is AccountState.LEAVING:
        raise Rejected(Code.ACCOUNT_LEAVING, "account: this member gave notice before", "account")
    policy = books.policy(unit.no, now)
    until = now + policy.spend_down_days * checks.DAY
    return Decision((), (account_set(held, floor=0, state=AccountState.LEAVING, spend_until=until),))


def forfeit(command: Forfeit, books: Books, now: int) -> Decision:
    """What a leaver did not spend in time (MUT-15)."""
    held, unit = _member(books, command.account, *_KEEPER)
    left = held.balance - held.debits_held
    if held.state is not AccountState.LEAVING or left <= 0:
        raise Rejected(Code.NOTHING_TO_DO, "only the remaining units of a leaving member are forfeited", "account")
    if now < held.spend_until:
        raise Rejected(Code.TOO_EARLY, "the member may still spend down", "account")
    draft = Draft(books)
    keeper = checks.technical(books, unit.code, _KEEPER[unit.model], held.form)
    draft.move(held, keeper, left, Reason.FORFEIT, payer="account")
    return draft.done()


def settle_debt(command: SettleDebt, books: Books, now: int) -> Decision:
    """Euros were paid to the operator; the debt in units moves to the operator's settled account (MUT-8)."""
    checks.amount_field(command.amount)
    held, unit = _member(books, command.account, Model.MUTUAL)
    if held.state is AccountState.CLOSED:
        raise Rejected(Code.ACCOUNT_CLOSED, "account: this account is closed", "account")
    debt = -held.balance
    if debt <= 0:
        raise Rejected(Code.NOTHING_TO_DO, "this account owes nothing", "account")
    draft = Draft(books)
    settled = checks.technical(books, unit.code, AccountKind.SETTLED)
    draft.move(settled, held, command.amount, Reason.DEBT_SETTLED, payee="account")
    decision = draft.done()
    if command.amount > debt:
        raise Rejected(Code.OVER_CEILING, f"the debt is {debt} minor units", "amount")
    return decision


def write_off(command: WriteOff, books: Books, now: int) -> Decision:
    """A debt nobody will pay: the loss fund as far as it goes, then the losses (MUT-11, TIME-10)."""
    held, unit = _member(books, command.account, Model.MUTUAL, Model.TIME)
    debt = -held.balance
    policy = books.policy(unit.no, now)
    checks.four_eyes(policy, max(debt, 0), unit, command.actor, command.approver)
    if debt <= 0:
        raise Rejected(Code.NOTHING_TO_DO, "this account owes nothing", "account")
    draft = Draft(books, force=True)
    if unit.model is Model.TIME:
        draft.move(checks.technical(books, unit.code, AccountKind.OPERATOR), held, debt, Reason.LOSS, payee="account")
        return draft.done()
    fund = checks.technical(books, unit.code, AccountKind.LOSS_FUND)
    by_fund = min(debt, max(fund.balance - fund.debits_held, 0))
    if by_fund:
        draft.move(fund, held, by_fund, Reason.LOSS, payee="account")
    if debt - by_fund:
        loss = checks.technical(books, unit.code, AccountKind.LOSS)
        draft.move(loss, held, debt - by_fund, Reason.LOSS, payee="account")
    return draft.done()
