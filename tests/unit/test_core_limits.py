"""Limits at their edges: what is available, ceilings, holds counted, totals (ledger-engine.md 5.2)."""

from __future__ import annotations

import pytest

from ledger.core.accounts import Account
from ledger.core.commands import (
    CaptureHold,
    CloseAccount,
    Command,
    FreezeAccount,
    ImportPayment,
    Pay,
    PayBatch,
    Payee,
    PlaceHold,
    SetCeiling,
    SetLine,
    VoidHold,
)
from ledger.core.errors import Code
from ledger.core.money import MAX_AMOUNT, MAX_TOTAL
from tests.world import World, check_books, uid


@pytest.fixture
def world() -> World:
    """Ada with 100, bo with nothing; mutual credit without lines."""
    world = World().mutual()
    world.open("ada")
    world.open("bo")
    world.fund("ada", 100)
    return world


def expect_short(world: World, payer: str, amount: int) -> None:
    world.expect_refused(
        Code.INSUFFICIENT_FUNDS, "payer", Pay, payer=payer, payee="bo", amount=amount, currency="MUT"
    )


def test_what_is_available_may_be_spent_to_the_last_unit(world: World) -> None:
    expect_short(world, "ada", 101)
    world.pay("ada", "bo", 100)
    assert world["ada"].available == 0
    expect_short(world, "ada", 1)


def test_a_credit_line_is_reached_exactly(world: World) -> None:
    world.do(SetLine, account="ada", line=50)
    expect_short(world, "ada", 151)
    world.pay("ada", "bo", 150)
    assert world.balances("ada", "bo") == (-50, 150)


def test_holds_count_against_what_is_available(world: World) -> None:
    world.do(PlaceHold, payer="ada", payee="bo", amount=30, currency="MUT", id="hold")
    expect_short(world, "ada", 71)
    world.pay("ada", "bo", 70)
    assert (world["ada"].balance, world["ada"].available) == (30, 0)


def test_a_promised_amount_does_not_help_to_pay(world: World) -> None:
    world.do(PlaceHold, payer="ada", payee="bo", amount=30, currency="MUT")
    world.open("cy")
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, payer="bo", payee="cy", amount=1, currency="MUT")


def test_two_payments_that_fit_each_but_not_both(world: World) -> None:
    world.pay("ada", "bo", 60)
    expect_short(world, "ada", 60)


def test_a_batch_is_measured_as_a_whole(world: World) -> None:
    world.open("cy")
    lines = (Payee(uid("bo"), 60), Payee(uid("cy"), 41))
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", PayBatch, payer="ada", currency="MUT", payees=lines)
    world.do(PayBatch, payer="ada", currency="MUT", payees=(lines[0], Payee(uid("cy"), 40)))
    assert world.balances("ada", "bo", "cy") == (0, 60, 40)


def test_a_batch_with_one_bad_line_pays_nobody(world: World) -> None:
    lines = (Payee(uid("bo"), 10), Payee(uid("nobody"), 10), Payee(uid("bo"), 10))
    refused = (Code.ACCOUNT_NOT_FOUND, "payees[1].payee", PayBatch)
    world.expect_refused(*refused, payer="ada", currency="MUT", payees=lines)
    assert world.balances("ada", "bo") == (100, 0)


def test_a_ceiling_is_reached_exactly(world: World) -> None:
    world.do(SetCeiling, account="bo", ceiling=40)
    refused = (Code.OVER_CEILING, "payee", Pay)
    world.expect_refused(*refused, payer="ada", payee="bo", amount=41, currency="MUT")
    world.pay("ada", "bo", 40)
    world.expect_refused(*refused, payer="ada", payee="bo", amount=1, currency="MUT")


