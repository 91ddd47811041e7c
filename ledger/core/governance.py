"""The community itself: its founding, its currencies, its dated rules, and the closing of periods."""

from __future__ import annotations

import re
from dataclasses import fields

from ledger.core import checks
from ledger.core.accounts import AccountKind, Books, Currency, Form, Model
from ledger.core.charges import account_set
from ledger.core.commands import ChangePolicy, ChangeSigningKey, DefineCurrency, Found, SealPeriod
from ledger.core.draft import MIRROR_CODE
from ledger.core.errors import Code, Rejected
from ledger.core.journal import (
    AccountOpened,
    AccountSet,
    CurrencyDefined,
    Decision,
    Effect,
    Founded,
    PeriodSealed,
    PolicySet,
    SigningKeyChanged,
)
from ledger.core.money import MAX_AMOUNT, MAX_SCALE
from ledger.core.policy import Policy

_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,11}", re.ASCII)

_K = AccountKind
TECHNICAL: dict[Model, tuple[tuple[AccountKind, bool], ...]] = {
    Model.MUTUAL: (
        (_K.OPERATOR, False), (_K.COMMON_FUND, False), (_K.LOSS_FUND, False), (_K.LOSS, True), (_K.SETTLED, True),
        (_K.OPENING, True),
    ),
    Model.BACKED: ((_K.OPERATOR, False), (_K.COMMON_FUND, False), (_K.LOSS_FUND, False)),
    # the association's own account may go negative: gifts and tasks are paid from it (TIME-4)
    Model.TIME: ((_K.OPERATOR, True), (_K.LOSS_FUND, False), (_K.OPENING, True)),
    Model.EARMARKED: ((_K.SETTLED, False), (_K.OPERATOR, False), (_K.LOSS_FUND, False), (_K.OPENING, True)),
}  # fmt: skip
"""The community's own accounts of each model, and whether they may go below 0 without a floor. A backed currency has
them in both forms, so that a fee on notes stays among the notes and each form keeps its guarantee (MLC-2)."""


def code_field(code: object, field: str = "code") -> None:
    """2 to 12 capitals, digits and hyphens, a letter first."""
    if type(code) is not str or not _CODE.fullmatch(code):
        raise Rejected(Code.INVALID_FIELD, f"{field} must be 2 to 12 capital letters, digits or hyphens", field)


def found(command: Found, books: Books, now: int) -> Decision:
    """The first entry of a journal."""
    code_field(command.code)
    checks.bytes_field(command.public_key, "public_key", 32)
    if books.founded:
        raise Rejected(Code.ALREADY_EXISTS, "this community was founded before", "community")
    return Decision((), (Founded(command.code, command.public_key),))


def change_signing_key(command: ChangeSigningKey, books: Books, now: int) -> Decision:
    """The key in force names the next one. A former key never comes back: it may have been replaced because it leaked."""
    checks.bytes_field(command.public_key, "public_key", 32)
    if command.public_key in books.signing_keys:
        raise Rejected(Code.ALREADY_EXISTS, "this key has signed here before; make a new one", "public_key")
    if command.signature is None:
        raise Rejected(Code.SIGNATURE_REQUIRED, "the key in force must sign over to the new one", "signature")
    if command.signature.key != books.signing_keys[-1]:
        raise Rejected(Code.SIGNATURE_INVALID, "signed by a key that is not in force; read the newest key", "signature")
    return Decision((), (SigningKeyChanged(command.public_key),))


