"""The walks of payments, holds, refunds and reversals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ledger.core.accounts import Form
from ledger.core.commands import (
    MAX_BATCH,
    CaptureHold,
    Command,
    ExpireHold,
    ExpirePurse,
    ImportOpening,
    MoveReserve,
    Pay,
    PayBatch,
    Payee,
    PlaceHold,
    Refund,
    Reverse,
    VoidHold,
)
from ledger.core.errors import Code
from ledger.core.policy import Sphere
from tests.walks import (
    BOOKS,
    BUSINESS,
    CLOSED,
    ENDED,
    HUGE,
    KEY,
    LEAVING,
    OPEN,
    PERSON,
    SIGNATURE,
    STRANGER,
    Walk,
    at,
    force,
    full,
)
from tests.world import DAY, START, uid


def _from_a_purse(kind: type[Command], to: Callable[[Walk, str, int], None]) -> Walk:
    """`to` sets the command's payee and amount."""
    walk = Walk(kind, payer="purse", currency="NONE", activity="\n")
    to(walk, "purse", 0)
    purse = force(walk.world["purse"], state=CLOSED, frozen=3, keys=(KEY,), signed_only=True)
    shop = full(walk.world["shop"])
    force(shop, state=CLOSED, frozen=3, form=Form.PAPER, kind=PERSON, sectors=("food",), ceiling=0)
    rules: dict[str, Any] = {"step": 15, "spheres": True, "not_credited": ("drinks",)}
    in_time = walk.rules("PASS", programmes=(BOOKS,), **rules)
    not_begun = walk.rules("PASS", programmes=(replace(BOOKS, starts_at=START + 10**18),), **rules)
    walk.rules("PASS", programmes=(ENDED,), **rules)
    walk.mend(Code.INVALID_FIELD, activity="drinks")
    walk.mend(Code.AMOUNT_NOT_POSITIVE, lambda: to(walk, "purse", HUGE))
    walk.mend(Code.AMOUNT_TOO_LARGE, lambda: to(walk, "purse", 7))
    walk.mend(Code.SAME_ACCOUNT, lambda: to(walk, "nobody", 7))
    walk.mend(Code.CURRENCY_NOT_FOUND, currency="EUR")
    walk.mend(Code.ACCOUNT_NOT_FOUND, lambda: to(walk, "shop", 7))
    walk.mend(Code.WRONG_MODEL, currency="RIV")
    walk.mend(Code.CURRENCY_MISMATCH, currency="PASS")
    walk.heal(Code.FORM_MISMATCH, shop, form=Form.DIGITAL)
    walk.heal(Code.FLOW_NOT_ALLOWED, shop, kind=BUSINESS)
    walk.mend(Code.OFF_STEP, lambda: to(walk, "shop", 30))
    walk.mend(Code.SPHERE_REQUIRED, sphere=Sphere.INDIVIDUAL)
    walk.mend(Code.NOT_CREDITED, activity="books")
    walk.heal(Code.PURSE_SEALED, shop, sectors=("books",))
    walk.mend(Code.SIGNATURE_REQUIRED, signature=STRANGER)
    walk.mend(Code.SIGNATURE_INVALID, signature=SIGNATURE)
    walk.mend(Code.ACCOUNT_CLOSED, lambda: (force(purse, state=OPEN), force(shop, state=LEAVING)))
    walk.heal(Code.ACCOUNT_FROZEN, purse, shop, frozen=0)
    walk.heal(Code.ACCOUNT_LEAVING, shop, state=OPEN)
    walk.mend(Code.WINDOW_PASSED, not_begun)
    walk.mend(Code.TOO_EARLY, in_time)
    walk.mend(Code.TOTAL_TOO_LARGE, at(shop, 0))
    walk.mend(Code.INSUFFICIENT_FUNDS, at(purse, 30))
    walk.heal(Code.OVER_CEILING, shop, ceiling=None)
    return walk


def _one(walk: Walk, payee: str, amount: int) -> None:
    walk.values.update(payee=payee, amount=amount)


def _the_second_of_two(walk: Walk, payee: str, amount: int) -> None:
    walk.values["payees"] = (Payee(uid("shop"), 30), Payee(uid(payee), amount))


def pay() -> Walk:
    return _from_a_purse(Pay, _one)


def place_hold() -> Walk:
    return _from_a_purse(PlaceHold, _one)


