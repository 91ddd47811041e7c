"""An exchange of time: an offer or a request, agreed hours, both confirm, then the payment (TIME-7, TIME-8)."""

from __future__ import annotations

from enum import StrEnum

from ledger.core.errors import Code, Rejected


class Listing(StrEnum):
    """Where an offer or a request is."""

    PROPOSED = "proposed"
    """Waits for the coordinator: nobody offers the job they are paid for (TIME-8)."""
    OPEN = "open"
    DECLINED = "declined"
    CLOSED = "closed"


class Deal(StrEnum):
    """Where an exchange between two members is."""

    PROPOSED = "proposed"
    """One side says: these hours."""
    AGREED = "agreed"
    """Both sides have said the same hours; the service can be given."""
    DONE_BY_GIVER = "done_by_giver"
    DONE_BY_RECEIVER = "done_by_receiver"
    """One side says it is done."""
    PAID = "paid"
    """Both did, and the receiver's time cheque is in the ledger."""
    CANCELLED = "cancelled"


_D = Deal
NEXT: dict[Deal, frozenset[Deal]] = {
    _D.PROPOSED: frozenset({_D.AGREED, _D.PROPOSED, _D.CANCELLED}),
    _D.AGREED: frozenset({_D.DONE_BY_GIVER, _D.DONE_BY_RECEIVER, _D.CANCELLED}),
    _D.DONE_BY_GIVER: frozenset({_D.PAID, _D.CANCELLED}),
    _D.DONE_BY_RECEIVER: frozenset({_D.PAID, _D.CANCELLED}),
    _D.PAID: frozenset(),
    _D.CANCELLED: frozenset(),
}
"""What may follow. Other hours are proposed again; what is paid is undone by a refund only."""


def advance(now: Deal, to: Deal) -> Deal:
    """The next state of an exchange. Raises Rejected when it cannot follow."""
    if to not in NEXT[now]:
        raise Rejected(Code.INVALID_FIELD, f"state: an exchange that is {now} cannot become {to}", "state")
    return to


def confirm(now: Deal, *, giver: bool) -> Deal:
    """A side says that the service was given. When the other side has said so before, it is time to pay."""
    if now is Deal.AGREED:
        return Deal.DONE_BY_GIVER if giver else Deal.DONE_BY_RECEIVER
    other = Deal.DONE_BY_RECEIVER if giver else Deal.DONE_BY_GIVER
    if now is other:
        return Deal.PAID
    return now if now in (Deal.DONE_BY_GIVER, Deal.DONE_BY_RECEIVER) else advance(now, Deal.PAID)


def minutes(hours: int, quarter_hours: int, step: int) -> int:
    """Hours and minutes as minutes, a multiple of `step` and above 0. Raises Rejected otherwise."""
    total = hours * 60 + quarter_hours
    if total <= 0 or total % step:
        raise Rejected(Code.INVALID_FIELD, f"duration: time is counted in steps of {step} minutes", "duration")
    return total