def define_currency(command: DefineCurrency, books: Books, now: int) -> Decision:
    """The currency, its policy, its technical accounts; a backed one also mirrors euros."""
    code_field(command.code)
    if command.model is Model.MIRROR or command.code == MIRROR_CODE:
        raise Rejected(Code.INVALID_FIELD, f"{MIRROR_CODE} is kept for the mirror of the bank; choose another code", "code")
    scale = {Model.TIME: 0, Model.BACKED: 2}.get(command.model, command.scale)
    if type(command.scale) is not int or not 0 <= command.scale <= MAX_SCALE or command.scale != scale:
        raise Rejected(Code.INVALID_FIELD, "scale must be 0 for time (minutes), 2 for a backed unit, else 0 to 9", "scale")
    policy_field(command.policy)
    if command.code in books.currencies:
        raise Rejected(Code.ALREADY_EXISTS, f"{command.code} exists; change its policy instead", "code")
    opening = _Opening(books)
    unit = Currency(len(books.currencies) + 1, command.code, command.scale, command.model)
    effects: list[Effect] = [
        CurrencyDefined(unit.no, unit.code, unit.scale, unit.model),
        PolicySet(unit.no, now, command.policy),
    ]
    for form in Form if command.model is Model.BACKED else (Form.DIGITAL,):
        for kind, bottomless in TECHNICAL[command.model]:
            effects.append(opening.open(unit, kind, bottomless, form))
    if command.model is Model.BACKED:
        euro = books.currencies.get(MIRROR_CODE)
        if euro is None:
            euro = Currency(unit.no + 1, MIRROR_CODE, unit.scale, Model.MIRROR)
            effects.append(CurrencyDefined(euro.no, euro.code, euro.scale, euro.model))
            effects.append(PolicySet(euro.no, now, Policy()))
        for form in Form:
            effects.append(opening.open(unit, _K.ISSUANCE, True, form))
            effects.append(opening.open(euro, _K.RESERVE, False, form, unit.code))
        effects.append(opening.open(euro, _K.OUTSIDE, True, Form.DIGITAL, unit.code))
        effects.append(opening.open(euro, _K.OPERATOR, False, Form.DIGITAL, unit.code))
        effects.append(opening.open(euro, _K.COMMON_FUND, False, Form.DIGITAL, unit.code))
    effects.extend(_funders(books, opening, unit, command.policy))
    return Decision((), tuple(effects))


