"""What a member is and may become, and what that means for the member's accounts (CORE-9)."""

from __future__ import annotations

from enum import StrEnum

from ledger.core.accounts import AccountKind, Freeze


class MemberKind(StrEnum):
    """Who a member is."""

    PERSON = "person"
    BUSINESS = "business"
    ASSOCIATION = "association"
    PUBLIC = "public"


class MemberState(StrEnum):
    """Where a membership is in its life."""

    PENDING = "pending"
    """Has applied; neither pays nor receives yet."""
    ACTIVE = "active"
    LAPSED = "lapsed"
    """The dues are unpaid: may spend down, may not receive."""
    SUSPENDED = "suspended"
    """Blocked both ways by a decision."""
    LEFT = "left"
    """Gone. The accounts stay in the journal; the personal data may be erased."""


_S = MemberState

TRANSITIONS: dict[MemberState, frozenset[MemberState]] = {
    _S.PENDING: frozenset({_S.ACTIVE, _S.LEFT}),
    _S.ACTIVE: frozenset({_S.LAPSED, _S.SUSPENDED, _S.LEFT}),
    _S.LAPSED: frozenset({_S.ACTIVE, _S.SUSPENDED, _S.LEFT}),
    _S.SUSPENDED: frozenset({_S.ACTIVE, _S.LAPSED, _S.LEFT}),
    _S.LEFT: frozenset({_S.PENDING}),
}
"""What each state may become. Who left comes back by applying again."""

FREEZES: dict[MemberState, Freeze] = {
    _S.PENDING: Freeze.BOTH,
    _S.ACTIVE: Freeze.NONE,
    _S.LAPSED: Freeze.CREDITS,
    _S.SUSPENDED: Freeze.BOTH,
    _S.LEFT: Freeze.BOTH,
}
"""What every account of a member refuses, by the member's state."""

ACCOUNT_KINDS: dict[MemberKind, frozenset[AccountKind]] = {
    kind: frozenset({AccountKind(kind.value), AccountKind.PURSE}) for kind in MemberKind
}
"""Which accounts a member may have: one of its own kind, or a purse of a programme."""


def may_become(old: MemberState, new: MemberState) -> bool:
    """Whether a membership may go from one state to the other; staying is no change and always legal."""
    return old is new or new in TRANSITIONS[old]
