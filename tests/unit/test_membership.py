"""The life of a membership, and what it does to accounts."""

from __future__ import annotations

import pytest

from ledger.community.membership import (
    ACCOUNT_KINDS,
    FREEZES,
    TRANSITIONS,
    MemberKind,
    MemberState,
    may_become,
)
from ledger.core.accounts import MEMBER_KINDS, Freeze

LEGAL = {
    ("pending", "active"), ("pending", "left"),
    ("active", "lapsed"), ("active", "suspended"), ("active", "left"),
    ("lapsed", "active"), ("lapsed", "suspended"), ("lapsed", "left"),
    ("suspended", "active"), ("suspended", "lapsed"), ("suspended", "left"),
    ("left", "pending"),
}  # fmt: skip


@pytest.mark.parametrize("old", MemberState)
@pytest.mark.parametrize("new", MemberState)
def test_every_pair_of_states(old: MemberState, new: MemberState) -> None:
    assert may_become(old, new) is (old is new or (old.value, new.value) in LEGAL)


def test_nobody_becomes_active_again_without_being_let_in() -> None:
    assert not may_become(MemberState.LEFT, MemberState.ACTIVE)
    assert not may_become(MemberState.PENDING, MemberState.LAPSED)


def test_every_state_is_in_both_tables() -> None:
    assert set(TRANSITIONS) == set(FREEZES) == set(MemberState)


@pytest.mark.parametrize(
    ("state", "pays", "receives"),
    [
        ("pending", False, False),
        ("active", True, True),
        ("lapsed", True, False),
        ("suspended", False, False),
        ("left", False, False),
    ],
)
def test_what_each_state_may_do(state: str, pays: bool, receives: bool) -> None:
    """CORE-9: who has lapsed spends down and does not receive."""
    freeze = FREEZES[MemberState(state)]
    assert (not freeze & Freeze.DEBITS, not freeze & Freeze.CREDITS) == (pays, receives)


def test_members_have_accounts_of_their_own_kind_and_purses() -> None:
    assert {kind for kinds in ACCOUNT_KINDS.values() for kind in kinds} == MEMBER_KINDS
    assert [kind.value for kind in ACCOUNT_KINDS[MemberKind.PUBLIC]].count("person") == 0
