"""Members' accounts: open, change terms, freeze, close, and the device keys that may sign for them."""

from __future__ import annotations

from uuid import UUID

from ledger.core import checks
from ledger.core.accounts import (
    MEMBER_KINDS,
    Account,
    AccountKind,
    AccountState,
    Books,
    Currency,
    Form,
    Freeze,
    Model,
)
from ledger.core.charges import account_set
from ledger.core.commands import (
    AddKey,
    CloseAccount,
    FreezeAccount,
    OpenAccount,
    RevokeKey,
    SetCeiling,
    SetLine,
    SetTerms,
)
from ledger.core.draft import CREDIT
from ledger.core.errors import Code, Rejected
from ledger.core.journal import AccountOpened, Decision, KeyAdded, KeyRevoked
from ledger.core.money import MAX_AMOUNT, format_minor
from ledger.core.policy import Policy

MAX_KEYS = 16
MAX_SECTORS = 16


def open_account(command: OpenAccount, books: Books, now: int) -> Decision:
    """A new account at 0, with its member's devices. Backed and earmarked units have no credit (CORE-7)."""
    _limit_field(command.line, "line")
    _limit_field(command.ceiling, "ceiling")
    _terms_fields(command.sectors, command.acceptance_bp)
    _keys_field(command.keys)
    unit = checks.currency(books, command.currency)
    policy = books.policy(unit.no, now)
    if command.programme and policy.programme(command.programme) is None:
        raise Rejected(Code.PROGRAMME_NOT_FOUND, f"no programme {command.programme} in {unit.code}", "programme")
    if command.account in books.accounts:
        raise Rejected(Code.ALREADY_EXISTS, "an account with this id exists", "account")
    checks.model(unit, Model.MUTUAL, Model.BACKED, Model.TIME, Model.EARMARKED)
    if command.form is Form.PAPER and unit.model is not Model.BACKED:
        raise Rejected(Code.FORM_MISMATCH, f"{unit.code} has no notes; only a backed currency is on paper too", "form")
    purse = command.kind is AccountKind.PURSE
    if command.kind not in MEMBER_KINDS or purse != bool(command.programme) or (purse and unit.model is not Model.EARMARKED):
        raise Rejected(
            Code.FLOW_NOT_ALLOWED, "open accounts of members; a purse needs a programme of an earmarked currency", "kind"
        )
    line = command.line
    if line is None:
        line = policy.default_line if unit.model in CREDIT else 0
    if line:
        _line_allowed(line, unit, policy)
    _acceptance_allowed(command.acceptance_bp, policy)
    opened = AccountOpened(
        books.accounts_opened + 1, command.account, unit.no, command.kind, command.form,
        None if line is None else -line,
        policy.default_ceiling if command.ceiling is None else command.ceiling,
        command.programme, command.sectors, command.acceptance_bp,
    )  # fmt: skip
    return Decision((), (opened, *(KeyAdded(opened.no, key) for key in command.keys)))


def _keys_field(keys: tuple[bytes, ...]) -> None:
    for key in keys:
        checks.bytes_field(key, "keys", 32)
    if len(keys) > MAX_KEYS or len(set(keys)) < len(keys):
        raise Rejected(Code.INVALID_FIELD, f"keys: at most {MAX_KEYS}, each one once", "keys")


def _limit_field(value: object, field: str) -> None:
    if value is not None and (type(value) is not int or not 0 <= value <= MAX_AMOUNT):
        raise Rejected(Code.INVALID_FIELD, f"{field} must be 0 or more minor units", field)


def _terms_fields(sectors: tuple[str, ...], acceptance_bp: int) -> None:
    if len(sectors) > MAX_SECTORS:
        raise Rejected(Code.INVALID_FIELD, f"sectors: at most {MAX_SECTORS}", "sectors")
    for sector in sectors:
        checks.text_field(sector, "sectors", 64, 1)
    checks.rate_field(acceptance_bp, "acceptance_bp")


def _line_allowed(line: int, unit: Currency, policy: Policy) -> None:
    if unit.model in (Model.BACKED, Model.EARMARKED):
        raise Rejected(Code.LINE_ABOVE_CAP, f"{unit.code} has no credit lines; line must be 0", "line")
    if policy.line_cap is not None and line > policy.line_cap:
        cap = format_minor(policy.line_cap, unit.scale)
        raise Rejected(Code.LINE_ABOVE_CAP, f"a line is at most {cap} {unit.code}", "line")


