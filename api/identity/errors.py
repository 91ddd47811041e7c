"""What the edge refuses before the ledger is asked: same tree, same kinds as the core's refusals."""

from __future__ import annotations

from ledger.core.errors import Kind, LedgerError


class Refused(LedgerError):
    """A refusal by the edge; nothing was written.

    `code` is stable; `detail` is one sentence for people that says what to do; `field` names the field of the body
    at fault, or "". `api/problems.py` maps `kind` to the HTTP status as for the core's refusals.
    """

    def __init__(self, kind: Kind, code: str, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.kind = kind
        self.code = code
        self.detail = detail
        self.field = field


def not_found(what: str) -> Refused:
    """Nothing of that id that the caller may know of; `what` as in "member"."""
    return Refused(Kind.NOT_FOUND, f"{what.replace(' ', '_')}_not_found", f"no such {what} in this community")


def forbidden(code: str, detail: str) -> Refused:
    """The caller may not."""
    return Refused(Kind.FORBIDDEN, code, detail)


def invalid(field: str, detail: str) -> Refused:
    """A field that can never be accepted as sent."""
    return Refused(Kind.INVALID, "invalid_field", f"{field} {detail}", field)


def conflict(code: str, detail: str, field: str = "") -> Refused:
    """The same id or name with other content."""
    return Refused(Kind.CONFLICT, code, detail, field)


def wrong_state(code: str, detail: str) -> Refused:
    """Not now, or not any more."""
    return Refused(Kind.WRONG_STATE, code, detail)
