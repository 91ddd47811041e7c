"""The common core of every community, rule by rule (domain.md B0)."""

from __future__ import annotations

from collections import Counter

import pytest

from ledger.core.accounts import Model
from ledger.core.commands import (
    ChargeFee,
    CloseAccount,
    Forfeit,
    Issue,
    Leave,
    Pay,
    Refund,
    Reverse,
    SetLine,
    WriteOff,
)
from ledger.core.errors import Code, Rejected
from ledger.core.payments import FLOWS
from ledger.core.policy import Programme
from tests.world import World, check_books

BOOKS = Programme(code="books", budget=1_000)


def everything() -> World:
    """A community with each model, two accounts with something in each."""
    world = World()
    world.backed(commission_bp=500)
    world.open("r1")
    world.open("r2", "person")
    world.fund("r2", 500)
    world.time()
    world.open("t1", "person", line=60)
    world.open("t2", "person")
    world.earmarked(BOOKS)
    world.open("purse", "purse", programme="books")
    world.open("shop")
    world.fund("purse", 100)
    world.mutual(payment_fee_bp=100)
    world.open("m1", line=10_000)
    world.open("m2")
    return world


def test_the_balances_of_each_unit_sum_to_0_after_every_entry() -> None:
    """CORE-1; the books are checked from scratch after each step."""
    world = everything()
    check_books(world.books)
    for unit, payer, payee, more in (
        ("MUT", "m1", "m2", {}), ("RIV", "r2", "r1", {}), ("HOUR", "t1", "t2", {"sphere": "individual"}),
        ("PASS", "purse", "shop", {}),
    ):  # fmt: skip
        world.pay(payer, payee, 45, currency=unit, id=f"{unit} payment", **more)
        check_books(world.books)
        world.do(Refund, payment=f"{unit} payment", amount=15)
        check_books(world.books)
    world.do(SetLine, account="m2", line=0)
    world.do(WriteOff, account="m1")
    check_books(world.books)
    touches = Counter(no for entry in world.log for t in entry.transfers for no in (t.debit, t.credit))
    assert {no: account.version for no, account in world.books.by_no.items() if account.version} == touches


def test_amounts_are_integers_and_the_rest_is_booked_to_a_named_account() -> None:
    """CORE-2: 1 % of 0.50 is 0.005, rounded half up to 0.01, and it is the operator who has it."""
    world = World().mutual(payment_fee_bp=100)
    world.open("ada", line=1_000)
    world.open("bo")
    world.pay("ada", "bo", 50)
    assert (world.balances("ada", "bo"), world.own("operator").balance) == ((-50, 49), 1)
    world.pay("ada", "bo", 49)
    assert (world.balances("ada", "bo"), world.own("operator").balance) == ((-99, 98), 1)


def test_of_100_payments_of_1_from_50_exactly_50_succeed() -> None:
    """CORE-3; side by side on a database they are put in order first, which the tests of the store show."""
    world = World().mutual()
    world.open("ada")
    world.open("bo")
    world.fund("ada", 50_00)
    done = 0
    for _ in range(100):
        try:
            world.pay("ada", "bo", 1_00)
        except Rejected as refused:
            assert refused.code is Code.INSUFFICIENT_FUNDS
        else:
            done += 1
    assert (done, world.balances("ada", "bo")) == (50, (0, 50_00))


def test_a_reversal_on_day_63_of_2_months_is_refused() -> None:
    """CORE-4, with the role that did not enter the original."""
    world = World().mutual()
    world.open("ada", line=10)
    world.open("bo")
    world.pay("ada", "bo", 10, id="payment")
    world.wait(days=62)
    world.now -= 1
    world.expect_refused(Code.SAME_ACTOR, "actor", Reverse, entry="payment")
    world.wait(days=1)
    world.expect_refused(Code.WINDOW_PASSED, "entry", Reverse, entry="payment", actor="manager")
    assert len(world.log) == world.books.seq, "nothing was deleted"


def test_who_may_pay_whom_is_a_closed_table() -> None:
    """CORE-5: every pair of accounts that is not in the table is refused, in every model."""
    world = everything()
    for unit in list(world.books.currencies.values()):
        held = [a for a in world.books.by_no.values() if a.currency == unit.no and a.form == "digital"]
        for payer in held:
            for payee in held:
                if payer is payee:
                    continue
                order = {"payer": payer.uid, "payee": payee.uid, "amount": 15, "currency": unit.code}
                if unit.model is Model.MIRROR:
                    world.expect_refused(Code.WRONG_MODEL, "currency", Pay, **order)
                elif (payer.kind, payee.kind) not in FLOWS[unit.model]:
                    world.expect_refused(Code.FLOW_NOT_ALLOWED, "payee", Pay, **order)


def test_floors_of_the_models() -> None:
    """CORE-7: backed units and benefits 0, mutual credit minus the line, time minus the limit."""
    world = everything()
    assert [world[name].floor for name in ("r1", "r2", "purse", "shop", "m1", "m2", "t1")] == [0, 0, 0, 0, -10_000, 0, -60]
    for unit, payer, payee, more in (
        ("RIV", "r1", "r2", 1), ("MUT", "m1", "m2", 10_001), ("HOUR", "t1", "t2", 75), ("PASS", "purse", "shop", 101),
    ):  # fmt: skip
        order = {"payer": payer, "payee": payee, "amount": more, "currency": unit, "sphere": "individual"}
        world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, **order)


def test_a_leaver_may_spend_down_but_not_receive() -> None:
    """CORE-9 as far as the ledger sees it: leaving and closed accounts; membership itself lives in the API."""
    world = everything()
    world.pay("m1", "m2", 1_000)
    world.do(Leave, account="m2")
    order = {"payer": "m1", "payee": "m2", "amount": 1, "currency": "MUT"}
    world.expect_refused(Code.ACCOUNT_LEAVING, "payee", Pay, **order)
    world.pay("m2", "m1", 500)
    world.expect_refused(Code.ACCOUNT_LEAVING, "account", Leave, account="m2")
    world.unit = "RIV"
    world.do(Leave, account="r2")
    euros = {"account": "r2", "currency": "RIV", "amount": 1, "euros": 1}
    world.expect_refused(Code.ACCOUNT_LEAVING, "account", Issue, **euros)


@pytest.mark.parametrize("line", [0, 5_000])
def test_nobody_leaves_with_new_debt(line: int) -> None:
    """CORE-9: spending down is spending what one has; the credit line ends with the notice."""
    world = World().mutual()
    world.open("ada", line=line)
    world.open("bo")
    world.fund("ada", 100)
    world.do(Leave, account="ada")
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, payer="ada", payee="bo", amount=101, currency="MUT")
    world.pay("ada", "bo", 100)
    world.do(CloseAccount, account="ada")
    world.expect_refused(Code.ACCOUNT_CLOSED, "account", ChargeFee, account="ada", amount=1)
    world.expect_refused(Code.NOTHING_TO_DO, "account", Forfeit, account="ada")


def test_a_command_never_sees_another_community() -> None:
    """CORE-10: the books are one community's; what is not in them is not found."""
    world = everything()
    other = World()
    other.mutual()
    other.open("stranger")
    order = {"payer": "m1", "payee": "stranger", "amount": 1, "currency": "MUT"}
    world.expect_refused(Code.ACCOUNT_NOT_FOUND, "payee", Pay, **order)
