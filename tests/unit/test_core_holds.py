"""Holds: paid in whole or part, given back, run out (ledger-engine.md 5.3 and 5.4)."""

from __future__ import annotations

import pytest

from ledger.core.accounts import AccountState
from ledger.core.commands import (
    AddKey,
    CaptureHold,
    ChangePolicy,
    Command,
    ExpireHold,
    FreezeAccount,
    Leave,
    PlaceHold,
    SetCeiling,
    SetLine,
    Signature,
    VoidHold,
)
from ledger.core.errors import Code
from ledger.core.money import MAX_AMOUNT
from ledger.core.policy import Policy
from tests.world import SECOND, World, check_books, uid


@pytest.fixture
def world() -> World:
    """Ada may go to -100; bo has nothing."""
    world = World().mutual()
    world.open("ada", line=100)
    world.open("bo")
    return world


def hold(world: World, name: str, amount: int, seconds: int = 0, **values: object) -> None:
    world.do(
        PlaceHold, **{"payer": "ada", "payee": "bo", "currency": "MUT", **values}, amount=amount, seconds=seconds, id=name
    )


def test_the_worked_example(world: World) -> None:
    """TigerBeetle's table of two-phase transfers as facts; what was never paid is given back, not paid as 0."""
    world.pay("ada", "bo", 15)
    begun = world.books.ts
    for name, amount, seconds in (("h1", 15, 1_000), ("h2", 15, 50), ("h3", 15, 1), ("h4", 7, 50), ("h5", 1, 0), ("h6", 1, 0)):
        hold(world, name, amount, seconds)
    assert (world.totals("ada"), world.totals("bo")) == ((54, 15, 0, 0), (0, 0, 54, 15))
    world.now = begun + 2 * SECOND
    world.do(ExpireHold, hold="h3")
    world.do(CaptureHold, hold="h1", amount=13)
    world.do(VoidHold, hold="h2")
    world.do(CaptureHold, hold="h4")
    world.do(CaptureHold, hold="h5", amount=1)
    world.do(VoidHold, hold="h6")
    assert (world.totals("ada"), world.totals("bo")) == ((0, 36, 0, 0), (0, 0, 0, 36))
    check_books(world.books)


def test_a_hold_moves_no_balance(world: World) -> None:
    hold(world, "h", 60)
    assert world.balances("ada", "bo") == (0, 0)
    assert (world["ada"].available, world.totals("bo")) == (40, (0, 0, 60, 0))


def test_part_of_a_hold_gives_the_rest_back_at_once(world: World) -> None:
    hold(world, "h", 100)
    world.do(CaptureHold, hold="h", amount=30)
    world.pay("ada", "bo", 70)
    assert world.balances("ada", "bo") == (-100, 100)


def test_more_than_the_hold_is_refused(world: World) -> None:
    hold(world, "h", 30)
    world.expect_refused(Code.CAPTURE_EXCEEDS_HOLD, "amount", CaptureHold, hold="h", amount=31)
    world.do(CaptureHold, hold="h", amount=30)


@pytest.mark.parametrize("first", [CaptureHold, VoidHold, ExpireHold])
@pytest.mark.parametrize("then", [CaptureHold, VoidHold, ExpireHold])
def test_the_first_to_resolve_a_hold_wins(world: World, first: type[Command], then: type[Command]) -> None:
    hold(world, "h", 30, seconds=60)
    if first is ExpireHold:
        world.wait(seconds=60)
    world.do(first, hold="h")
    said = {CaptureHold: Code.HOLD_CAPTURED, VoidHold: Code.HOLD_VOIDED, ExpireHold: Code.HOLD_EXPIRED}[first]
    world.expect_refused(said, "hold", then, hold="h")
    check_books(world.books)


def test_unknown_holds(world: World) -> None:
    world.pay("ada", "bo", 1, id="a payment")
    for kind in (CaptureHold, VoidHold, ExpireHold):
        world.expect_refused(Code.HOLD_NOT_FOUND, "hold", kind, hold="nothing")
        world.expect_refused(Code.HOLD_NOT_FOUND, "hold", kind, hold="a payment")


def test_a_hold_expires_at_its_very_nanosecond(world: World) -> None:
    hold(world, "h", 30, seconds=2)
    hold(world, "k", 30, seconds=2)
    expires = world.books.holds[uid("h")].expires_at
    assert expires == world.log[-2].ts + 2 * SECOND
    world.now = expires - 1
    world.expect_refused(Code.HOLD_NOT_EXPIRED, "hold", ExpireHold, hold="h")
    world.do(CaptureHold, hold="h")
    hold(world, "l", 30)
    world.now = world.books.holds[uid("k")].expires_at or 0
    world.expect_refused(Code.HOLD_EXPIRED, "hold", CaptureHold, hold="k")
    world.expect_refused(Code.HOLD_EXPIRED, "hold", VoidHold, hold="k")
    assert world["ada"].debits_held == 60, "no sweep has run"
    world.do(ExpireHold, hold="k")
    assert world["ada"].debits_held == 30


