"""The checks that commands share, each one refusal with its field and remedy. Called in the order of `errors.Code`."""

from __future__ import annotations

import re
from functools import lru_cache
from uuid import UUID, uuid5

from ledger.core.accounts import Account, AccountKind, AccountState, Books, Currency, Form, Freeze, Model
from ledger.core.commands import Signature
from ledger.core.errors import Code, Corrupt, Rejected
from ledger.core.money import MAX_AMOUNT, format_minor
from ledger.core.policy import Policy

DAY = 86_400 * 10**9
"""Nanoseconds."""


# --- shape ---

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

def amount_field(amount: object, field: str = "amount") -> None:
    """An integer from 1 to 2^53 - 1."""
    if type(amount) is not int:
        raise Rejected(Code.INVALID_FIELD, f"{field} must be a whole number of minor units", field)
    if amount <= 0:
        raise Rejected(Code.AMOUNT_NOT_POSITIVE, f"{field} must be at least 1 minor unit", field)
    if amount > MAX_AMOUNT:
        raise Rejected(Code.AMOUNT_TOO_LARGE, f"{field} must be at most {MAX_AMOUNT}", field)


def text_field(text: object, field: str, longest: int, shortest: int = 0) -> None:
    """Text of so many characters, without control characters or halves of surrogate pairs."""
    if type(text) is not str or not shortest <= len(text) <= longest or (text and _UNPRINTABLE.search(text)):
        raise Rejected(Code.INVALID_FIELD, f"{field} must be {shortest} to {longest} printable characters", field)


def bytes_field(data: object, field: str, size: int) -> None:
    """Exactly `size` bytes."""
    if type(data) is not bytes or len(data) != size:
        raise Rejected(Code.INVALID_FIELD, f"{field} must be {size} bytes", field)


def signature_field(signature: Signature | None) -> None:
    """A 32-byte key and a 64-byte signature, or none."""
    if signature is not None:
        bytes_field(signature.key, "signature", 32)
        bytes_field(signature.value, "signature", 64)


def moment_field(moment: object, field: str) -> None:
    """Nanoseconds since 1970."""
    if type(moment) is not int or not 0 < moment < 2**63:
        raise Rejected(Code.INVALID_FIELD, f"{field} must be nanoseconds since 1970", field)


def rate_field(rate: object, field: str) -> None:
    """Basis points from 0 to 10,000."""
    if type(rate) is not int or not 0 <= rate <= 10_000:
        raise Rejected(Code.INVALID_FIELD, f"{field} must be 0 to 10000 basis points", field)


# --- existence ---


def currency(books: Books, code: str) -> Currency:
    """A currency by its code, or currency_not_found."""
    found = books.currencies.get(code)
    if found is None:
        raise Rejected(Code.CURRENCY_NOT_FOUND, f"no currency {code} here; define it first", "currency")
    return found


def account(books: Books, uid: UUID, field: str = "account") -> Account:
    """An account by its id, or account_not_found."""
    found = books.accounts.get(uid)
    if found is None:
        raise no_account(field)
    return found


def no_account(field: str) -> Rejected:
    """What is said of an id that no account has."""
    return Rejected(Code.ACCOUNT_NOT_FOUND, f"{field}: no such account in this community", field)


def currency_of(books: Books, held: Account) -> Currency:
    """The currency an account holds."""
    for found in books.currencies.values():
        if found.no == held.currency:
            return found
    raise Corrupt(f"account {held.no} names currency {held.currency}, which does not exist")


@lru_cache(maxsize=65_536)
def technical_uid(community: UUID, code: str, kind: AccountKind, form: Form, owner: str) -> UUID:
    """The fixed id of a community's own account; `owner` is a backed currency or a programme."""
    return uuid5(community, f"{code}/{kind}/{form}/{owner}")


def technical(
    books: Books, code: str, kind: AccountKind, form: Form = Form.DIGITAL, owner: str = ""
) -> Account:
    """A community's own account. Raises Corrupt when the currency was defined without it."""
    found = books.accounts.get(technical_uid(books.community, code, kind, form, owner))
    if found is None:
        raise Corrupt(f"{code} has no {kind} account")
    return found


