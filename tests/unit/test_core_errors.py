"""Refusals as data: every code has one kind, and says whether to try again later."""

from __future__ import annotations

from ledger.core.errors import Code, Corrupt, Kind, LedgerError, Rejected, Unavailable, is_transient, kind_of

KINDS = {
    Kind.CONFLICT: {"id_reused"},
    Kind.FUNDS: {"insufficient_funds"},
    Kind.RESERVE: {"reserve_breach"},
    Kind.FORBIDDEN: {"signature_required", "signature_invalid", "approval_required", "same_actor", "not_allowed"},
    Kind.LIMIT: {
        "capture_exceeds_hold", "refund_exceeds_payment", "line_above_cap", "acceptance_too_low", "total_too_large",
        "budget_exceeded", "over_ceiling",
    },
    Kind.WRONG_STATE: {
        "already_exists", "account_closed", "account_frozen", "account_leaving", "account_not_empty", "hold_captured",
        "hold_voided", "hold_expired", "hold_not_expired", "already_reversed", "already_refunded", "window_passed",
        "period_sealed", "already_claimed", "already_charged", "nothing_to_do", "too_early",
    },
}  # fmt: skip


def test_every_code_has_its_kind() -> None:
    for code in Code:
        kind = next((kind for kind, codes in KINDS.items() if code in codes), None)
        if kind is None:
            kind = Kind.NOT_FOUND if code.endswith("_not_found") else Kind.INVALID
        assert kind_of(code) is kind, code


def test_what_may_succeed_later() -> None:
    assert {kind_of(code) for code in Code if is_transient(code)} == {Kind.NOT_FOUND, Kind.FUNDS, Kind.LIMIT, Kind.RESERVE}


def test_refusals_are_the_same_by_code_and_field() -> None:
    refused = Rejected(Code.OVER_CEILING, "too much", "payee")
    assert (refused.kind, refused.transient, str(refused)) == (Kind.LIMIT, True, "too much")
    assert refused == Rejected(Code.OVER_CEILING, "other words", "payee")
    assert len({refused, Rejected(Code.OVER_CEILING, "", "payee"), Rejected(Code.OVER_CEILING, "", "")}) == 2
    assert repr(refused) == "Rejected('over_ceiling', 'too much', field='payee')"


def test_one_family() -> None:
    assert Corrupt("bad", seq=7).seq == 7
    assert "send the same command again" in Unavailable().detail
    for error in (Rejected, Unavailable, Corrupt):
        assert issubclass(error, LedgerError)