def test_a_hold_without_a_time_never_expires(world: World) -> None:
    hold(world, "h", 30)
    world.wait(days=36_500)
    world.expect_refused(Code.HOLD_NOT_EXPIRED, "hold", ExpireHold, hold="h")
    world.do(CaptureHold, hold="h")


@pytest.mark.parametrize("seconds", [-1, 10 * 366 * 86_400 + 1, True, "60"])
def test_the_time_of_a_hold_is_bounded(world: World, seconds: object) -> None:
    world.expect_refused(
        Code.INVALID_FIELD, "seconds", PlaceHold, payer="ada", payee="bo", amount=1, currency="MUT", seconds=seconds
    )
    hold(world, "longest", 1, seconds=10 * 366 * 86_400)


def test_seconds_pass_and_totals_fall(world: World) -> None:
    """46 held falls to 35, 23 and 10 as three holds run out; then the first can still be paid."""
    for name, amount, seconds in (("h0", 10, 0), ("h1", 11, 1), ("h2", 12, 2), ("h3", 13, 3)):
        hold(world, name, amount, seconds)
    left = [world["ada"].debits_held]
    for name in ("h1", "h2", "h3"):
        world.now = world.books.holds[uid(name)].expires_at or 0
        world.do(ExpireHold, hold=name)
        left.append(world["ada"].debits_held)
    assert left == [46, 35, 23, 10]
    world.do(CaptureHold, hold="h0")
    assert world.totals("ada") == (0, 10, 0, 0)


def test_paying_a_hold_never_fails_on_a_limit(world: World) -> None:
    world.do(SetCeiling, account="bo", ceiling=100)
    hold(world, "h", 100)
    world.do(SetLine, account="ada", line=0)
    world.do(SetCeiling, account="bo", ceiling=0)
    world.do(CaptureHold, hold="h")
    assert world.balances("ada", "bo") == (-100, 100)


def test_the_largest_hold_is_paid_in_full(world: World) -> None:
    world.do(SetLine, account="ada", line=MAX_AMOUNT)
    hold(world, "h", MAX_AMOUNT)
    world.do(CaptureHold, hold="h", amount=MAX_AMOUNT)
    assert world["bo"].balance == MAX_AMOUNT


def test_the_fee_is_that_of_the_part_paid() -> None:
    world = World().mutual(payment_fee_bp=1_000, fee_reserve_bp=2_500)
    world.open("ada", line=100)
    world.open("bo")
    hold(world, "h", 100)
    world.do(CaptureHold, hold="h", amount=80)
    assert world.balances("ada", "bo") == (-80, 72)
    assert (world.own("operator").balance, world.own("loss_fund").balance) == (6, 2)


@pytest.mark.parametrize("resolve", [VoidHold, ExpireHold])
def test_a_frozen_account_gets_its_hold_back(world: World, resolve: type[Command]) -> None:
    hold(world, "h", 30, seconds=1)
    for name in ("ada", "bo"):
        world.do(FreezeAccount, account=name, debits=True, credits=True)
    world.expect_refused(Code.ACCOUNT_FROZEN, "hold", CaptureHold, hold="h")
    world.do(FreezeAccount, account="ada", debits=False, credits=True)
    world.expect_refused(Code.ACCOUNT_FROZEN, "hold", CaptureHold, hold="h")
    if resolve is ExpireHold:
        world.wait(seconds=1)
    world.do(resolve, hold="h")
    assert world.totals("ada") == world.totals("bo") == (0, 0, 0, 0)


def test_a_hold_placed_before_the_notice_is_paid_to_a_leaver(world: World) -> None:
    hold(world, "h", 30)
    world.do(Leave, account="bo")
    world.expect_refused(
        Code.ACCOUNT_LEAVING, "payee", PlaceHold, payer="ada", payee="bo", amount=1, currency="MUT"
    )
    world.do(CaptureHold, hold="h")
    assert (world["bo"].state, world["bo"].balance) == (AccountState.LEAVING, 30)


def test_a_hold_of_an_old_step_can_be_paid_in_full(world: World) -> None:


    hold(world, "h", 7)
    world.do(ChangePolicy, currency="MUT", policy=Policy(step=15), since=0)
    world.expect_refused(Code.OFF_STEP, "amount", CaptureHold, hold="h", amount=6)
    world.do(CaptureHold, hold="h")
    assert world["bo"].balance == 7


def test_only_a_signature_sets_money_aside_once_there_is_a_key(world: World) -> None:
    world.do(AddKey, account="ada", key=b"k" * 32)
    order = {"payer": "ada", "payee": "bo", "amount": 1, "currency": "MUT"}
    world.expect_refused(Code.SIGNATURE_REQUIRED, "signature", PlaceHold, **order)
    world.expect_refused(
        Code.SIGNATURE_INVALID, "signature", PlaceHold, **order, signature=Signature(b"x" * 32, bytes(64))
    )
    hold(world, "h", 1, signature=Signature(b"k" * 32, bytes(64)))
    world.do(CaptureHold, hold="h")