# --- compatibility ---


def model(found: Currency, *allowed: Model, field: str = "currency") -> None:
    """The currency is of one of these models, or wrong_model."""
    if found.model not in allowed:
        names = " or ".join(allowed)
        raise Rejected(Code.WRONG_MODEL, f"{found.code} is {found.model}; this is done in a currency that is {names}", field)


def same_currency(held: Account, unit: Currency, field: str) -> None:
    """The account holds this currency, or currency_mismatch."""
    if held.currency != unit.no:
        raise Rejected(Code.CURRENCY_MISMATCH, f"{field} does not hold {unit.code}", field)


def on_step(amount: int, policy: Policy, field: str = "amount") -> None:
    """A multiple of the policy's step, or off_step (a quarter of an hour for time)."""
    if amount % policy.step:
        raise Rejected(Code.OFF_STEP, f"{field} must be a multiple of {policy.step}", field)


# --- authority ---


def signed(payer: Account, signature: Signature | None) -> None:
    """An account with device keys pays only with a signature by one that is active now."""
    if signature is None:
        if payer.signed_only:
            raise Rejected(
                Code.SIGNATURE_REQUIRED, "this account pays only with a signature of its member's device", "signature"
            )
    elif signature.key not in payer.keys:
        raise Rejected(
            Code.SIGNATURE_INVALID, "this device does not sign for the account; let it in from one that does", "signature"
        )


def four_eyes(policy: Policy, amount: int, unit: Currency, actor: UUID, approver: UUID | None) -> None:
    """A second person above the policy's threshold (GOV-5)."""
    if policy.four_eyes_over is None or amount <= policy.four_eyes_over:
        return
    if approver is None or approver == actor:
        limit = format_minor(policy.four_eyes_over, unit.scale)
        raise Rejected(
            Code.APPROVAL_REQUIRED, f"above {limit} {unit.code} a second person must approve", "approver"
        )


# --- state ---


_OPEN = AccountState.OPEN


def may_pay(held: Account, field: str) -> None:
    """Open or leaving, and debits not frozen."""
    if held.state is AccountState.CLOSED:
        raise Rejected(Code.ACCOUNT_CLOSED, f"{field}: this account is closed", field)
    if held.frozen & Freeze.DEBITS:
        raise Rejected(Code.ACCOUNT_FROZEN, f"{field}: payments from this account are blocked; ask the association", field)


def may_receive(held: Account, field: str) -> None:
    """Open, and credits not frozen."""
    if held.state is AccountState.CLOSED:
        raise Rejected(Code.ACCOUNT_CLOSED, f"{field}: this account is closed", field)
    if held.frozen & Freeze.CREDITS:
        raise Rejected(Code.ACCOUNT_FROZEN, f"{field}: this account may not receive now; ask the association", field)
    if held.state is AccountState.LEAVING:
        raise Rejected(Code.ACCOUNT_LEAVING, f"{field}: this member is leaving and may only spend", field)


def may_both(payer: Account, payee: Account) -> None:
    """State checks of both sides in the order of the codes: closed, frozen, leaving; payer before payee."""
    if payer.state is _OPEN and payee.state is _OPEN and not payer.frozen and not payee.frozen:
        return
    for held, field in ((payer, "payer"), (payee, "payee")):
        if held.state is AccountState.CLOSED:
            raise Rejected(Code.ACCOUNT_CLOSED, f"{field}: this account is closed", field)
    may_pay(payer, "payer")
    may_receive(payee, "payee")


def not_in_future(moment: int, now: int, field: str) -> None:
    """A moment (ns) up to now, or time_in_future."""
    if moment > now:
        raise Rejected(Code.TIME_IN_FUTURE, f"{field} lies in the future", field)


def unsealed(books: Books, moment: int, field: str) -> None:
    """A moment (ns) after the last closed period, or period_sealed."""
    if moment <= books.sealed_through:
        raise Rejected(Code.PERIOD_SEALED, f"{field} lies in a closed period; enter a correction dated today", field)