def pay_batch() -> Walk:
    """The second line breaks what comes early in the order, the first what comes late."""
    walk = _from_a_purse(PayBatch, _the_second_of_two)
    lines = walk.values["payees"]
    walk.values["payees"] = ()
    walk.mend(Code.EMPTY_BATCH, payees=(Payee(uid("purse"), 0),) * (MAX_BATCH + 1))
    walk.mend(Code.BATCH_TOO_LARGE, payees=lines)
    walk.mends[Code.INSUFFICIENT_FUNDS] = lambda: at(walk.world["purse"], 60)()
    return walk


def refund() -> Walk:
    walk = Walk(Refund, payment="nothing", amount=True)
    world = walk.world
    mona, max_ = world["mona"], world["max"]
    mona.floor = -100
    world.books.founded = True
    world.pay("mona", "max", 30, id="the payment")
    world.do(PlaceHold, payer="mona", payee="max", amount=1, currency="MUT", id="the hold")
    world.books.founded = False
    walk.rules("MUT", step=15)
    past = world.books.entries[uid("the payment")]
    past.reversed, past.refunded = True, 30
    full(force(mona, state=CLOSED, frozen=3, ceiling=0))
    full(force(max_, state=CLOSED, frozen=3, keys=(KEY,), signed_only=True))
    walk.mend(Code.INVALID_FIELD, amount=0)
    walk.mend(Code.AMOUNT_NOT_POSITIVE, amount=HUGE)
    walk.mend(Code.AMOUNT_TOO_LARGE, amount=31)
    walk.mend(Code.ENTRY_NOT_FOUND, payment="the hold")
    walk.mend(Code.NOT_REVERSIBLE, payment="the payment")
    walk.mend(Code.OFF_STEP, amount=45)
    walk.mend(Code.SIGNATURE_REQUIRED, signature=STRANGER)
    walk.mend(Code.SIGNATURE_INVALID, signature=SIGNATURE)
    walk.mend_state(mona, max_)
    walk.mend(Code.ALREADY_REVERSED, lambda: setattr(past, "reversed", False))
    walk.mend(Code.ALREADY_REFUNDED, lambda: setattr(past, "refunded", 10))
    walk.mend(Code.REFUND_EXCEEDS_PAYMENT, amount=15)
    walk.mend(Code.TOTAL_TOO_LARGE, lambda: (at(mona, 0)(), at(max_, 0)()))
    walk.mend(Code.INSUFFICIENT_FUNDS, at(max_, 30))
    walk.heal(Code.OVER_CEILING, mona, ceiling=None)
    return walk


def reverse() -> Walk:
    walk = Walk(Reverse, entry="nothing", actor="teller")
    world = walk.world
    mona, max_ = world["mona"], world["max"]
    mona.floor = -100
    world.books.founded = True
    world.pay("mona", "max", 30, id="the payment", actor="teller")
    world.books.founded = False
    walk.rules("MUT", four_eyes_over=29, reversal_window_days=2)
    past = world.books.entries[uid("the payment")]
    past.reversed, past.refunded = True, 30
    full(force(mona, state=CLOSED, frozen=1, ceiling=0))
    full(force(max_, state=CLOSED, frozen=2))
    world.wait(days=3)
    walk.mend(Code.ENTRY_NOT_FOUND, entry="command 2")  # a currency was defined
    walk.mend(Code.NOT_REVERSIBLE, entry="the payment")
    walk.mend(Code.APPROVAL_REQUIRED, approver="treasurer")
    walk.mend(Code.SAME_ACTOR, actor="manager")
    walk.mend_state(mona, max_)
    walk.mend(Code.ALREADY_REVERSED, lambda: setattr(past, "reversed", False))
    walk.mend(Code.ALREADY_REFUNDED, lambda: setattr(past, "refunded", 0))
    walk.mend(Code.WINDOW_PASSED, lambda: setattr(past, "ts", world.now - 2 * DAY))
    walk.mend(Code.TOTAL_TOO_LARGE, lambda: (at(mona, 0)(), at(max_, 0)()))
    walk.mend(Code.INSUFFICIENT_FUNDS, at(max_, 30))
    walk.heal(Code.OVER_CEILING, mona, ceiling=None)
    return walk


