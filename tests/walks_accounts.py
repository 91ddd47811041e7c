"""The walks of the community, its currencies and its members' accounts."""

from __future__ import annotations

from ledger.core.accounts import Form, Model
from ledger.core.commands import (
    AddKey,
    ChangePolicy,
    ChangeSigningKey,
    CloseAccount,
    Command,
    DefineCurrency,
    Found,
    FreezeAccount,
    OpenAccount,
    RevokeKey,
    SealPeriod,
    SetCeiling,
    SetLine,
    SetTerms,
    Signature,
)
from ledger.core.errors import Code
from ledger.core.policy import Policy
from tests.walks import BOOKS, BUSINESS, CLOSED, KEY, OPEN, OPERATOR, SIGNATURE, STRANGER, Walk, at, force
from tests.world import START


def found() -> Walk:
    """The one command that needs no community."""
    walk = Walk(Found, code="lower", public_key=bytes(32))
    walk.mends.clear()
    walk.world.books.founded = True
    walk.mend(Code.INVALID_FIELD, code="TEST")
    walk.mend(Code.ALREADY_EXISTS, lambda: setattr(walk.world.books, "founded", False))
    return walk


def define_currency() -> Walk:
    walk = Walk(DefineCurrency, code="lower", scale=2, model=Model.MUTUAL, policy=Policy())
    walk.mend(Code.INVALID_FIELD, code="MUT")
    walk.mend(Code.ALREADY_EXISTS, code="NEW")
    return walk


def change_policy() -> Walk:
    walk = Walk(ChangePolicy, currency="NONE", policy=Policy(step=0), since=START - 1)
    walk.rules("PASS", four_eyes_over=0)
    walk.mend(Code.INVALID_FIELD, policy=Policy())
    walk.mend(Code.TIME_IN_PAST, since=0)
    walk.mend(Code.CURRENCY_NOT_FOUND, currency="PASS")
    walk.mend(Code.PROGRAMME_NOT_FOUND, currency="EUR")
    walk.mend(Code.WRONG_MODEL, currency="PASS", policy=Policy(programmes=(BOOKS,)))
    walk.mend(Code.APPROVAL_REQUIRED, approver="treasurer")
    return walk


def seal_period() -> Walk:
    walk = Walk(SealPeriod, through=0)
    walk.world.books.sealed_through = START
    walk.mend(Code.INVALID_FIELD, through=START + 10**18)
    walk.mend(Code.TIME_IN_FUTURE, through=START)
    walk.mend(Code.PERIOD_SEALED, lambda: walk.world.wait(seconds=1), through=START + 1)
    return walk


def change_signing_key() -> Walk:
    """The world's community was founded with 32 zeros."""
    walk = Walk(ChangeSigningKey, public_key=b"short")
    former = Signature(bytes(32), bytes(64))
    walk.mend(Code.INVALID_FIELD, public_key=bytes(32))
    walk.mend(Code.ALREADY_EXISTS, public_key=KEY)
    walk.mend(Code.SIGNATURE_REQUIRED, signature=STRANGER)
    walk.mend(Code.SIGNATURE_INVALID, signature=former)
    return walk


def open_account() -> Walk:
    walk = Walk(
        OpenAccount, account="rita", currency="NONE", kind=OPERATOR, form=Form.PAPER, line=-1, programme="none",
        acceptance_bp=299, keys=(KEY, KEY),
    )  # fmt: skip
    walk.rules("MUT", acceptance_min_bp=300, line_cap=1_000)
    walk.mend(Code.INVALID_FIELD, line=1_001, keys=(KEY,))
    walk.mend(Code.CURRENCY_NOT_FOUND, currency="EUR")
    walk.mend(Code.PROGRAMME_NOT_FOUND, programme="")
    walk.mend(Code.ALREADY_EXISTS, account="new")
    walk.mend(Code.WRONG_MODEL, currency="MUT")
    walk.mend(Code.FORM_MISMATCH, form=Form.DIGITAL)
    walk.mend(Code.FLOW_NOT_ALLOWED, kind=BUSINESS)
    walk.mend(Code.LINE_ABOVE_CAP, line=1_000)
    walk.mend(Code.ACCEPTANCE_TOO_LOW, acceptance_bp=300)
    return walk


def _of_a_member(kind: type[Command], **values: object) -> Walk:
    walk = Walk(kind, account="nobody", **values)
    mona = force(walk.world["mona"], kind=OPERATOR, state=CLOSED)
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="mona")
    walk.heal(Code.FLOW_NOT_ALLOWED, mona, kind=BUSINESS)
    walk.heal(Code.ACCOUNT_CLOSED, mona, state=OPEN)
    return walk


def set_line() -> Walk:
    walk = _of_a_member(SetLine, line=None)
    walk.rules("MUT", line_cap=1_000)
    walk.mend(Code.INVALID_FIELD, line=1_001)
    walk.mend(Code.LINE_ABOVE_CAP, line=1_000)
    return walk


def set_ceiling() -> Walk:
    walk = _of_a_member(SetCeiling, ceiling=-1)
    walk.mend(Code.INVALID_FIELD, ceiling=None)
    return walk


def set_terms() -> Walk:
    walk = _of_a_member(SetTerms, sectors=("",), acceptance_bp=299)
    walk.rules("MUT", acceptance_min_bp=300)
    walk.mend(Code.INVALID_FIELD, sectors=())
    walk.mend(Code.ACCEPTANCE_TOO_LOW, acceptance_bp=0)
    return walk


def freeze_account() -> Walk:
    return _of_a_member(FreezeAccount, debits=True, credits=False)


def close_account() -> Walk:
    walk = _of_a_member(CloseAccount)
    at(walk.world["mona"], 1)()
    walk.mend(Code.ACCOUNT_NOT_EMPTY, at(walk.world["mona"], 0))
    return walk


def add_key() -> Walk:
    walk = _of_a_member(AddKey, key=b"short")
    mona = force(walk.world["mona"], signed_only=True, keys=(KEY, *(bytes([n] * 32) for n in range(15))))
    walk.mend(Code.INVALID_FIELD, key=KEY)
    walk.mend(Code.ALREADY_EXISTS, key=b"n" * 32)
    walk.mend(Code.SIGNATURE_REQUIRED, signature=STRANGER)
    walk.mend(Code.SIGNATURE_INVALID, signature=SIGNATURE)
    walk.heal(Code.TOTAL_TOO_LARGE, mona, keys=(KEY,))
    return walk


def revoke_key() -> Walk:
    """A closed account's key may be revoked."""
    walk = _of_a_member(RevokeKey, key=b"short")
    del walk.mends[Code.ACCOUNT_CLOSED]
    force(walk.world["mona"], keys=(KEY,))
    walk.mend(Code.INVALID_FIELD, key=b"n" * 32)
    walk.mend(Code.NOTHING_TO_DO, key=KEY)
    return walk


ACCOUNTS = [
    found, define_currency, change_policy, seal_period, change_signing_key, open_account, set_line, set_ceiling, set_terms,
    freeze_account, close_account, add_key, revoke_key,
]  # fmt: skip
