"""Every refusal and failure on one screen: its stable code, its kind, and whether a later attempt may succeed.

The order of `Code` is the order in which a command is checked: a command that breaks every rule hears the first
code; mend that one and it hears the next. `tests/unit/test_refusal_order.py` walks the whole list.
"""

from __future__ import annotations

from enum import StrEnum


class LedgerError(Exception):
    """Anything the ledger says instead of a receipt."""


class Unavailable(LedgerError):
    """We could not answer. The same command id may be sent again: it will never be done twice."""

    def __init__(self, detail: str = "the ledger cannot answer now; send the same command again") -> None:
        super().__init__(detail)
        self.detail = detail


class Corrupt(LedgerError):
    """An invariant is broken. Stop, keep the database as it is, and run `ricochet verify`."""

    def __init__(self, detail: str, seq: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.seq = seq


class Changed(LedgerError):
    """The account is not any more as the caller saw it. Nothing was written, and the command's id is unused."""

    def __init__(self, detail: str = "this has changed since you read it; read it again") -> None:
        super().__init__(detail)
        self.detail = detail


class Kind(StrEnum):
    """What sort of refusal; the API maps each to one HTTP status."""

    INVALID = "invalid"
    CONFLICT = "conflict"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    LIMIT = "limit"
    FUNDS = "funds"
    RESERVE = "reserve"


class Code(StrEnum):
    """Stable refusal codes, in order of precedence."""

    # whom it is addressed to, and whether its id was used before
    COMMUNITY_NOT_FOUND = "community_not_found"
    ID_REUSED = "id_reused"
    # shape: can never succeed as sent
    EMPTY_BATCH = "empty_batch"
    BATCH_TOO_LARGE = "batch_too_large"
    INVALID_FIELD = "invalid_field"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    AMOUNT_TOO_LARGE = "amount_too_large"
    SAME_ACCOUNT = "same_account"
    TIME_IN_FUTURE = "time_in_future"
    TIME_IN_PAST = "time_in_past"
    # existence
    CURRENCY_NOT_FOUND = "currency_not_found"
    ACCOUNT_NOT_FOUND = "account_not_found"
    HOLD_NOT_FOUND = "hold_not_found"
    ENTRY_NOT_FOUND = "entry_not_found"
    PROGRAMME_NOT_FOUND = "programme_not_found"
    ALREADY_EXISTS = "already_exists"
    # compatibility: the pieces do not go together
    WRONG_MODEL = "wrong_model"
    CURRENCY_MISMATCH = "currency_mismatch"
    FORM_MISMATCH = "form_mismatch"
    FLOW_NOT_ALLOWED = "flow_not_allowed"
    NOT_REVERSIBLE = "not_reversible"
    NOT_AT_PAR = "not_at_par"
    OFF_STEP = "off_step"
    SPHERE_REQUIRED = "sphere_required"
    NOT_CREDITED = "not_credited"
    PURSE_SEALED = "purse_sealed"
    # authority
    SIGNATURE_REQUIRED = "signature_required"
    SIGNATURE_INVALID = "signature_invalid"
    APPROVAL_REQUIRED = "approval_required"
    SAME_ACTOR = "same_actor"
    NOT_ALLOWED = "not_allowed"
    # state
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_LEAVING = "account_leaving"
    ACCOUNT_NOT_EMPTY = "account_not_empty"
    HOLD_CAPTURED = "hold_captured"
    HOLD_VOIDED = "hold_voided"
    HOLD_EXPIRED = "hold_expired"
    HOLD_NOT_EXPIRED = "hold_not_expired"
    ALREADY_REVERSED = "already_reversed"
    ALREADY_REFUNDED = "already_refunded"
    WINDOW_PASSED = "window_passed"
    PERIOD_SEALED = "period_sealed"
    ALREADY_CLAIMED = "already_claimed"
    ALREADY_CHARGED = "already_charged"
    NOTHING_TO_DO = "nothing_to_do"
    TOO_EARLY = "too_early"
    # value
    CAPTURE_EXCEEDS_HOLD = "capture_exceeds_hold"
    REFUND_EXCEEDS_PAYMENT = "refund_exceeds_payment"
    LINE_ABOVE_CAP = "line_above_cap"
    ACCEPTANCE_TOO_LOW = "acceptance_too_low"
    TOTAL_TOO_LARGE = "total_too_large"
    BUDGET_EXCEEDED = "budget_exceeded"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    OVER_CEILING = "over_ceiling"
    RESERVE_BREACH = "reserve_breach"


_INVALID = {
    Code.INVALID_FIELD, Code.AMOUNT_NOT_POSITIVE, Code.AMOUNT_TOO_LARGE, Code.SAME_ACCOUNT, Code.EMPTY_BATCH,
    Code.BATCH_TOO_LARGE, Code.TIME_IN_FUTURE, Code.TIME_IN_PAST, Code.WRONG_MODEL, Code.CURRENCY_MISMATCH,
    Code.FORM_MISMATCH, Code.FLOW_NOT_ALLOWED, Code.NOT_REVERSIBLE, Code.NOT_AT_PAR, Code.OFF_STEP,
    Code.SPHERE_REQUIRED, Code.NOT_CREDITED, Code.PURSE_SEALED,
}  # fmt: skip
_NOT_FOUND = {
    Code.COMMUNITY_NOT_FOUND, Code.CURRENCY_NOT_FOUND, Code.ACCOUNT_NOT_FOUND, Code.HOLD_NOT_FOUND,
    Code.ENTRY_NOT_FOUND, Code.PROGRAMME_NOT_FOUND,
}  # fmt: skip
_FORBIDDEN = {
    Code.SIGNATURE_REQUIRED, Code.SIGNATURE_INVALID, Code.APPROVAL_REQUIRED, Code.SAME_ACTOR, Code.NOT_ALLOWED,
}  # fmt: skip
_LIMIT = {
    Code.CAPTURE_EXCEEDS_HOLD, Code.REFUND_EXCEEDS_PAYMENT, Code.LINE_ABOVE_CAP, Code.ACCEPTANCE_TOO_LOW,
    Code.TOTAL_TOO_LARGE, Code.BUDGET_EXCEEDED, Code.OVER_CEILING,
}  # fmt: skip


def kind_of(code: Code) -> Kind:
    """The sort of refusal that a code is; every code has exactly one."""
    if code is Code.ID_REUSED:
        return Kind.CONFLICT
    if code is Code.INSUFFICIENT_FUNDS:
        return Kind.FUNDS
    if code is Code.RESERVE_BREACH:
        return Kind.RESERVE
    for kind, codes in ((Kind.INVALID, _INVALID), (Kind.NOT_FOUND, _NOT_FOUND),
                        (Kind.FORBIDDEN, _FORBIDDEN), (Kind.LIMIT, _LIMIT)):  # fmt: skip
        if code in codes:
            return kind
    return Kind.WRONG_STATE


def is_transient(code: Code) -> bool:
    """Whether a *new* command (new id) with the same content may succeed later, when balances have changed."""
    return kind_of(code) in (Kind.NOT_FOUND, Kind.FUNDS, Kind.LIMIT, Kind.RESERVE)


class Rejected(LedgerError):
    """The rules said no; nothing was written except that this id has been answered.

    `field` is the name of the command's field at fault, or "" when no single field is; `detail` is one sentence
    for people that says what happened and what to do.
    """

    def __init__(self, code: Code, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field

    @property
    def kind(self) -> Kind:
        return kind_of(self.code)

    @property
    def transient(self) -> bool:
        return is_transient(self.code)

    def __repr__(self) -> str:
        return f"Rejected({self.code.value!r}, {self.detail!r}, field={self.field!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rejected) and (self.code, self.field) == (other.code, other.field)

    def __hash__(self) -> int:
        return hash((self.code, self.field))