def reverse_a_deposit_that_units_stand_on() -> Walk:
    walk = Walk(Reverse, entry="the deposit", actor="teller", approver="teller")
    world = walk.world
    world.books.founded = True
    world.do(MoveReserve, currency="RIV", form=Form.DIGITAL, euros=100, id="the deposit")
    world.do(ImportOpening, account="rita", balance=60, occurred_at=START)
    world.books.founded = False
    walk.rules("RIV", four_eyes_over=99)
    reserve, issuance = world.own("reserve", "EUR", owner="RIV"), world.own("issuance", "RIV")
    force(reserve, debits_posted=50)
    walk.mend(Code.APPROVAL_REQUIRED, approver="treasurer")
    walk.heal(Code.INSUFFICIENT_FUNDS, reserve, debits_posted=0)
    walk.mend(Code.RESERVE_BREACH, at(issuance, 0))
    return walk


def reverse_an_expiry_that_the_budget_needs() -> Walk:
    walk = Walk(Reverse, entry="the expiry", actor="teller")
    world = walk.world
    world.books.founded = True
    world.unit = "PASS"
    world.fund("purse", 1_000)
    walk.rules("PASS", programmes=(ENDED,))
    world.do(ExpirePurse, account="purse", id="the expiry")
    world.books.founded = False
    funder = world.own("funder", "PASS", owner="books")
    at(funder, -500)()
    walk.mend(Code.BUDGET_EXCEEDED, at(funder, 0))
    return walk


def capture_hold() -> Walk:
    walk = Walk(CaptureHold, hold="nothing", amount="1")
    world = walk.world
    mona, max_ = world["mona"], world["max"]
    mona.floor = -100
    world.books.founded = True
    world.do(PlaceHold, payer="mona", payee="max", amount=30, currency="MUT", id="the hold")
    world.books.founded = False
    walk.rules("MUT", step=15, payment_fee_bp=1_000)
    operator = full(world.own("operator", "MUT"))
    hold = world.books.holds[uid("the hold")]
    hold.resolved = "captured"
    force(mona, state=CLOSED, frozen=3)
    force(max_, state=CLOSED, frozen=3)
    walk.mend(Code.INVALID_FIELD, amount=-1)
    walk.mend(Code.AMOUNT_NOT_POSITIVE, amount=HUGE)
    walk.mend(Code.AMOUNT_TOO_LARGE, amount=31)
    walk.mend(Code.HOLD_NOT_FOUND, hold="the hold")
    walk.mend(Code.OFF_STEP, amount=45)
    walk.mend_state(mona, max_)
    walk.mend(Code.HOLD_CAPTURED, lambda: setattr(hold, "resolved", "voided"))
    walk.mend(Code.HOLD_VOIDED, lambda: setattr(hold, "resolved", "expired"))
    walk.mend(Code.HOLD_EXPIRED, lambda: setattr(hold, "resolved", ""))
    walk.mend(Code.CAPTURE_EXCEEDS_HOLD, amount=15)
    walk.mend(Code.TOTAL_TOO_LARGE, at(operator, 0))
    return walk


def _resolving(kind: type[Command]) -> Walk:
    walk = Walk(kind, hold="nothing")
    world = walk.world
    world["mona"].floor = -100
    world.books.founded = True
    world.do(PlaceHold, payer="mona", payee="max", amount=30, currency="MUT", seconds=60, id="the hold")
    world.books.founded = False
    hold = world.books.holds[uid("the hold")]
    hold.resolved = "captured"
    walk.mend(Code.HOLD_NOT_FOUND, hold="the hold")
    walk.mend(Code.HOLD_CAPTURED, lambda: setattr(hold, "resolved", "voided"))
    walk.mend(Code.HOLD_VOIDED, lambda: setattr(hold, "resolved", "expired"))
    walk.mend(Code.HOLD_EXPIRED, lambda: setattr(hold, "resolved", ""))
    return walk


def void_hold() -> Walk:
    return _resolving(VoidHold)


def expire_hold() -> Walk:
    walk = _resolving(ExpireHold)
    walk.mend(Code.HOLD_NOT_EXPIRED, lambda: walk.world.wait(seconds=60))
    return walk


PAYMENTS = [
    pay, pay_batch, place_hold, refund, reverse, reverse_a_deposit_that_units_stand_on,
    reverse_an_expiry_that_the_budget_needs, capture_hold, void_hold, expire_hold,
]  # fmt: skip
