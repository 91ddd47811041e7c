"""Refunds, exactly pro rata, and reversals, once and by somebody else (CORE-4)."""

from __future__ import annotations

import pytest

from ledger.core.accounts import Form
from ledger.core.commands import (
    CaptureHold,
    ChangePolicy,
    ChargeFee,
    CloseAccount,
    ExchangeForm,
    FreezeAccount,
    ImportOpening,
    Issue,
    Leave,
    MoveReserve,
    PayBatch,
    Payee,
    PlaceHold,
    Redeem,
    Refund,
    Reverse,
    SetCeiling,
    SetLine,
)
from ledger.core.errors import Code
from ledger.core.journal import Reason, Refunded
from ledger.core.policy import Policy
from tests.world import START, World, check_books, uid


@pytest.fixture
def world() -> World:
    """Ada paid bo 1,000 with a fee of 3 %, a quarter of it for losses: bo 970, operator 22, loss fund 8."""
    world = World().mutual(payment_fee_bp=300, fee_reserve_bp=2_500)
    world.open("ada", line=2_000)
    world.open("bo")
    world.pay("ada", "bo", 1_000, id="payment")
    return world


def standing(world: World) -> tuple[int, ...]:
    """Balances of ada, bo, the operator and the loss fund."""
    check_books(world.books)
    return (*world.balances("ada", "bo"), world.own("operator").balance, world.own("loss_fund").balance)


# --- refunds ---


def test_a_whole_refund_gives_the_fees_back(world: World) -> None:
    assert standing(world) == (-1_000, 970, 22, 8)
    world.do(Refund, payment="payment")
    assert standing(world) == (0, 0, 0, 0)
    world.expect_refused(Code.ALREADY_REFUNDED, "payment", Refund, payment="payment", amount=1)


@pytest.mark.parametrize("parts", [(1, 999), (333, 333, 334), (17,) * 58 + (14,), (1,) * 1_000])
def test_fees_go_back_exactly_over_several_refunds(world: World, parts: tuple[int, ...]) -> None:
    paid_back = 0
    for part in parts:
        world.do(Refund, payment="payment", amount=part)
        paid_back += part
        operator, fund = (round_half_up_of(fee, paid_back) for fee in (22, 8))
        assert standing(world) == (paid_back - 1_000, 970 - paid_back + operator + fund, 22 - operator, 8 - fund)
    assert standing(world) == (0, 0, 0, 0)


def round_half_up_of(fee: int, paid_back: int) -> int:
    """The part of a fee that belongs to so much of 1,000."""
    whole, rest = divmod(fee * paid_back, 1_000)
    return whole + (rest >= 500)


def test_a_refund_is_bounded_by_what_is_left(world: World) -> None:
    world.do(Refund, payment="payment", amount=400)
    world.expect_refused(Code.REFUND_EXCEEDS_PAYMENT, "amount", Refund, payment="payment", amount=601)
    entry = world.do(Refund, payment="payment")
    assert entry.effects == (Refunded(uid("payment"), 2, 1_000, 1_000),)
    assert standing(world) == (0, 0, 0, 0)


def test_a_captured_hold_is_refunded_like_a_payment(world: World) -> None:
    world.do(PlaceHold, payer="ada", payee="bo", amount=500, currency="MUT", id="hold")
    world.do(CaptureHold, hold="hold", amount=200, id="capture")
    world.expect_refused(Code.NOT_REVERSIBLE, "payment", Refund, payment="hold")
    world.expect_refused(Code.REFUND_EXCEEDS_PAYMENT, "amount", Refund, payment="capture", amount=201)
    world.do(Refund, payment="capture")
    assert standing(world) == (-1_000, 970, 22, 8)


def test_only_a_single_payment_is_refunded(world: World) -> None:
    world.do(PayBatch, payer="bo", currency="MUT", payees=(Payee(uid("ada"), 10),), id="batch")
    world.do(Refund, payment="payment", amount=1, id="refund")
    for entry in ("batch", "refund", "command 1"):
        world.expect_refused(Code.NOT_REVERSIBLE, "payment", Refund, payment=entry)
    world.expect_refused(Code.ENTRY_NOT_FOUND, "payment", Refund, payment="nothing")