class _Opening:
    """Numbers the accounts that one entry opens."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._last = books.accounts_opened

    def open(
        self, unit: Currency, kind: AccountKind, bottomless: bool,
        form: Form = Form.DIGITAL, owner: str = "", floor: int = 0,
    ) -> AccountOpened:  # fmt: skip
        self._last += 1
        uid = checks.technical_uid(self._books.community, unit.code, kind, form, owner)
        programme = owner if kind is AccountKind.FUNDER else ""
        return AccountOpened(
            self._last, uid, unit.no, kind, form, None if bottomless else floor, None, programme, (), 0
        )


def _funders(books: Books, opening: _Opening, unit: Currency, policy: Policy) -> list[AccountOpened | AccountSet]:
    """One funder account a programme; its floor is minus the largest budget that it ever had.

    A budget may be set for a later date; `supply.grant` asks the one in force.
    """
    effects: list[AccountOpened | AccountSet] = []
    for programme in policy.programmes:
        uid = checks.technical_uid(books.community, unit.code, _K.FUNDER, Form.DIGITAL, programme.code)
        known = books.accounts.get(uid)
        if known is None:
            effects.append(
                opening.open(unit, _K.FUNDER, False, Form.DIGITAL, programme.code, -programme.budget)
            )
        elif known.floor is None or known.floor > -programme.budget:
            effects.append(account_set(known, floor=-programme.budget))
    return effects


def change_policy(command: ChangePolicy, books: Books, now: int) -> Decision:
    """New parameters from a moment on; `since` 0 means at once."""
    policy_field(command.policy)
    checks.text_field(command.resolution, "resolution", 128)
    if type(command.since) is not int or not 0 <= command.since < 2**63:
        raise Rejected(Code.INVALID_FIELD, "since must be nanoseconds since 1970, or 0 for at once", "since")
    if 0 < command.since < now:
        raise Rejected(Code.TIME_IN_PAST, "rules change from today on, never for the past", "since")
    unit = checks.currency(books, command.currency)
    current = books.policy(unit.no, now)
    kept = {programme.code for programme in command.policy.programmes}
    for programme in current.programmes:
        if programme.code not in kept:
            raise Rejected(
                Code.PROGRAMME_NOT_FOUND, f"{programme.code} is missing; end it with ends_at instead", "policy.programmes"
            )
    checks.model(unit, Model.MUTUAL, Model.BACKED, Model.TIME, Model.EARMARKED)
    if current.four_eyes_over is not None and command.approver in (None, command.actor):
        raise Rejected(Code.APPROVAL_REQUIRED, "a second person must approve a change of rules", "approver")
    effects: list[Effect] = [PolicySet(unit.no, command.since or now, command.policy)]
    effects.extend(_funders(books, _Opening(books), unit, command.policy))
    return Decision((), tuple(effects))


def seal_period(command: SealPeriod, books: Books, now: int) -> Decision:
    """Close everything dated up to a moment."""
    checks.moment_field(command.through, "through")
    checks.not_in_future(command.through, now, "through")
    if command.through <= books.sealed_through:
        raise Rejected(Code.PERIOD_SEALED, "through: this period was closed before", "through")
    return Decision((), (PeriodSealed(command.through),))


_RATES = {field.name for field in fields(Policy) if field.name.endswith(("_bp", "_bp_year"))}
_COUNTS = {field.name for field in fields(Policy) if field.name.endswith(("_days", "_months", "_years", "_multiple"))}
_MONEY = {"default_line", "default_ceiling", "line_cap", "four_eyes_over", "acceptance_cap"}


def policy_field(policy: Policy) -> None:
    """Every parameter in its range; the refusal names the parameter."""
    for name in sorted(_RATES):
        checks.rate_field(getattr(policy, name), f"policy.{name}")
    for name in sorted(_COUNTS):
        _whole(getattr(policy, name), f"policy.{name}", 36_500)
    for name in sorted(_MONEY):
        value = getattr(policy, name)
        if value is not None:
            _whole(value, f"policy.{name}", MAX_AMOUNT)
    _whole(policy.step, "policy.step", MAX_AMOUNT, 1)
    for name in ("spheres", "merchants_respend"):
        if type(getattr(policy, name)) is not bool:
            raise Rejected(Code.INVALID_FIELD, f"policy.{name} must be true or false", f"policy.{name}")
    for activity in policy.not_credited:
        checks.text_field(activity, "policy.not_credited", 64, 1)
    for kind in policy.demurrage_exempt:
        if kind not in set(AccountKind):
            kinds = ", ".join(AccountKind)
            raise Rejected(Code.INVALID_FIELD, f"{kind!r} is no kind of account: {kinds}", "policy.demurrage_exempt")
    if policy.commission_gift_bp > policy.commission_bp:
        raise Rejected(
            Code.INVALID_FIELD, "the gift is part of the commission and cannot exceed it", "policy.commission_gift_bp"
        )
    if len({programme.code for programme in policy.programmes}) != len(policy.programmes):
        raise Rejected(Code.INVALID_FIELD, "programme codes must differ", "policy.programmes")
    for programme in policy.programmes:
        checks.text_field(programme.code, "policy.programmes", 32, 1)
        for sector in programme.sectors:
            checks.text_field(sector, "policy.programmes", 64, 1)
        for moment in (programme.starts_at, programme.ends_at):
            _whole(moment, "policy.programmes", 2**63 - 1)
        for amount in (programme.budget, programme.single_use):
            _whole(amount, "policy.programmes", MAX_AMOUNT)


def _whole(value: object, field: str, most: int, least: int = 0) -> None:
    if type(value) is not int or not least <= value <= most:
        raise Rejected(Code.INVALID_FIELD, f"{field} must be a whole number from {least} to {most}", field)