def test_promised_amounts_fill_the_room_below_a_ceiling(world: World) -> None:
    world.do(SetCeiling, account="bo", ceiling=40)
    world.do(PlaceHold, payer="ada", payee="bo", amount=30, currency="MUT", id="hold")
    assert world["bo"].room == 10
    world.expect_refused(Code.OVER_CEILING, "payee", Pay, payer="ada", payee="bo", amount=11, currency="MUT")
    world.expect_refused(Code.OVER_CEILING, "payee", PlaceHold, payer="ada", payee="bo", amount=11, currency="MUT")
    world.do(VoidHold, hold="hold")
    world.pay("ada", "bo", 40)


def test_who_pays_is_refused_before_who_receives(world: World) -> None:
    world.do(SetCeiling, account="bo", ceiling=0)
    expect_short(world, "ada", 101)
    world.expect_refused(Code.OVER_CEILING, "payee", Pay, payer="ada", payee="bo", amount=100, currency="MUT")


def test_an_account_outside_its_limits_may_only_come_back(world: World) -> None:
    world.do(SetLine, account="bo", line=80)
    world.pay("bo", "ada", 80)
    world.do(SetLine, account="bo", line=10)
    world.do(SetCeiling, account="ada", ceiling=50)
    order = {"payer": "bo", "payee": "ada", "amount": 1, "currency": "MUT"}
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, **order)
    world.pay("ada", "bo", 75)
    assert world.balances("ada", "bo") == (105, -5)
    world.do(SetLine, account="bo", line=0)
    world.pay("ada", "bo", 5)
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, **order)
    assert world["ada"].balance == 100


def test_an_amount_of_0_is_no_payment(world: World) -> None:
    """Unlike TigerBeetle we refuse it always, so it cannot slip past a limit."""
    world.expect_refused(
        Code.AMOUNT_NOT_POSITIVE, "amount", Pay, payer="ada", payee="bo", amount=0, currency="MUT"
    )


@pytest.mark.parametrize("memo_hash", [b"", bytes(31), bytes(33), "x" * 32])
def test_a_memo_is_32_bytes_of_hash(world: World, memo_hash: object) -> None:
    order = {"payer": "ada", "payee": "bo", "amount": 1, "currency": "MUT"}
    world.expect_refused(Code.INVALID_FIELD, "memo_hash", Pay, **order, memo_hash=memo_hash)
    world.do(Pay, **order, memo_hash=bytes(32))


@pytest.mark.parametrize("amount", [True, 1.0, "1", None])
def test_only_whole_numbers_are_amounts(world: World, amount: object) -> None:
    world.expect_refused(
        Code.INVALID_FIELD, "amount", Pay, payer="ada", payee="bo", amount=amount, currency="MUT"
    )


def test_the_largest_amount(world: World) -> None:
    world.do(SetLine, account="bo", line=MAX_AMOUNT)
    world.pay("bo", "ada", MAX_AMOUNT)
    assert world["bo"].available == 0
    too_much = {"payer": "ada", "payee": "bo", "amount": MAX_AMOUNT + 1, "currency": "MUT"}
    world.expect_refused(Code.AMOUNT_TOO_LARGE, "amount", Pay, **too_much)
    world.expect_refused(Code.INVALID_FIELD, "line", SetLine, account="bo", line=MAX_AMOUNT + 1)


def _nearly_full(held: Account, side: str, *, held_part: int) -> None:
    """One side of an account, `held_part` of it in holds, leaves room for exactly 10 more; its balance stays 0."""
    posted = MAX_TOTAL - 10 - held_part
    held.debits_posted = held.credits_posted = posted
    setattr(held, f"{side}_held", held_part)


@pytest.mark.parametrize("held_part", [0, 7])
@pytest.mark.parametrize(("side", "name"), [("debits", "ada"), ("credits", "bo")])
@pytest.mark.parametrize("kind", [Pay, PlaceHold])
def test_totals_have_an_exact_bound(side: str, name: str, kind: type[Command], held_part: int) -> None:
    world = World().mutual(default_line=1_000)
    world.open("ada")
    world.open("bo")
    _nearly_full(world[name], side, held_part=held_part)
    order = {"payer": "ada", "payee": "bo", "currency": "MUT"}
    world.expect_refused(Code.TOTAL_TOO_LARGE, "payer" if side == "debits" else "payee", kind, amount=11, **order)
    world.do(kind, amount=10, **order)
    totals = world.totals(name)
    assert sum(totals[:2] if side == "debits" else totals[2:]) == MAX_TOTAL