def test_a_refund_needs_the_money_and_the_room(world: World) -> None:
    world.pay("bo", "ada", 500)
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payment", Refund, payment="payment")
    world.do(SetLine, account="bo", line=1_000)
    world.do(SetCeiling, account="ada", ceiling=0)
    world.pay("bo", "ada", -world["ada"].balance)
    world.pay("ada", "bo", 10)
    left = world["ada"].room
    assert left == 25
    world.expect_refused(Code.OVER_CEILING, "payment", Refund, payment="payment", amount=left + 1)
    world.do(Refund, payment="payment", amount=left)


def test_a_refund_reaches_a_leaver_but_no_closed_or_frozen_account(world: World) -> None:
    world.do(FreezeAccount, account="ada", debits=False, credits=True)
    world.expect_refused(Code.ACCOUNT_FROZEN, "payment", Refund, payment="payment")
    world.do(FreezeAccount, account="ada", debits=True, credits=False)
    world.do(FreezeAccount, account="bo", debits=True, credits=False)
    world.expect_refused(Code.ACCOUNT_FROZEN, "payment", Refund, payment="payment")
    world.do(FreezeAccount, account="bo", debits=False, credits=True)
    world.do(Leave, account="ada")
    world.do(Refund, payment="payment", amount=500)
    world.do(SetLine, account="bo", line=1_000)
    world.do(FreezeAccount, account="bo", debits=False, credits=False)
    world.do(Refund, payment="payment")
    world.do(CloseAccount, account="ada")
    assert standing(world) == (0, 0, 0, 0)


# --- reversals ---


def expect_irreversible(world: World, code: Code, entry: str, field: str = "entry", **values: object) -> None:
    world.expect_refused(code, field, Reverse, **{"entry": entry, "actor": "manager", **values})


def test_a_reversal_mirrors_the_entry(world: World) -> None:
    entry = world.do(Reverse, entry="payment", actor="manager")
    payment = next(e for e in world.log if e.command.id == uid("payment"))
    mirrored = [(t.credit, t.debit, t.posted) for t in reversed(payment.transfers)]
    assert [(t.debit, t.credit, t.posted) for t in entry.transfers] == mirrored
    assert {t.reason for t in entry.transfers} == {Reason.REVERSAL}
    assert standing(world) == (0, 0, 0, 0)


def test_a_reversal_happens_once_and_excludes_refunds(world: World) -> None:
    world.pay("ada", "bo", 100, id="other")
    world.do(Refund, payment="other", amount=1)
    expect_irreversible(world, Code.ALREADY_REFUNDED, "other")
    world.do(Reverse, entry="payment", actor="manager", id="reversal")
    expect_irreversible(world, Code.ALREADY_REVERSED, "payment", force=True)
    world.expect_refused(Code.ALREADY_REVERSED, "payment", Refund, payment="payment")
    expect_irreversible(world, Code.NOT_REVERSIBLE, "reversal")


def test_who_entered_it_may_not_reverse_it(world: World) -> None:
    world.expect_refused(Code.SAME_ACTOR, "actor", Reverse, entry="payment", actor="operator", force=True)


def test_the_window_is_exact(world: World) -> None:
    """CORE-4: two months, 62 days at the longest; on day 63 it is refused."""
    window = 62 * 86_400 * 10**9
    paid_at = world.books.entries[uid("payment")].ts
    world.now = paid_at + window + 1
    expect_irreversible(world, Code.WINDOW_PASSED, "payment")
    expect_irreversible(world, Code.WINDOW_PASSED, "payment", force=True)
    world.now = paid_at + window
    world.do(Reverse, entry="payment", actor="manager")


def test_without_force_limits_hold(world: World) -> None:
    world.pay("bo", "ada", 900)
    expect_irreversible(world, Code.INSUFFICIENT_FUNDS, "payment")
    world.do(Reverse, entry="payment", actor="manager", force=True)
    assert world["bo"].balance == -900
    check_books(world.books)


def test_force_reaches_a_frozen_account_but_no_closed_one(world: World) -> None:
    world.do(FreezeAccount, account="bo", debits=True, credits=True)
    expect_irreversible(world, Code.ACCOUNT_FROZEN, "payment")
    world.do(Reverse, entry="payment", actor="manager", force=True)
    world.do(FreezeAccount, account="bo", debits=False, credits=False)
    world.open("cy", line=97)
    world.pay("ada", "cy", 100, id="last")
    world.pay("cy", "ada", 97)
    world.do(CloseAccount, account="cy")
    for force in (False, True):
        expect_irreversible(world, Code.ACCOUNT_CLOSED, "last", force=force)
    world.expect_refused(Code.ACCOUNT_CLOSED, "payment", Refund, payment="last")