def _acceptance_allowed(acceptance_bp: int, policy: Policy) -> None:
    if 0 < acceptance_bp < policy.acceptance_min_bp:
        least = policy.acceptance_min_bp
        raise Rejected(Code.ACCEPTANCE_TOO_LOW, f"acceptance_bp must be 0 or at least {least}", "acceptance_bp")


def _member(books: Books, uid: UUID) -> tuple[Account, Currency]:
    held = checks.account(books, uid)
    unit = checks.currency_of(books, held)
    if held.kind not in MEMBER_KINDS:
        raise Rejected(Code.FLOW_NOT_ALLOWED, f"a {held.kind} account is the community's own", "account")
    return held, unit


def _not_closed(held: Account) -> None:
    if held.state is AccountState.CLOSED:
        raise Rejected(Code.ACCOUNT_CLOSED, "account: this account is closed", "account")


def set_line(command: SetLine, books: Books, now: int) -> Decision:
    """MUT-17: a cut below the debt breaks nothing; it only stops new debt."""
    _limit_field(command.line, "line")
    if command.line is None:
        raise Rejected(Code.INVALID_FIELD, "line must be 0 or more minor units", "line")
    held, unit = _member(books, command.account)
    _not_closed(held)
    if command.line:
        _line_allowed(command.line, unit, books.policy(unit.no, now))
    return Decision((), (account_set(held, floor=-command.line),))


def set_ceiling(command: SetCeiling, books: Books, now: int) -> Decision:
    """Change or remove the most an account may hold."""
    _limit_field(command.ceiling, "ceiling")
    held, _ = _member(books, command.account)
    _not_closed(held)
    return Decision((), (account_set(held, ceiling=command.ceiling),))


def set_terms(command: SetTerms, books: Books, now: int) -> Decision:
    """Change a merchant's activity codes and acceptance rate."""
    _terms_fields(command.sectors, command.acceptance_bp)
    held, unit = _member(books, command.account)
    _not_closed(held)
    _acceptance_allowed(command.acceptance_bp, books.policy(unit.no, now))
    return Decision((), (account_set(held, sectors=command.sectors, acceptance_bp=command.acceptance_bp),))


def freeze(command: FreezeAccount, books: Books, now: int) -> Decision:
    """Block or unblock an account, either way."""
    held, _ = _member(books, command.account)
    _not_closed(held)
    bits = (Freeze.DEBITS if command.debits else 0) | (Freeze.CREDITS if command.credits else 0)
    return Decision((), (account_set(held, frozen=int(bits)),))


def close(command: CloseAccount, books: Books, now: int) -> Decision:
    """Only an empty account closes, so that no unit is lost."""
    held, _ = _member(books, command.account)
    _not_closed(held)
    if held.balance or held.debits_held or held.credits_held:
        raise Rejected(
            Code.ACCOUNT_NOT_EMPTY, "spend, redeem, forfeit or settle the balance and resolve the holds first", "account"
        )
    return Decision((), (account_set(held, state=AccountState.CLOSED),))


def add_key(command: AddKey, books: Books, now: int) -> Decision:
    """Let one more of the member's devices sign: the first by enrolment, others by the signature of an active one."""
    checks.bytes_field(command.key, "key", 32)
    checks.signature_field(command.signature)
    if command.key in checks.account(books, command.account).keys:
        raise Rejected(Code.ALREADY_EXISTS, "this key signs for the account already", "key")
    held, _ = _member(books, command.account)
    if command.signature is None and held.signed_only:
        raise Rejected(
            Code.SIGNATURE_REQUIRED, "a further device is let in by a signature of one that signs for the account", "signature"
        )
    checks.signed(held, command.signature)
    _not_closed(held)
    if len(held.keys) >= MAX_KEYS:
        raise Rejected(Code.TOTAL_TOO_LARGE, f"an account has at most {MAX_KEYS} devices; revoke one first", "key")
    return Decision((), (KeyAdded(held.no, command.key),))


def revoke_key(command: RevokeKey, books: Books, now: int) -> Decision:
    """Take a device away; works on closed accounts too."""
    checks.bytes_field(command.key, "key", 32)
    held, _ = _member(books, command.account)
    if command.key not in held.keys:
        raise Rejected(Code.NOTHING_TO_DO, "this key does not sign for the account", "key")
    return Decision((), (KeyRevoked(held.no, command.key),))