def test_a_hold_that_just_fits_the_totals_can_be_paid() -> None:
    world = World().mutual(default_line=1_000)
    world.open("ada")
    world.open("bo")
    _nearly_full(world["ada"], "debits", held_part=0)
    _nearly_full(world["bo"], "credits", held_part=0)
    world.do(PlaceHold, payer="ada", payee="bo", amount=10, currency="MUT", id="hold")
    world.do(CaptureHold, hold="hold")
    assert world["ada"].debits_posted == world["bo"].credits_posted == MAX_TOTAL


def test_a_refusal_leaves_nothing(world: World) -> None:
    """`expect_refused` compares the whole books; here what it would have used up."""
    seq, count = world.books.seq, len(world.books.entries)
    expect_short(world, "ada", 101)
    assert (world.books.seq, len(world.books.entries), len(world.log)) == (seq, count, seq)
    world.pay("ada", "bo", 1)
    assert world.books.seq == seq + 1


def test_two_currencies_never_meet_in_a_payment(world: World) -> None:
    world.mutual("OTHER")
    world.open("cy", line=100)
    for kind in (Pay, PlaceHold):
        order = {"amount": 1, "currency": "MUT"}
        world.expect_refused(Code.CURRENCY_MISMATCH, "payee", kind, payer="ada", payee="cy", **order)
        world.expect_refused(Code.CURRENCY_MISMATCH, "payer", kind, payer="cy", payee="ada", **order)
    order = {"payer": "ada", "payee": "cy", "amount": 1, "occurred_at": world.now}
    world.expect_refused(Code.CURRENCY_MISMATCH, "payee", ImportPayment, **order)


def test_closed_is_said_before_frozen(world: World) -> None:
    """Whichever side it is."""
    world.do(CloseAccount, account="bo")
    world.do(FreezeAccount, account="ada", debits=True, credits=True)
    world.expect_refused(Code.ACCOUNT_CLOSED, "payee", Pay, payer="ada", payee="bo", amount=1, currency="MUT")


def test_refusals_say_how_much_there_is(world: World) -> None:
    world.do(SetCeiling, account="bo", ceiling=1_23)
    order = {"payer": "ada", "payee": "bo", "currency": "MUT"}
    short = world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, amount=1_01, **order)
    assert short.detail == "1.00 MUT available, 1.01 needed"
    world.pay("ada", "bo", 1_00)
    short = world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, amount=1, **order)
    assert short.detail == "0.00 MUT available, 0.01 needed"
    world.fund("ada", 50)
    full = world.expect_refused(Code.OVER_CEILING, "payee", Pay, amount=24, **order)
    assert not any(sign.isdigit() for sign in full.detail), "the payer would learn what the payee holds"


def test_freezing_stops_one_direction(world: World) -> None:
    world.do(FreezeAccount, account="ada", debits=True, credits=False)
    world.expect_refused(Code.ACCOUNT_FROZEN, "payer", Pay, payer="ada", payee="bo", amount=1, currency="MUT")
    world.fund("ada", 5)
    world.do(FreezeAccount, account="ada", debits=False, credits=True)
    world.expect_refused(Code.ACCOUNT_FROZEN, "payee", Pay, payer="bo", payee="ada", amount=1, currency="MUT")
    world.pay("ada", "bo", 105)
    world.do(FreezeAccount, account="ada", debits=False, credits=False)
    world.pay("bo", "ada", 105)
    check_books(world.books)
    assert world.balances("ada", "bo") == (105, 0)