def test_a_large_reversal_needs_a_second_person(world: World) -> None:
    world.do(ChangePolicy, currency="MUT", policy=Policy(four_eyes_over=1_000), since=0)
    for approver in (None, uid("manager")):
        expect_irreversible(world, Code.APPROVAL_REQUIRED, "payment", "approver", approver=approver)
    world.do(Reverse, entry="payment", actor="manager", approver="treasurer")


def test_a_batch_is_reversed_whole(world: World) -> None:
    world.open("cy")
    world.do(
        PayBatch, payer="ada", currency="MUT", payees=(Payee(uid("bo"), 100), Payee(uid("cy"), 50)), id="batch"
    )
    world.do(Reverse, entry="batch", actor="manager")
    assert standing(world) == (-1_000, 970, 22, 8)
    assert world["cy"].balance == 0


def test_what_moved_nothing_is_not_reversed(world: World) -> None:
    world.do(PlaceHold, payer="ada", payee="bo", amount=1, currency="MUT", id="hold")
    for entry in ("hold", "command 1", "command 2", "command 3"):
        expect_irreversible(world, Code.NOT_REVERSIBLE, entry)
    expect_irreversible(world, Code.ENTRY_NOT_FOUND, "nothing")


def test_dues_and_openings_are_reversed(world: World) -> None:
    world.open("cy")
    world.do(ImportOpening, account="cy", balance=-40, occurred_at=START, id="opening")
    world.do(ChargeFee, account="bo", amount=100, id="dues")
    for entry in ("dues", "opening"):
        world.do(Reverse, entry=entry, actor="manager")
    assert (standing(world), world["cy"].balance) == ((-1_000, 970, 22, 8), 0)


# --- in a backed currency ---


@pytest.fixture
def backed() -> World:
    """A shop that received 100 units from a resident; four eyes above 50."""
    world = World().backed(four_eyes_over=50, reversal_window_days=10)
    world.open("shop")
    world.open("notes", form=Form.PAPER)
    world.open("resident", "person")
    amount = {"currency": "RIV", "amount": 100}
    world.do(Issue, account="resident", euros=100, approver="treasurer", id="issue", **amount)
    return world


def test_euros_follow_the_rules_of_their_unit(backed: World) -> None:
    """An issue begins with euros, but its currency says who must approve and how long it may be reversed."""
    expect_irreversible(backed, Code.APPROVAL_REQUIRED, "issue", "approver")
    backed.do(MoveReserve, currency="RIV", form=Form.PAPER, euros=51, approver="treasurer", id="gift")
    expect_irreversible(backed, Code.APPROVAL_REQUIRED, "gift", "approver")
    backed.wait(days=11)
    for entry in ("issue", "gift"):
        expect_irreversible(backed, Code.WINDOW_PASSED, entry, approver="treasurer")


def test_each_reserve_follows_its_own_currency(backed: World) -> None:
    """Two backed currencies, one mirror of the bank: the second has no second person and another window."""
    backed.backed("MES", reversal_window_days=2)
    backed.do(MoveReserve, currency="MES", form=Form.DIGITAL, euros=51, id="gift")
    backed.do(Reverse, entry="gift", actor="manager")
    backed.do(MoveReserve, currency="MES", form=Form.PAPER, euros=51, id="late")
    backed.wait(days=3)
    expect_irreversible(backed, Code.WINDOW_PASSED, "late")


def test_reversals_keep_the_guarantee(backed: World) -> None:
    backed.pay("resident", "shop", 100)
    backed.do(ExchangeForm, payer="shop", payee="notes", currency="RIV", amount=40, id="withdrawal")
    backed.do(Redeem, account="shop", currency="RIV", amount=60, invoice="1", approver="treasurer", id="redemption")
    for entry in ("redemption", "withdrawal"):
        backed.do(Reverse, entry=entry, actor="manager", approver="treasurer")
        check_books(backed.books)
    assert (backed.balances("shop", "notes"), backed.reserve().balance) == ((100, 0), 100)


def test_not_even_force_makes_a_debt_in_backed_units(backed: World) -> None:
    """MLC-11: units that were spent already leave a claim of the association, never a negative balance."""
    backed.pay("resident", "shop", 100)
    expect_irreversible(backed, Code.INSUFFICIENT_FUNDS, "issue", force=True, approver="treasurer")
